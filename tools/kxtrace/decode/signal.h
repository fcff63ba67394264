/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls about signals. */
#ifndef KXTRACE_SIGNAL_H
#define KXTRACE_SIGNAL_H

#include "args.h"
#include "siginfo.h"
#include "sigset.h"
#include "time.h"
#include "../xlat/signal.h"

/* The kernel's struct sigaction, in the order of x86. */
struct ksigaction {
	uint64_t handler;
	uint64_t flags;
	uint64_t restorer;
	uint64_t mask;
};

struct ksigaltstack {
	uint64_t sp;
	int32_t flags;
	uint32_t pad;
	uint64_t size;
};

arg_printer print_sigaction, print_sigaltstack, print_restored_mask;
arg_printer print_pending;
arg_printer print_resumed;	/* no argument: which call goes on */

void note_signal(struct out *o, struct call *c);

#endif
