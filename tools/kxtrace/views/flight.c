// SPDX-License-Identifier: GPL-2.0-only
/* --last: the flight recorder. Silent, until SIGUSR1 or a trigger asks for the last calls. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "../feed.h"
#include "../trace_file.h"
#include "flight_store.h"

struct flight_view {
	struct view view;
	struct flight_store *store;
	struct options plain;		/* those of the trace, without --last */
	unsigned int nr_dumps;
	int error;			/* of the first dump that failed */
};

static struct flight_view *flight_of(struct view *view)
{
	return (struct flight_view *)view;
}

/*
 * A dump is a trace of its own: what is known of the tasks, then the records.
 */

struct dump {
	struct feed *feed;		/* one of these two */
	struct trace_writer *writer;
};

static int put(void *ctx, const void *record, size_t len)
{
	struct dump *dump = ctx;

	if (dump->writer)
		return trace_writer_add(dump->writer, record, len);
	return feed_record(dump->feed, record, len);
}

static void put_task(void *ctx, struct task_info *task)
{
	struct kxt_task record = {
		.head = { .kind = KXT_TASK, .tid = task->tid, .tgid = task->tgid },
		.start_ns = task->start_ns,
		.cgroup_id = task->cgroup_id,
		.ppid = task->ppid,
		.uid = task->uid,
		.gid = task->gid,
		.ns_tid = task->ns_tid,
	};

	memcpy(record.comm, task->comm, KXT_COMM_MAX);
	put(ctx, &record, sizeof(record));
}

static void put_all(struct flight_view *flight, struct dump *dump,
		    const struct store_facts *facts)
{
	tasks_each(facts->tasks, put_task, dump);
	maps_each(&facts->maps, put, dump);
	store_each(flight->store, put, dump);
}

static int dump_lines(struct flight_view *flight, const struct trace *like,
		      const struct store_facts *facts, const char *title)
{
	struct trace *trace = flight->view.trace;
	struct totals totals = { .delivered = facts->calls };
	struct feed feed = {};
	struct dump dump = { .feed = &feed };
	unsigned int i;
	int err;

	out_flush(&trace->out);
	err = feed_open_like(&feed, &flight->plain, trace->out.fd, like);
	for (i = 0; !err && i < feed.views.nr; i++)
		if (feed.views.list[i]->ops->dumped)
			feed.views.list[i]->ops->dumped(feed.views.list[i], title);
	if (!err) {
		put_all(flight, &dump, facts);
		feed_pass(&feed);
		err = feed_finish(&feed, &totals);
		trace->out.written += feed.trace.out.written;
		trace->out.error = feed.trace.out.error;
	}
	feed_close(&feed);
	return err;
}

/* FILE.1, FILE.2 ... */
static int dump_file(struct flight_view *flight, const struct trace *like,
		     const struct store_facts *facts)
{
	struct totals totals = { .delivered = facts->calls };
	struct dump dump = {};
	char *path;
	int err;

	if (asprintf(&path, "%s.%u", flight->view.trace->opt->recording.file,
		     flight->nr_dumps) < 0)
		return -ENOMEM;
	err = trace_writer_new(&dump.writer, like, path, TRACE_FILE_TAIL);
	if (err) {
		complain("%s: cannot be written: %s", path, strerror(-err));
	} else {
		trace_writer_set_tasks(dump.writer, like->nr_tasks);
		trace_writer_set_start(dump.writer, facts->first_ns);
		put_all(flight, &dump, facts);
		err = trace_writer_end(dump.writer, &totals);
	}
	trace_writer_free(dump.writer);
	free(path);
	return err;
}

static void dump(struct flight_view *flight, const char *why, size_t len)
{
	const struct trace *trace = flight->view.trace;
	struct store_facts facts;
	struct trace like;
	char title[128];
	double seconds;
	int err;

	store_tell(flight->store, &facts);
	seconds = (facts.last_ns - facts.first_ns) / 1e9;
	snprintf(title, sizeof(title), "%.*s: the last %llu call%s, %.6f s", (int)len, why,
		 (unsigned long long)facts.calls, facts.calls == 1 ? "" : "s", seconds);
	like = (struct trace){
		.opt = &flight->plain, .epoch_ns = trace->epoch_ns,
		.nr_tasks = facts.nr_tasks, .live = trace->live, .tail = true,
	};
	flight->nr_dumps++;
	err = trace->opt->recording.file ? dump_file(flight, &like, &facts) :
					   dump_lines(flight, &like, &facts, title);
	if (err && !flight->error)
		flight->error = err;
	if (trace->opt->recording.file && !err)
		complain("%s.%u: %s", trace->opt->recording.file, flight->nr_dumps, title);
	store_clear(flight->store);
}

/*
 * Triggers
 */

static const struct trigger *next_trigger(const struct flight_view *flight,
					  enum trigger_kind kind,
					  const struct trigger *trigger)
{
	const struct recording_options *recording = &flight->view.trace->opt->recording;
	const struct trigger *end = recording->triggers + recording->nr_triggers;

	trigger = trigger ? trigger + 1 : recording->triggers;
	while (trigger < end && trigger->kind != kind)
		trigger++;
	return trigger < end ? trigger : NULL;
}

static bool fits(const struct trigger *trigger, const struct call *call)
{
	const struct kxt_call *rec = call->rec;

	if (!call->info || !trigger->calls[call->row])
		return false;
	if (trigger->error)
		return rec->ret == -trigger->error;
	if (trigger->any_error)
		return call->failed;
	if (trigger->above_ns)
		return rec->enter_ns && rec->exit_ns > rec->enter_ns &&
		       rec->exit_ns - rec->enter_ns > trigger->above_ns;
	return true;
}

static void look_at_call(struct view *view, struct call *call)
{
	struct flight_view *flight = flight_of(view);
	const struct trigger *trigger = NULL;

	if (call->rec->head.flags & KXT_F_GOING_ON)
		return;
	while ((trigger = next_trigger(flight, TRIGGER_CALL, trigger))) {
		if (!fits(trigger, call))
			continue;
		dump(flight, trigger->text, trigger->len);
		return;
	}
}

static void look_at_signal(struct view *view, const struct kxt_signal *signal)
{
	struct flight_view *flight = flight_of(view);
	const struct trigger *trigger = NULL;

	while ((trigger = next_trigger(flight, TRIGGER_SIGNAL, trigger))) {
		if (trigger->number != signal->sig)
			continue;
		dump(flight, trigger->text, trigger->len);
		return;
	}
}

/* Who was killed by a signal ended with no status at all: that is not 0. */
static void look_at_exit(struct view *view, const struct kxt_task_event *event)
{
	struct flight_view *flight = flight_of(view);
	const struct trigger *trigger = NULL;
	int status = WIFEXITED(event->value) ? WEXITSTATUS(event->value) : -1;

	while ((trigger = next_trigger(flight, TRIGGER_EXIT, trigger))) {
		if ((status == trigger->number) == trigger->invert)
			continue;
		dump(flight, trigger->text, trigger->len);
		return;
	}
}

/*
 * The view
 */

static void keep(struct view *view, const void *record, size_t len)
{
	(void)store_add(flight_of(view)->store, record, len, view->trace->nr_tasks);
}

static void answer(struct view *view)
{
	if (!view->trace->dump)
		return;
	view->trace->dump = false;
	dump(flight_of(view), "SIGUSR1", 7);
}

static int tell_memory(struct view *view, const struct totals *totals)
{
	struct flight_view *flight = flight_of(view);
	const struct options *opt = view->trace->opt;
	struct store_facts facts;

	(void)totals;
	store_tell(flight->store, &facts);
	if (opt->verbose)
		complain("the flight recorder took %.1f MiB at most; %u dump%s",
			 facts.most_bytes / 1048576.0, flight->nr_dumps,
			 flight->nr_dumps == 1 ? "" : "s");
	if (facts.capped && !opt->recording.last_bytes)
		complain("--last: %llu records were kept for a shorter time than asked for: the flight recorder takes no more than 1 GiB",
			 (unsigned long long)facts.capped);
	if (facts.left_out)
		complain("--last: %llu records were not kept: no memory",
			 (unsigned long long)facts.left_out);
	return flight->error;
}

static void close_flight(struct view *view)
{
	store_free(flight_of(view)->store);
	free(view);
}

static const struct view_ops flight_ops = {
	.record = keep,
	.call = look_at_call,
	.signal = look_at_signal,
	.exited = look_at_exit,
	.pass = answer,
	.finish = tell_memory,
	.close = close_flight,
};

int flight_view_open(struct view **view, struct trace *trace)
{
	struct flight_view *flight = calloc(1, sizeof(*flight));
	int err;

	if (!flight)
		return -ENOMEM;
	flight->view = (struct view){ &flight_ops, trace };
	flight->plain = *trace->opt;
	flight->plain.recording = (struct recording_options){};
	err = store_new(&flight->store, &trace->opt->recording);
	if (err) {
		free(flight);
		return err;
	}
	*view = &flight->view;
	return 0;
}
