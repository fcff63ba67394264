/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the test says before a packet, and what it is told afterwards: the map "drive". */
#ifndef TRK_H
#define TRK_H

#include "../../bpf/kxfilter.h"

/* What trk_loop does with each of its packets. */
enum trk_mode { TRK_NOTHING, TRK_FIND, TRK_COMMIT, TRK_LRU, TRK_HASH };

struct trk_drive {
	__u64 now_ns;		/* 0: that of the machine */
	__u32 verdict;		/* of the rules: enum kxf_verdict */
	__u32 verdict_out;	/* after the connection was entered */
	__u32 state;
	__u32 phase;
	__u32 is_odd;
	__u32 mode;		/* of trk_loop: enum trk_mode */
	__u32 loops;
	__u32 span;		/* connections */
	__u32 first;		/* of them */
	__u32 answers;		/* 1: the destinations differ, not the sources */
	__u32 dropped;
	__u32 unused;
	struct kxf_nat nat;
};

#endif
