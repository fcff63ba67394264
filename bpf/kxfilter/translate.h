/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes what a translation changes into the packet, with its checksums. At tc the kernel's
 * helpers know of checksums that hardware makes or has checked; at XDP there is the frame.
 */
#ifndef KXFILTER_TRANSLATE_H
#define KXFILTER_TRANSLATE_H

#include "nat.h"

/**
 * struct paper - the packet that is written on
 * @ctx: of the program
 * @at_xdp: constant: which
 * @family: enum kxf_family
 * @sum: where the checksum of its transport is; 0: it has none that we know
 * @may_miss: a checksum of 0 says: there is none
 */
struct paper {
	void *ctx;
	bool at_xdp;
	__u32 family;
	__u32 sum;
	bool may_miss;
};

static __always_inline long load(const struct paper *paper, __u32 at, void *to, __u32 len)
{
	return paper->at_xdp ? bpf_xdp_load_bytes(paper->ctx, at, to, len) :
			       bpf_skb_load_bytes(paper->ctx, at, to, len);
}

static __always_inline long store(const struct paper *paper, __u32 at, void *from, __u32 len)
{
	return paper->at_xdp ? bpf_xdp_store_bytes(paper->ctx, at, from, len) :
			       bpf_skb_store_bytes(paper->ctx, at, from, len, 0);
}

static __always_inline __u16 fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* RFC 1624; @diff as bpf_csum_diff() has it. A checksum of 0 of UDP says: there is none. */
static __always_inline __u16 renew_sum(__u16 sum, __u32 diff, bool may_miss)
{
	__u16 renewed = ~fold((__u64)(__u16)~sum + diff);

	if (may_miss)
		return !sum ? 0 : renewed ?: 0xffff;
	return renewed;
}

static __always_inline long renew_at(const struct paper *paper, __u32 at, __u32 diff, bool may_miss)
{
	__u16 sum = 0;

	if (load(paper, at, &sum, 2))
		return -1;
	sum = renew_sum(sum, diff, may_miss);
	return store(paper, at, &sum, 2);
}

/* Of the transport. @is_pseudo: what changed is not within what the checksum is part of. */
static __always_inline long renew_transport(const struct paper *paper, __u32 diff, bool is_pseudo)
{
	__u32 flags = paper->may_miss ? BPF_F_MARK_MANGLED_0 : 0;

	if (!paper->sum)
		return 0;
	if (paper->at_xdp)
		return renew_at(paper, paper->sum, diff, paper->may_miss);
	if (is_pseudo)
		flags |= BPF_F_PSEUDO_HDR;
	return bpf_l4_csum_replace(paper->ctx, paper->sum, 0, diff, flags);
}

static __always_inline long renew_network(const struct paper *paper, __u32 at, __u32 diff)
{
	return paper->at_xdp ? renew_at(paper, at, diff, false) :
			       bpf_l3_csum_replace(paper->ctx, at, 0, diff, 0);
}

static __always_inline void put_ip6(__be32 *to, const __u64 *address)
{
	to[0] = bpf_htonl(address[0] >> 32);
	to[1] = bpf_htonl(address[0]);
	to[2] = bpf_htonl(address[1] >> 32);
	to[3] = bpf_htonl(address[1]);
}

/* @which: 0: source, 1: destination. */
static __always_inline long write_ip4(const struct paper *paper, __u32 network, __u32 which,
				      __u32 address)
{
	__u32 at = network + 12 + which * 4;
	__be32 from = 0, to = bpf_htonl(address);
	__s64 diff;

	if (load(paper, at, &from, 4))
		return -1;
	if (from == to)
		return 0;
	diff = bpf_csum_diff(&from, 4, &to, 4, 0);
	if (renew_network(paper, network + 10, diff) || renew_transport(paper, diff, true))
		return -1;
	return store(paper, at, &to, 4);
}

static __always_inline long write_ip6(const struct paper *paper, __u32 network, __u32 which,
				      const __u64 *address)
{
	__u32 at = network + 8 + which * 16;
	__be32 from[4] = {}, to[4];
	__s64 diff;

	put_ip6(to, address);
	if (load(paper, at, from, 16))
		return -1;
	diff = bpf_csum_diff(from, 16, to, 16, 0);
	if (renew_transport(paper, diff, true))
		return -1;
	/* No checksum of the header makes up for the address, in what hardware summed up. */
	if (!paper->at_xdp)
		(void)bpf_csum_update(paper->ctx, diff);
	return store(paper, at, to, 16);
}

static __always_inline long write_port(const struct paper *paper, __u32 at, __u16 port)
{
	__be16 from[2] = {}, to[2] = { bpf_htons(port), 0 };
	__s64 diff;

	if (load(paper, at, from, 2))
		return -1;
	if (from[0] == to[0])
		return 0;
	diff = bpf_csum_diff((__be32 *)from, 4, (__be32 *)to, 4, 0);
	if (renew_transport(paper, diff, false))
		return -1;
	return store(paper, at, to, 2);
}

/* 0: there is none that we know. That of ICMP is not over addresses. */
static __always_inline __u32 find_sum(__u32 protocol, __u32 family, __u32 transport)
{
	if (protocol == PROTO_TCP)
		return transport + 16;
	if (protocol == PROTO_UDP || protocol == PROTO_UDPLITE || protocol == PROTO_DCCP)
		return transport + 6;
	return protocol == PROTO_ICMP6 && family == KXF_IP6 ? transport + 2 : 0;
}

static __always_inline long write_addresses(const struct paper *paper, __u32 network,
					    const struct change *change)
{
	if (paper->family == KXF_IP4)
		return write_ip4(paper, network, 0, change->address[0][1]) ||
		       write_ip4(paper, network, 1, change->address[1][1]);
	return write_ip6(paper, network, 0, change->address[0]) ||
	       write_ip6(paper, network, 1, change->address[1]);
}

static __always_inline long write_ports(struct paper *paper, const struct kxf_packet *packet,
					const struct change *change)
{
	__u32 protocol = packet->value[KXF_PROTOCOL], at = packet->at;

	if (packet->value[KXF_ICMP] != KXF_NO_ICMP) {
		paper->sum = at + 2;
		return write_port(paper, at + 4, change->port[0]);
	}
	if (!has_ports(protocol) || protocol == PROTO_SCTP)
		return 0;
	return write_port(paper, at, change->port[0]) ||
	       write_port(paper, at + 2, change->port[1]);
}

static __always_inline long write_packet(struct paper *paper, const struct kxf_packet *packet,
					 const struct followed *track)
{
	paper->family = packet->value[KXF_FAMILY];
	if (packet->value[KXF_FRAGMENT] == KXF_LATER) {
		paper->sum = 0;
		return write_addresses(paper, packet->network, &track->change);
	}
	paper->sum = find_sum(packet->value[KXF_PROTOCOL], paper->family, packet->at);
	paper->may_miss = packet->value[KXF_PROTOCOL] == PROTO_UDP;
	return write_addresses(paper, packet->network, &track->change) ||
	       write_ports(paper, packet, &track->change);
}

/* Writes 2, 4 or 16 bytes of the packet that an error is about; @diff gets what that changes. */
static __always_inline long swap(const struct paper *paper, __u32 at, __be32 *to, __u32 len,
				 __u32 *diff)
{
	__be32 from[4] = {};

	if (load(paper, at, from, len))
		return -1;
	*diff = bpf_csum_diff(from, len == 16 ? 16 : 4, to, len == 16 ? 16 : 4, *diff);
	return store(paper, at, to, len);
}

static __always_inline long swap_sum(const struct paper *paper, __u32 at, __u32 by, bool may_miss,
				     __u32 *diff)
{
	__be32 sum = 0;

	if (load(paper, at, &sum, 2))
		return -1;
	sum = renew_sum(sum, by, may_miss);
	return swap(paper, at, &sum, 2, diff);
}

static __always_inline long swap_addresses(const struct paper *paper, __u32 network,
					   const struct change *change, __u32 *by)
{
	for (int which = 0; which < 2; which++) {
		__be32 to[4];

		if (paper->family == KXF_IP6) {
			put_ip6(to, change->address[which]);
			if (swap(paper, network + 8 + which * 16, to, 16, by))
				return -1;
		} else {
			to[0] = bpf_htonl(change->address[which][1]);
			if (swap(paper, network + 12 + which * 4, to, 4, by))
				return -1;
		}
	}
	return 0;
}

/* Its checksum may have been cut off. */
static __always_inline long swap_transport(const struct paper *paper,
					   const struct kxf_packet *packet,
					   const struct followed *track, __u32 by, __u32 *diff)
{
	const struct carried *carried = &track->carried;
	const struct change *change = &track->change;
	__u32 at = carried->transport, protocol = carried->protocol;
	bool is_query = protocol == PROTO_ICMP || protocol == PROTO_ICMP6;
	__be32 port = bpf_htons(change->port[0]);
	__u32 own = 0, sum;

	if (!is_query && (!has_ports(protocol) || protocol == PROTO_SCTP))
		return 0;
	if (swap(paper, at + (is_query ? 4 : 0), &port, 2, &own))
		return -1;
	port = bpf_htons(change->port[1]);
	if (!is_query && swap(paper, at + 2, &port, 2, &own))
		return -1;
	*diff = fold((__u64)*diff + own);
	sum = protocol == PROTO_ICMP ? at + 2 : find_sum(protocol, paper->family, at);
	if (protocol != PROTO_ICMP)
		own = fold((__u64)own + by);
	if (sum + 2 > packet->end)
		return 0;
	return swap_sum(paper, sum, own, protocol == PROTO_UDP, diff);
}

/* An error goes to who sent the packet; it comes from a router, or from whom that was for. */
static __always_inline long write_error(struct paper *paper, const struct kxf_packet *packet,
					struct followed *track)
{
	const struct carried *carried = &track->carried;
	const struct change *change = &track->change;
	const struct kxf_number *source = &packet->found[KXF_SOURCE];
	bool is_end = source->high == carried->destination.high &&
		      source->low == carried->destination.low;
	struct change *outer = &track->outer;
	__u32 diff = 0, by;

	paper->family = packet->value[KXF_FAMILY];
	if (swap_addresses(paper, carried->network, change, &diff))
		return -1;
	by = diff;
	if (paper->family == KXF_IP4 && swap_sum(paper, carried->network + 10, by, false, &diff))
		return -1;
	if (swap_transport(paper, packet, track, by, &diff))
		return -1;
	paper->sum = packet->at + 2;
	if (renew_transport(paper, diff, false))
		return -1;
	if (paper->family == KXF_IP4)
		paper->sum = 0;
	outer->address[0][0] = is_end ? change->address[1][0] : source->high;
	outer->address[0][1] = is_end ? change->address[1][1] : source->low;
	outer->address[1][0] = change->address[0][0];
	outer->address[1][1] = change->address[0][1];
	return write_addresses(paper, packet->network, outer);
}

static __always_inline long write_track(struct paper *paper, const struct kxf_packet *packet,
					struct followed *track)
{
	return track->carried.network ? write_error(paper, packet, track) :
	       write_packet(paper, packet, track);
}

/*
 * A packet whose track->change is on. Each is checked alone by the verifier.
 *
 * Return: 0; -1: the packet cannot be written, it must not pass.
 */
__noinline int translate_skb(struct __sk_buff *ctx, struct kxf_packet *packet)
{
	struct paper paper = { .ctx = ctx };
	struct followed *track = track_get();

	if (packet && track && !write_track(&paper, packet, track))
		return 0;
	COUNT(unwritten);
	return -1;
}

__noinline int translate_frame(struct xdp_md *ctx, struct kxf_packet *packet)
{
	struct paper paper = { .ctx = ctx, .at_xdp = true };
	struct followed *track = track_get();

	if (packet && track && !write_track(&paper, packet, track))
		return 0;
	COUNT(unwritten);
	return -1;
}

#endif
