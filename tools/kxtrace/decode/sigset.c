/* SPDX-License-Identifier: GPL-2.0-only */
/* Signals by name, alone and in sets. */
#include "sigset.h"

#include <signal.h>

#include "member.h"

#define S(name)		[SIG##name] = "SIG" #name
#define RT(n)		[32 + n] = "SIGRT_" #n

static const char *const names[] = {
	S(HUP), S(INT), S(QUIT), S(ILL), S(TRAP), S(ABRT), S(BUS), S(FPE),
	S(KILL), S(USR1), S(SEGV), S(USR2), S(PIPE), S(ALRM), S(TERM),
	S(STKFLT), S(CHLD), S(CONT), S(STOP), S(TSTP), S(TTIN), S(TTOU),
	S(URG), S(XCPU), S(XFSZ), S(VTALRM), S(PROF), S(WINCH), S(IO),
	S(PWR), S(SYS),
	/* The kernel's numbering: glibc keeps the first two for itself. */
	[32] = "SIGRTMIN",
	RT(1), RT(2), RT(3), RT(4), RT(5), RT(6), RT(7), RT(8), RT(9), RT(10),
	RT(11), RT(12), RT(13), RT(14), RT(15), RT(16), RT(17), RT(18),
	RT(19), RT(20), RT(21), RT(22), RT(23), RT(24), RT(25), RT(26),
	RT(27), RT(28), RT(29), RT(30), RT(31), RT(32),
};

const char *signal_name(int sig)
{
	if (sig < 0 || (size_t)sig >= sizeof(names) / sizeof(names[0]))
		return NULL;
	return names[sig];
}

void out_signal(struct out *o, int sig)
{
	out_name_dec(o, sig, signal_name(sig));
}

void out_signal_name(struct out *o, int sig)
{
	const char *name = signal_name(sig);

	if (name)
		out_str(o, name);
	else
		out_dec(o, sig);
}

static bool has_signal(const unsigned char *set, unsigned int sig)
{
	return set[(sig - 1) / 8] >> (sig - 1) % 8 & 1;
}

static unsigned int count_signals(const unsigned char *set, unsigned int last)
{
	unsigned int sig, nr = 0;

	for (sig = 1; sig <= last; sig++)
		nr += has_signal(set, sig);
	return nr;
}

void out_sigset(struct out *o, const void *set, size_t len)
{
	unsigned int last = (len < 8 ? len : 8) * 8, sig;
	bool lacks = count_signals(set, last) >= last * 2 / 3, first = true;

	out_str(o, lacks ? "~[" : "[");
	for (sig = 1; sig <= last; sig++) {
		if (has_signal(set, sig) == lacks)
			continue;
		if (!first)
			out_char(o, ' ');
		first = false;
		out_name_dec(o, sig, names[sig] + 3);
	}
	out_char(o, ']');
}

void print_signal(struct out *o, const struct call *c, unsigned int i,
		  const struct arg *arg)
{
	(void)arg;
	out_signal(o, c->rec->args[i]);
}

void print_sigset(struct out *o, const struct call *c, unsigned int i,
		  const struct arg *arg)
{
	const void *set = call_in(c, i, 8);
	uint64_t size = arg->aux < KXT_NR_ARGS ? c->rec->args[arg->aux] : 8;

	if (set && size == 8)
		out_sigset(o, set, 8);
	else
		out_addr(o, c->rec->args[i]);
}
