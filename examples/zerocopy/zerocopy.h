/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is in the memory: both sides read this file. */
#ifndef ZEROCOPY_H
#define ZEROCOPY_H

#define NR_CALLS	512
#define NR_LAST		8

struct call {
	unsigned int pid;
	unsigned int nr;
};

struct calls {
	struct kx_seq seq;
	unsigned int unused;
	unsigned long long total;	/* the sum of by_nr */
	unsigned long long by_nr[NR_CALLS];
	struct call last[NR_LAST];	/* total % NR_LAST is the next */
};

#endif
