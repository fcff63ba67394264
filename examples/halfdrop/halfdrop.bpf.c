// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Drops every second IP packet that arrives at a device, and says so of each. */
#include <vmlinux.h>
#include <kx/log.bpf.h>
#include <bpf/bpf_endian.h>

KX_EXTENSION("halfdrop", "1.0.0", "drops every second IP packet");
KX_LICENSE("GPL");

KX_DEVICE(dev, "the device whose packets arrive") = "lo";
KX_PARAM(u32, every, "which packet is dropped", KX_RANGE(1, 1000)) = 2;
KX_VALUE(u64, passed, "IP packets that went on");
KX_VALUE(u64, dropped, "IP packets that did not");

enum { GOES_ON = -1, ENDS = 2 };	/* to the next program; here */

u64 packets;			/* one count for all CPUs */

SEC("tcx/ingress") KX_AT(dev)
int halfdrop(struct __sk_buff *skb)
{
	bool ip4 = skb->protocol == bpf_htons(0x0800), ip6 = skb->protocol == bpf_htons(0x86dd);
	u32 from[4], to[4], len = ip4 ? 4 : 16, at = ip4 ? 12 : 8;
	bool drop;

	if (!ip4 && !ip6)
		return GOES_ON;
	if (bpf_skb_load_bytes_relative(skb, at, from, len, BPF_HDR_START_NET) ||
	    bpf_skb_load_bytes_relative(skb, at + len, to, len, BPF_HDR_START_NET))
		return GOES_ON;
	drop = (__sync_fetch_and_add(&packets, 1) + 1) % every == 0;
	__sync_fetch_and_add(drop ? &dropped : &passed, 1);
	if (ip4)
		kx_info("ip packet from %pI4 to %pI4 %s", &from[0], &to[0],
			drop ? "Dropped" : "Passed");
	else
		kx_info("ip packet from %pI6c to %pI6c %s", (u8 *)from, (u8 *)to,
			drop ? "Dropped" : "Passed");
	return drop ? ENDS : GOES_ON;
}
