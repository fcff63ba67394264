/* SPDX-License-Identifier: GPL-2.0-only */
/* -c: the table of calls, errors and time. */
#ifndef KXTRACE_SUMMARY_H
#define KXTRACE_SUMMARY_H

#include "decode.h"

/* `sums` has KXT_NR_ROWS, by row; 32-bit calls have a table of their own. */
void summary_print(struct out *o, const struct kxt_sum *sums);

#endif
