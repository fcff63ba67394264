/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The sequence lock of a share, for user code; kx/share.bpf.h has it for kernel code.
 *
 *	do {
 *		count = kx_read_begin(&table->seq);
 *		copy = *table;
 *	} while (kx_read_retry(&table->seq, count));
 */
#ifndef KX_SEQ_H
#define KX_SEQ_H

#include <kx/abi.h>

/*
 * Begin to write. 0: somebody else is writing. A process that is killed before
 * kx_write_end() leaves the lock taken: nobody writes any more, and readers wait.
 */
static inline int kx_write_begin(struct kx_seq *seq)
{
	__u32 count = __atomic_load_n(&seq->count, __ATOMIC_RELAXED);

	if (count & 1 || !__atomic_compare_exchange_n(&seq->count, &count, count + 1, 0,
						      __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		return 0;
	/* Some processors would let a store that follows be seen before the lock is. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	return 1;
}

static inline void kx_write_end(struct kx_seq *seq)
{
	__atomic_fetch_add(&seq->count, 1, __ATOMIC_SEQ_CST);
}

/* What kx_read_retry() takes. Odd: somebody is writing now. */
static inline __u32 kx_read_begin(const struct kx_seq *seq)
{
	return __atomic_load_n(&seq->count, __ATOMIC_ACQUIRE);
}

/* Not 0: what was read since kx_read_begin() may not belong together. */
static inline int kx_read_retry(const struct kx_seq *seq, __u32 count)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return count & 1 || __atomic_load_n(&seq->count, __ATOMIC_RELAXED) != count;
}

#endif
