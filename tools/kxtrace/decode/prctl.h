/* SPDX-License-Identifier: GPL-2.0-only */
/* prctl and seccomp: what a process may do and how it is treated. */
#ifndef KXTRACE_PRCTL_H
#define KXTRACE_PRCTL_H

#include "args.h"

arg_printer print_prctl_arg, print_arch_prctl_arg;
arg_printer print_seccomp_flags, print_seccomp_arg;

void out_program(struct out *o, const struct call *c, unsigned int i);
void note_prctl(struct out *o, struct call *c);

/* Names, numbers and pointers the kernel fills in all fit in 16 bytes. */
#define PRCTL_ARG(n)							\
	{ n, print_prctl_arg, CAPTURE(FIXED, IN, KXT_FROM_NONE, 16) }
#define PRCTL_VALUE(n)	{ n, print_prctl_arg }
#define PRCTL_STR(n)							\
	{ n, print_prctl_arg, CAPTURE(STR, IN, KXT_FROM_NONE, 0) }

#endif
