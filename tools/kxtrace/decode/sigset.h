/* SPDX-License-Identifier: GPL-2.0-only */
/* Signals by name, alone and in sets. */
#ifndef KXTRACE_SIGSET_H
#define KXTRACE_SIGSET_H

#include "args.h"

/* "SIGINT", "SIGRT_2"; NULL when there is no such signal. */
const char *signal_name(int sig);

/* The name, or the number where there is none. */
void out_signal(struct out *o, int sig);
/* The name, whatever -X says: where no argument stands. */
void out_signal_name(struct out *o, int sig);

/* [INT CHLD]; a set of nearly all is shown by what it lacks: ~[KILL STOP]. */
void out_sigset(struct out *o, const void *set, size_t len);

arg_printer print_signal;
/* A set of 8 bytes; argument `aux` says whether it is. */
arg_printer print_sigset;

#define SIGNAL(n)	{ n, print_signal }
#define SIGSET(n, when, size_arg)					\
	{ n, print_sigset, CAPTURE(FIXED, when, KXT_FROM_NONE, 8),	\
	  .aux = (size_arg) }

#endif
