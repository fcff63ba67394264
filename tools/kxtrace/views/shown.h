/* SPDX-License-Identifier: GPL-2.0-only */
/* What the options leave out, for all views but text, which knows it itself. */
#ifndef KXTRACE_SHOWN_H
#define KXTRACE_SHOWN_H

#include "../view.h"

/* -e signal= */
static inline bool signal_is_shown(const struct options *opt, const struct kxt_signal *signal)
{
	return signal->sig >= 1 && signal->sig <= 64 &&
	       opt->signals & 1ull << (signal->sig - 1);
}

/* Calls that are missing, until there is a time for them: those of the last such task. */
static inline void add_gap(struct gap *to, const struct gap *gap)
{
	to->tid = gap->tid;
	to->calls += gap->calls;
}

/* As if the task had made a record. */
static inline struct kxt_head head_of_gap(const struct trace *trace, const struct gap *gap)
{
	const struct task_info *task = tasks_find(trace->tasks, gap->tid);

	return (struct kxt_head){ .tid = gap->tid,
				  .tgid = task && task->tgid ? task->tgid : gap->tid };
}

/* When it began, or if that is not known, when it ended. */
static inline uint64_t call_begin(const struct call *call)
{
	return call->rec->enter_ns ? call->rec->enter_ns : call->rec->exit_ns;
}

/* 0 when the beginning or the end is not known. */
static inline uint64_t call_spent(const struct call *call)
{
	const struct kxt_call *rec = call->rec;

	return rec->enter_ns && rec->exit_ns > rec->enter_ns ? rec->exit_ns - rec->enter_ns : 0;
}

/* The name of a task; "" when it is not known. */
static inline const char *task_name(const struct task_info *task)
{
	return task ? task->comm : "";
}

/* "openat", or "syscall_0x1f3" in `space`. */
static inline const char *call_name(const struct call *call, char *space, size_t size)
{
	if (call->info)
		return call->info->name;
	snprintf(space, size, "syscall_%#x", call->rec->nr);
	return space;
}

#endif
