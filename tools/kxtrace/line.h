/* SPDX-License-Identifier: GPL-2.0-only */
/* One record becomes one line, as strace prints it. */
#ifndef KXTRACE_LINE_H
#define KXTRACE_LINE_H

#include "decode.h"
#include "options.h"
#include "names.h"

enum pid_prefix { PREFIX_NONE, PREFIX_PLAIN, PREFIX_BRACKETS };

/* What a line depends on beyond its record. */
struct line_context {
	struct out *out;
	struct out note;		/* scratch for brackets after results */
	const struct options *opt;
	struct task_table *tasks;	/* NULL: names of tasks are not known */
	enum pid_prefix prefix;
	int64_t epoch_ns;		/* add to CLOCK_MONOTONIC: since 1970 */
	uint64_t last_ns;		/* -r: of the line before; 0: none */
	bool special;			/* options change which calls are shown, or how */
};

int line_init(struct line_context *line, const struct options *opt, struct out *out);
void line_done(struct line_context *line);

/*
 * Takes a record apart. Returns false when it is malformed: shorter than its
 * kind, or with chunks that leave it.
 */
bool call_parse(struct call *call, const void *record, size_t len);

/* Whether -e status=, -z and -Z let it be shown. */
bool line_is_wanted(const struct options *opt, const struct call *call);

/* How its arguments are to be printed: -s, -v, -N, -e abbrev= and the like. */
void call_style(struct call *call, const struct options *opt);

/* How all text is printed: -x, -X; and -Y, unless `names` is NULL. */
void line_style(const struct options *opt, struct out *o, const struct task_names *names);

void line_call(struct line_context *line, struct call *call);
/* The task's calls are those of another personality from now on. */
void line_personality(struct line_context *line, const struct call *call);
void line_signal(struct line_context *line, const struct kxt_signal *sig);
void line_exit(struct line_context *line, const struct kxt_task_event *event);
void line_superseded(struct line_context *line,
		     const struct kxt_task_event *event);

/* The arguments alone, between the brackets. */
void print_arguments(struct out *o, const struct call *call);

/* Of a call that did not return: the kernel would have filled this argument. */
bool call_awaits_return(const struct call *call, unsigned int i);
/* Something would still have been printed after the return. */
bool call_is_unfinished(const struct call *call);

#endif
