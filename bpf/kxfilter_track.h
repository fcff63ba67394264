/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What kxfilter's kernel half and user space agree on about connections: the table that
 * holds them, their phases, what is counted, what addresses are translated to.
 */
#ifndef KXFILTER_TRACK_H
#define KXFILTER_TRACK_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/* Time is counted in ticks of 2^24 ns, about 17 ms, in 32 bits: they wrap after two years. */
#define KXF_TICK_SHIFT	24
#define KXF_TICKS(s)	((__u32)((s) * 1000000000ULL >> KXF_TICK_SHIFT))

#define KXF_WAYS_OF_BIN	8
#define KXF_CONNECTIONS	262144	/* unless user space says another number */
#define KXF_BINS	(KXF_CONNECTIONS / KXF_WAYS_OF_BIN * 3 / 2)
#define KXF_MOST_CONNECTIONS	(16u << 20)
#define KXF_PORT_TRIES	16	/* hashed ports that are tried for one connection */
#define KXF_WINDOW	66000	/* an acknowledgement may be that old, whatever the window */

/* What a packet is to the connections. In the order of "enum state" of rules.h. */
enum kxf_state { KXF_UNTRACKED, KXF_NEW, KXF_ESTABLISHED, KXF_RELATED, KXF_INVALID, KXF_STATES };

/* How far a connection is: says when it expires, and whether others may push it out. */
enum kxf_phase {
	KXF_FREE,
	KXF_SYN_SENT,
	KXF_SYN_RECEIVED,	/* the other side has sent a SYN too, not acknowledged yet */
	KXF_PICKED_UP,		/* seen from the middle on, one side only */
	KXF_OPEN,
	KXF_CLOSING,		/* one side has sent a FIN */
	KXF_LAST_ACK,		/* both have */
	KXF_TIME_WAIT,		/* both are acknowledged */
	KXF_CLOSED,		/* reset */
	KXF_UDP_ASKED,		/* also UDP-Lite, DCCP, SCTP */
	KXF_UDP_ANSWERED,
	KXF_UDP_STREAM,		/* asked again after an answer */
	KXF_ICMP_ASKED,
	KXF_ICMP_ANSWERED,
	KXF_OTHER_ASKED,
	KXF_OTHER_ANSWERED,
	KXF_OTHER_STREAM,
	KXF_FRAGMENTS,		/* not a connection: a packet whose first fragment passed */
	KXF_PHASES,
	KXF_MOST_PHASES = 32,
};

/* Seconds without a packet, by phase; the initializer of an array. */
#define KXF_TIMEOUTS {				\
	[KXF_SYN_SENT] = KXF_TICKS(30),		\
	[KXF_SYN_RECEIVED] = KXF_TICKS(60),	\
	[KXF_PICKED_UP] = KXF_TICKS(300),	\
	[KXF_OPEN] = KXF_TICKS(7440),		\
	[KXF_CLOSING] = KXF_TICKS(240),		\
	[KXF_LAST_ACK] = KXF_TICKS(60),		\
	[KXF_TIME_WAIT] = KXF_TICKS(60),	\
	[KXF_CLOSED] = KXF_TICKS(10),		\
	[KXF_UDP_ASKED] = KXF_TICKS(30),	\
	[KXF_UDP_ANSWERED] = KXF_TICKS(30),	\
	[KXF_UDP_STREAM] = KXF_TICKS(180),	\
	[KXF_ICMP_ASKED] = KXF_TICKS(30),	\
	[KXF_ICMP_ANSWERED] = KXF_TICKS(30),	\
	[KXF_OTHER_ASKED] = KXF_TICKS(60),	\
	[KXF_OTHER_ANSWERED] = KXF_TICKS(60),	\
	[KXF_OTHER_STREAM] = KXF_TICKS(600),	\
	[KXF_FRAGMENTS] = KXF_TICKS(30),	\
}

/* These are not pushed out by others. */
#define KXF_ASSURED							\
	(1U << KXF_OPEN | 1U << KXF_CLOSING | 1U << KXF_UDP_STREAM | 1U << KXF_OTHER_STREAM)

/**
 * struct kxf_tuple - both ends of a connection: the same for both directions
 * @address: upper and lower half, an IPv4 address as ::ffff:a.b.c.d; the smaller end is first
 * @port: of each; of an ICMP query its identifier; of fragments halves of theirs
 * @protocol: of IP
 * @kind: enum kxf_kind
 */
struct kxf_tuple {
	__u64 address[2][2];
	__u16 port[2];
	__u16 protocol;
	__u16 kind;
};

/* 0: all but these. Two that ask each other with the same identifier are two connections. */
enum kxf_kind {
	KXF_ECHO = 2,		/* + 1: the second end asks */
	KXF_STAMP = 4,
	KXF_PIECES = 6,		/* + 1: the second end is the source */
};

/**
 * struct kxf_side - of one end of a TCP connection; what it sent says all of it
 * @end: behind the last byte it sent
 * @allows: up to where the other end may send
 * @window: the largest it offered
 * @ack: the last it acknowledged; before that: the first number of the other end
 * @flags: enum kxf_side_flags
 * @scale: of its windows
 * @unused: 0
 */
struct kxf_side {
	__u32 end;
	__u32 allows;
	__u32 window;
	__u32 ack;
	__u8 flags;
	__u8 scale;
	__u16 unused;
};

enum kxf_side_flags {
	KXF_SIDE_SEEN = 1 << 0,		/* its SYN was; or what came instead */
	KXF_SIDE_ACKED = 1 << 1,	/* it has acknowledged: @ack and @allows are valid */
	KXF_SIDE_FIN = 1 << 2,
	KXF_SIDE_FIN_ACKED = 1 << 3,	/* it has acknowledged the other's FIN */
	KXF_SIDE_SCALES = 1 << 4,	/* @scale holds, if the other one scales too */
	KXF_SIDE_ASKS = 1 << 5,		/* to a SYN it said what it awaits: @allows is that */
	KXF_SIDE_ANOTHER = 1 << 6,	/* it sent two SYN+ACK: the other's @allows has one */
};

/**
 * struct kxf_slot - a connection; or its alias: the tuple that it has behind a translation
 * @tuple: the key
 * @side: of TCP, by end of @tuple
 * @serial: changes with every use of the slot
 * @peer: of a translated connection: bin * 8 + way of its alias; of that: of the connection
 * @peer_serial: what that one's @serial was
 * @made: tick
 * @rule: that made it: its slot of counters
 * @origin: the end that began
 * @way: enum kxf_way: where the first packet came
 * @flags: enum kxf_slot_flags
 * @unused: 0
 */
struct kxf_slot {
	struct kxf_tuple tuple;
	struct kxf_side side[2];
	__u32 serial;
	__u32 peer;
	__u32 peer_serial;
	__u32 made;
	__u32 rule;
	__u8 origin;
	__u8 way;
	__u8 flags;
	__u8 unused;
};

enum kxf_slot_flags {
	KXF_SLOT_ALIAS = 1 << 0,
	KXF_SLOT_TRANSLATED = 1 << 1,	/* both have it */
};

/**
 * struct kxf_bin - the map "connections": a tuple is in one of two bins, in any place
 * @lock: 1: somebody puts a new one in
 * @unused: 0
 * @tag: 16 bits of the hash of each tuple
 * @seen: tick of the last packet that passed
 * @phase: enum kxf_phase
 * @slot: the rest
 */
struct kxf_bin {
	__u32 lock;
	__u32 unused;
	__u16 tag[KXF_WAYS_OF_BIN];
	__u32 seen[KXF_WAYS_OF_BIN];
	__u8 phase[KXF_WAYS_OF_BIN];
	struct kxf_slot slot[KXF_WAYS_OF_BIN];
};

/**
 * struct kxf_tracking - set before the load: the section ".rodata.track"
 * @bins: of the map "connections"
 * @picks_up: 1: a TCP connection whose beginning was not seen is new, not invalid
 * @keys: of the hash: as long as the table lives the same; the last two odd
 * @timeout: ticks, by phase
 */
struct kxf_tracking {
	__u32 bins;
	__u32 picks_up;
	__u64 keys[4];
	__u32 timeout[KXF_MOST_PHASES];
};

/**
 * struct kxf_tracked - what is counted of connections, on each CPU; the map "tracked"
 * @made: connections
 * @expired: found to be over, when their tuple or their place was needed
 * @pushed_out: connections that were not answered or were closing, for new ones
 * @reopened: closed ones whose ends began anew
 * @refused: packets dropped: all places had connections that may not be pushed out
 * @busy: packets dropped: another CPU had the bin for too long
 * @no_port: packets dropped: all ports tried for a translation had other connections
 * @lost: translated connections forgotten, because one of their tuples was pushed out
 * @unwritten: packets dropped: their translation could not be written into them
 * @invalid: packets that were
 * @related: packets that were
 * @odd: TCP segments outside of the window, which changed nothing
 */
struct kxf_tracked {
	__u64 made;
	__u64 expired;
	__u64 pushed_out;
	__u64 reopened;
	__u64 refused;
	__u64 busy;
	__u64 no_port;
	__u64 lost;
	__u64 unwritten;
	__u64 invalid;
	__u64 related;
	__u64 odd;
};

/**
 * struct kxf_nat - what the packets of a new connection are translated to
 * @first: addresses: the source's, the destination's; upper and lower half
 * @last: lower halves
 * @first_port: 0: the port stays if it can; else another one from 1024 on
 * @last_port: with that one
 * @flags: enum kxf_nat_flags
 */
struct kxf_nat {
	__u64 first[2][2];
	__u64 last[2];
	__u16 first_port[2];
	__u16 last_port[2];
	__u32 flags;
	__u32 unused;
};

enum kxf_nat_flags { KXF_NAT_SOURCE = 1 << 0, KXF_NAT_DESTINATION = 1 << 1 };

#endif
