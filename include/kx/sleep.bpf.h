/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * For programs that may sleep (sections that end in ".s": lsm.s, uprobe.s, ...) and
 * shall be upgraded in place. The kernel lets nothing call such a program, so it is
 * attached itself, beside that of the other generation, and has to ask at its
 * beginning whether it is its turn:
 *
 *	SEC("lsm.s/file_open")
 *	int BPF_PROG(opened, struct file *file)
 *	{
 *		KX_TURN(0);
 *		...
 *
 * The argument is what the program returns when it is not: what lets the kernel go
 * on to the next program. That is 0 for security hooks, also for those whose default is
 * another value: after any other the kernel asks nobody else. An instance with a
 * program that sleeps and does not ask can be loaded, but not upgraded.
 */
#ifndef KX_SLEEP_BPF_H
#define KX_SLEEP_BPF_H

#include <kx/own.bpf.h>

#define KX_TURNS	4

/* Decisions that the younger of two generations has made and the older has not met. */
struct kx_turns {
	struct {
		__u64 event;
		__u32 generation;
		__u32 slot;
	} rows[KX_TURNS];
	__u64 next;
};

/* Made by the programs, read by the programs; the kernel frees it with the task. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct kx_turns);
} kx_turns SEC(".maps");

/*
 * One event comes to both generations, one after the other: first to the one that was
 * attached last, which is the younger. That one reads the gate; the older does as the
 * younger has read, so that a switch between the two cannot part them. An event is
 * known by its context's address, which is the same for both.
 */
static __always_inline int kx_is_turn(__u64 event)
{
	struct kx_turns *turns;
	__u32 slot = kx_slot(), i;

	turns = bpf_task_storage_get(&kx_turns, bpf_get_current_task_btf(), NULL,
				     BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!turns)
		return slot == kx_own.slot;
	for (i = 0; i < KX_TURNS; i++) {
		if (turns->rows[i].event != event)
			continue;
		if (turns->rows[i].generation <= kx_own.generation)
			break;
		turns->rows[i].event = 0;
		return turns->rows[i].slot == kx_own.slot;
	}
	if (i == KX_TURNS)
		i = turns->next++;
	i &= KX_TURNS - 1;
	turns->rows[i].event = event;
	turns->rows[i].generation = kx_own.generation;
	turns->rows[i].slot = slot;
	return slot == kx_own.slot;
}

#define KX_TURN(verdict)						\
	do {								\
		if (!kx_is_turn((__u64)(unsigned long)ctx))		\
			return verdict;					\
	} while (0)

#endif
