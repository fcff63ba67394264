// SPDX-License-Identifier: GPL-2.0-only
/* Records, from the ring or from a file, told to the views. */
#include "feed.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "containers.h"
#include "filter.h"
#include "line.h"
#include "stacks.h"
#include "urings.h"

#define ERESTART_RESTARTBLOCK	516	/* the kernel's own: restart_syscall goes on */
#define OUT_SIZE	(256 << 10)
#define NS_PER_S	1000000000ll

#define TELL(feed, what, ...) do {					\
	struct views *views_ = &(feed)->views;				\
	unsigned int i_;						\
									\
	for (i_ = 0; i_ < views_->nr; i_++)				\
		if (views_->list[i_]->ops->what)			\
			views_->list[i_]->ops->what(views_->list[i_], ##__VA_ARGS__);	\
} while (0)

static int64_t epoch_of_monotonic(void)
{
	struct timespec mono, real;

	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &real);
	return (real.tv_sec - mono.tv_sec) * NS_PER_S + real.tv_nsec - mono.tv_nsec;
}

int feed_open(struct feed *feed, const struct options *opt, int fd, bool live)
{
	const struct trace like = { .live = live, .epoch_ns = epoch_of_monotonic() };

	return feed_open_like(feed, opt, fd, &like);
}

int feed_open_like(struct feed *feed, const struct options *opt, int fd,
		   const struct trace *like)
{
	struct trace *trace = &feed->trace;
	int err;

	*trace = (struct trace){ .opt = opt, .live = like->live, .tail = like->tail,
				 .epoch_ns = like->epoch_ns, .nr_tasks = like->nr_tasks };
	trace->tasks = tasks_new();
	trace->stacks = stacks_new(opt);
	trace->urings = urings_new();
	err = -ENOMEM;
	if (trace->tasks && trace->stacks && trace->urings)
		err = out_init(&trace->out, fd, OUT_SIZE);
	if (err) {
		complain("out of memory");
		return err;
	}
	return views_open(&feed->views, trace);
}

void feed_close(struct feed *feed)
{
	views_close(&feed->views);
	out_done(&feed->trace.out);
	urings_free(feed->trace.urings);
	stacks_free(feed->trace.stacks);
	tasks_free(feed->trace.tasks);
	containers_done();
}

static void count_task(struct feed *feed, int change)
{
	if (change > 0 || feed->trace.nr_tasks)
		feed->trace.nr_tasks += change;
}

static void note_gap(struct feed *feed, uint32_t tid, uint64_t calls, bool at_end)
{
	struct gap gap = { tid, calls, at_end };

	if (calls)
		TELL(feed, lost, &gap);
}

/*
 * A task counts its calls from 1; numbers that are missing were lost. One that
 * counts anew is another task, whose beginning was lost.
 */
static void note_sequence(struct feed *feed, struct task_info *task, uint32_t seq)
{
	if (!seq)
		return;
	if (seq <= task->last_seq)
		task->last_seq = 0;
	if (task->last_seq || !feed->trace.tail)
		note_gap(feed, task->tid, seq - task->last_seq - 1, false);
	task->last_seq = seq;
}

/* The end tells the number of the last call; 0 where it is not known. */
static void note_end(struct feed *feed, const struct kxt_task_event *event)
{
	const struct task_info *task = tasks_find(feed->trace.tasks, event->head.tid);
	uint32_t last = task ? task->last_seq : 0;

	if (event->seq > last && (last || !feed->trace.tail))
		note_gap(feed, event->head.tid, event->seq - last, true);
}

/* An exec by a thread that is not the first: it goes on under another number. */
static void take_over(struct feed *feed, const struct kxt_task_event *event)
{
	struct task_info *task = tasks_find(feed->trace.tasks, event->value);
	uint32_t seq = task ? task->last_seq : 0;

	tasks_forget(feed->trace.tasks, event->value);
	task = tasks_get(feed->trace.tasks, event->head.tid);
	if (task)
		task->last_seq = seq;
}

static void take_call(struct feed *feed, const void *record, size_t len)
{
	struct task_info *task;
	struct call call;

	if (!call_parse(&call, record, len)) {
		feed->malformed++;
		return;
	}
	task = tasks_get(feed->trace.tasks, call.rec->head.tid);
	if (!task) {
		feed->malformed++;
		return;
	}
	task->tgid = call.rec->head.tgid;
	call.task = task;
	if (task->stack && task->stack->seq == call.rec->seq)
		call.stack = task->stack;
	note_sequence(feed, task, call.rec->seq);
	if (!feed->trace.live && !filter_passes(feed->trace.opt, &call))
		return;
	TELL(feed, call, &call);
	if (call.rec->ret == -ERESTART_RESTARTBLOCK)
		task->interrupted = call.row + 1;
}

static void take_uring(struct feed *feed, const void *record, size_t len)
{
	struct task_info *task;
	struct call call;
	int done;

	done = urings_take(feed->trace.urings, record, len, &call);
	task = done > 0 ? tasks_get(feed->trace.tasks, call.rec->head.tid) : NULL;
	if (!task) {
		feed->malformed += !!done;
		return;
	}
	call.task = task;
	if (filter_passes_operation(feed->trace.opt, &call, feed->trace.live))
		TELL(feed, uring, &call);
}

/* Before the stack is told, so that who keeps records has them in this order. */
static void ask_for_maps(struct feed *feed, uint32_t tgid)
{
	if (feed->trace.live && !stacks_knows(feed->trace.stacks, tgid))
		stacks_ask(tgid, feed_record, feed);
}

static void take_stack(struct feed *feed, const void *record, size_t len)
{
	const struct kxt_head *head = record;
	struct task_info *task = tasks_get(feed->trace.tasks, head->tid);

	if (!task || !stacks_take(feed->trace.stacks, task, record, len))
		feed->malformed++;
}

/* The one that called execve has become the process; so has its stack. */
static void hand_over_stack(struct feed *feed, const struct kxt_task_event *event)
{
	struct task_info *to = tasks_get(feed->trace.tasks, event->head.tid);
	struct task_info *from = tasks_find(feed->trace.tasks, event->value);
	struct task_info old;

	if (!to || !from || to == from)
		return;
	old = *to;
	to->stack = from->stack;
	to->frames = from->frames;
	to->frames_size = from->frames_size;
	to->framed_seq = from->framed_seq;
	from->stack = old.stack;
	from->frames = old.frames;
	from->frames_size = old.frames_size;
}

static void take_task(struct feed *feed, const struct kxt_task *rec)
{
	struct task_info *task = tasks_get(feed->trace.tasks, rec->head.tid);

	if (!task) {
		feed->malformed++;
		return;
	}
	task->known = true;
	task->tgid = rec->head.tgid;
	task->ppid = rec->ppid;
	task->uid = rec->uid;
	task->gid = rec->gid;
	task->ns_tid = rec->ns_tid;
	task->cgroup_id = rec->cgroup_id;
	task->start_ns = rec->start_ns;
	memcpy(task->comm, rec->comm, KXT_COMM_MAX);
	TELL(feed, task, rec);
}

static void take_event(struct feed *feed, const struct kxt_task_event *event)
{
	struct task_info *task;

	if (event->head.kind == KXT_FORK) {
		count_task(feed, 1);
		task = tasks_find(feed->trace.tasks, event->head.tid);
		if (task)
			task->last_seq = 0;
		stacks_forked(feed->trace.stacks, event);
		TELL(feed, forked, event);
		if (!(feed->trace.opt->quiet & QUIET_ATTACH))
			feed_message(feed, "Process %u attached", event->head.tid);
	} else if (event->head.kind == KXT_DETACH) {
		if (!feed->trace.opt->quiet)
			feed_message(feed, "Process %u detached", event->head.tid);
		TELL(feed, detached, event);
		count_task(feed, -1);
		tasks_forget(feed->trace.tasks, event->head.tid);
	} else if (event->head.kind == KXT_EXIT) {
		note_end(feed, event);
		TELL(feed, exited, event);
		count_task(feed, -1);
		stacks_exited(feed->trace.stacks, event);
		tasks_forget(feed->trace.tasks, event->head.tid);
	} else {
		TELL(feed, superseded, event);
		hand_over_stack(feed, event);
		take_over(feed, event);
	}
}

/* The least that a record of a kind has; 0: no such kind. */
static size_t least_length(unsigned int kind)
{
	switch (kind) {
	case KXT_CALL:
	case KXT_STACK:
	case KXT_URING:
		return sizeof(struct kxt_head);
	case KXT_MAP:
		return sizeof(struct kxt_map);
	case KXT_SIGNAL:
		return sizeof(struct kxt_signal);
	case KXT_TASK:
		return sizeof(struct kxt_task);
	case KXT_FORK:
	case KXT_EXIT:
	case KXT_EXEC:
	case KXT_DETACH:
		return sizeof(struct kxt_task_event);
	}
	return 0;
}

int feed_record(void *ctx, const void *record, size_t len)
{
	const struct kxt_head *head = record;
	struct feed *feed = ctx;
	size_t least;

	if (feed->trace.over) {
		feed->beyond++;
		return 0;
	}
	least = len < sizeof(*head) ? 0 : least_length(head->kind);
	if (!least || len < least) {
		feed->malformed++;
		return 0;
	}
	if (head->kind == KXT_STACK)
		ask_for_maps(feed, head->tgid);
	TELL(feed, record, record, len);
	switch (head->kind) {
	case KXT_CALL:
		take_call(feed, record, len);
		break;
	case KXT_SIGNAL:
		TELL(feed, signal, record);
		break;
	case KXT_TASK:
		take_task(feed, record);
		break;
	case KXT_URING:
		take_uring(feed, record, len);
		break;
	case KXT_STACK:
		take_stack(feed, record, len);
		break;
	case KXT_MAP:
		if (!stacks_map(feed->trace.stacks, record, len))
			feed->malformed++;
		break;
	default:
		take_event(feed, record);
	}
	return 0;
}

int feed_begin(struct feed *feed)
{
	unsigned int i;
	int err;

	for (i = 0; i < feed->views.nr; i++) {
		struct view *view = feed->views.list[i];

		err = view->ops->begin ? view->ops->begin(view) : 0;
		if (err)
			return err;
	}
	return 0;
}

void feed_message(struct feed *feed, const char *format, ...)
{
	char text[256];
	va_list ap;
	unsigned int i;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	for (i = 0; i < feed->views.nr; i++) {
		struct view *view = feed->views.list[i];

		if (view->ops->message) {
			view->ops->message(view, text);
			return;
		}
	}
	complain("%s", text);
}

void feed_pass(struct feed *feed)
{
	TELL(feed, pass);
	out_flush(&feed->trace.out);
}

int feed_finish(struct feed *feed, const struct totals *totals)
{
	unsigned int i;
	int err, first = 0;

	for (i = 0; i < feed->views.nr; i++) {
		struct view *view = feed->views.list[i];

		err = view->ops->finish ? view->ops->finish(view, totals) : 0;
		if (err && !first)
			first = err;
	}
	out_flush(&feed->trace.out);
	return first;
}
