/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The answer to a packet that is rejected: which one, whether there is one, and its bytes.
 * It is made beside the packet, whose place it takes then.
 */
#ifndef KXFILTER_ANSWER_H
#define KXFILTER_ANSWER_H

#include "translate.h"

#define HEAD		32	/* where in the bytes the header of IP begins */
#define TCP_AT		128	/* where the header of TCP is looked at */
#define ANSWER_BYTES	2304	/* more than any answer: bounds for the verifier */
#define ANSWER_TTL	64
#define CONTROL		0xc0	/* precedence of errors; RFC 1812, 4.3.2.5 */

/**
 * struct answer - what goes back
 * @bytes: the frame, see HEAD
 * @len: of the frame
 * @tags: at tc: tags that were taken off
 * @type: of each
 * @tag: its number and priority
 */
struct answer {
	__u8 bytes[ANSWER_BYTES];
	__u32 len;
	__u32 tags;
	__be16 type[KXF_TAGS];
	__u16 tag[KXF_TAGS];
};

/* Of the packet that is looked at. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct answer);
} answers SEC(".maps") KX_PRIVATE;

static __always_inline struct answer *answer_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&answers, &zero);
}

/* Errors are never answered; RFC 1122, 3.2.2 and RFC 4443, 2.4 (e). */
static __always_inline bool is_unanswerable(__u32 family, __u32 icmp)
{
	__u32 type = icmp >> 8;

	if (icmp == KXF_NO_ICMP)
		return false;
	if (family == KXF_IP6)
		return type < 128 || type == 137;
	return type > 18 || type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

static __always_inline bool is_group(const struct kxf_number *address, __u32 family)
{
	return family == KXF_IP4 ? (__u32)address->low >= 0xe0000000 : address->high >> 56 == 0xff;
}

/* One host, to whom an answer can go. */
static __always_inline bool is_one_to_one(const struct kxf_packet *packet, __u32 family)
{
	const struct kxf_number *source = &packet->found[KXF_SOURCE];

	if (packet->found[KXF_DESTINATION_MAC].low >> 40 & 1 ||
	    packet->found[KXF_SOURCE_MAC].low >> 40 & 1)
		return false;
	if (is_group(source, family) || is_group(&packet->found[KXF_DESTINATION], family))
		return false;
	return family == KXF_IP4 ? (__u32)source->low >> 24 : source->high || source->low;
}

/* KXF_ANSWER_USUAL: there may be none. */
static __always_inline __u32 choose_answer(const struct kxf_packet *packet, __u32 answer)
{
	__u32 family = packet->value[KXF_FAMILY], protocol = packet->value[KXF_PROTOCOL];
	__u32 flags = packet->value[KXF_TCP_FLAGS];

	if ((family != KXF_IP4 && family != KXF_IP6) || packet->value[KXF_FRAGMENT] == KXF_LATER ||
	    packet->value[KXF_EXTRAS] & KXF_EXTRA_MALFORMED || !is_one_to_one(packet, family) ||
	    is_unanswerable(family, packet->value[KXF_ICMP]))
		return KXF_ANSWER_USUAL;
	if (answer == KXF_ANSWER_USUAL)
		answer = protocol == PROTO_TCP ? KXF_ANSWER_RESET :
			 has_ports(protocol) ? KXF_ANSWER_PORT : KXF_ANSWER_ADMIN;
	if (answer == KXF_ANSWER_RESET && (flags == KXF_NO_FLAGS || flags & 4))
		return KXF_ANSWER_USUAL;
	return answer;
}

/* A flood is not thrown back: neither at one host, nor as a whole. */
static __always_inline bool is_allowed(const struct kxf_packet *packet)
{
	const struct kxf_number *source = &packet->found[KXF_SOURCE];
	__u64 host = packet->value[KXF_FAMILY] == KXF_IP4 ? source->low : source->high;
	__u64 who = mix(mix(setup.seed ^ 1) ^ host), now = now_ns();
	__u32 key = who & (KXF_BUCKETS - 1), zero = 0;
	struct kxf_bucket *bucket = bpf_map_lookup_elem(&buckets, &key);
	struct kxf_answering *all = bpf_map_lookup_elem(&answering, &zero);
	__u64 seen;

	if (!bucket || !all)
		return false;
	seen = bucket->who;
	if (seen != who && bucket->due_ns <= now)
		__sync_val_compare_and_swap(&bucket->who, seen, who);
	return is_within(&bucket->due_ns, now, KXF_HOST_NS, (KXF_HOST_BURST - 1) * KXF_HOST_NS) &&
	       is_within(&all->due_ns, now, KXF_ANSWER_NS, (KXF_ANSWER_BURST - 1) * KXF_ANSWER_NS);
}

/* Of what lies in an answer, with zeros up to a multiple of 4 behind it. */
static __always_inline __u16 sum_of(__u8 *from, __u32 len, __u32 sum)
{
	for (int i = 0; i < 3; i++) {
		__u32 part = len > 512 ? 512 : len;

		len -= part;
		part = (part + 3) & 1020;
		if (part)
			sum = fold((__u32)bpf_csum_diff(NULL, 0, (__be32 *)(from + i * 512), part,
							sum));
	}
	return ~fold(sum);
}

static __always_inline void put16(__u8 *to, __u32 value)
{
	*(__be16 *)to = bpf_htons(value);
}

static __always_inline void put32(__u8 *to, __u32 value)
{
	*(__be32 *)to = bpf_htonl(value);
}

/* Where among the bytes the frame begins; what is subtracted the verifier has to see limited. */
static __always_inline __u32 begin_of(__u32 network)
{
	__u32 begin = HEAD - network;

	barrier_var(begin);
	return begin & (HEAD - 1);
}

/* The way back, with the tags of the way here. */
static __always_inline long put_link(const struct paper *paper, struct answer *answer,
				     __u32 network)
{
	__u8 *link = answer->bytes + begin_of(network);
	__u8 mac[12];

	barrier_var(network);
	if (network < 14 || network > 30 || load(paper, 0, link, network))
		return -1;
	__builtin_memcpy(mac, link, 12);
	__builtin_memcpy(link, mac + 6, 6);
	__builtin_memcpy(link + 6, mac, 6);
	return 0;
}

static __always_inline void put_ip4_answer(__u8 *ip, const struct kxf_packet *packet, __u32 len,
					   bool is_reset)
{
	put16(ip, is_reset ? 0x4500 : 0x4500 | CONTROL);
	put16(ip + 2, 20 + len);
	put32(ip + 4, 0x4000);
	put16(ip + 8, ANSWER_TTL << 8 | (is_reset ? PROTO_TCP : PROTO_ICMP));
	put16(ip + 10, 0);
	put32(ip + 12, packet->found[KXF_DESTINATION].low);
	put32(ip + 16, packet->found[KXF_SOURCE].low);
	*(__u16 *)(ip + 10) = sum_of(ip, 20, 0);
}

static __always_inline void put_ip6_answer(__u8 *ip, const struct kxf_packet *packet, __u32 len,
					   bool is_reset)
{
	put32(ip, 0x60000000);
	put16(ip + 4, len);
	put16(ip + 6, (is_reset ? PROTO_TCP : PROTO_ICMP6) << 8 | ANSWER_TTL);
	put_address(ip + 8, &packet->found[KXF_DESTINATION]);
	put_address(ip + 24, &packet->found[KXF_SOURCE]);
}

/* With sum of the pseudo header: its addresses lie before the transport. */
static __always_inline void put_sum(struct answer *answer, __u32 family, __u32 len,
				    __u32 protocol, __u32 at)
{
	__u32 pseudo = bpf_htons(len) + bpf_htons(protocol);
	__u8 *ip = answer->bytes + HEAD;
	__u16 sum;

	if (family == KXF_IP4)
		sum = protocol == PROTO_ICMP ? sum_of(ip + 20, len, 0) :
					       sum_of(ip + 12, 8 + len, pseudo);
	else
		sum = sum_of(ip + 8, 32 + len, pseudo);
	*(__u16 *)(ip + (family == KXF_IP4 ? 20 : 40) + at) = sum;
}

/* Number and acknowledgment as RFC 9293, 3.10.7.1 has them. */
static __always_inline long put_reset(const struct paper *paper, struct answer *answer,
				      const struct kxf_packet *packet)
{
	__u32 at = packet->at, end = packet->end, flags = packet->value[KXF_TCP_FLAGS], len;
	__u8 *from = answer->bytes + TCP_AT, *to = answer->bytes + HEAD;
	bool is_ip4 = packet->value[KXF_FAMILY] == KXF_IP4;

	if (load(paper, at, from, 20))
		return -1;
	len = end - at - (from[12] >> 4 << 2) + (flags & 1) + (flags >> 1 & 1);
	if (is_ip4)
		put_ip4_answer(to, packet, 20, true);
	else
		put_ip6_answer(to, packet, 20, true);
	to += is_ip4 ? 20 : 40;
	put16(to, packet->value[KXF_DESTINATION_PORT]);
	put16(to + 2, packet->value[KXF_SOURCE_PORT]);
	put32(to + 4, flags & 16 ? GET32(from + 8) : 0);
	put32(to + 8, flags & 16 ? 0 : GET32(from + 4) + len);
	put32(to + 12, flags & 16 ? 0x50040000 : 0x50140000);
	put32(to + 16, 0);
	put_sum(answer, packet->value[KXF_FAMILY], 20, PROTO_TCP, 16);
	answer->len = (packet->network & 31) + (is_ip4 ? 40 : 60);
	return 0;
}

/* Unreachable; by enum kxf_answer: the code of ICMP, that of ICMPv6. */
static __always_inline __u32 code_of(__u32 answer, bool is_ip4)
{
	switch (answer) {
	case KXF_ANSWER_PORT:
		return is_ip4 ? 3 : 4;
	case KXF_ANSWER_HOST:
		return is_ip4 ? 1 : 3;
	case KXF_ANSWER_NET:
		return 0;
	}
	return is_ip4 ? 13 : 1;
}

/* The same, but the verifier knows wherever it is kept: at least 1, and not too large. */
static __always_inline __u32 sure_len(__u32 len)
{
	len--;
	barrier_var(len);
	len = (len & 2047) + 1;
	barrier_var(len);
	return len;
}

/* With as much of the packet as there is room for. */
static __always_inline long put_error(const struct paper *paper, struct answer *answer,
				      const struct kxf_packet *packet, __u32 kind)
{
	__u32 family = packet->value[KXF_FAMILY], network = packet->network & 31;
	bool is_ip4 = family == KXF_IP4;
	__u32 most = is_ip4 ? KXF_QUOTED4 : KXF_QUOTED6, quoted = packet->end - packet->network;
	__u8 *ip = answer->bytes + HEAD, *to = ip + (is_ip4 ? 20 : 40);

	if (quoted > most)
		quoted = most;
	if (quoted < 20)
		return -1;
	quoted = sure_len(quoted);
	if (load(paper, network, to + 8, quoted))
		return -1;
	*(__u32 *)(to + 8 + quoted) = 0;
	if (is_ip4)
		put_ip4_answer(ip, packet, 8 + quoted, false);
	else
		put_ip6_answer(ip, packet, 8 + quoted, false);
	put16(to, (is_ip4 ? 3 : 1) << 8 | code_of(kind, is_ip4));
	put16(to + 2, 0);
	put32(to + 4, 0);
	put_sum(answer, family, 8 + quoted, is_ip4 ? PROTO_ICMP : PROTO_ICMP6, 2);
	answer->len = network + (is_ip4 ? 28 : 48) + quoted;
	return 0;
}

/* 0: it is in @answer. */
static __always_inline long put_answer(const struct paper *paper, struct answer *answer,
				       const struct kxf_packet *packet, __u32 kind)
{
	if (put_link(paper, answer, packet->network))
		return -1;
	return kind == KXF_ANSWER_RESET ? put_reset(paper, answer, packet) :
					  put_error(paper, answer, packet, kind);
}

#endif
