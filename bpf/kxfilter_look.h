/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What kxfilter's kernel half and user space agree on about packets that are told of: the log,
 * captures, live views. Part of kxfilter.h.
 */
#ifndef KXFILTER_LOOKS_H
#define KXFILTER_LOOKS_H

#include "kxfilter.h"

/**
 * struct kxf_record - a line of the log: the stream "packets"
 * @source: an IPv4 address as ::ffff:a.b.c.d
 * @destination: the same
 * @slot: of the rule, or KXF_NO_RULE
 * @ifindex: of the device
 * @bytes: of the frame
 * @mark: of the packet, as this rule left it
 * @ethertype: behind tags
 * @vlan: of the outermost tag, or KXF_NO_VLAN
 * @protocol: or KXF_NO_PROTOCOL
 * @source_port: valid where @has_ports
 * @destination_port: the same
 * @icmp: type * 256 + code, valid where @has_icmp
 * @extras: enum kxf_extra
 * @verdict: enum kxf_verdict; KXF_CONTINUE: a later rule decides
 * @way: enum kxf_way
 * @family: enum kxf_family
 * @monitor: 1: it passed, whatever @verdict says
 * @has_ports: 1: there are
 * @has_icmp: 1: there is
 * @tcp_flags: of TCP
 * @fragment: enum kxf_fragment
 */
struct kxf_record {
	__u8 source[16];
	__u8 destination[16];
	__u32 slot;
	__u32 ifindex;
	__u32 bytes;
	__u32 mark;
	__u16 ethertype;
	__u16 vlan;
	__u16 protocol;
	__u16 source_port;
	__u16 destination_port;
	__u16 icmp;
	__u16 extras;
	__u8 verdict;
	__u8 way;
	__u8 family;
	__u8 monitor;
	__u8 has_ports;
	__u8 has_icmp;
	__u8 tcp_flags;
	__u8 fragment;
	__u8 unused[2];
};

#define KXF_SNAP	65000	/* bytes of a packet that can be captured */
#define KXF_ANY_SLOT	0xfffffffe
#define KXF_NO_LIMIT	(~0ULL)
#define KXF_WATCHED	32768	/* sources and ports that are counted at once */

/* Bits of kxf_look.on. */
enum kxf_looks {
	KXF_CAPTURES = 1 << 0,
	KXF_WATCHES = 1 << 1,
};

/**
 * struct kxf_look - what somebody looks at; the share "look"
 * @on: enum kxf_looks; 0: nobody looks. Nothing else is read then
 * @epoch: of sources and ports that are counted: user space reads those of the one before
 * @capture_until_ns: CLOCK_MONOTONIC: the capture ends then, unless its reader says a later time
 * @watch_until_ns: the same for sources and ports
 * @limit: packets to capture, of @taken; or KXF_NO_LIMIT
 * @taken: captured since the reader began, where there is a limit
 * @slot: only packets that this rule has taken: its slot, or KXF_NO_RULE; or KXF_ANY_SLOT
 * @verdicts: only with these verdicts: bits by enum kxf_verdict
 * @snap: bytes of each at most
 * @capture_pid: the reader's
 * @watch_pid: whose sources and ports are
 * @unused: 0
 */
struct kxf_look {
	__u32 on;
	__u32 epoch;
	__u64 capture_until_ns;
	__u64 watch_until_ns;
	__u64 limit;
	__u64 taken;
	__u32 slot;
	__u32 verdicts;
	__u32 snap;
	__u32 capture_pid;
	__u32 watch_pid;
	__u32 unused;
};

/* Why a packet got its verdict. */
enum kxf_reason {
	KXF_BY_RULE,
	KXF_BY_DEFAULT,		/* no rule decided */
	KXF_BY_FORM,		/* it is malformed */
	KXF_BY_CONNECTIONS,	/* a rule let it pass, the table of connections had no room */
	KXF_BY_TRANSLATION,	/* ... and it could not be translated */
	KXF_REASONS,
};

/**
 * struct kxf_caught - a captured packet, in front of its bytes
 * @time_ns: CLOCK_BOOTTIME
 * @packet: as for the log
 * @captured: of its bytes, as many follow
 * @tag: of VLAN, that the device has taken off: its 16 bits
 * @tag_type: its ethertype; 0: none
 * @reason: enum kxf_reason
 * @at_xdp: 1: at XDP, else at tc
 * @is_asked: 1: the rule that was asked for has taken it, but did not decide
 * @unused: 0
 */
struct kxf_caught {
	__u64 time_ns;
	struct kxf_record packet;
	__u32 captured;
	__u16 tag;
	__u16 tag_type;
	__u8 reason;
	__u8 at_xdp;
	__u8 is_asked;
	__u8 unused[5];
};

/**
 * struct kxf_looked - of a direction, on each CPU; the map "looked", by enum kxf_way
 * @captured: packets that were wanted
 * @lost: of these: found no room, or no reader
 * @uncounted: packets of sources or ports beyond KXF_WATCHED, counted for none
 */
struct kxf_looked {
	__u64 captured;
	__u64 lost;
	__u64 uncounted;
};

enum kxf_watch { KXF_WATCH_SOURCE, KXF_WATCH_PORT, KXF_WATCH_KINDS };

/**
 * struct kxf_watched - whose packets are counted; the map "watched"
 * @epoch: as it was in struct kxf_look
 * @kind: enum kxf_watch
 * @protocol: KXF_WATCH_PORT: or KXF_NO_PROTOCOL
 * @port: KXF_WATCH_PORT: the destination's, or KXF_NO_PORT
 * @unused: 0
 * @address: KXF_WATCH_SOURCE
 */
struct kxf_watched {
	__u32 epoch;
	__u16 kind;
	__u16 protocol;
	__u32 port;
	__u32 unused;
	struct kxf_number address;
};

struct kxf_watched_sum {
	__u64 packets;
	__u64 bytes;
	__u64 refused;		/* of the packets: they did not pass */
};

#endif
