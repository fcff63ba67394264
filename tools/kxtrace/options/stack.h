/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: where in the program a call was made; io_uring. */
#ifndef KXTRACE_STACK_OPTIONS_H
#define KXTRACE_STACK_OPTIONS_H

#include <stdbool.h>

enum stack_traces { TRACES_NONE, TRACES_SYMBOLS, TRACES_SOURCE };

struct stack_options {
	bool instruction_pointer;	/* -i */
	enum stack_traces traces;	/* -k, -kk */
	unsigned int size;		/* --stack-size */
	bool uring;			/* --io-uring */
	bool uring_said;		/* yes or no, by --io-uring */
};

#endif
