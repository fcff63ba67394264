/* SPDX-License-Identifier: GPL-2.0-only */
/* -e inject=: the command's calls are held by seccomp until a helper answers them. */
#ifndef KXTRACE_INJECT_H
#define KXTRACE_INJECT_H

#include <linux/filter.h>
#include <linux/types.h>
#include <stdbool.h>
#include <sys/types.h>

#include "options.h"

/*
 * The child installs a filter and sends its listener; a process of its own, the helper,
 * answers. When kxtrace ends, in whatever way, the helper lets all calls go on, as long as
 * any task has the filter: without it the kernel would answer ENOSYS.
 */
struct injector;

/* Before the fork: 0 and NULL when nothing is injected. On failure one sentence was printed. */
int injector_new(struct injector **out, const struct options *opt);

/*
 * In the child, while it still may. From now on its calls may wait for the helper, but are
 * only held, not tampered with. On failure one sentence has been printed.
 */
int injector_enter(struct injector *injector);
/* In the child: becomes the command; its calls from then on count. Returns on failure only. */
void injector_exec(struct injector *injector, const char *path, char **argv);

/*
 * In kxtrace: takes the listener from the child and starts the helper; `marks` is the map
 * of that name, `task` the one that is subject without -f. On failure one sentence has been
 * printed, or the child has done that.
 */
int injector_start(struct injector *injector, int marks, pid_t task);
/* All calls go on from now on. */
void injector_stop(struct injector *injector);
void injector_free(struct injector *injector);

/* The filter: -E2BIG when the set has too many gaps. `key` as the sixth argument lets pass. */
#define INJECT_MAX_INSNS	4096

int inject_filter(struct sock_fprog *program, const struct inject_options *opt, __u64 key);

/* Calls of this row are held, for their own sake or that of one within. */
bool inject_holds(const struct inject_options *opt, unsigned int row);

/* The row that a call belongs to, by its number and, of calls within calls, its first argument. */
unsigned int inject_row(__u32 nr, bool compat, __u64 first);

/* What the helper is told. */
struct inject_service {
	const struct inject_options *opt;
	struct kxt_mark *marks;
	const volatile int *armed;	/* the command has begun */
	pid_t task;			/* 0: all */
	int listener;
	int control;			/* its end is the end of the injecting */
};

/* The helper's whole life; returns when no task has the filter any more. */
void inject_serve(const struct inject_service *service);

/* Counts of calls, for when=; each task has its own. */
struct inject_counts;

struct inject_counts *inject_counts_new(const struct inject_options *opt);
void inject_counts_free(struct inject_counts *counts);
/* How many there were of this task in this row, with this one; 0: out of memory. */
__u32 inject_count(struct inject_counts *counts, pid_t tid, unsigned int row, __u64 now_ns);

#endif
