/* SPDX-License-Identifier: GPL-2.0-only */
/* -c: the table of calls, errors and time. */
#ifndef KXTRACE_SUMMARY_H
#define KXTRACE_SUMMARY_H

#include "decode.h"
#include "options.h"

/* `sums` has KXT_NR_ROWS, by row; 32-bit calls have a table of their own. */
void summary_print(struct out *o, const struct kxt_sum *sums,
		   const struct counting_options *opt);

/* Adds what one CPU or one record counted; min and max are valid if it has calls. */
void sum_add(struct kxt_sum *sum, const struct kxt_sum *more);

/* What the kernel half would have counted for this call: time less -O, and errors. */
uint64_t sum_spent(const struct options *opt, const struct kxt_call *rec);
bool sum_failed(const struct call *call);

/* The name of a row; the last one is shared by what has none. */
const char *sum_name(unsigned int nr);

#endif
