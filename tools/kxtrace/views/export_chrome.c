// SPDX-License-Identifier: GPL-2.0-only
/* --export=chrome: Trace Event JSON, for chrome://tracing and Perfetto. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../decode/sigset.h"
#include "file.h"
#include "json.h"
#include "lines.h"
#include "names.h"
#include "shown.h"

struct chrome_view {
	struct view view;
	struct view_file file;
	struct line_text text;
	bool any;		/* an event is written */
	struct gap missing;	/* not told yet: the next event has the time */
};

/* Microseconds, exact to the nanosecond. */
static void write_us(struct out *o, const char *key, uint64_t ns)
{
	out_str(o, key);
	out_udec(o, ns / 1000);
	out_char(o, '.');
	out_udec_pad(o, ns % 1000, 3, '0');
}

static struct out *begin_event(struct chrome_view *chrome, char phase,
			       const struct kxt_head *head)
{
	struct out *o = &chrome->file.out;

	view_file_begin(&chrome->file);
	out_str(o, chrome->any ? ",\n{\"ph\":\"" : "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n{\"ph\":\"");
	chrome->any = true;
	out_char(o, phase);
	json_udec(o, "\",\"pid\":", head->tgid);
	json_udec(o, ",\"tid\":", head->tid);
	return o;
}

static void end_event(struct chrome_view *chrome)
{
	out_char(&chrome->file.out, '}');
	chrome->file.out.line = chrome->file.out.len;
	if (chrome->file.out.error)
		chrome->view.trace->over = true;
}

static void write_name(struct chrome_view *chrome, const struct kxt_head *head, const char *what,
		       const char *name)
{
	struct out *o = begin_event(chrome, 'M', head);

	json_text(o, ",\"name\":", what);
	json_text(o, ",\"args\":{\"name\":", name);
	out_char(o, '}');
	end_event(chrome);
}

static void write_names(struct chrome_view *chrome, const struct kxt_head *head)
{
	char space[24];
	const char *name = process_name(chrome->view.trace, head->tid, head->tgid, space);

	if (head->tid == head->tgid)
		write_name(chrome, head, "process_name", name);
	write_name(chrome, head, "thread_name", name);
}

static const char *category(const struct call *call)
{
	static const struct {
		uint32_t class;
		const char *name;
	} categories[] = {
		{ CLASS_FILE, "file" }, { CLASS_NET, "net" }, { CLASS_PROCESS, "process" },
		{ CLASS_MEMORY, "memory" }, { CLASS_SIGNAL, "signal" }, { CLASS_IPC, "ipc" },
		{ CLASS_DESC, "desc" },
	};
	size_t i;

	for (i = 0; call->info && i < sizeof(categories) / sizeof(categories[0]); i++)
		if (call->info->classes & categories[i].class)
			return categories[i].name;
	return "other";
}

static void write_moment(struct chrome_view *chrome, const struct kxt_head *head, uint64_t ns,
			 const char *name, const char *line, size_t len)
{
	struct out *o = begin_event(chrome, 'i', head);

	write_us(o, ",\"s\":\"t\",\"ts\":", ns);
	json_text(o, ",\"name\":", name);
	if (len) {
		out_str(o, ",\"args\":{\"line\":");
		json_string(o, line, len);
		out_char(o, '}');
	}
	end_event(chrome);
}

static void write_missing(struct chrome_view *chrome, uint64_t ns)
{
	struct kxt_head head = head_of_gap(chrome->view.trace, &chrome->missing);
	char text[64];
	int len = snprintf(text, sizeof(text), "%llu calls were lost before this",
			   (unsigned long long)chrome->missing.calls);

	if (chrome->missing.calls)
		write_moment(chrome, &head, ns, "lost", text, len);
	chrome->missing.calls = 0;
}

static void write_call(struct view *view, struct call *call)
{
	struct chrome_view *chrome = (struct chrome_view *)view;
	uint64_t begin = call_begin(call), spent = call_spent(call);
	const char *line;
	char space[32];
	struct out *o;
	size_t len;

	if (learn_name(view->trace, call))
		write_names(chrome, &call->rec->head);
	write_missing(chrome, begin);
	line = line_text_call(&chrome->text, call, &len);
	if (!len)
		return;
	/* A call without an end, or without a beginning, is a moment. */
	o = begin_event(chrome, spent ? 'X' : 'i', &call->rec->head);
	write_us(o, ",\"ts\":", begin);
	if (spent)
		write_us(o, ",\"dur\":", spent);
	else
		out_str(o, ",\"s\":\"t\"");
	json_text(o, ",\"name\":", call_name(call, space, sizeof(space)));
	json_text(o, ",\"cat\":", category(call));
	out_str(o, ",\"args\":{\"line\":");
	json_string(o, line, len);
	out_char(o, '}');
	end_event(chrome);
}

static void write_signal(struct view *view, const struct kxt_signal *signal)
{
	struct chrome_view *chrome = (struct chrome_view *)view;
	const char *line;
	size_t len;

	line = line_text_signal(&chrome->text, signal, &len);
	if (len)
		write_moment(chrome, &signal->head, signal->time_ns, signal_name(signal->sig),
			     line, len);
}

static void write_task(struct view *view, const struct kxt_task *task)
{
	write_names((struct chrome_view *)view, &task->head);
}

static void write_exit(struct view *view, const struct kxt_task_event *event)
{
	struct chrome_view *chrome = (struct chrome_view *)view;

	write_missing(chrome, event->time_ns);
	write_moment(chrome, &event->head, event->time_ns, "exit", NULL, 0);
}

static void note_gap(struct view *view, const struct gap *gap)
{
	add_gap(&((struct chrome_view *)view)->missing, gap);
}

static int finish(struct view *view, const struct totals *totals)
{
	struct chrome_view *chrome = (struct chrome_view *)view;
	struct out *o = &chrome->file.out;

	view_file_begin(&chrome->file);
	out_str(o, chrome->any ? "\n]" : "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[]");
	json_udec(o, ",\"otherData\":{\"seen\":", totals->stats.seen);
	json_udec(o, ",\"dropped\":", totals->stats.dropped + totals->malformed);
	json_dec(o, ",\"epoch_ns\":", view->trace->epoch_ns);
	out_str(o, "}}\n");
	return view_file_finish(&chrome->file);
}

static void close_chrome(struct view *view)
{
	struct chrome_view *chrome = (struct chrome_view *)view;

	line_text_done(&chrome->text);
	view_file_close(&chrome->file);
	free(chrome);
}

static const struct view_ops chrome_ops = {
	.call = write_call,
	.signal = write_signal,
	.task = write_task,
	.exited = write_exit,
	.lost = note_gap,
	.finish = finish,
	.close = close_chrome,
};

int chrome_view_open(struct view **view, struct trace *trace)
{
	struct chrome_view *chrome = calloc(1, sizeof(*chrome));
	int err;

	if (!chrome)
		return -ENOMEM;
	chrome->view = (struct view){ &chrome_ops, trace };
	chrome->file.out.fd = -1;
	err = line_text_init(&chrome->text, trace);
	if (!err)
		err = view_file_open(&chrome->file, trace->opt->format.export[EXPORT_CHROME]);
	if (err) {
		close_chrome(&chrome->view);
		return err;
	}
	*view = &chrome->view;
	return 0;
}
