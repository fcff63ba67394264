// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel half is told of each call, from the call table and the options. */
#include "rows.h"

#include <string.h>

#include "decode.h"
#include "decode/compat.h"
#include "decode/uring_op.h"
#include "filter.h"
#include "inject.h"

bool rows_take_times(const struct options *opt)
{
	return opt->summary || opt->counting.table || opt->spent || opt->relative ||
	       opt->stamp != STAMP_NONE || opt->filter.min_ns || opt->filter.max_ns ||
	       opt->recording.file || recording_in_flight(&opt->recording) ||
	       opt->format.timed;
}

bool options_want_tasks(const struct options *opt)
{
	return opt->all || opt->show.task_names || opt->descriptor.names ||
	       opt->recording.file || recording_in_flight(&opt->recording) ||
	       opt->format.timed;
}

static bool never_returns(const struct call_info *info)
{
	return info->name && info->result == RESULT_NONE;
}

/*
 * There is work at the entry of a call that destroys what would be read at its
 * end, memory or registers; that has no end; whose times are wanted; whose end
 * may go unseen, as newer kernels skip a program that is interrupted; that has
 * others within, by arguments in memory.
 */
static bool needs_entry(const struct kxt_row *row, const struct call_info *info,
			unsigned int nr, bool entries)
{
	if (row->at_enter || info->classes & CLASS_NEW_REGS || never_returns(info))
		return true;
	return (entries && row->flags & KXT_ROW_SELECTED) || kxt_has_within(nr);
}

/* Not abbreviated: the environment itself, not its size, and all arguments. */
static void take_whole(struct kxt_op *op)
{
	if (op->kind == KXT_CAP_COUNTVEC)
		op->kind = KXT_CAP_STRVEC;
	if (op->kind == KXT_CAP_STRVEC)
		op->size = KXT_MAX_STRINGS;
}

/* The kernel half knows registers only, not which of them are one argument. */
static void choose_op(struct kxt_row *row, unsigned int nr, unsigned int i, bool whole)
{
	unsigned int at = compat_register(nr, i);
	struct kxt_op *op = &row->ops[at];

	*op = call_table[nr].args[i].op;
	if (whole)
		take_whole(op);
	if (op->kind == KXT_CAP_NONE)
		return;
	if (op->size_from < KXT_NR_ARGS)
		op->size_from = compat_register(nr, op->size_from);
	if (op->when & KXT_AT_ENTER)
		row->at_enter |= 1 << at;
	if (op->when & KXT_AT_EXIT)
		row->at_exit |= 1 << at;
}

/* Other calls whose result is a task's number never fail. */
static bool makes_task(const struct call_info *info)
{
	return info->name && info->result == RESULT_PID && !(info->classes & CLASS_PURE);
}

static void choose_row(struct kxt_row *row, unsigned int nr, bool entries, bool whole)
{
	const struct call_info *info = &call_table[nr];
	unsigned int i;

	if (info->name && info->classes & CLASS_PURE)
		row->flags |= KXT_ROW_FAILS_NEVER;
	row->nr_args = info->name ? compat_nr_registers(nr) : KXT_NR_ARGS;
	for (i = 0; info->name && i < info->nr_args; i++)
		choose_op(row, nr, i, whole);
	row->fd_args = descriptor_args(info);
	/* These leave nothing of their caller's stack behind. */
	if (info->classes & CLASS_NEW_REGS || never_returns(info))
		row->flags |= KXT_ROW_EARLY_STACK;
	if (makes_task(info))
		row->flags |= KXT_ROW_FORKS;
	if (needs_entry(row, info, nr, entries))
		row->flags |= KXT_ROW_ENTERS;
}

void rows_choose(struct kxt_row *rows, const struct options *opt, bool entries)
{
	unsigned int nr;

	entries |= rows_take_times(opt) || opt->inject.nr_rules;
	for (nr = 0; nr < KXT_NR_ROWS; nr++) {
		memset(&rows[nr], 0, sizeof(rows[nr]));
		if (opt->selected[nr])
			rows[nr].flags |= KXT_ROW_SELECTED;
		if (inject_holds(&opt->inject, nr))
			rows[nr].flags |= KXT_ROW_INJECT;
		choose_row(&rows[nr], nr, entries,
			   opt->show.styles[nr] & STYLE_WHOLE);
	}
}

bool rows_need_entry(const struct kxt_row *rows)
{
	unsigned int nr;

	/* What has new registers at its end is taken for a number without a name. */
	if ((rows[KXT_I386_ROWS - 1].flags | rows[KXT_NR_ROWS - 1].flags) & KXT_ROW_SELECTED)
		return true;
	for (nr = 0; nr < KXT_NR_ROWS; nr++)
		if (row_needs_entry(&rows[nr]))
			return true;
	return false;
}

/* Until an operation has completed its memory is the kernel's: IN is read before. */
static void choose_operation(struct kxt_row *row, const struct call_info *info)
{
	unsigned int i, when;
	bool late;

	row->nr_args = info->nr_args;
	for (i = 0; i < info->nr_args; i++) {
		row->ops[i] = info->args[i].op;
		if (row->ops[i].kind == KXT_CAP_NONE)
			continue;
		when = row->ops[i].when;
		late = when & (KXT_ON_SUCCESS | KXT_FILLED) ||
		       row->ops[i].limit_from == KXT_FROM_RET;
		if (when & KXT_AT_ENTER || !late)
			row->at_enter |= 1 << i;
		if (late)
			row->at_exit |= 1 << i;
	}
}

void operations_choose(struct kxt_row *rows, __u8 (*args)[8], const struct options *opt)
{
	const struct uring_op *op;
	unsigned int i;

	for (i = 0; i < KXT_NR_OPCODES; i++) {
		op = uring_op(i);
		memset(&rows[i], 0, sizeof(rows[i]));
		if (operation_is_selected(opt, op))
			rows[i].flags |= KXT_ROW_SELECTED;
		choose_operation(&rows[i], op->info);
		memcpy(args[i], op->from, sizeof(args[i]));
	}
}
