/* SPDX-License-Identifier: GPL-2.0-only */
/* What a signal brought with it. */
#ifndef KXTRACE_SIGINFO_H
#define KXTRACE_SIGINFO_H

#include "args.h"
#include "sigset.h"

/* A siginfo_t as far as it is shown; `fields` is the start of its union. */
struct ksiginfo {
	int32_t signo;
	int32_t err;
	int32_t code;
	int32_t pad;
	uint64_t fields[4];
};

/* {si_signo=SIGCHLD, si_code=CLD_EXITED, ...} */
void out_siginfo(struct out *o, const struct ksiginfo *info);

/* --- SIGCHLD {...} --- */
void print_signal_line(struct out *o, const struct kxt_signal *sig);

arg_printer print_siginfo;

#define SIGINFO(n, when)	STRUCT(n, print_siginfo, when, struct ksiginfo)

#endif
