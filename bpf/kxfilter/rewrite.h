/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* New TTL, hop limit and DSCP, in packets that pass; checksums stay right. */
#ifndef KXFILTER_REWRITE_H
#define KXFILTER_REWRITE_H

#include "act.h"

static __always_inline bool is_rewritten(const struct work *work)
{
	__u32 family = work->packet.value[KXF_FAMILY];

	if (setup.monitor || (work->verdict != KXF_PASS && work->verdict != KXF_REDIRECT) ||
	    (family != KXF_IP4 && family != KXF_IP6) ||
	    work->packet.value[KXF_TTL] == KXF_NO_TTL)
		return false;
	return work->ttl != KXF_NO_TTL || work->dscp != KXF_NO_DSCP;
}

/* The sum of words of a header changes by what the words do; RFC 1624. */
static __always_inline __u16 changed_sum(__u16 sum, __u16 before, __u16 after)
{
	__u32 new = (__u16)~sum + (__u16)~before + after;

	new = (new & 0xffff) + (new >> 16);
	new = (new & 0xffff) + (new >> 16);
	return ~new;
}

/* The first two bytes of a header of IPv4 or IPv6, in the order of this machine. */
static __always_inline __u16 with_dscp(__u16 word, const struct work *work)
{
	if (work->dscp == KXF_NO_DSCP)
		return word;
	if (work->packet.value[KXF_FAMILY] == KXF_IP4)
		return (word & 0xff03) | work->dscp << 2;
	return (word & 0xf03f) | work->dscp << 6;
}

static __noinline void rewrite_frame(struct xdp_md *ctx, const struct work *work)
{
	__u8 *ip = (void *)(long)ctx->data + (work->packet.network & 63);
	__u16 before, after, sum;

	if ((void *)ip + 20 > (void *)(long)ctx->data_end)
		return;
	before = GET16(ip);
	after = with_dscp(before, work);
	*(__u16 *)ip = bpf_htons(after);
	if (work->packet.value[KXF_FAMILY] == KXF_IP6) {
		if (work->ttl != KXF_NO_TTL)
			ip[7] = work->ttl;
		return;
	}
	sum = changed_sum(GET16(ip + 10), before, after);
	before = GET16(ip + 8);
	if (work->ttl != KXF_NO_TTL)
		ip[8] = work->ttl;
	sum = changed_sum(sum, before, GET16(ip + 8));
	*(__u16 *)(ip + 10) = bpf_htons(sum);
}

/* By helpers, which leave alone what others share of the packet. */
static __noinline void rewrite_skb(struct __sk_buff *ctx, const struct work *work)
{
	__u32 at = work->packet.network & 63;
	bool is_ip4 = work->packet.value[KXF_FAMILY] == KXF_IP4;
	__u16 words[6], before[6], sum;
	__u64 flags = is_ip4 ? 0 : BPF_F_RECOMPUTE_CSUM;

	if (bpf_skb_load_bytes(ctx, at, words, sizeof(words)))
		return;
	__builtin_memcpy(before, words, sizeof(words));
	words[0] = bpf_htons(with_dscp(bpf_ntohs(words[0]), work));
	if (work->ttl != KXF_NO_TTL)
		((__u8 *)words)[is_ip4 ? 8 : 7] = work->ttl;
	if (is_ip4) {
		sum = changed_sum(bpf_ntohs(words[5]), bpf_ntohs(before[0]), bpf_ntohs(words[0]));
		sum = changed_sum(sum, bpf_ntohs(before[4]), bpf_ntohs(words[4]));
		words[5] = bpf_htons(sum);
	}
	bpf_skb_store_bytes(ctx, at, words, sizeof(words), flags);
}

#endif
