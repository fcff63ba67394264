/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What of a frame can be read, and how; what a packet has before it was read. */
#ifndef KXFILTER_WINDOW_H
#define KXFILTER_WINDOW_H

#include <bpf/bpf_endian.h>
#include <kxfilter.h>

#define TYPE_IP4	0x0800
#define TYPE_ARP	0x0806
#define TYPE_VLAN	0x8100
#define TYPE_IP6	0x86dd
#define TYPE_QINQ	0x88a8

#define PROTO_HOP	0
#define PROTO_ICMP	1
#define PROTO_TCP	6
#define PROTO_UDP	17
#define PROTO_DCCP	33
#define PROTO_ROUTING	43
#define PROTO_FRAGMENT	44
#define PROTO_AH	51
#define PROTO_ICMP6	58
#define PROTO_OPTIONS	60
#define PROTO_SCTP	132
#define PROTO_UDPLITE	136

/* How reading ended. */
enum read {
	READ_ALL,
	READ_BAD,	/* contradicts itself */
	READ_CUT,	/* ends too early, or is not in the linear part */
};

/**
 * struct window - what of the frame can be read, and where its packet is
 * @data: begin of what can be read
 * @end: behind it
 * @len: of the whole frame
 * @ctx: of the program
 * @at_xdp: what kind that is
 * @merged: the kernel has joined packets, or will divide it: long ones have a length of 0
 */
struct window {
	void *data;
	void *end;
	__u32 len;
	void *ctx;
	bool at_xdp;
	bool merged;
};

#define GET16(p)	bpf_ntohs(*(__be16 *)(p))
#define GET32(p)	bpf_ntohl(*(__be32 *)(p))
#define GET64(p)	((__u64)GET32(p) << 32 | GET32((p) + 4))

/* A pointer to bytes of the frame, or an end of reading. */
#define REACH(window, at, bytes)					\
	({								\
		void *reach_ = (window)->data + (at);			\
									\
		if (reach_ + (bytes) > (window)->end)			\
			return READ_CUT;				\
		reach_;							\
	})

/*
 * What is loaded from memory anew is unknown to the verifier: so that many ways that lead
 * to a place are one from there on.
 */
#define forget(packet)	barrier_var(packet)

static __always_inline void begin_packet(struct kxf_packet *packet)
{
	packet->found[KXF_SOURCE] = (struct kxf_number){ 0, KXF_NO_ADDRESS };
	packet->found[KXF_DESTINATION] = (struct kxf_number){ 0, KXF_NO_ADDRESS };
	packet->found[KXF_SOURCE_MAC] = (struct kxf_number){ 0, KXF_NO_MAC };
	packet->found[KXF_DESTINATION_MAC] = (struct kxf_number){ 0, KXF_NO_MAC };
	packet->found[KXF_MARK] = (struct kxf_number){ 0, 0 };
	packet->value[KXF_FAMILY] = KXF_OTHER;
	packet->value[KXF_VLAN] = KXF_NO_VLAN;
	packet->value[KXF_INNER_VLAN] = KXF_NO_VLAN;
	packet->value[KXF_ETHERTYPE] = 0;
	packet->value[KXF_PROTOCOL] = KXF_NO_PROTOCOL;
	packet->value[KXF_SOURCE_PORT] = KXF_NO_PORT;
	packet->value[KXF_DESTINATION_PORT] = KXF_NO_PORT;
	packet->value[KXF_TCP_FLAGS] = KXF_NO_FLAGS;
	packet->value[KXF_ICMP] = KXF_NO_ICMP;
	packet->value[KXF_FRAGMENT] = KXF_NO_FRAGMENT;
	packet->value[KXF_EXTRAS] = 0;
	packet->value[KXF_LENGTH] = 0;
	packet->value[KXF_DSCP] = KXF_NO_DSCP;
	packet->value[KXF_TTL] = KXF_NO_TTL;
	packet->value[KXF_STATE] = 0;
	packet->bytes = 0;
	packet->at = 0;
	packet->next = 0;
	packet->end = 0;
	packet->network = 0;
	packet->fragment = 0;
}

#endif
