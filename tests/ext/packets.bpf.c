// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Numbered packets, on their way out of a cgroup and into a device. */
#include "events.h"

KX_EXTENSION("packets", "1.0", "numbered packets");
KX_LICENSE("GPL");

KX_CGROUP(cgroup, "whose packets") = "";
KX_DEVICE(device, "where they arrive") = "lo:generic";

struct payload {
	u64 magic;
	u64 thread;
	u64 number;
};

/* Without options: an IPv4 header, then UDP's. */
#define IP_LEN	20
#define UDP_LEN	8

static __always_inline void see_payload(u32 hook, const struct payload *payload)
{
	if (payload->magic == EVENTS_MAGIC)
		see(hook, payload->thread, payload->number);
}

SEC("cgroup_skb/egress") KX_AT(cgroup)
int by_cgroup(struct __sk_buff *skb)
{
	struct payload payload;

	if (!bpf_skb_load_bytes(skb, IP_LEN + UDP_LEN, &payload, sizeof(payload)))
		see_payload(1, &payload);
	return 1;
}

SEC("xdp") KX_AT(device)
int by_xdp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct payload *payload = data + 14 + IP_LEN + UDP_LEN;

	if ((void *)(payload + 1) <= end)
		see_payload(0, payload);
	return XDP_PASS;
}

#ifdef TC
SEC("tc") KX_AT(device)
int by_tc(struct __sk_buff *skb)
{
	struct payload payload;

	if (!bpf_skb_load_bytes(skb, 14 + IP_LEN + UDP_LEN, &payload, sizeof(payload)))
		see_payload(2, &payload);
	return -1;
}
#endif
