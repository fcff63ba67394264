/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls of 32-bit programs: their arguments, and calls that are within others. */
#ifndef KXTRACE_COMPAT_H
#define KXTRACE_COMPAT_H

#include "state.h"
#include "within.h"

#define IPC_SEMCTL	3
#define IPC_MSGRCV	12

static __always_inline bool read_args(struct task_state *state, u32 nr_args,
				      u64 from)
{
	u32 args[KXT_NR_ARGS] = {};
	u32 i;

	barrier_var(nr_args);
	if (nr_args > KXT_NR_ARGS)
		return false;
	if (bpf_probe_read_user(args, nr_args * sizeof(args[0]), (void *)from))
		return false;
	for (i = 0; i < KXT_NR_ARGS; i++)
		state->args[i] = args[i];
	return true;
}

static __always_inline u32 within_socketcall(struct task_state *state, u32 call,
					     u64 pointer)
{
	if (!call || call >= NR_SOCKETCALLS)
		return 0;
	barrier_var(call);
	if (call >= NR_SOCKETCALLS)
		return 0;
	if (!read_args(state, socketcalls[call].nr_args, pointer))
		return 0;
	return socketcalls[call].nr;
}

/* An old msgrcv has two of its arguments behind a pointer, semctl its last one. */
static __always_inline bool read_ipc_pointer(struct task_state *state, u32 call,
					     u32 version)
{
	u32 pair[2] = {};

	if (call == IPC_SEMCTL) {
		if (bpf_probe_read_user(pair, sizeof(pair[0]),
					(void *)state->args[3]))
			return false;
		state->args[3] = pair[0];
		return true;
	}
	if (call == IPC_MSGRCV && !version) {
		if (bpf_probe_read_user(pair, sizeof(pair),
					(void *)state->args[1]))
			return false;
		state->args[1] = pair[0];
		state->args[3] = pair[1];
	}
	return true;
}

static __always_inline u32 within_ipc(struct task_state *state)
{
	u32 outer[KXT_NR_ARGS];
	u32 call = state->args[0] & 0xffff, version = (u32)state->args[0] >> 16;
	u32 order, i;

	if (call >= NR_IPC_CALLS)
		return 0;
	barrier_var(call);
	if (call >= NR_IPC_CALLS)
		return 0;
	order = ipc_calls[call].order;
	if (!order)
		return 0;
	for (i = 0; i < KXT_NR_ARGS; i++)
		outer[i] = state->args[i];
	for (i = 0; i < KXT_NR_ARGS; i++, order >>= 4) {
		u32 digit = order & 15;

		state->args[i] = digit == 2 ? outer[1] :
				 digit == 3 ? outer[2] :
				 digit == 4 ? outer[3] :
				 digit == 5 ? outer[4] :
				 digit == 6 ? outer[5] : 0;
	}
	if (read_ipc_pointer(state, call, version))
		return ipc_calls[call].nr;
	/* The pointer itself is shown where its target should be. */
	return call == IPC_SEMCTL ? 394 : 0;
}

/*
 * The number of a 32-bit call whose arguments are in state->args; of a call that is
 * within another, the inner one's, whose arguments are there afterwards. A function
 * of its own: its many ways are verified once.
 */
__noinline u32 look_within(struct task_state *state, u32 nr)
{
	u32 within = 0, first;

	if (!state)
		return nr;
	first = state->args[0];
	if (nr == I386_SOCKETCALL)
		within = within_socketcall(state, first, (u32)state->args[1]);
	else if (nr == I386_IPC)
		within = within_ipc(state);
	else if (nr == I386_OLD_MMAP)
		within = read_args(state, 6, first) ? WITHIN(MMAP) : 0;
	else if (nr == I386_OLD_SELECT)
		within = read_args(state, 5, first) ? WITHIN(SELECT) : 0;
	if (!within)
		return nr;
	state->flags |= STATE_WITHIN;
	return within;
}

/* A 32-bit call begins: at exit what is within it may be overwritten. */
static __always_inline u32 begin_compat(struct task_state *state,
					struct pt_regs *regs, u32 nr)
{
	u64 from_regs[KXT_NR_ARGS] = ARCH_COMPAT_ARGS(regs);

	state->flags |= STATE_COMPAT;
	__builtin_memcpy(state->args, from_regs, sizeof(from_regs));
	return look_within(state, nr);
}

/* Some calls return an error in 32 bits, others in 64; addresses are positive. */
static __always_inline long compat_result(long ret)
{
	if ((u32)ret > (u32)-4096)
		return (s32)ret;
	return (u32)ret;
}

static __always_inline void fill_compat_args(u64 *args, struct task_state *state,
					     struct pt_regs *regs, u32 nr_args)
{
	u64 from_regs[KXT_NR_ARGS] = ARCH_COMPAT_ARGS(regs);

	if (state->flags & STATE_WITHIN)
		__builtin_memcpy(args, state->args, nr_args * sizeof(*args));
	else
		__builtin_memcpy(args, from_regs, nr_args * sizeof(*args));
}

#endif
