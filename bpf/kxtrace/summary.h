/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* -c, -C, --hist, --top: calls are counted where they end. */
#ifndef KXTRACE_SUMMARY_H
#define KXTRACE_SUMMARY_H

#include "state.h"

/*
 * Time on the CPU, by one clock. The scheduler's own sums are of clocks that differ
 * between CPUs, by what interrupts and a hypervisor took from each.
 */
static __always_inline void start_cpu_time(struct task_state *state)
{
	state->cpu_ns = 0;
	state->on_cpu_ns = state->enter_ns;
}

static __always_inline u64 cpu_time(struct task_state *state, u64 now)
{
	return state->cpu_ns + now - state->on_cpu_ns;
}

static __always_inline bool wants_cpu_time(void)
{
	return counting.sums && !settings.wall_clock;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(task_switched, bool preempt, struct task_struct *prev,
	     struct task_struct *next)
{
	struct task_state *state;
	u64 now;

	if (!prev->bpf_storage && !next->bpf_storage && !nr_orphans)
		return 0;
	now = bpf_ktime_get_ns();
	state = state_of_caller(prev);
	if (state)
		state->cpu_ns += now - state->on_cpu_ns;
	state = state_of_caller(next);
	if (state)
		state->on_cpu_ns = now;
	return 0;
}

/* -O: never less than nothing. */
static __always_inline u64 less_overhead(u64 ns)
{
	return ns > counting.overhead_ns ? ns - counting.overhead_ns : 0;
}

static __always_inline void note_extremes(struct kxt_sum *sum, u64 ns)
{
	u64 now = epoch + 1ull;

	if (sum->epoch != now) {
		sum->epoch = now;
		sum->min_ns = ns;
		sum->max_ns = ns;
		return;
	}
	if (ns < sum->min_ns)
		sum->min_ns = ns;
	if (ns > sum->max_ns)
		sum->max_ns = ns;
}

static __always_inline void add_call(struct kxt_sum *sum, bool failed, bool timed,
				     u64 ns)
{
	__sync_fetch_and_add(&sum->calls, 1);
	if (failed)
		__sync_fetch_and_add(&sum->errors, 1);
	if (!timed)
		return;
	__sync_fetch_and_add(&sum->time_ns, ns);
	note_extremes(sum, ns);
}

/* The position of the highest bit, by halves: there is no instruction for it. */
static __always_inline u32 log2_of(u64 value)
{
	u32 log = 0;

	if (value >> 32) {
		value >>= 32;
		log += 32;
	}
	if (value >> 16) {
		value >>= 16;
		log += 16;
	}
	if (value >> 8) {
		value >>= 8;
		log += 8;
	}
	if (value >> 4) {
		value >>= 4;
		log += 4;
	}
	if (value >> 2) {
		value >>= 2;
		log += 2;
	}
	return log + (value >> 1);
}

/* A function of its own: its many ways are verified once. */
__noinline u32 slot_of(u64 ns)
{
	u32 log, slot;

	if (ns < 1 << KXT_SLOT_BITS)
		return ns;
	log = log2_of(ns);
	slot = (log - KXT_SLOT_BITS + 1) << KXT_SLOT_BITS |
	       (ns >> (log - KXT_SLOT_BITS) & ((1 << KXT_SLOT_BITS) - 1));
	return slot < KXT_NR_SLOTS ? slot : KXT_NR_SLOTS - 1;
}

__noinline int add_to_hist(u32 index, bool failed, u64 ns)
{
	u32 slot = slot_of(ns), row;
	struct kxt_hist *hist;

	/* It comes from the stack, where the verifier forgets its range. */
	barrier_var(index);
	if (index >= KXT_NR_ROWS)
		return 0;
	row = counting.hist_rows[index];
	if (!row)
		return 0;
	row--;
	hist = bpf_map_lookup_elem(&hists, &row);
	if (!hist)
		return 0;
	add_call(&hist->sum, failed, true, ns);
	/* The compiler knows that it is in range, the verifier does not. */
	barrier_var(slot);
	if (slot < KXT_NR_SLOTS)
		__sync_fetch_and_add(&hist->slots[slot], 1);
	return 0;
}

static __always_inline struct kxt_process *process_of(struct task_struct *task)
{
	u32 tgid = task->tgid;
	struct kxt_process *process = bpf_map_lookup_elem(&processes, &tgid);
	struct kxt_process fresh = {};

	if (process)
		return process;
	fresh.tgid = pid_level ? number_of(task->group_leader) : tgid;
	bpf_probe_read_kernel_str(fresh.comm, sizeof(fresh.comm),
				  task->group_leader->comm);
	bpf_map_update_elem(&processes, &tgid, &fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(&processes, &tgid);
}

static __always_inline void add_to_process(struct task_struct *task, u32 nr, bool failed,
					   bool timed, u64 ns)
{
	struct kxt_process *process = process_of(task);

	if (!process) {
		__sync_fetch_and_add(&uncounted, 1);
		return;
	}
	/* Another program by now; user space may come too late to ask. */
	if (nr == ARCH_NR_EXECVE && !failed)
		bpf_probe_read_kernel_str(process->comm, sizeof(process->comm),
					  task->comm);
	add_call(&process->sum, failed, timed, ns);
}

/*
 * A call is over, and is counted: by its number, its latency, its process. Apart
 * from its caller, whose stack has to do for all that reads memory.
 */
static __noinline int count_call(struct task_state *state, struct task_struct *task,
				 u32 nr, bool failed)
{
	u64 now = bpf_ktime_get_ns(), in_all, ns;
	bool timed = state->enter_ns;
	u32 index = row_index(state, nr);
	struct kxt_sum *sum;

	in_all = timed ? less_overhead(now - state->enter_ns) : 0;
	if (counting.sums) {
		ns = in_all;
		if (!settings.wall_clock)
			ns = timed ? less_overhead(cpu_time(state, now)) : 0;
		sum = bpf_map_lookup_elem(&sums, &index);
		if (sum)
			add_call(sum, failed, timed, ns);
	}
	if (counting.hists && timed)
		add_to_hist(index, failed, in_all);
	if (counting.processes)
		add_to_process(task, nr, failed, timed, in_all);
	return 0;
}

static __always_inline bool is_counting(void)
{
	return counting.sums || counting.hists || counting.processes;
}

#endif
