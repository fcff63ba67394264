/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* New tasks that are to be traced: where their state is made, and unmade. */
#ifndef KXTRACE_FOLLOW_H
#define KXTRACE_FOLLOW_H

#include "state.h"

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

static __always_inline bool make_orphan(u32 pid, u32 flags)
{
	struct task_state state = { .flags = flags, .nr = KXT_NO_CALL };

	if (bpf_map_update_elem(&orphans, &pid, &state, BPF_ANY))
		return false;
	__sync_fetch_and_add(&nr_orphans, 1);
	return true;
}

static __always_inline void unmake_orphan(u32 pid)
{
	if (nr_orphans && !bpf_map_delete_elem(&orphans, &pid))
		__sync_fetch_and_sub(&nr_orphans, 1);
}

#endif
