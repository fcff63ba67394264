/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Lets the answer take the place of the packet that is rejected, and sends it back: by
 * XDP_TX, or from tc to the other side of the device. There it is known by a secret beside
 * its bytes: no rule judges it, no connection hears of it.
 */
#ifndef KXFILTER_REJECT_H
#define KXFILTER_REJECT_H

#include "answer.h"

#define TC_NEXT	-1	/* whoever comes after decides */
#define TC_SHOT	2

#define LOOPBACK	1	/* its number in each namespace */

/*
 * What was made here. The secret is for nobody else: it goes when the last rules are passed,
 * which on the loopback device are those of the way in, behind those of the way out.
 */
static __always_inline bool is_answer(struct __sk_buff *ctx, __u32 way)
{
	if (ctx->cb[0] != setup.secret[0] || ctx->cb[1] != setup.secret[1] ||
	    ctx->cb[2] != setup.secret[2] || ctx->cb[3] != setup.secret[3])
		return false;
	if (way == KXF_OUT && ctx->ifindex == LOOPBACK)
		return true;
	ctx->cb[0] = 0;
	ctx->cb[1] = 0;
	ctx->cb[2] = 0;
	ctx->cb[3] = 0;
	return true;
}

static __always_inline void count_reply(const struct work *work, __u32 way, __u32 reply)
{
	struct kxf_totals *total = bpf_map_lookup_elem(&totals, &way);
	struct kxf_trial *told = setup.trial ? trial_get() : NULL;
	struct kxf_rule_state *state;
	__u32 slot = work->slot;

	if (total && reply)
		total->replies[(reply - 1) & 3]++;
	if (told)
		told->reply = reply;
	if (reply == KXF_ANSWERED)
		return;
	state = bpf_map_lookup_elem(&states, &slot);
	if (state)
		__sync_fetch_and_add(&state->unanswered, 1);
}

/* The kind of answer, or none: then it is counted why. */
static __always_inline __u32 begin_answer(const struct work *work, __u32 way)
{
	__u32 kind = choose_answer(&work->packet, work->answer);

	if (kind == KXF_ANSWER_USUAL)
		count_reply(work, way, KXF_SILENT);
	else if (!is_allowed(&work->packet))
		count_reply(work, way, KXF_LIMITED);
	else
		return kind;
	return KXF_ANSWER_USUAL;
}

/* Tags among the bytes are taken off by the kernel: then the packet begins with its header. */
static __always_inline long take_tags(struct __sk_buff *ctx, struct answer *answer,
				      struct kxf_packet *packet)
{
	answer->tags = 0;
	for (int i = 0; i < KXF_TAGS && packet->network > 14; i++) {
		__be16 words[2] = {};

		if (bpf_skb_load_bytes(ctx, 12, words, sizeof(words)))
			return -1;
		answer->type[i] = ctx->vlan_present ? ctx->vlan_proto : words[0];
		answer->tag[i] = ctx->vlan_present ? ctx->vlan_tci : bpf_ntohs(words[1]);
		if (bpf_skb_vlan_pop(ctx))
			return -1;
		packet->network -= 4;
		packet->at -= 4;
		packet->end -= 4;
		answer->tags = i + 1;
	}
	return packet->network == 14 ? 0 : -1;
}

static __always_inline long put_tags(struct __sk_buff *ctx, const struct answer *answer)
{
	for (__u32 i = KXF_TAGS; i; i--)
		if (i <= answer->tags &&
		    bpf_skb_vlan_push(ctx, answer->type[i - 1], answer->tag[i - 1]))
			return -1;
	return 0;
}

/*
 * Makes room for the answer. Nothing of what the packet was may stay beside the bytes: not
 * that it is to be divided (changing the length ends that), not what hardware has summed up
 * (becoming longer ends it), nor where hardware shall put a checksum: that ends when the
 * place where it begins is cut off in front.
 */
static __always_inline long make_room(struct __sk_buff *ctx, const struct answer *answer,
				      const struct kxf_packet *packet)
{
	__u32 least = packet->value[KXF_FAMILY] == KXF_IP4 ? 34 : 54;
	__u32 cut = packet->at + 2;

	if (cut > KXF_HEADERS + 2)
		return -1;
	return bpf_skb_change_tail(ctx, least + cut, 0) ||
	       bpf_skb_adjust_room(ctx, -(__s32)cut, BPF_ADJ_ROOM_MAC, 0) ||
	       bpf_skb_change_tail(ctx, answer->len, 0);
}

static __always_inline long put_skb(struct __sk_buff *ctx, struct answer *answer,
				    struct kxf_packet *packet, __u32 kind)
{
	struct paper paper = { .ctx = ctx };
	__u32 len;

	if (take_tags(ctx, answer, packet) || put_answer(&paper, answer, packet, kind) ||
	    make_room(ctx, answer, packet))
		return -1;
	len = sure_len(answer->len);
	if (bpf_skb_store_bytes(ctx, 0, answer->bytes + HEAD - 14, len, BPF_F_INVALIDATE_HASH))
		return -1;
	return put_tags(ctx, answer);
}

/*
 * A packet that comes in is answered to the wire, one that goes out to who sent it, here. On the
 * loopback device both go out once more: only from there the way in takes its addresses.
 */
__noinline int reject_skb(struct __sk_buff *ctx, struct work *work, __u32 way)
{
	struct answer *answer = answer_get();
	__u32 kind;

	if (!work || !answer)
		return TC_SHOT;
	kind = begin_answer(work, way);
	if (kind == KXF_ANSWER_USUAL)
		return TC_SHOT;
	if (put_skb(ctx, answer, &work->packet, kind)) {
		count_reply(work, way, KXF_UNSENT);
		return TC_SHOT;
	}
	count_reply(work, way, KXF_ANSWERED);
	ctx->cb[0] = setup.secret[0];
	ctx->cb[1] = setup.secret[1];
	ctx->cb[2] = setup.secret[2];
	ctx->cb[3] = setup.secret[3];
	return bpf_redirect(work->ifindex,
			    way == KXF_OUT && work->ifindex != LOOPBACK ? BPF_F_INGRESS : 0);
}

/* Longer to the front, where drivers leave room; shorter at the end. */
static __always_inline long put_frame(struct xdp_md *ctx, struct answer *answer,
				      const struct kxf_packet *packet, __u32 kind)
{
	struct paper paper = { .ctx = ctx, .at_xdp = true };
	__u32 len;
	__s32 more;

	if (put_answer(&paper, answer, packet, kind))
		return -1;
	len = sure_len(answer->len);
	more = len - packet->bytes;
	if (more > 0 ? bpf_xdp_adjust_head(ctx, -more) : bpf_xdp_adjust_tail(ctx, more))
		return -1;
	return bpf_xdp_store_bytes(ctx, 0, answer->bytes + begin_of(packet->network), len);
}

__noinline int reject_frame(struct xdp_md *ctx, struct work *work)
{
	struct answer *answer = answer_get();
	__u32 kind;

	if (!work || !answer)
		return XDP_DROP;
	kind = begin_answer(work, KXF_IN);
	if (kind == KXF_ANSWER_USUAL)
		return XDP_DROP;
	if (put_frame(ctx, answer, &work->packet, kind)) {
		count_reply(work, KXF_IN, KXF_UNSENT);
		return XDP_DROP;
	}
	count_reply(work, KXF_IN, KXF_ANSWERED);
	return setup.bounces ? bpf_redirect(work->ifindex, 0) : XDP_TX;
}

#endif
