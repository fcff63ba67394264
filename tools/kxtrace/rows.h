/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel half is told of each call, from the call table and the options. */
#ifndef KXTRACE_ROWS_H
#define KXTRACE_ROWS_H

#include "options.h"

/* Times at entry and at exit are needed. */
bool rows_take_times(const struct options *opt);
/* Who reads the records wants to know who made the calls. */
bool options_want_tasks(const struct options *opt);

/* `rows` has KXT_NR_ROWS; `entries`: no call may do without a program at its entry. */
void rows_choose(struct kxt_row *rows, const struct options *opt, bool entries);

/* A program has to be there when such a call begins; when any of them does. */
static inline bool row_needs_entry(const struct kxt_row *row)
{
	return row->flags & KXT_ROW_SELECTED && row->flags & KXT_ROW_ENTERS;
}
bool rows_need_entry(const struct kxt_row *rows);

/*
 * The same for operations of io_uring; `args`: where their arguments come from,
 * enum kxt_sqe_field. Both have KXT_NR_OPCODES.
 */
void operations_choose(struct kxt_row *rows, __u8 (*args)[8], const struct options *opt);

#endif
