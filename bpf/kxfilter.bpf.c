// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The kernel half of kxfilter: packets that come in, at XDP or at tc, and packets that
 * go out. Rules are compiled into tables by user space; see docs/design/kxfilter.md.
 */
#include <vmlinux.h>
#include <kx/kx.bpf.h>
#include <kx/stream.bpf.h>

#include "kxfilter/maps.h"
#include "kxfilter/parse.h"
#include "kxfilter/decide.h"
#include "kxfilter/watch.h"
#include "kxfilter/rewrite.h"
#include "kxfilter/translate.h"
#include "kxfilter/reject.h"

KX_EXTENSION("kxfilter", "0.1.0", "filters the packets of a device");
KX_LICENSE("Dual BSD/GPL");

KX_DEVICE(device, "the device whose packets are filtered") = "";

#include "kxfilter/metrics.h"

/* Checked alone by the verifier: whatever is found, the code behind it is checked once. */
__noinline int read_frame(struct xdp_md *ctx, struct kxf_packet *packet)
{
	struct window window = {
		.data = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
		.ctx = ctx,
		.at_xdp = true,
	};

	if (!packet)
		return READ_BAD;
	window.len = window.end - window.data;
	packet->bytes = window.len;
	return read_packet(&window, 0, packet);
}

__noinline int read_skb(struct __sk_buff *ctx, struct kxf_packet *packet)
{
	struct window window = {
		.data = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
		.len = ctx->len,
		.ctx = ctx,
		.merged = ctx->gso_size,
	};
	__u32 tags = 0;

	if (!packet)
		return READ_BAD;
	packet->bytes = window.len;
	packet->found[KXF_MARK].low = ctx->mark & setup.mark_bits;
	if (ctx->vlan_present) {
		packet->value[KXF_VLAN] = ctx->vlan_tci & 0xfff;
		tags = 1;
	}
	return read_packet(&window, tags, packet);
}

static __always_inline void begin(struct work *work)
{
	__builtin_memset(work, 0, sizeof(*work));
	begin_packet(&work->packet);
	work->ttl = KXF_NO_TTL;
	work->dscp = KXF_NO_DSCP;
}

static __always_inline bool is_translated(const struct work *work)
{
	struct followed *track = track_get();

	return track && track->change.is_on && (goes_on(work) || setup.monitor);
}

static __always_inline int filter_skb(struct __sk_buff *ctx, __u32 way)
{
	struct work *work = work_get();
	int err;

	if (!work)
		return TC_SHOT;
	if ((setup.rules[KXF_IN].flags | setup.rules[KXF_OUT].flags) & KXF_HAS_REJECTS &&
	    is_answer(ctx, way))
		return TC_NEXT;
	begin(work);
	err = read_skb(ctx, &work->packet);
	if (err == READ_CUT && ctx->data_end - ctx->data < ctx->len) {
		/* Headers lie in pages beside the linear part. */
		__u32 len = ctx->len;

		if (!bpf_skb_pull_data(ctx, len < KXF_HEADERS * 2 ? len : KXF_HEADERS * 2)) {
			begin(work);
			err = read_skb(ctx, &work->packet);
		}
	}
	work->mark = ctx->mark;
	work->ifindex = ctx->ifindex;
	if (setup.rules[way].flags & KXF_HAS_STATES)
		work->packet.value[KXF_STATE] = find_skb(ctx, &work->packet, way, coarse_ns(), err);
	decide(work, way, err);
	look_skb(ctx, work, way);
	if (setup.rules[way].flags & KXF_HAS_MARKS && !setup.monitor)
		ctx->mark = work->mark;
	if (setup.rules[way].flags & KXF_HAS_REWRITES && is_rewritten(work))
		rewrite_skb(ctx, work);
	if (setup.rules[way].flags & KXF_HAS_STATES && is_translated(work) &&
	    translate_skb(ctx, &work->packet)) {
		look_failed_skb(ctx, work, way);
		return TC_SHOT;
	}
	if (work->verdict == KXF_PASS || setup.monitor)
		return TC_NEXT;
	if (setup.rules[way].flags & KXF_HAS_REDIRECTS && work->verdict == KXF_REDIRECT)
		return bpf_redirect(work->to_ifindex, work->to_ingress ? BPF_F_INGRESS : 0);
	if (setup.rules[way].flags & KXF_HAS_REJECTS && work->verdict == KXF_REJECT)
		return reject_skb(ctx, work, way);
	return TC_SHOT;
}

SEC("xdp") KX_AT(device)
int filter_xdp(struct xdp_md *ctx)
{
	struct work *work = work_get();
	int err;

	if (!work)
		return XDP_DROP;
	begin(work);
	err = read_frame(ctx, &work->packet);
	work->ifindex = ctx->ingress_ifindex;
	if (setup.rules[KXF_IN].flags & KXF_HAS_STATES)
		work->packet.value[KXF_STATE] = find_frame(ctx, &work->packet, KXF_IN, coarse_ns(),
							    err);
	decide(work, KXF_IN, err);
	look_frame(ctx, work);
	if (setup.rules[KXF_IN].flags & KXF_HAS_REWRITES && is_rewritten(work))
		rewrite_frame(ctx, work);
	if (setup.rules[KXF_IN].flags & KXF_HAS_STATES && is_translated(work) &&
	    translate_frame(ctx, &work->packet)) {
		look_failed_frame(ctx, work);
		return XDP_DROP;
	}
	if (work->verdict == KXF_PASS || setup.monitor)
		return XDP_PASS;
	if (setup.rules[KXF_IN].flags & KXF_HAS_REDIRECTS && work->verdict == KXF_REDIRECT)
		return bpf_redirect(work->to_ifindex, 0);
	if (setup.rules[KXF_IN].flags & KXF_HAS_REJECTS && work->verdict == KXF_REJECT)
		return reject_frame(ctx, work);
	return XDP_DROP;
}

SEC("tcx/ingress") KX_AT(device)
int filter_in(struct __sk_buff *ctx)
{
	return filter_skb(ctx, KXF_IN);
}

SEC("tcx/egress") KX_AT(device)
int filter_out(struct __sk_buff *ctx)
{
	return filter_skb(ctx, KXF_OUT);
}
