/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* -e inject=: calls that user space answered, delayed or sent a signal into. */
#ifndef KXTRACE_INJECT_H
#define KXTRACE_INJECT_H

#include "state.h"
#include "summary.h"

#define ERESTARTSYS	512
#define MAX_SPINS	(1 << 23)	/* as many as bpf_loop() makes */

/* Written by user space, which has it mapped; emptied here. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct kxt_mark);
} marks SEC(".maps");

/* As late as here: the task gets it as if the kernel itself had sent it. */
static __always_inline void heed_mark(struct task_state *state, const struct kxt_mark *mark)
{
	state->mark_flags = mark->flags;
	state->exit_delay_ns = mark->exit_delay_ns;
	state->enter_ns = mark->began_ns;
	if (mark->signal)
		bpf_send_signal_thread(mark->signal);
}

/* The mark of the current task's call, if there is one. Verified once. */
__noinline int take_mark(struct task_state *state, u32 heed)
{
	struct task_struct *task = bpf_get_current_task_btf();
	u32 tid = pid_level ? number_of(task) : task->pid;
	struct kxt_mark *mark, taken;
	u32 i, key;

	if (!state)
		return 0;
	for (i = 0; i < KXT_MARK_TRIES; i++) {
		key = kxt_mark_place(tid, i);
		mark = bpf_map_lookup_elem(&marks, &key);
		if (!mark || *(volatile u32 *)&mark->tid != tid)
			continue;
		taken = *mark;
		barrier();
		*(volatile u32 *)&mark->tid = 0;
		if (heed)
			heed_mark(state, &taken);
		return 1;
	}
	return 0;
}

/*
 * A call begins that user space may have held until now. True: the time of its beginning
 * is known. Time on the CPU is counted from now: what waits uses none.
 */
static __always_inline bool begin_marked(struct task_state *state,
					 const volatile struct kxt_row *row)
{
	state->mark_flags = 0;
	state->exit_delay_ns = 0;
	if (!(row->flags & KXT_ROW_INJECT) || !take_mark(state, true))
		return false;
	return !wants_cpu_time();
}

/*
 * A call ends that had no beginning: seccomp has answered it. False: a signal came while
 * it waited to be looked at; it begins again, and nothing has happened.
 */
static __always_inline bool begin_skipped(struct task_state *state, struct task_struct *task,
					  const volatile struct kxt_row *row, long ret)
{
	state->mark_flags = 0;
	state->exit_delay_ns = 0;
	if (!(row->flags & KXT_ROW_INJECT))
		return true;
	if (!take_mark(state, true))
		return ret != -ERESTARTSYS;
	if (wants_cpu_time()) {
		state->enter_ns = bpf_ktime_get_ns();
		start_cpu_time(state);
	}
	return true;
}

static long spin(u64 i, u64 *until)
{
	return bpf_ktime_get_ns() >= *until;
}

/* Nothing here may sleep: user space asks for short delays only. */
static __always_inline void delay_exit(struct task_state *state)
{
	u64 until;

	state->mark_flags = 0;
	if (!state->exit_delay_ns)
		return;
	until = bpf_ktime_get_ns() + state->exit_delay_ns;
	state->exit_delay_ns = 0;
	bpf_loop(MAX_SPINS, spin, &until, 0);
}

#endif
