/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What kxfilter's kernel half and user space agree on about what is counted, by rule and by
 * direction, and what a rule set leaves to the next one. Part of kxfilter.h.
 */
#ifndef KXFILTER_COUNTS_H
#define KXFILTER_COUNTS_H

#include "kxfilter.h"

/*
 * A rule's, on each CPU; the map "counters": KXF_SLOTS of the first CPU, by slot, then those of
 * the next one. Not a per-CPU map, whose elements are allocated one by one: that took 15 ms.
 */
struct kxf_counter {
	__u64 packets;
	__u64 bytes;
	__u64 turn;		/* every Nth, per CPU */
};

/* A rule's, for all CPUs; the map "states", by slot. */
struct kxf_rule_state {
	__u64 turn;		/* every Nth */
	__u64 due_ns;		/* of its limit: when the next packet is due */
	__u64 log_due_ns;
	__u64 unlogged;		/* records that its limit of the log kept back */
	__u64 unanswered;	/* rejected, but nobody was told */
};

/* The map "ids": whose a slot is; @used: number of the last rule set that had it. */
struct kxf_id {
	char id[KXF_ID];
	__u64 used;
};

#define KXF_TEXT	208

/**
 * struct kxf_about - a rule, for people; the map "about", in order. Written and read by user space
 * @id: padded by zeros; empty: none
 * @slot: of its counters
 * @line: in its file
 * @directions: 1: in, 2: out
 * @verdict: enum kxf_verdict
 * @unused: 0
 * @text: as it was written, cut
 */
struct kxf_about {
	char id[KXF_ID];
	__u32 slot;
	__u32 line;
	__u8 directions;
	__u8 verdict;
	__u8 unused[6];
	char text[KXF_TEXT];
};

/* @seed: of hashes: connections and limits are found by it; nobody outside may know it */
struct kxf_kept {
	__u64 seed;
};

/**
 * struct kxf_totals - of a direction, on each CPU; the map "totals", by enum kxf_way
 * @packets: all
 * @bytes: of them
 * @passed: and of those:
 * @dropped: in monitor mode: would have been
 * @malformed: of all
 * @fallback: no rule decided
 * @unread: whose tables could not be read: never, they were dropped
 * @redirected: to another device
 * @rejected: in monitor mode: would have been; and of those, by enum kxf_reply:
 * @replies: what became of the answers
 */
struct kxf_totals {
	__u64 packets;
	__u64 bytes;
	__u64 passed;
	__u64 dropped;
	__u64 malformed;
	__u64 fallback;
	__u64 unread;
	__u64 redirected;
	__u64 rejected;
	__u64 replies[4];
};

/* The limit of all answers of a device: the map "answering". */
struct kxf_answering {
	__u64 due_ns;
};

/* A limit per source: the map "buckets", by hash of source and rule, or of who is answered. */
struct kxf_bucket {
	__u64 who;
	__u64 due_ns;
};

/**
 * struct kxf_saved - what was applied, as it can be applied again; the map "saved"
 * @len: of @text
 * @live: slots of its live sets, a bit each
 * @hook: that was asked for, + 1; 0: none, the one that suits the device
 * @monitor: 1: it only reports
 * @unused: 0
 * @text: rules, without other files
 */
struct kxf_saved {
	__u64 len;
	__u32 live;
	__u8 hook;
	__u8 monitor;
	__u8 unused[2];
	char text[];
};

#endif
