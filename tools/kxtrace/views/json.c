// SPDX-License-Identifier: GPL-2.0-only
/* --json: an object for each record, a line each. docs/schema/ has their form. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../decode/errno.h"
#include "../decode/siginfo.h"
#include "../decode/sigset.h"
#include "../line.h"
#include "json_view.h"
#include "names.h"
#include "shown.h"

#define TEXT_SIZE	(1 << 20)

static void write_who(struct json_view *json, const struct kxt_head *head, uint64_t ns)
{
	const struct task_info *task = tasks_find(json->view.trace->tasks, head->tid);
	struct out *o = out_of(json);

	if (ns)
		json_seconds(o, ",\"time\":", ns + json->view.trace->epoch_ns);
	json_udec(o, ",\"pid\":", head->tgid);
	json_udec(o, ",\"tid\":", head->tid);
	if (task && task->comm[0])
		json_text(o, ",\"comm\":", task->comm);
}

static void end_object(struct out *o)
{
	out_char(o, '}');
	out_newline(o);
}

static void write_error(struct out *o, int err)
{
	static char *messages[134];
	const char *name = errno_name(err), *message = errno_restart_text(err);

	out_str(o, message ? "{\"value\":null,\"errno\":" : "{\"value\":-1,\"errno\":");
	if (!name) {
		out_dec(o, err);
		out_char(o, '}');
		return;
	}
	json_text(o, "", name);
	if (!message && err < 134) {
		if (!messages[err])
			messages[err] = strdup(strerror(err));
		message = messages[err];
	}
	if (message)
		json_text(o, ",\"text\":", message);
	out_char(o, '}');
}

static void write_result(struct json_view *json, const struct call *call)
{
	enum result_kind kind = call->info ? call->info->result : RESULT_DEC;
	struct out *o = out_of(json), *text = &json->text;
	int64_t ret = call->rec->ret;
	bool hex = kind == RESULT_HEX || call->hex_result || call->raw;

	out_str(o, ",\"result\":");
	if (call->rec->head.flags & KXT_F_NO_RETURN) {
		out_str(o, "null");
		return;
	}
	if (call->failed) {
		write_error(o, -ret);
		return;
	}
	out_str(o, "{\"value\":");
	if (hex || kind == RESULT_OCT || kind == RESULT_UDEC)
		out_udec(o, ret);
	else
		out_dec(o, ret);
	if (hex || kind == RESULT_OCT) {
		text->len = 0;
		if (hex)
			out_hex(text, ret);
		else
			out_oct(text, ret);
		out_str(o, ",\"text\":");
		json_string(o, text->buf, text->len);
	}
	out_char(o, '}');
}

static void write_note(struct json_view *json, struct call *call)
{
	struct out *o = out_of(json), *text = &json->text;

	text->len = text->line = 0;
	if (call->info && call->info->annotate && !call->raw &&
	    !(call->rec->head.flags & KXT_F_NO_RETURN))
		call->info->annotate(text, call);
	/* It decides how the result is shown, so it comes first. */
	if (!text->len)
		return;
	out_str(o, ",\"note\":");
	json_string(o, text->buf, text->len);
}

/* Numbers are those of the call's own table; calls within others may have none. */
static void write_number(struct out *o, const struct call *call)
{
	const struct kxt_call *rec = call->rec;
	bool narrow = rec->head.flags & KXT_F_COMPAT;
	bool x32 = !narrow && call->info && rec->nr & KXT_X32_BIT;

	if (!narrow || rec->nr < KXT_WITHIN || rec->nr >= KXT_WITHIN + KXT_NR_WITHIN)
		json_udec(o, ",\"nr\":", x32 ? rec->nr & ~KXT_X32_BIT : rec->nr);
	if (narrow)
		out_str(o, ",\"abi\":\"i386\"");
	else if (x32)
		out_str(o, ",\"abi\":\"x32\"");
}

/* What calls and the operations of io_uring have in common. */
static void write_call(struct json_view *json, struct call *call, const char *kind)
{
	const struct options *opt = json->view.trace->opt;
	const struct kxt_call *rec = call->rec;
	struct out *o = out_of(json);
	char space[32];

	call_style(call, opt);
	/* Members have names, whatever -N says. */
	call->names = false;
	json_text(o, "{\"kind\":", kind);
	write_who(json, &rec->head, call_begin(call));
	if (rec->enter_ns && rec->exit_ns)
		json_seconds(o, ",\"duration\":", call_spent(call));
	out_str(o, ",\"call\":\"");
	out_str(o, call_name(call, space, sizeof(space)));
	out_char(o, '"');
	if (!call->uring)
		write_number(o, call);
	out_str(o, ",\"args\":[");
	json_arguments(json, call);
	out_char(o, ']');
	write_note(json, call);
	write_result(json, call);
}

static void show_call(struct view *view, struct call *call)
{
	struct json_view *json = (struct json_view *)view;
	struct out *o = &view->trace->out;

	(void)learn_name(view->trace, call);
	if (!line_is_wanted(view->trace->opt, call))
		return;
	write_call(json, call, "call");
	if (call->rec->head.flags & KXT_F_GOING_ON || call_is_unfinished(call))
		out_str(o, ",\"unfinished\":true");
	if (call->rec->head.flags & KXT_F_INJECTED)
		out_str(o, ",\"injected\":true");
	if (call->rec->head.flags & KXT_F_DELAYED)
		out_str(o, ",\"delayed\":true");
	end_object(o);
}

static void show_uring(struct view *view, struct call *call)
{
	struct json_view *json = (struct json_view *)view;
	struct out *o = &view->trace->out;

	if (!line_is_wanted(view->trace->opt, call))
		return;
	write_call(json, call, "io_uring");
	json_udec(o, ",\"user_data\":", call->uring->user_data);
	if (call->uring->ring_fd >= 0)
		json_udec(o, ",\"ring\":", call->uring->ring_fd);
	end_object(o);
}

static void show_signal(struct view *view, const struct kxt_signal *signal)
{
	struct json_view *json = (struct json_view *)view;
	struct out *o = &view->trace->out, *text = &json->text;
	struct ksiginfo info = {
		.signo = signal->sig, .err = signal->si_errno, .code = signal->si_code,
	};

	if (!signal_is_shown(view->trace->opt, signal))
		return;
	memcpy(info.fields, signal->fields, sizeof(info.fields));
	out_str(o, "{\"kind\":\"signal\"");
	write_who(json, &signal->head, signal->time_ns);
	json_text(o, ",\"signal\":", signal_name(signal->sig));
	text->len = text->line = 0;
	out_siginfo(text, &info);
	if (json_parse(json)) {
		out_str(o, ",\"info\":");
		tree_write_json(o, &json->tree, json->tree.nodes[0].child);
	}
	if (signal->head.flags & KXT_F_STOPS)
		out_str(o, ",\"stops\":true");
	end_object(o);
}

static void begin_event(struct json_view *json, const char *kind,
			const struct kxt_task_event *event)
{
	struct out *o = out_of(json);

	json_text(o, "{\"kind\":", kind);
	write_who(json, &event->head, event->time_ns);
}

static void show_fork(struct view *view, const struct kxt_task_event *event)
{
	begin_event((struct json_view *)view, "fork", event);
	if (event->head.flags & KXT_F_THREAD)
		out_str(&view->trace->out, ",\"thread\":true");
	end_object(&view->trace->out);
}

static void show_exit(struct view *view, const struct kxt_task_event *event)
{
	struct out *o = &view->trace->out;
	int status = event->value;
	const char *name;

	begin_event((struct json_view *)view, "exit", event);
	if (WIFSIGNALED(status)) {
		name = signal_name(WTERMSIG(status));
		json_text(o, ",\"signal\":", name ? name : "?");
		if (WCOREDUMP(status))
			out_str(o, ",\"core\":true");
	} else {
		json_udec(o, ",\"status\":", WEXITSTATUS(status));
	}
	end_object(o);
}

static void show_exec(struct view *view, const struct kxt_task_event *event)
{
	begin_event((struct json_view *)view, "exec", event);
	json_udec(&view->trace->out, ",\"former_tid\":", (uint32_t)event->value);
	end_object(&view->trace->out);
}

static void show_task(struct view *view, const struct kxt_task *task)
{
	struct json_view *json = (struct json_view *)view;
	struct out *o = &view->trace->out;

	out_str(o, "{\"kind\":\"task\"");
	write_who(json, &task->head, task->time_ns);
	json_udec(o, ",\"ppid\":", task->ppid);
	json_udec(o, ",\"uid\":", task->uid);
	json_udec(o, ",\"gid\":", task->gid);
	json_udec(o, ",\"ns_tid\":", task->ns_tid);
	json_udec(o, ",\"cgroup_id\":", task->cgroup_id);
	end_object(o);
}

static void show_gap(struct view *view, const struct gap *gap)
{
	struct out *o = &view->trace->out;

	json_udec(o, "{\"kind\":\"lost\",\"tid\":", gap->tid);
	json_udec(o, ",\"calls\":", gap->calls);
	end_object(o);
}

/* The calls that the flight recorder kept; there are no totals of them. */
static void show_dumped(struct view *view, const char *title)
{
	struct json_view *json = (struct json_view *)view;
	struct out *o = &view->trace->out;

	json->dumped = true;
	json_text(o, "{\"kind\":\"dump\",\"title\":", title);
	end_object(o);
}

/* -c: the table, a row in an object. */
static void show_counts(struct out *o, const struct kxt_sum *sums)
{
	const struct call_info *info;
	unsigned int nr;

	for (nr = 0; nr < KXT_NR_ROWS; nr++) {
		if (!sums[nr].calls)
			continue;
		info = call_info_by_row(nr);
		out_str(o, "{\"kind\":\"count\",\"call\":");
		json_text(o, "", info ? info->name : "(unknown)");
		if (nr >= KXT_I386_ROWS)
			out_str(o, ",\"abi\":\"i386\"");
		json_udec(o, ",\"calls\":", sums[nr].calls);
		json_udec(o, ",\"errors\":", sums[nr].errors);
		json_seconds(o, ",\"seconds\":", sums[nr].time_ns);
		end_object(o);
	}
}

static int show_totals(struct view *view, const struct totals *totals)
{
	struct json_view *json = (struct json_view *)view;
	struct out *o = &view->trace->out;

	if (json->dumped)
		return 0;
	if (totals->sums)
		show_counts(o, totals->sums);
	out_str(o, "{\"kind\":\"totals\"");
	json_totals(o, totals);
	json_udec(o, ",\"malformed\":", totals->malformed);
	json_udec(o, ",\"beyond\":", totals->beyond);
	json_udec(o, ",\"raw_arguments\":", json->tree.raw);
	end_object(o);
	return 0;
}

static void close_json(struct view *view)
{
	struct json_view *json = (struct json_view *)view;

	tree_done(&json->tree);
	out_done(&json->text);
	free(json);
}

static const struct view_ops json_ops = {
	.call = show_call,
	.signal = show_signal,
	.task = show_task,
	.forked = show_fork,
	.exited = show_exit,
	.superseded = show_exec,
	.uring = show_uring,
	.lost = show_gap,
	.dumped = show_dumped,
	.finish = show_totals,
	.close = close_json,
};

int json_view_open(struct view **view, struct trace *trace)
{
	struct json_view *json = calloc(1, sizeof(*json));
	int err;

	if (!json)
		return -ENOMEM;
	json->view = (struct view){ &json_ops, trace };
	err = tree_init(&json->tree);
	if (!err)
		err = out_init(&json->text, -1, TEXT_SIZE);
	if (err) {
		close_json(&json->view);
		return err;
	}
	/* Data goes to stdout; -o replaces it when the trace begins. */
	if (!trace->opt->output)
		trace->out.fd = STDOUT_FILENO;
	*view = &json->view;
	return 0;
}
