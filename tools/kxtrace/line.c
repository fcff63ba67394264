// SPDX-License-Identifier: GPL-2.0-only
/* One record becomes one line, as strace prints it. */
#include "line.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "decode/compat.h"
#include "decode/errno.h"
#include "decode/siginfo.h"
#include "decode/sigset.h"

#define NOTE_SIZE	(16 << 10)
#define NS_PER_S	1000000000ull
#define NS_PER_US	1000ull

int line_init(struct line_context *line, const struct options *opt, struct out *out)
{
	*line = (struct line_context){ .opt = opt, .out = out };
	return out_init(&line->note, -1, NOTE_SIZE);
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
			if (chunk->arg <= KXT_ARG_FD + KXT_NR_ARGS)
				call->fds[chunk->arg - KXT_ARG_FD] = chunk;
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

static void print_time_of_day(struct out *o, time_t seconds)
{
	static time_t minute = -1;
	static struct tm tm;

	if (seconds / 60 != minute) {
		minute = seconds / 60;
		localtime_r(&seconds, &tm);
	}
	out_udec_pad(o, tm.tm_hour, 2, '0');
	out_char(o, ':');
	out_udec_pad(o, tm.tm_min, 2, '0');
	out_char(o, ':');
	out_udec_pad(o, seconds % 60, 2, '0');
}

static void print_stamp(struct line_context *line, uint64_t ns)
{
	uint64_t real = ns + line->epoch_ns;
	struct out *o = line->out;

	if (line->opt->stamp == STAMP_EPOCH)
		out_udec(o, real / NS_PER_S);
	else
		print_time_of_day(o, real / NS_PER_S);
	if (line->opt->stamp != STAMP_TIME) {
		out_char(o, '.');
		out_udec_pad(o, real % NS_PER_S / NS_PER_US, 6, '0');
	}
}

static void print_relative(struct line_context *line, uint64_t ns)
{
	uint64_t since = line->last_ns && ns > line->last_ns ?
			 ns - line->last_ns : 0;
	bool brackets = line->opt->stamp != STAMP_NONE;
	struct out *o = line->out;

	line->last_ns = ns;
	if (brackets)
		out_mem(o, "(+", 2);
	out_udec_pad(o, since / NS_PER_S, 6, ' ');
	out_char(o, '.');
	out_udec_pad(o, since % NS_PER_S / NS_PER_US, 6, '0');
	out_mem(o, ") ", 2);
	if (!brackets)
		o->len -= 2, out_char(o, ' ');
}

/* What stands before every line: who, when. */
static void print_leader(struct line_context *line, uint32_t tid, uint64_t ns)
{
	struct out *o = line->out;

	if (line->prefix == PREFIX_PLAIN) {
		size_t from = out_column(o);

		out_udec(o, tid);
		out_spaces_to(o, from + 5);
		out_char(o, ' ');
	} else if (line->prefix == PREFIX_BRACKETS) {
		out_mem(o, "[pid ", 5);
		out_udec_pad(o, tid, 5, ' ');
		out_mem(o, "] ", 2);
	}
	if (line->opt->stamp != STAMP_NONE) {
		print_stamp(line, ns);
		out_char(o, ' ');
	}
	if (line->opt->relative)
		print_relative(line, ns);
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
	} else if (kind == RESULT_HEX || call->hex_result) {
		out_hex(o, ret);
	} else if (kind == RESULT_OCT) {
		out_oct(o, ret);
	} else if (kind == RESULT_UDEC) {
		out_udec(o, ret);
	} else {
		out_dec(o, ret);
	}
}

/* The kernel would have filled it: strace waits for that, in vain. */
static bool awaits_return(const struct call *call, unsigned int i)
{
	const struct kxt_op *op = &call->info->args[i].op;

	return op->when & (KXT_ON_SUCCESS | KXT_FILLED) &&
	       !(op->when & KXT_AT_ENTER) && call->rec->args[i];
}

void print_arguments(struct out *o, const struct call *call)
{
	bool returned = !(call->rec->head.flags & KXT_F_NO_RETURN);
	const struct call_info *info = call->info;
	size_t separator, before;
	unsigned int i;

	for (i = 0; i < info->nr_args; i++) {
		separator = o->len;
		if (i)
			out_mem(o, ", ", 2);
		if (!returned && awaits_return(call, i))
			return;
		before = o->len;
		info->args[i].print(o, call, i, &info->args[i]);
		/* An argument without meaning here prints nothing at all. */
		if (o->len == before && before > separator)
			o->len = separator;
	}
}

/* Something would still have been printed after the return. */
static bool is_unfinished(const struct call *call)
{
	unsigned int i;

	if (!(call->rec->head.flags & KXT_F_NO_RETURN))
		return false;
	for (i = 0; call->info && i < call->info->nr_args; i++)
		if (awaits_return(call, i))
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

void line_call(struct line_context *line, struct call *call)
{
	const struct kxt_call *rec = call->rec;
	const struct options *opt = line->opt;
	struct out *o = line->out;

	if (opt->only_failed && !call->failed)
		return;
	if (rec->head.flags & KXT_F_GOING_ON &&
	    (opt->only_successful || opt->only_failed))
		return;
	if (opt->only_successful &&
	    (call->failed || rec->head.flags & KXT_F_NO_RETURN))
		return;
	/* The whole line in one piece: rewinding needs it in the buffer. */
	if (o->cap - o->len < o->cap / 4)
		out_flush(o);
	call->abbrev = !opt->verbose;
	call->strsize = opt->strsize;
	line->note.len = 0;

	print_leader(line, rec->head.tid,
		     rec->enter_ns ? rec->enter_ns : rec->exit_ns);
	if (call->info) {
		out_str(o, call->info->name);
		out_char(o, '(');
		print_arguments(o, call);
		if (call->info->annotate &&
		    !(rec->head.flags & KXT_F_NO_RETURN))
			call->info->annotate(&line->note, call);
	} else {
		print_unknown_call(o, call);
	}
	if (rec->head.flags & KXT_F_GOING_ON) {
		out_mem(o, " <unfinished ...>", 17);
		out_newline(o);
		return;
	}
	if (is_unfinished(call))
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
	if (opt->spent && rec->exit_ns) {
		uint64_t spent = rec->enter_ns ? rec->exit_ns - rec->enter_ns : 0;

		out_mem(o, " <", 2);
		out_udec(o, spent / NS_PER_S);
		out_char(o, '.');
		out_udec_pad(o, spent % NS_PER_S / NS_PER_US, 6, '0');
		out_char(o, '>');
	}
	out_newline(o);
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
	out_signal(o, sig->sig);
	out_mem(o, " ---", 4);
	out_newline(o);
}

void line_exit(struct line_context *line, const struct kxt_task_event *event)
{
	struct out *o = line->out;
	int status = event->value;

	if (line->opt->quiet > 1)
		return;
	print_leader(line, event->head.tid, event->time_ns);
	if (WIFSIGNALED(status)) {
		out_mem(o, "+++ killed by ", 14);
		out_signal(o, WTERMSIG(status));
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

	if (line->opt->quiet > 1)
		return;
	print_leader(line, event->head.tid, event->time_ns);
	out_mem(o, "+++ superseded by execve in pid ", 32);
	out_udec(o, event->value);
	out_mem(o, " +++", 4);
	out_newline(o);
}
