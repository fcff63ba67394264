/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: what is done to calls, not only shown of them. */
#ifndef KXTRACE_INJECT_OPTIONS_H
#define KXTRACE_INJECT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "../../../bpf/kxtrace.h"

#define MAX_INJECTS		64

/* A call that runs waits at its end in the kernel, which must not be for long. */
#define MAX_EXIT_DELAY_NS	10000000

struct inject_rule {
	bool answered;		/* error=, retval=: the call is not made */
	bool delayed;		/* delay_enter=, delay_exit= */
	uint8_t signal;		/* 0: none */
	int64_t result;		/* what the caller gets: -ENOENT, 17 */
	uint64_t enter_ns;
	uint64_t exit_ns;
	/* when=: which calls, counted from 1 for each task and system call. */
	uint32_t first;
	uint32_t last;		/* 0: there is no last one */
	uint32_t step;		/* 0: the first one only */
};

struct inject_options {
	struct inject_rule rules[MAX_INJECTS];
	unsigned int nr_rules;
	uint8_t of_row[KXT_NR_ROWS];	/* which rule plus 1; of several, the last */
};

#endif
