/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* -c: calls are counted where they end, no record is made. */
#ifndef KXTRACE_SUMMARY_H
#define KXTRACE_SUMMARY_H

#include "state.h"

/*
 * Time on the CPU. sum_exec_runtime is brought up to date only now and then,
 * at exec_start of another clock; in a difference the clocks' offset vanishes.
 */
static __always_inline void start_cpu_time(struct task_state *state,
					   struct task_struct *task)
{
	state->enter_cpu_ns = task->se.sum_exec_runtime;
	state->enter_exec_start = task->se.exec_start;
}

static __always_inline u64 cpu_time(struct task_state *state,
				    struct task_struct *task, u64 now)
{
	s64 spent = task->se.sum_exec_runtime - state->enter_cpu_ns +
		    now - state->enter_ns -
		    (task->se.exec_start - state->enter_exec_start);

	return spent > 0 ? spent : 0;
}

static __always_inline void add_to_sum(struct task_state *state,
				       struct task_struct *task, u32 nr,
				       bool failed)
{
	u32 index = row_index(state, nr);
	struct kxt_sum *sum = bpf_map_lookup_elem(&sums, &index);
	u64 now = bpf_ktime_get_ns();

	if (!sum)
		return;
	__sync_fetch_and_add(&sum->calls, 1);
	if (failed)
		__sync_fetch_and_add(&sum->errors, 1);
	if (state->enter_ns)
		__sync_fetch_and_add(&sum->time_ns, settings.wall_clock ?
				     now - state->enter_ns :
				     cpu_time(state, task, now));
}

#endif
