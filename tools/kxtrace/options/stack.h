/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: where in the program a call was made; io_uring. */
#ifndef KXTRACE_STACK_OPTIONS_H
#define KXTRACE_STACK_OPTIONS_H

struct stack_options {
	char nothing_yet;
};

#endif
