/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for children: how they ended, what they used. */
#include <sys/wait.h>

#include "member.h"
#include "process.h"
#include "siginfo.h"
#include "time.h"
#include "../xlat/process.h"

/* Shows what it knows of a status, and returns the bits it does not. */
static unsigned int out_ended(struct out *o, unsigned int status)
{
	if (WIFEXITED(status)) {
		out_printf(o, "{WIFEXITED(s) && WEXITSTATUS(s) == %d}",
			   WEXITSTATUS(status));
		return status & ~0xff00u;
	}
	out_str(o, "{WIFSIGNALED(s) && WTERMSIG(s) == ");
	out_signal_name(o, WTERMSIG(status));
	if (WCOREDUMP(status))
		out_str(o, " && WCOREDUMP(s)");
	out_char(o, '}');
	return status & ~0xffu;
}

/* A tracer sees more: bit 7 for calls, and an event above the signal. */
static unsigned int out_stopped(struct out *o, unsigned int status)
{
	int sig = WSTOPSIG(status);

	out_str(o, "{WIFSTOPPED(s) && WSTOPSIG(s) == ");
	out_signal_name(o, sig & 0x7f);
	if (sig & 0x80)
		out_str(o, " | 0x80");
	out_char(o, '}');
	return status & ~0xffffu;
}

static void out_status(struct out *o, unsigned int status)
{
	unsigned int rest;

	if (WIFSTOPPED(status)) {
		rest = out_stopped(o, status);
	} else if (WIFEXITED(status) || WIFSIGNALED(status)) {
		rest = out_ended(o, status);
	} else if (WIFCONTINUED(status)) {
		out_str(o, "{WIFCONTINUED(s)}");
		rest = 0;
	} else {
		out_hex(o, status);
		return;
	}
	if (rest >> 16) {
		out_char(o, '|');
		xlat_value(o, &ptrace_events, rest >> 16);
		out_str(o, "<<16");
	}
	if (rest & 0xffff) {
		out_char(o, '|');
		out_hex(o, rest & 0xffff);
	}
}

void print_wait_status(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	const uint32_t *status = call_out(c, i, sizeof(*status));

	(void)arg;
	/* With WNOHANG there may be nothing to report. */
	if (!status || c->rec->ret <= 0) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	out_status(o, *status);
	out_char(o, ']');
}

static void out_rusage(struct out *o, const struct call *c,
		       const int64_t *ru)
{
	static const char *const names[] = {
		"ru_maxrss", "ru_ixrss", "ru_idrss", "ru_isrss", "ru_minflt",
		"ru_majflt", "ru_nswap", "ru_inblock", "ru_oublock",
		"ru_msgsnd", "ru_msgrcv", "ru_nsignals", "ru_nvcsw",
		"ru_nivcsw",
	};
	size_t i;

	out_str(o, "{ru_utime=");
	out_timeval(o, (const struct ktimespec *)ru);
	member(o, "ru_stime");
	out_timeval(o, (const struct ktimespec *)(ru + 2));
	if (c->abbrev) {
		out_str(o, ", ...}");
		return;
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		member_udec(o, names[i], ru[4 + i]);
	out_char(o, '}');
}

void print_rusage(struct out *o, const struct call *c, unsigned int i,
		  const struct arg *arg)
{
	const int64_t *ru = arg_data_out(o, c, i, 144);

	(void)arg;
	if (ru)
		out_rusage(o, c, ru);
}

void print_wait_rusage(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	if (c->rec->ret > 0)
		print_rusage(o, c, i, arg);
	else
		out_addr(o, c->rec->args[i]);
}

void print_waitid_info(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	if (c->failed)
		out_addr(o, c->rec->args[i]);
	else
		print_siginfo(o, c, i, arg);
}

void print_waitid_id(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	if ((int32_t)c->rec->args[0] == P_PIDFD)
		print_fd(o, c, i, arg);
	else
		print_who(o, c, i, arg);
}
