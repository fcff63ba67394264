// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * kxfilter halfdrop: drops every second IP packet that arrives, and says so of each.
 *
 * One count is shared by all CPUs, so that it is every second one exactly. The tool
 * loads one of the two programs and leaves the other one out.
 */
#include <vmlinux.h>

/* A line of the log takes 80 bytes: this is for bursts of 6,000 on each CPU. */
#define KX_LOG_ROOM	(512 * 1024)
#include <kx/log.bpf.h>
#include <bpf/bpf_endian.h>

KX_EXTENSION("kxfilter-halfdrop", "1.0.0", "drops every second IP packet");
KX_LICENSE("GPL");

KX_DEVICE(device, "the device whose packets arrive") = "";

KX_PARAM_LOAD(__u64, count, "packets to have a part in, 0: all") = 0;

KX_VALUE(__u64, passed, "IP packets that went on");
KX_VALUE(__u64, dropped, "IP packets that did not");

#define ETHERTYPE_IP	0x0800
#define ETHERTYPE_IPV6	0x86dd
#define ETHERTYPE_VLAN	0x8100
#define ETHERTYPE_QINQ	0x88a8
#define TAGS_MAX	2

enum tc_verdict { TC_NEXT = -1, TC_DROP = 2 };

/* IP packets that arrived: one count for all CPUs. */
__u64 packets;

struct ether {
	u8 macs[12];
	u16 type;
};

struct tag {
	u16 vlan;
	u16 type;
};

struct ip4 {
	u8 others[12];
	u32 from;
	u32 to;
};

struct ip6 {
	u8 others[8];
	u8 from[16];
	u8 to[16];
};

static __always_inline bool is_tag(u16 type)
{
	return type == bpf_htons(ETHERTYPE_VLAN) || type == bpf_htons(ETHERTYPE_QINQ);
}

enum turn { TURN_OVER, TURN_PASSES, TURN_DROPS };

static __always_inline enum turn turn(void)
{
	u64 nr = __sync_fetch_and_add(&packets, 1);

	if (count && nr >= count)
		return TURN_OVER;
	if (nr & 1) {
		__sync_fetch_and_add(&dropped, 1);
		return TURN_DROPS;
	}
	__sync_fetch_and_add(&passed, 1);
	return TURN_PASSES;
}

static __always_inline bool drop4(const struct ip4 *ip)
{
	const u32 *from = &ip->from, *to = &ip->to;

	switch (turn()) {
	case TURN_DROPS:
		kx_info("ip packet from %pI4 to %pI4 Dropped", from, to);
		return true;
	case TURN_PASSES:
		kx_info("ip packet from %pI4 to %pI4 Passed", from, to);
		return false;
	default:
		return false;
	}
}

static __always_inline bool drop6(const struct ip6 *ip)
{
	const u8 *from = ip->from, *to = ip->to;

	switch (turn()) {
	case TURN_DROPS:
		kx_info("ip packet from %pI6c to %pI6c Dropped", from, to);
		return true;
	case TURN_PASSES:
		kx_info("ip packet from %pI6c to %pI6c Passed", from, to);
		return false;
	default:
		return false;
	}
}

SEC("xdp") KX_AT(device)
int halfdrop_xdp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ether *ether = data;
	u16 type;

	data = ether + 1;
	if (data > end)
		return XDP_PASS;
	type = ether->type;
	for (int i = 0; i < TAGS_MAX && is_tag(type); i++) {
		struct tag *tag = data;

		data = tag + 1;
		if (data > end)
			return XDP_PASS;
		type = tag->type;
	}
	if (type == bpf_htons(ETHERTYPE_IP) && data + sizeof(struct ip4) <= end)
		return drop4(data) ? XDP_DROP : XDP_PASS;
	if (type == bpf_htons(ETHERTYPE_IPV6) && data + sizeof(struct ip6) <= end)
		return drop6(data) ? XDP_DROP : XDP_PASS;
	return XDP_PASS;
}

/* From the network header on: a device may have no link header. */
static __always_inline bool read(struct __sk_buff *skb, u32 at, void *to, u32 len)
{
	return !bpf_skb_load_bytes_relative(skb, at, to, len, BPF_HDR_START_NET);
}

SEC("tcx/ingress") KX_AT(device)
int halfdrop_tc(struct __sk_buff *skb)
{
	u16 type = skb->protocol;
	struct ip4 ip4;
	struct ip6 ip6;
	u32 at = 0;

	for (int i = 0; i < TAGS_MAX && is_tag(type); i++) {
		struct tag tag;

		if (!read(skb, at, &tag, sizeof(tag)))
			return TC_NEXT;
		type = tag.type;
		at += sizeof(tag);
	}
	if (type == bpf_htons(ETHERTYPE_IP) && read(skb, at, &ip4, sizeof(ip4)))
		return drop4(&ip4) ? TC_DROP : TC_NEXT;
	if (type == bpf_htons(ETHERTYPE_IPV6) && read(skb, at, &ip6, sizeof(ip6)))
		return drop6(&ip6) ? TC_DROP : TC_NEXT;
	return TC_NEXT;
}
