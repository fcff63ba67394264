/* SPDX-License-Identifier: GPL-2.0-only */
/* ptrace: the request decides what the other arguments are. */
#ifndef KXTRACE_PTRACE_H
#define KXTRACE_PTRACE_H

#include "args.h"

arg_printer print_ptrace_pid, print_ptrace_addr, print_ptrace_data;

/* The longest that is shown: a set of registers. */
#define PTRACE_DATA(n)							\
	{ n, print_ptrace_data, CAPTURE(FIXED, IN, KXT_FROM_NONE, 216) }

#endif
