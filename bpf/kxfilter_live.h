/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What kxfilter's kernel half and user space agree on about sets that are changed while the rules
 * act. Part of kxfilter.h.
 */
#ifndef KXFILTER_LIVE_SETS_H
#define KXFILTER_LIVE_SETS_H

#include "kxfilter.h"

/* Of the lengths that a live set has, a bit each: 0 to 63, 64 to 127, 128 of IPv6; 0 to 32. */
enum kxf_lengths { KXF_SHORT6, KXF_LONG6, KXF_WHOLE6, KXF_ALL4, KXF_LENGTHS };

/**
 * struct kxf_live - a live set; the map "live_sets", by slot
 * @name: padded by zeros; empty: nobody has it
 * @used: number of the last rule set that had it
 * @timeout_ns: of elements that are added without one; 0: they stay
 * @lengths: by enum kxf_lengths: those that elements may have. Grows, until it is flushed
 * @added: by rules
 * @full: not added by rules: there was no room
 * @swept_ns: when a rule last looked for elements whose time is over, to make room
 * @size: elements that there is room for
 * @unused: 0
 */
struct kxf_live {
	char name[KXF_ID];
	__u64 used;
	__u64 timeout_ns;
	__u64 lengths[KXF_LENGTHS];
	__u64 added;
	__u64 full;
	__u64 swept_ns;
	__u32 size;
	__u32 unused;
};

/* @bits: of @address that count, the rest is 0; IPv4 has 96 to 128. */
struct kxf_element {
	struct kxf_number address;
	__u32 bits;
	__u32 unused;
};

/* @expires_ns: CLOCK_MONOTONIC; 0: never. What is past that is no member, though still there. */
struct kxf_until {
	__u64 expires_ns;
};

#define KXF_SWEEP_NS	1000000000ULL	/* not more often than that */
#define KXF_SWEEP_MOST	131072		/* and not through more elements */

#endif
