/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * New tasks that are to be traced.
 *
 * The kernel may be unable to give a task its state at the very moment of the
 * fork: since 6.19 it allocates without waiting for any lock. Such a task is
 * an orphan, known by number only, until one of its own calls adopts it.
 */
#ifndef KXTRACE_FOLLOW_H
#define KXTRACE_FOLLOW_H

#include "state.h"

/* Written at fork, emptied at adoption or at the task's end. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, u32);
	__type(value, u32);
} orphans SEC(".maps");

static __always_inline struct task_state *make_state(struct task_struct *task)
{
	struct task_state *state = NULL;
	int i;

	for (i = 0; i < 4 && !state; i++)
		state = bpf_task_storage_get(&tasks, task, NULL,
					     BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!state)
		return NULL;
	state->nr = KXT_NO_CALL;
	return state;
}

static __always_inline bool leave_orphan(u32 pid)
{
	u32 one = 1;

	if (bpf_map_update_elem(&orphans, &pid, &one, BPF_ANY))
		return false;
	__sync_fetch_and_add(&nr_orphans, 1);
	return true;
}

/* For a task without state: whether it was an orphan, and is none any more. */
static __always_inline bool take_orphan(u32 pid)
{
	if (!nr_orphans || bpf_map_delete_elem(&orphans, &pid))
		return false;
	__sync_fetch_and_sub(&nr_orphans, 1);
	return true;
}

/* At a call's entry. A call that finds no memory either is lost, and counted. */
static __always_inline struct task_state *adopt(struct task_struct *task)
{
	struct task_state *state;
	u32 pid = task->pid;

	if (!nr_orphans || !bpf_map_lookup_elem(&orphans, &pid))
		return NULL;
	state = make_state(task);
	if (!state) {
		COUNT(seen);
		COUNT(dropped);
		return NULL;
	}
	take_orphan(pid);
	state->flags = STATE_TRACED;
	return state;
}

#endif
