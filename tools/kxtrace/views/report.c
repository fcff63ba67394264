// SPDX-License-Identifier: GPL-2.0-only
/* --report: gathers what the page shows, in memory that does not grow with the trace. */
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../decode/errno.h"
#include "names.h"
#include "shown.h"

#define MAX_CALL_NAMES	1000
#define MAX_ERRORS	5000
#define MAX_FILES	100000

static struct report_view *report_of(struct view *view)
{
	return (struct report_view *)view;
}

static void find_fastest(struct report_view *report)
{
	unsigned int i;

	for (report->fastest = i = 0; i < report->nr_slow; i++)
		if (report->slow[i].ns < report->slow[report->fastest].ns)
			report->fastest = i;
}

/* The line is made for those only that are among the slowest so far. */
static void note_slow(struct report_view *report, struct call *call, uint64_t spent)
{
	struct slow_call *slow;
	const char *text;
	size_t len;

	if (!spent)
		return;
	if (report->nr_slow < MAX_SLOW) {
		slow = &report->slow[report->nr_slow++];
	} else {
		slow = &report->slow[report->fastest];
		if (spent <= slow->ns)
			return;
	}
	text = line_text_call(&report->text, call, &len);
	*slow = (struct slow_call){
		.ns = spent, .begin = call_begin(call), .tid = call->rec->head.tid,
		.tgid = call->rec->head.tgid, .failed = call->failed,
		.len = len < SLOW_TEXT ? len : SLOW_TEXT,
	};
	memcpy(slow->text, text, slow->len);
	if (report->nr_slow == MAX_SLOW)
		find_fastest(report);
}

static void note_error(struct report_view *report, const struct call *call, const char *name)
{
	const char *error = errno_name(-call->rec->ret);
	char key[96];
	int len;

	if (error)
		len = snprintf(key, sizeof(key), "%s\t%s", error, name);
	else
		len = snprintf(key, sizeof(key), "%lld\t%s", -(long long)call->rec->ret, name);
	(void)tally_add(&report->errors, key, len, true, call_spent(call));
}

static void note_task(struct report_view *report, struct lane *lane, const struct call *call)
{
	const char *name = task_name(call->task);
	uint64_t begin = call_begin(call), end = begin + call_spent(call);

	lane->calls++;
	lane->errors += call->failed;
	lane->ns += call_spent(call);
	if (begin && (!lane->begin || begin < lane->begin))
		lane->begin = begin;
	if (end > lane->end)
		lane->end = end;
	if (*name && lane->tid)
		snprintf(lane->name, sizeof(lane->name), "%s", name);
	if (call->task->known && lane->tid) {
		lane->known = true;
		lane->ppid = call->task->ppid;
		lane->uid = call->task->uid;
		lane->cgroup_id = call->task->cgroup_id;
	}
	if (begin && (!report->begin || begin < report->begin))
		report->begin = begin;
	if (end > report->end)
		report->end = end;
}

static void take_call(struct view *view, struct call *call)
{
	struct report_view *report = report_of(view);
	const struct kxt_head *head = &call->rec->head;
	uint64_t spent = call_spent(call), begin = call_begin(call);
	char space[32];
	const char *name = call_name(call, space, sizeof(space)), *path;
	struct lane *lane;
	size_t len;

	(void)learn_name(view->trace, call);
	if (!line_is_wanted(view->trace->opt, call) || head->flags & KXT_F_GOING_ON)
		return;
	lane = spans_lane(&report->spans, head->tid, head->tgid);
	note_task(report, lane, call);
	if (begin)
		spans_add(&report->spans, lane, begin, begin + spent,
			  call->info ? call->row : KXT_NR_ROWS, call->failed);
	(void)tally_add(&report->calls, name, strlen(name), call->failed, spent);
	if (call->failed)
		note_error(report, call, name);
	path = call_path(call, &len);
	if (path && len)
		(void)tally_add(&report->files, path, len, call->failed, spent);
	note_slow(report, call, spent);
}

static void take_signal(struct view *view, const struct kxt_signal *signal)
{
	if (signal_is_shown(view->trace->opt, signal))
		report_of(view)->signals++;
}

static void take_task(struct view *view, const struct kxt_task *task)
{
	(void)task;
	report_of(view)->tasks++;
}

static void take_exit(struct view *view, const struct kxt_task_event *event)
{
	spans_forget(&report_of(view)->spans, event->head.tid);
}

static void take_gap(struct view *view, const struct gap *gap)
{
	report_of(view)->missing += gap->calls;
}

static int finish(struct view *view, const struct totals *totals)
{
	struct report_view *report = report_of(view);

	view_file_begin(&report->file);
	report_write(report, totals);
	return view_file_finish(&report->file);
}

static void close_report(struct view *view)
{
	struct report_view *report = report_of(view);

	line_text_done(&report->text);
	tally_done(&report->calls);
	tally_done(&report->errors);
	tally_done(&report->files);
	spans_done(&report->spans);
	free(report->slow);
	view_file_close(&report->file);
	free(report);
}

static const struct view_ops report_ops = {
	.call = take_call,
	.signal = take_signal,
	.task = take_task,
	.exited = take_exit,
	.lost = take_gap,
	.finish = finish,
	.close = close_report,
};

int report_view_open(struct view **view, struct trace *trace)
{
	struct report_view *report = calloc(1, sizeof(*report));
	int err;

	if (!report)
		return -ENOMEM;
	report->view = (struct view){ &report_ops, trace };
	report->file.out.fd = -1;
	tally_init(&report->calls, MAX_CALL_NAMES, true);
	tally_init(&report->errors, MAX_ERRORS, false);
	tally_init(&report->files, MAX_FILES, false);
	report->slow = calloc(MAX_SLOW, sizeof(*report->slow));
	err = report->slow ? spans_init(&report->spans) : -ENOMEM;
	if (!err)
		err = line_text_init(&report->text, trace);
	if (!err)
		err = view_file_open(&report->file, trace->opt->format.report);
	if (err) {
		close_report(&report->view);
		return err;
	}
	*view = &report->view;
	return 0;
}
