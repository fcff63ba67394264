/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Views: what becomes of a trace. Text, JSON, counts, a record, a report: each
 * is told of everything in the order of the records, live or from a file.
 */
#ifndef KXTRACE_VIEW_H
#define KXTRACE_VIEW_H

#include "decode.h"
#include "options.h"
#include "stacks.h"
#include "tasks.h"

struct files;
struct session;

/* Calls that were made and did not arrive. */
struct gap {
	uint32_t tid;
	uint64_t calls;
	bool at_end;		/* after the last that arrived, if any did */
};

/* What the kernel half knows at the end. */
struct totals {
	struct kxt_stats stats;
	uint64_t delivered;	/* records taken */
	uint64_t malformed;	/* of these, not understood */
	uint64_t beyond;	/* of these, not shown: they came after --count or --size */
	const struct kxt_sum *sums;	/* by row, with -c; NULL: not counted */
};

#define MAX_WAKE_FDS	4

/* What all views share; it outlives them. */
struct trace {
	const struct options *opt;
	struct out out;			/* -o, or stderr */
	struct task_table *tasks;
	struct stacks *stacks;		/* stack_of() is for views */
	struct urings *urings;
	int64_t epoch_ns;		/* add to CLOCK_MONOTONIC: since 1970 */
	uint64_t begun_ns;		/* CLOCK_MONOTONIC, when the kernel half was there */
	unsigned int nr_tasks;		/* that are traced now, as the records tell it */
	bool live;			/* not a replay */
	bool tail;			/* the beginning was not kept: calls before are not lost */
	bool dump;			/* SIGUSR1 came: the flight recorder is to show its calls */
	bool over;			/* a view asks for the end: nothing is told after it */
	struct files *files;		/* -ff -o: of each task; NULL: `out` has all */
	struct session *session;	/* the kernel half; NULL: a replay, or not yet */
	int wake_fds[MAX_WAKE_FDS];	/* a view's `pass` is wanted when one can be read */
	unsigned int nr_wake_fds;
};

struct view {
	const struct view_ops *ops;
	struct trace *trace;
};

/* Any but `close` may be NULL. Records are valid during the call only. */
struct view_ops {
	/* The trace begins: files are made now, late. As `finish`. */
	int (*begin)(struct view *view);
	/* Every record as it came, before the others are told of it. */
	void (*record)(struct view *view, const void *record, size_t len);
	void (*call)(struct view *view, struct call *call);
	void (*signal)(struct view *view, const struct kxt_signal *signal);
	/* Something is new about a task; its entry in the table is up to date. */
	void (*task)(struct view *view, const struct kxt_task *task);
	void (*forked)(struct view *view, const struct kxt_task_event *event);
	/* -b: it is not traced any more. */
	void (*detached)(struct view *view, const struct kxt_task_event *event);
	void (*exited)(struct view *view, const struct kxt_task_event *event);
	void (*superseded)(struct view *view, const struct kxt_task_event *event);
	/* An operation of io_uring has completed: call->uring says more. */
	void (*uring)(struct view *view, struct call *call);
	void (*lost)(struct view *view, const struct gap *gap);
	/* What follows was kept by the flight recorder: its title. */
	void (*dumped)(struct view *view, const char *title);
	/* "Process 12 attached" and the like, without the program's name. */
	void (*message)(struct view *view, const char *text);
	/* All records that there are have been told: show what is held back. */
	void (*pass)(struct view *view);
	/* The trace is over. 0, or a negative errno after one sentence on stderr. */
	int (*finish)(struct view *view, const struct totals *totals);
	void (*close)(struct view *view);
};

#define MAX_VIEWS	16

struct views {
	struct view *list[MAX_VIEWS];
	unsigned int nr;
};

/* The views that the options ask for; on failure one sentence has been printed. */
int views_open(struct views *views, struct trace *trace);
void views_close(struct views *views);

/* The openers; each makes its view for `trace`, 0 or a negative errno. */
typedef int view_opener(struct view **view, struct trace *trace);
view_opener text_view_open, counts_view_open, record_view_open, flight_view_open,
	gaps_view_open, limits_view_open;
view_opener hist_view_open, top_view_open;
view_opener json_view_open, report_view_open;
view_opener chrome_view_open, perfetto_view_open, folded_view_open, folded_count_view_open;

#endif
