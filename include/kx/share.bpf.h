/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Shares: memory that kernel code and user code both see, without a copy.
 *
 *	struct table {
 *		struct kx_seq seq;
 *		u64 packets;
 *		u64 bytes;
 *	};
 *	KX_SHARE(struct table, table, "what came by");
 *
 *		if (kx_write_begin(&table.seq)) {
 *			table.packets++;
 *			table.bytes += len;
 *			kx_write_end(&table.seq);
 *		}
 *
 * In kernel code it is a variable. User code maps it (kx_share_map()) and reads it without
 * a system call; `kx share INSTANCE.table` prints it. Values that belong together
 * are kept so by a sequence lock: who reads sees when somebody has written meanwhile,
 * and reads again (kx_read_begin() and kx_read_retry(), in kx/seq.h for user code).
 */
#ifndef KX_SHARE_BPF_H
#define KX_SHARE_BPF_H

#include <kx/kx.bpf.h>

#define KX_SHARE(type, name, text)					\
	__typeof__(type) name SEC(".data.share." #name) KX_TAG("kx.share=" text)

/*
 * Begin to write. 0: somebody else is writing, on another CPU or interrupted on this
 * one; kernel code cannot wait for that, so it has to leave it.
 */
static __always_inline __attribute__((unused)) int kx_write_begin(struct kx_seq *seq)
{
	__u32 count = *(volatile __u32 *)&seq->count;

	return !(count & 1) && __sync_val_compare_and_swap(&seq->count, count, count + 1) == count;
}

static __always_inline __attribute__((unused)) void kx_write_end(struct kx_seq *seq)
{
	__sync_fetch_and_add(&seq->count, 1);
}

#if defined(__TARGET_ARCH_x86)
/* Loads are done in their order. */
#define kx_read_barrier(seq)	asm volatile("" ::: "memory")
#else
#define kx_read_barrier(seq)	((void)__sync_fetch_and_add((__u32 *)&(seq)->count, 0))
#endif

/* What kx_read_retry() takes. Odd: somebody is writing now. */
static __always_inline __attribute__((unused)) __u32 kx_read_begin(const struct kx_seq *seq)
{
	__u32 count = *(volatile const __u32 *)&seq->count;

	kx_read_barrier(seq);
	return count;
}

/* Not 0: what was read since kx_read_begin() may not belong together. */
static __always_inline __attribute__((unused)) int kx_read_retry(const struct kx_seq *seq,
								 __u32 count)
{
	kx_read_barrier(seq);
	return count & 1 || *(volatile const __u32 *)&seq->count != count;
}

#endif
