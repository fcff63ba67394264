// SPDX-License-Identifier: GPL-2.0-only
/* The view that people know: a line for each call. */
#include <errno.h>
#include <stdlib.h>

#include "../files.h"
#include "../line.h"
#include "../view.h"

struct text_view {
	struct view view;
	struct line_context line;
	struct task_names names;
};

static struct line_context *line_of(struct view *view)
{
	struct text_view *text = (struct text_view *)view;
	const struct options *opt = view->trace->opt;

	if (view->trace->files)
		text->line.prefix = PREFIX_NONE;
	else if (opt->output || opt->all)
		text->line.prefix = opt->follow || opt->nr_pids > 1 || opt->all ?
				    PREFIX_PLAIN : PREFIX_NONE;
	else
		text->line.prefix = view->trace->nr_tasks > 1 ? PREFIX_BRACKETS :
							       PREFIX_NONE;
	return &text->line;
}

static void note_personality(struct view *view, const struct call *call)
{
	struct task_info *task = tasks_find(view->trace->tasks, call->rec->head.tid);

	if (task)
		task->narrow = !task->narrow;
	line_personality(line_of(view), call);
}

/* What a new task runs is what its parent ran. */
static void note_fork(struct view *view, const struct kxt_task_event *event)
{
	struct task_info *task = tasks_get(view->trace->tasks, event->head.tid);

	if (task)
		task->narrow = event->head.flags & KXT_F_COMPAT;
}

/* A task in a pid namespace of its own tells numbers of that. */
static void look_at_namespace(struct view *view, uint32_t tid)
{
	struct text_view *text = (struct text_view *)view;

	if (view->trace->opt->show.task_names)
		task_names_of(&text->names, tid);
}

/* With a file for each task: what was printed goes there. */
static void end_lines(struct view *view, uint32_t tid)
{
	struct out *o = &view->trace->out;
	int err;

	if (!view->trace->files)
		return;
	err = files_add(view->trace->files, tid, o->buf, o->len);
	o->len = o->line = 0;
	if (err)
		o->error = err;
}

static void show_line(struct view *view, struct call *call)
{
	const struct stack_frames *frames;
	struct out *o = &view->trace->out;
	uint64_t lines = o->lines;

	look_at_namespace(view, call->rec->head.tid);
	line_call(line_of(view), call);
	/* Not below a line that was not wanted. */
	if (!view->trace->opt->stack.traces || o->lines == lines)
		return;
	frames = stack_of(call);
	if (frames)
		print_stack(o, frames);
}

static void show_call(struct view *view, struct call *call)
{
	bool narrow = call->rec->head.flags & KXT_F_COMPAT;

	if (narrow != call->task->narrow)
		note_personality(view, call);
	show_line(view, call);
	end_lines(view, call->rec->head.tid);
}

static void show_signal(struct view *view, const struct kxt_signal *signal)
{
	look_at_namespace(view, signal->head.tid);
	line_signal(line_of(view), signal);
	end_lines(view, signal->head.tid);
}

static void end_file(struct view *view, uint32_t tid)
{
	int err = view->trace->files ? files_end(view->trace->files, tid) : 0;

	if (err)
		view->trace->out.error = err;
}

static void show_exit(struct view *view, const struct kxt_task_event *event)
{
	line_exit(line_of(view), event);
	end_lines(view, event->head.tid);
	end_file(view, event->head.tid);
}

static void end_detached(struct view *view, const struct kxt_task_event *event)
{
	end_file(view, event->head.tid);
}

static void show_superseded(struct view *view, const struct kxt_task_event *event)
{
	line_superseded(line_of(view), event);
	end_lines(view, event->head.tid);
}

static void flush_files(struct view *view)
{
	int err = view->trace->files ? files_flush(view->trace->files) : 0;

	if (err)
		view->trace->out.error = err;
}

static void show_lost(struct view *view, const struct gap *gap)
{
	struct out *o = &view->trace->out;

	out_printf(o, "... %llu call%s of %u lost ...", (unsigned long long)gap->calls,
		   gap->calls == 1 ? "" : "s", gap->tid);
	out_newline(o);
}

static void show_dumped(struct view *view, const char *title)
{
	struct out *o = &view->trace->out;

	out_printf(o, "=== %s ===", title);
	out_newline(o);
}

/* In their place among the lines, if both go to the terminal. */
static void show_message(struct view *view, const char *text)
{
	struct out *o = &view->trace->out;

	if (view->trace->opt->output) {
		complain("%s", text);
		return;
	}
	out_str(o, "kxtrace: ");
	out_str(o, text);
	out_newline(o);
}

static void close_text(struct view *view)
{
	struct text_view *text = (struct text_view *)view;

	line_done(&text->line);
	free(text);
}

static const struct view_ops text_ops = {
	.call = show_call,
	.uring = show_line,
	.signal = show_signal,
	.forked = note_fork,
	.exited = show_exit,
	.detached = end_detached,
	.superseded = show_superseded,
	.lost = show_lost,
	.dumped = show_dumped,
	.message = show_message,
	.pass = flush_files,
	.close = close_text,
};

int text_view_open(struct view **view, struct trace *trace)
{
	struct text_view *text = calloc(1, sizeof(*text));
	int err;

	if (!text)
		return -ENOMEM;
	text->view = (struct view){ &text_ops, trace };
	err = line_init(&text->line, trace->opt, &trace->out);
	if (err) {
		free(text);
		return err;
	}
	text->names = (struct task_names){ trace->tasks, trace->live };
	line_style(trace->opt, &trace->out, &text->names);
	line_style(trace->opt, &text->line.note, &text->names);
	text->line.epoch_ns = trace->epoch_ns;
	text->line.tasks = trace->tasks;
	*view = &text->view;
	return 0;
}
