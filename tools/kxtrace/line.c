// SPDX-License-Identifier: GPL-2.0-only
/* One record becomes one line, as strace prints it. */
#include "line.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "decode/compat.h"
#include "decode/errno.h"
#include "decode/fd.h"
#include "decode/file.h"
#include "decode/misc.h"
#include "decode/siginfo.h"
#include "decode/sigset.h"
#include "decode/uring_op.h"
#include "dump.h"
#include "leader.h"

#define NOTE_SIZE	(16 << 10)

int line_init(struct line_context *line, const struct options *opt, struct out *out)
{
	int err;

	*line = (struct line_context){ .opt = opt, .out = out };
	line->special = opt->show.hidden || opt->show.any_style || opt->show.names;
	line_style(opt, out, NULL);
	err = out_init(&line->note, -1, NOTE_SIZE);
	line_style(opt, &line->note, NULL);
	return err;
}

void line_style(const struct options *opt, struct out *o, const struct task_names *names)
{
	o->hex_strings = opt->show.hex_strings;
	o->constants = opt->show.constants;
	o->names = opt->show.task_names ? names : NULL;
}

void line_done(struct line_context *line)
{
	out_done(&line->note);
}

static bool parse_chunks(struct call *call, const char *at, size_t len)
{
	const struct kxt_chunk *chunk;
	size_t size;

	while (len) {
		chunk = (const struct kxt_chunk *)at;
		if (len < sizeof(*chunk) || chunk->len > len - sizeof(*chunk) ||
		    chunk->arg >= KXT_NR_CHUNKS)
			return false;
		/* A second chunk of an argument was read when more was known. */
		if (chunk->arg >= KXT_ARG_FD) {
			if (chunk->arg <= KXT_ARG_FD + KXT_NR_ARGS) {
				call->fds[chunk->arg - KXT_ARG_FD] = chunk;
			} else if (chunk->arg == KXT_ARG_FD_WITHIN && !call->fds_within) {
				call->fds_within = chunk;
				call->fds_within_len = len;
			}
		} else if (chunk->arg >= KXT_NR_ARGS) {
			return false;
		} else if (chunk->when == KXT_AT_ENTER)
			call->in[chunk->arg] = chunk;
		else
			call->out[chunk->arg] = chunk;
		size = (sizeof(*chunk) + chunk->len + 7) & ~7ul;
		if (size > len)
			size = len;
		at += size;
		len -= size;
	}
	return true;
}

/*
 * What the kernel half writes is a multiple of 8; a file may hold anything.
 */
bool call_parse(struct call *call, const void *record, size_t len)
{
	const struct kxt_call *rec = record;
	unsigned int nr_args;
	size_t fixed;

	if (len < offsetof(struct kxt_call, args))
		return false;
	nr_args = rec->head.nr_args;
	fixed = offsetof(struct kxt_call, args) + nr_args * sizeof(rec->args[0]);
	if (nr_args > KXT_NR_ARGS || len < fixed || rec->head.len > len - fixed)
		return false;
	memset(call, 0, sizeof(*call));
	call->rec = rec;
	call->abbrev = true;
	call->row = kxt_row_index(rec->nr, rec->head.flags & KXT_F_COMPAT);
	call->info = call_info_by_row(call->row);
	if (nr_args < (call->info ? compat_nr_registers(call->row) : KXT_NR_ARGS))
		return false;
	call->failed = rec->ret < 0 && rec->ret >= -4095;
	if (!parse_chunks(call, (const char *)record + fixed, rec->head.len))
		return false;
	if (rec->head.flags & KXT_F_COMPAT)
		compat_widen(call);
	return true;
}

static void print_error(struct out *o, int err)
{
	static const char *messages[134];
	const char *name = errno_name(err), *message = errno_restart_text(err);

	out_str(o, message ? "? " : "-1 ");
	if (!name) {
		out_mem(o, "(errno ", 7);
		out_dec(o, err);
		out_char(o, ')');
		return;
	}
	out_str(o, name);
	if (!message && err < 134) {
		if (!messages[err])
			messages[err] = strdup(strerror(err));
		message = messages[err];
	}
	if (message) {
		out_mem(o, " (", 2);
		out_str(o, message);
		out_char(o, ')');
	}
}

static void print_result(struct out *o, const struct call *call)
{
	int64_t ret = call->rec->ret;
	enum result_kind kind = call->info ? call->info->result : RESULT_DEC;

	if (call->rec->head.flags & KXT_F_NO_RETURN) {
		out_char(o, '?');
	} else if (call->failed) {
		print_error(o, -ret);
	} else if (kind == RESULT_HEX || call->hex_result || call->raw) {
		out_hex(o, ret);
	} else if (kind == RESULT_PID) {
		out_pid(o, ret);
	} else if (kind == RESULT_OCT) {
		out_oct(o, ret);
	} else if (kind == RESULT_UDEC) {
		out_udec(o, ret);
	} else {
		out_dec(o, ret);
		if (call->fds[KXT_NR_ARGS])
			out_fd_chunk(o, call, call->fds[KXT_NR_ARGS]);
	}
}

/* The kernel would have filled it: strace waits for that, in vain. */
bool call_awaits_return(const struct call *call, unsigned int i)
{
	const struct kxt_op *op = &call->info->args[i].op;

	return op->when & (KXT_ON_SUCCESS | KXT_FILLED) &&
	       !(op->when & KXT_AT_ENTER) && call->rec->args[i];
}

static void print_raw_arguments(struct out *o, const struct call *call)
{
	unsigned int i;

	for (i = 0; i < call->info->nr_args; i++) {
		/* No argument at all, but what else the record tells. */
		if (call->info->args[i].op.kind == KXT_CAP_BLOCKED)
			continue;
		if (i)
			out_mem(o, ", ", 2);
		if (call->names) {
			out_str(o, call->info->args[i].name);
			out_char(o, '=');
		}
		out_hex(o, call->rec->args[i]);
	}
}

void print_arguments(struct out *o, const struct call *call)
{
	bool returned = !(call->rec->head.flags & KXT_F_NO_RETURN);
	const struct call_info *info = call->info;
	size_t separator, before;
	unsigned int i;

	if (call->raw) {
		print_raw_arguments(o, call);
		return;
	}
	for (i = 0; i < info->nr_args; i++) {
		separator = o->len;
		if (i)
			out_mem(o, ", ", 2);
		if (!returned && call_awaits_return(call, i))
			return;
		if (call->names && !info->args[i].named) {
			out_str(o, info->args[i].name);
			out_char(o, '=');
		}
		before = o->len;
		info->args[i].print(o, call, i, &info->args[i]);
		/* An argument without meaning here prints nothing at all. */
		if (o->len == before)
			o->len = separator;
	}
}

/* Something would still have been printed after the return. */
bool call_is_unfinished(const struct call *call)
{
	unsigned int i;

	if (!(call->rec->head.flags & KXT_F_NO_RETURN))
		return false;
	for (i = 0; call->info && i < call->info->nr_args; i++)
		if (call_awaits_return(call, i))
			return true;
	return call->info && call->info->annotate;
}

static void print_unknown_call(struct out *o, const struct call *call)
{
	unsigned int i;

	out_mem(o, "syscall_", 8);
	out_hex_pad(o, call->rec->nr, 1);
	out_char(o, '(');
	for (i = 0; i < KXT_NR_ARGS; i++) {
		if (i)
			out_mem(o, ", ", 2);
		out_hex(o, call->rec->args[i]);
	}
}

/* -e status=, -z, -Z */
static unsigned int status_of(const struct call *call)
{
	if (call->rec->head.flags & KXT_F_GOING_ON)
		return STATUS_DETACHED;
	if (call->rec->head.flags & KXT_F_NO_RETURN)
		return STATUS_UNFINISHED;
	return call->failed ? STATUS_FAILED : STATUS_SUCCESSFUL;
}

bool line_is_wanted(const struct options *opt, const struct call *call)
{
	return !opt->show.hidden || !(opt->show.hidden & status_of(call));
}

static bool is_text(const struct arg *arg)
{
	return arg->op.kind == KXT_CAP_PATH || arg->op.kind == KXT_CAP_STR ||
	       arg->op.kind == KXT_CAP_BLOCKED || arg->print == print_buffer ||
	       arg->print == print_xattr_out || arg->print == print_random;
}

/* Without their memory, structures are shown by their address. */
static void hide_structures(struct call *call)
{
	unsigned int i;

	for (i = 0; i < call->info->nr_args; i++) {
		if (is_text(&call->info->args[i]))
			continue;
		call->in[i] = NULL;
		call->out[i] = NULL;
	}
}

void call_style(struct call *call, const struct options *opt)
{
	unsigned int style = call->info ? opt->show.styles[call->row] : 0;

	call->strsize = opt->strsize;
	call->decode_fds = opt->descriptor.show;
	call->names = opt->show.names;
	call->abbrev = !(style & STYLE_WHOLE);
	call->raw = style & STYLE_RAW;
	if (style & STYLE_OPAQUE)
		hide_structures(call);
}

static inline void print_call(struct line_context *line, struct call *call)
{
	const struct kxt_call *rec = call->rec;
	struct out *o = line->out;

	print_who_when(line, rec->head.tid,
		       rec->enter_ns ? rec->enter_ns : rec->exit_ns);
	if (line->opt->show.numbers && !call->uring) {
		out_char(o, '[');
		out_udec_pad(o, rec->nr, 4, ' ');
		out_mem(o, "] ", 2);
	}
	print_place(line, call->stack);
	if (call->uring)
		print_uring_prefix(o, call);
	if (!call->info) {
		print_unknown_call(o, call);
		return;
	}
	out_str(o, call->info->name);
	out_char(o, '(');
	print_arguments(o, call);
	if (call->info->annotate && !call->raw &&
	    !(rec->head.flags & KXT_F_NO_RETURN))
		call->info->annotate(&line->note, call);
}

/* -e inject=: as strace says it. */
static void print_tampering(struct out *o, const struct kxt_call *rec)
{
	if (rec->head.flags & KXT_F_INJECTED)
		out_mem(o, " (INJECTED)", 11);
	if (rec->head.flags & KXT_F_DELAYED)
		out_mem(o, " (DELAYED)", 10);
}

void line_call(struct line_context *line, struct call *call)
{
	const struct kxt_call *rec = call->rec;
	const struct options *opt = line->opt;
	struct out *o = line->out;

	if (line->special && !line_is_wanted(opt, call))
		return;
	/* The whole line in one piece: rewinding needs it in the buffer. */
	if (o->cap - o->len < o->cap / 4)
		out_flush(o);
	if (line->special)
		call_style(call, opt);
	call->strsize = opt->strsize;
	call->decode_fds = opt->descriptor.show;
	line->note.len = 0;
	print_call(line, call);
	if (rec->head.flags & (KXT_F_GOING_ON | KXT_F_DETACHED)) {
		out_str(o, rec->head.flags & KXT_F_DETACHED ? " <detached ...>" :
							      " <unfinished ...>");
		out_newline(o);
		return;
	}
	if (call_is_unfinished(call))
		out_mem(o, " <unfinished ...>", 17);
	out_char(o, ')');
	out_spaces_to(o, opt->column ? opt->column - 1 : 0);
	out_mem(o, " = ", 3);
	print_result(o, call);
	if (line->note.len) {
		out_mem(o, " (", 2);
		out_mem(o, line->note.buf, line->note.len);
		out_char(o, ')');
	}
	if (!(rec->head.flags & KXT_F_NO_RETURN))
		print_tampering(o, rec);
	if (opt->spent && rec->exit_ns && !(rec->head.flags & KXT_F_NO_RETURN)) {
		out_mem(o, " <", 2);
		out_seconds(o, rec->enter_ns ? rec->exit_ns - rec->enter_ns : 0,
			    opt->show.spent);
		out_char(o, '>');
	}
	if (call->uring)
		print_uring_suffix(o, call);
	out_newline(o);
	if (opt->show.read.any || opt->show.written.any)
		dump_call(o, opt, call);
}

void line_personality(struct line_context *line, const struct call *call)
{
	const struct kxt_call *rec = call->rec;
	struct out *o = line->out;

	if (line->opt->quiet)
		return;
	print_leader(line, rec->head.tid, rec->enter_ns ? rec->enter_ns : rec->exit_ns);
	out_str(o, "[ Process PID=");
	out_udec(o, rec->head.tid);
	out_str(o, rec->head.flags & KXT_F_COMPAT ? " runs in 32 bit mode. ]" :
						    " runs in 64 bit mode. ]");
	out_newline(o);
}

void line_signal(struct line_context *line, const struct kxt_signal *sig)
{
	struct out *o = line->out;

	if (sig->sig < 1 || sig->sig > 64 ||
	    !(line->opt->signals & 1ull << (sig->sig - 1)))
		return;
	print_leader(line, sig->head.tid, sig->time_ns);
	print_signal_line(o, sig);
	out_newline(o);
	if (!(sig->head.flags & KXT_F_STOPS))
		return;
	print_leader(line, sig->head.tid, sig->time_ns);
	out_mem(o, "--- stopped by ", 15);
	out_signal_name(o, sig->sig);
	out_mem(o, " ---", 4);
	out_newline(o);
}

void line_exit(struct line_context *line, const struct kxt_task_event *event)
{
	struct out *o = line->out;
	int status = event->value;

	if (line->opt->quiet & QUIET_EXIT)
		return;
	print_leader(line, event->head.tid, event->time_ns);
	if (WIFSIGNALED(status)) {
		out_mem(o, "+++ killed by ", 14);
		out_signal_name(o, WTERMSIG(status));
		if (WCOREDUMP(status))
			out_mem(o, " (core dumped)", 14);
	} else {
		out_mem(o, "+++ exited with ", 16);
		out_udec(o, WEXITSTATUS(status));
	}
	out_mem(o, " +++", 4);
	out_newline(o);
}

void line_superseded(struct line_context *line,
		     const struct kxt_task_event *event)
{
	struct out *o = line->out;

	if (line->opt->quiet & QUIET_SUPERSEDED)
		return;
	print_leader(line, event->head.tid, event->time_ns);
	out_mem(o, "+++ superseded by execve in pid ", 32);
	out_udec(o, event->value);
	out_mem(o, " +++", 4);
	out_newline(o);
}
