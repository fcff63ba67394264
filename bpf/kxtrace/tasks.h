/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who the traced tasks are: told once, and again when it changes. */
#ifndef KXTRACE_TASKS_H
#define KXTRACE_TASKS_H

#include "filter.h"
#include "follow.h"
#include "state.h"

static __always_inline u32 own_number_of(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	u32 nr = 0, level = BPF_CORE_READ(pid, level);

	bpf_probe_read_kernel(&nr, sizeof(nr), &pid->numbers[level & 31].nr);
	return nr;
}

/*
 * On a stack of its own: the record is large. `comm`: the one that it is about
 * to have; NULL: the one it has.
 */
static __noinline int emit_task(struct task_struct *task, const char *comm)
{
	struct kxt_task rec = {};

	if (!settings.tasks)
		return 0;
	fill_head(&rec.head, KXT_TASK, 0, task);
	rec.time_ns = bpf_ktime_get_ns();
	rec.start_ns = BPF_CORE_READ(task, start_boottime);
	rec.cgroup_id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	rec.ppid = pid_level ? number_of(BPF_CORE_READ(task, real_parent, group_leader)) :
			       BPF_CORE_READ(task, real_parent, tgid);
	rec.uid = BPF_CORE_READ(task, cred, uid.val);
	rec.gid = BPF_CORE_READ(task, cred, gid.val);
	rec.ns_tid = own_number_of(task);
	bpf_probe_read_kernel_str(rec.comm, sizeof(rec.comm), comm ? comm : task->comm);
	emit(&rec, sizeof(rec));
	return 0;
}

/*
 * --all: a task is met at its first call. NULL: it is not to be traced, or the
 * kernel had no memory; then its call is lost, and counted by the caller.
 */
static __always_inline struct task_state *meet(struct task_struct *task)
{
	struct task_state *state;

	if ((u32)task->tgid == own_tgid || !filter_takes_task())
		return NULL;
	state = make_state(task);
	if (!state) {
		COUNT(seen);
		COUNT(dropped);
		return NULL;
	}
	state->flags = STATE_TRACED;
	emit_task(task, NULL);
	return state;
}

#endif
