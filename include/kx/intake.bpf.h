/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Intakes: records from user space in bulk, many with one system call.
 *
 *	struct entry {
 *		u32 address;
 *		u32 verdict;
 *	};
 *	KX_INTAKE(entries, struct entry, "what to do with whom")
 *	{
 *		return bpf_map_update_elem(&verdicts, &record->address, &record->verdict, BPF_ANY);
 *	}
 *
 * The body runs for each record, on a copy of it. A result that is not 0 refuses the
 * record, which is counted, and the next one comes. `kx feed INSTANCE.entries` takes
 * records as JSON, a line each; where the type is an array of char, the lines
 * themselves. kx_intake_put() is the same for a program. A record has 256 bytes at most.
 *
 * KX_INTAKE_ROOM before this is included: bytes that wait, a power of two. Linux 6.1.
 */
#ifndef KX_INTAKE_BPF_H
#define KX_INTAKE_BPF_H

#include <kx/command.bpf.h>

#ifndef KX_INTAKE_ROOM
#define KX_INTAKE_ROOM	(256 * 1024)
#endif

/* The ring is written by one user process at a time, and emptied by the program. */
#define KX_INTAKE(name, record_type, text)				\
	_Static_assert(sizeof(record_type) <= 256, "a record of " #name " is too long"); \
	struct {							\
		__uint(type, BPF_MAP_TYPE_USER_RINGBUF);		\
		__uint(max_entries, KX_INTAKE_ROOM);			\
	} name##_ring SEC(".maps");					\
	struct name##_block {						\
		struct kx_taken out;					\
		__typeof__(record_type) record[0];			\
	};								\
	static __always_inline long kx_body_##name(const __typeof__(record_type) *record); \
	static long kx_each_##name(struct bpf_dynptr *from, void *ctx)	\
	{								\
		__typeof__(record_type) copy;				\
		struct kx_taken *taken = ctx;				\
									\
		if (bpf_dynptr_read(&copy, sizeof(copy), from, 0, 0) || kx_body_##name(&copy)) \
			taken->refused++;				\
		else							\
			taken->taken++;					\
		return 0;						\
	}								\
	SEC("syscall") KX_TAG("kx.intake=" text)			\
	int name(struct name##_block *ctx)				\
	{								\
		struct kx_taken taken = {};				\
		long nr;						\
									\
		if (kx_slot() != kx_own.slot)				\
			return KX_STALE;				\
		nr = bpf_user_ringbuf_drain(&name##_ring, kx_each_##name, &taken, \
					    BPF_RB_NO_WAKEUP);		\
		ctx->out = taken;					\
		return nr;						\
	}								\
	static __always_inline long kx_body_##name(const __typeof__(record_type) *record)

#endif
