/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the compiler of kxfilter and its kernel half agree on: constants that are set
 * before the load, where in the tables is what, counters, records.
 *
 * There is one piece of memory, the map "tables", which user space fills through
 * mmap(2) while nothing looks at it. All that is said of it in struct kxf_config is
 * known to the verifier as constants. Of each field of a packet the tables have the
 * class, a number of 16 bits; of each class a row of bits, one for each rule.
 */
#ifndef KXFILTER_H
#define KXFILTER_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define KXF_WORDS	64			/* of 64 rules */
#define KXF_RULES	(64 * KXF_WORDS)	/* of one direction */
#define KXF_CLASSES	65000			/* of one field */
#define KXF_SLOTS	16384			/* counters: as many as two rule sets have */
#define KXF_BUCKETS	65536			/* limits per source */
#define KXF_ID		32			/* bytes of a rule's id, padded by zeros */
#define KXF_LIVE	12			/* sets of one rule set that are changed live */
#define KXF_LIVE_SLOTS	32			/* more than two rule sets have */

#define KXF_TAGS	4	/* a packet has at most that many VLAN tags */
#define KXF_CHAIN	8	/* extension headers */
#define KXF_OPTIONS	32	/* hop-by-hop options */
#define KXF_HEADERS	2048	/* bytes of a frame that all headers are within */

/* What a packet has that has no such field. */
#define KXF_NO_ADDRESS	0x0000fffe00000000ULL	/* the lower half, the upper is 0 */
#define KXF_NO_MAC	(1ULL << 48)
#define KXF_NO_VLAN	4096
#define KXF_NO_PROTOCOL	256
#define KXF_NO_PORT	65536
#define KXF_NO_FLAGS	256
#define KXF_NO_ICMP	65536
#define KXF_NO_FRAGMENT	3
#define KXF_NO_DSCP	64
#define KXF_NO_TTL	256
#define KXF_NO_LIVE	(1 << KXF_LIVE)

/* These five as in rules.h of kxfilter. */
enum kxf_family { KXF_OTHER, KXF_IP4, KXF_IP6, KXF_ARP };
enum kxf_fragment { KXF_WHOLE, KXF_FIRST, KXF_LATER };
enum kxf_verdict { KXF_CONTINUE, KXF_PASS, KXF_DROP, KXF_REJECT, KXF_REDIRECT };
enum kxf_answer {
	KXF_ANSWER_USUAL,
	KXF_ANSWER_RESET,
	KXF_ANSWER_PORT,
	KXF_ANSWER_HOST,
	KXF_ANSWER_NET,
	KXF_ANSWER_ADMIN,
};

/* What became of the answer to a packet that is rejected; the order in struct kxf_totals. */
enum kxf_reply {
	KXF_NO_REPLY,
	KXF_ANSWERED,
	KXF_LIMITED,	/* too many: the packet is dropped */
	KXF_SILENT,	/* to such a packet no answer may be given */
	KXF_UNSENT,	/* it could not be made from the packet */
};

/* Answers: to one host (an IPv4 address, a /64 of IPv6), and of a device as a whole. */
#define KXF_HOST_NS	20000000ULL	/* between two of them: 50 a second */
#define KXF_HOST_BURST	50
#define KXF_ANSWER_NS	1000000ULL	/* 1,000 a second */
#define KXF_ANSWER_BURST 1000
#define KXF_QUOTED4	548		/* bytes of the packet that an error is about, at most: */
#define KXF_QUOTED6	1232		/* errors are at most 576 and 1,280 bytes long */

enum kxf_extra {
	KXF_EXTRA_OPTION = 1 << 0,
	KXF_EXTRA_SOURCE_ROUTE = 1 << 1,
	KXF_EXTRA_RECORD_ROUTE = 1 << 2,
	KXF_EXTRA_TIMESTAMP = 1 << 3,
	KXF_EXTRA_ROUTER_ALERT = 1 << 4,
	KXF_EXTRA_HOP_BY_HOP = 1 << 5,
	KXF_EXTRA_DESTINATION = 1 << 6,
	KXF_EXTRA_AH = 1 << 7,
	KXF_EXTRA_MALFORMED = 1 << 8,
};

enum kxf_way { KXF_IN, KXF_OUT, KXF_WAYS };

/* Found by search; the order in struct kxf_packet and kxf_rules. */
enum kxf_found {
	KXF_SOURCE,
	KXF_DESTINATION,
	KXF_SOURCE_MAC,
	KXF_DESTINATION_MAC,
	KXF_MARK,
	KXF_FOUNDS,
};

/* Found in a table. */
enum kxf_value {
	KXF_FAMILY,
	KXF_VLAN,
	KXF_INNER_VLAN,
	KXF_ETHERTYPE,
	KXF_PROTOCOL,
	KXF_SOURCE_PORT,
	KXF_DESTINATION_PORT,
	KXF_TCP_FLAGS,
	KXF_ICMP,
	KXF_FRAGMENT,
	KXF_EXTRAS,
	KXF_LENGTH,
	KXF_DSCP,
	KXF_TTL,
	KXF_STATE,
	KXF_LIVE_SOURCE,	/* live sets that have the source, by bit */
	KXF_LIVE_DESTINATION,
	KXF_VALUES,
};

#define KXF_FIELDS	(KXF_FOUNDS + KXF_VALUES)

/* An IPv4 address as ::ffff:a.b.c.d; a MAC, a mark in the lower half. */
struct kxf_number {
	__u64 high;
	__u64 low;
};

/**
 * struct kxf_packet - what rules can see of a packet
 * @found: by enum kxf_found
 * @value: by enum kxf_value
 * @bytes: of the frame
 * @at: where in the frame the header begins that is read
 * @next: what kind it is
 * @end: where in the frame the packet of IP ends
 * @network: where in the frame the first header behind Ethernet and tags begins
 * @fragment: where the fragment header of IPv6 begins; 0: there is none
 */
struct kxf_packet {
	struct kxf_number found[KXF_FOUNDS];
	__u32 value[KXF_VALUES];
	__u32 bytes;
	__u32 at;
	__u32 next;
	__u32 end;
	__u16 network;
	__u16 fragment;
};

/**
 * struct kxf_rule - what a rule does
 * @limit_ns: between two packets; 0: no limit
 * @burst_ns: how far ahead of that they may come
 * @log_ns: between two records
 * @slot: of its counters
 * @every: takes each Nth; 0: all
 * @random: takes a part of 2^32; 0: all
 * @flow: takes a part of 2^32 of all flows; 0: all
 * @mark: new mark = (old & ~@mark_mask) | @mark
 * @mark_mask: 0 with @mark 0: stays
 * @ifindex: KXF_REDIRECT: the device
 * @flags: enum kxf_rule_flags
 * @verdict: enum kxf_verdict
 * @ttl: KXF_SET_TTL
 * @dscp: KXF_SET_DSCP
 * @answer: KXF_REJECT: enum kxf_answer
 * @unused: 0
 * @nat: where in the tables its struct kxf_nat is; 0: it translates nothing
 * @live_slot: KXF_ADD_SOURCE, KXF_ADD_DESTINATION: of the set
 * @live_ns: how long it stays there; 0: for good
 */
struct kxf_rule {
	__u64 limit_ns;
	__u64 burst_ns;
	__u64 log_ns;
	__u32 slot;
	__u32 every;
	__u32 random;
	__u32 flow;
	__u32 mark;
	__u32 mark_mask;
	__u32 ifindex;
	__u16 flags;
	__u8 verdict;
	__u8 ttl;
	__u8 dscp;
	__u8 answer;
	__u8 unused[2];
	__u32 nat;
	__u32 live_slot;
	__u32 unused2;
	__u64 live_ns;
};

enum kxf_rule_flags {
	KXF_SHARES = 1 << 0,		/* takes only some of what matches */
	KXF_EVERY_PER_CPU = 1 << 1,
	KXF_PER_SOURCE = 1 << 2,
	KXF_ABOVE = 1 << 3,		/* takes what is beyond the limit */
	KXF_LOGS = 1 << 4,
	KXF_SET_TTL = 1 << 5,
	KXF_SET_DSCP = 1 << 6,
	KXF_MARKS = 1 << 7,
	KXF_TO_INGRESS = 1 << 8,	/* KXF_REDIRECT: as if it had come in there */
	KXF_ADD_SOURCE = 1 << 9,	/* to a live set */
	KXF_ADD_DESTINATION = 1 << 10,
};

/**
 * struct kxf_table - a field whose class is in a table
 * @field: enum kxf_value
 * @last: the largest number it has
 * @classes: where the classes of all numbers begin, 2 bytes each
 * @nr: of classes
 * @rows: where the row of class 0 begins
 */
struct kxf_table {
	__u32 field;
	__u32 last;
	__u32 classes;
	__u32 nr;
	__u32 rows;
	__u32 unused;
};

/* Instead of a place: the class itself. */
#define KXF_DIRECT	(1U << 31)

/**
 * struct kxf_search - a field whose class is searched for
 * @mask: bits that all bounds have in common
 * @prefix: these bits
 * @used: 0: no rule of this direction compares it
 * @nr: of classes
 * @rows: where the row of class 0 begins
 * @index4: of IPv4: where the words of the 65,536 upper halves begin: KXF_DIRECT and a
 *	    class, or of a piece the first element << 5 and the logarithm of their number
 * @pieces4: where these begin: the lower half of the first address << 16, and the class
 * @nr4: of elements
 * @shift: the bits that lead into @index are above that many
 * @bits: how many these are
 * @below: class of what is below @prefix
 * @above: class of what is above
 * @index: where pairs begin: first element and how many, or class and 0
 * @bounds: where elements begin, struct kxf_bound
 * @nr_bounds: of them
 */
struct kxf_search {
	struct kxf_number mask;
	struct kxf_number prefix;
	__u32 used;
	__u32 nr;
	__u32 rows;
	__u32 index4;
	__u32 pieces4;
	__u32 nr4;
	__u32 shift;
	__u32 bits;
	__u32 below;
	__u32 above;
	__u32 index;
	__u32 bounds;
	__u32 nr_bounds;
	__u32 unused;
};

/* From @first to the next one's @first. */
struct kxf_bound {
	struct kxf_number first;
	__u32 class;
	__u32 unused;
};

#define KXF_STEPS	24	/* of a search among them */

/**
 * struct kxf_rules - the rules of one direction
 * @nr_tables: of @tables
 * @words: of a row, behind its summary; of a single one there is no summary
 * @row: bytes of a row
 * @rules: where struct kxf_rule begin
 * @every: where a row begins that has all rules
 * @nr: of rules
 * @fallback: enum kxf_verdict: where no rule decides
 * @flags: enum kxf_rules_flags
 * @live: of the live sets that rules compare with the source, with the destination, a bit each
 * @tables: fields that rules compare
 * @search: by enum kxf_found
 */
struct kxf_rules {
	__u32 nr_tables;
	__u32 words;
	__u32 row;
	__u32 rules;
	__u32 every;
	__u32 nr;
	__u32 fallback;
	__u32 flags;
	__u32 live[2];
	struct kxf_table tables[KXF_VALUES];
	struct kxf_search search[KXF_FOUNDS];
};

/* What rules there are. */
enum kxf_rules_flags {
	KXF_HAS_MORE = 1 << 0,	/* that let go on: the first that matches need not decide */
	KXF_HAS_SHARES = 1 << 1,
	KXF_HAS_LIMITS = 1 << 2,
	KXF_HAS_LOGS = 1 << 3,
	KXF_HAS_MARKS = 1 << 4,
	KXF_HAS_REWRITES = 1 << 5,
	KXF_HAS_REDIRECTS = 1 << 6,
	KXF_HAS_STATES = 1 << 7,	/* connections are tracked: both directions have it */
	KXF_HAS_REJECTS = 1 << 8,
	KXF_HAS_ADDS = 1 << 9,		/* to live sets */
};

/**
 * struct kxf_config - set before the load: the section ".rodata.config"
 * @size: bytes of the tables
 * @malformed: enum kxf_verdict; KXF_CONTINUE: rules decide
 * @monitor: 1: all pass; what would have become of them is counted and logged
 * @mark_bits: of the mark, that rules look at
 * @bounces: 1: at XDP answers leave by a redirect to the device itself, not by XDP_TX
 * @trial: 1: time and chance are from "trial", and it is told what was seen
 * @seed: of the hash of flows and sources
 * @secret: what an answer is known by, when it comes to the rules of the other direction
 * @live_slot: of each live set
 * @rules: by enum kxf_way
 */
struct kxf_config {
	__u32 size;
	__u32 malformed;
	__u32 monitor;
	__u32 trial;
	__u32 mark_bits;
	__u32 bounces;
	__u64 seed;
	__u32 secret[4];
	__u32 live_slot[KXF_LIVE];
	struct kxf_rules rules[KXF_WAYS];
};

#define KXF_NO_RULE	0xffffffff	/* fallback, or malformed */

/**
 * struct kxf_trial - for the test: what the next packet comes with, and what became of it
 * @now_ns: time
 * @random: what bpf_get_prandom_u32() would say
 * @rule: its number in its direction, or KXF_NO_RULE
 * @verdict: enum kxf_verdict
 * @mark: as it is afterwards
 * @reply: enum kxf_reply
 * @unused: 0
 * @packet: as it was read
 */
struct kxf_trial {
	__u64 now_ns;
	__u32 random;
	__u32 rule;
	__u32 verdict;
	__u32 mark;
	__u32 reply;
	__u32 unused;
	struct kxf_packet packet;
};

#include "kxfilter_counts.h"
#include "kxfilter_live.h"
#include "kxfilter_look.h"
#include "kxfilter_track.h"

#endif
