/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Looks up the connection of a packet, before the rules: what the packet is, what it would do. */
#ifndef KXFILTER_STATE_H
#define KXFILTER_STATE_H

#include "track.h"

/* Nothing in the table: what the packet would begin. */
static __always_inline void first_of_all(struct followed *track)
{
	__u32 protocol = track->tuple.protocol, kind = track->tuple.kind;
	struct step *step = &track->step;

	set_step(step, KXF_NEW, CREATE);
	track->own = track->source;
	if (protocol == PROTO_TCP)
		first_of_tcp(step, &track->segment);
	else if (kind >= KXF_PIECES || (kind && (kind & 1) != track->source))
		set_step(step, KXF_INVALID, NO_EFFECT);
	else if (kind)
		step->phase = KXF_ICMP_ASKED;
	else
		step->phase = has_ports(protocol) ? KXF_UDP_ASKED : KXF_OTHER_ASKED;
}

/* Three phases: asked, answered, and asked again. */
static __always_inline void step_other(struct step *step, bool is_reply)
{
	__u32 phase = step->phase;
	bool is_asked = phase == KXF_UDP_ASKED || phase == KXF_ICMP_ASKED ||
			phase == KXF_OTHER_ASKED;
	bool is_answered = phase == KXF_UDP_ANSWERED || phase == KXF_OTHER_ANSWERED;

	set_step(step, is_asked && !is_reply ? KXF_NEW : KXF_ESTABLISHED, REFRESH);
	if (is_asked ? is_reply : is_answered && !is_reply) {
		step->phase = phase + 1;
		step->effect = CHANGE;
	}
}

static __always_inline void forget_slot(struct kxf_bin *bin, __u32 place)
{
	bin->phase[place % KXF_WAYS_OF_BIN] = KXF_FREE;
}

/* The other slot of a translated connection; NULL: it is gone. */
static __always_inline struct kxf_slot *peer_get(const struct kxf_slot *slot, __u32 now,
						 struct kxf_bin **bin)
{
	__u32 place = slot->peer;
	struct kxf_slot *peer = slot_get(place, bin);

	if (!peer || peer->serial != slot->peer_serial || !(peer->flags & KXF_SLOT_TRANSLATED) ||
	    !(*bin)->phase[place % KXF_WAYS_OF_BIN] || is_over(*bin, place % KXF_WAYS_OF_BIN, now))
		return NULL;
	return peer;
}

/* @from: the end that becomes the source. */
static __always_inline void change_to(struct change *change, const struct kxf_tuple *tuple,
				      __u32 from)
{
	__u32 to = !from;

	from = !to;
	change->address[0][0] = tuple->address[from][0];
	change->address[0][1] = tuple->address[from][1];
	change->address[1][0] = tuple->address[to][0];
	change->address[1][1] = tuple->address[to][1];
	change->port[0] = tuple->port[from];
	change->port[1] = tuple->port[to];
	change->is_on = true;
}

/**
 * struct found - what the table has of a tuple
 * @slot: of the connection
 * @bin: where it is
 * @place: of that
 * @is_reply: the packet comes from the end that did not begin
 */
struct found {
	struct kxf_slot *slot;
	struct kxf_bin *bin;
	__u32 place;
	bool is_reply;
};

/*
 * A translated connection has two tuples. Packets of one direction have the one, at one
 * side of the device, those of the other direction the other one, at the other side. An
 * error comes to where its packet went to.
 */
static __always_inline bool follow(struct followed *track, struct found *found, __u32 way,
				   bool is_carried)
{
	struct kxf_slot *slot = found->slot, *peer, *connection;
	struct kxf_bin *bin;
	bool is_alias = slot->flags & KXF_SLOT_ALIAS;

	peer = peer_get(slot, track->now, &bin);
	if (!peer) {
		forget_slot(found->bin, found->place);
		COUNT(lost);
		found->slot = NULL;
		return true;
	}
	connection = is_alias ? peer : slot;
	if ((found->is_reply ^ is_carried) != is_alias || (way == connection->way) == is_alias)
		return false;
	change_to(&track->change, &peer->tuple, (peer->origin ^ is_alias ^ is_carried) & 1);
	track->alias = is_alias ? found->place : slot->peer;
	if (is_alias) {
		found->place = slot->peer;
		found->bin = bin;
		found->slot = peer;
	}
	return true;
}

/* False: what is there is not what the packet belongs to. A slot of NULL: nothing is there. */
static __always_inline bool find_slot(struct followed *track, struct found *found, __u32 way,
				      bool is_carried)
{
	struct spot spot;
	__u32 place;

	find_spot(&track->tuple, &spot);
	place = find_place(&track->tuple, &spot);
	found->slot = NULL;
	found->place = place;
	if (place == NO_PLACE)
		return true;
	found->slot = slot_get(place, &found->bin);
	if (!found->slot)
		return true;
	if (is_over(found->bin, place % KXF_WAYS_OF_BIN, track->now)) {
		forget_slot(found->bin, place);
		COUNT(expired);
		found->slot = NULL;
		return true;
	}
	found->is_reply = track->source != found->slot->origin;
	if (found->slot->flags & KXF_SLOT_TRANSLATED)
		return follow(track, found, way, is_carried);
	return true;
}

static __always_inline void take_slot(struct followed *track, const struct found *found)
{
	const struct kxf_slot *slot = found->slot;
	__u32 own = (slot->origin ^ found->is_reply) & 1;

	track->place = found->place;
	track->serial = slot->serial;
	track->own = own;
	track->step.phase = found->bin->phase[found->place % KXF_WAYS_OF_BIN];
	track->step.own = slot->side[own];
	track->step.other = slot->side[!own];
}

/* Later fragments, of a packet whose first one passed: that has left its translation here. */
static __always_inline void take_pieces(struct followed *track, const struct kxf_slot *slot)
{
	const struct change *change = (const struct change *)slot->side;

	set_step(&track->step, KXF_ESTABLISHED, NO_EFFECT);
	if (change->is_on)
		track->change = *change;
}

/* Was it sent lately? Of TCP its number tells. */
static __always_inline bool is_sent(const struct followed *track, const struct kxf_slot *slot)
{
	const struct kxf_side *own = &track->step.own, *other = &track->step.other;
	__u32 seq = track->carried.seq;

	if (track->carried.protocol != PROTO_TCP)
		return true;
	return !after(seq, own->end) && !before(seq, own->end - max32(other->window, KXF_WINDOW));
}

static __always_inline void find_state(struct followed *track, __u32 way, bool is_carried)
{
	struct found found;

	if (!find_slot(track, &found, way, is_carried)) {
		set_step(&track->step, KXF_INVALID, NO_EFFECT);
		return;
	}
	if (!found.slot) {
		if (is_carried)
			set_step(&track->step, KXF_INVALID, NO_EFFECT);
		else
			first_of_all(track);
		return;
	}
	if (track->tuple.kind >= KXF_PIECES) {
		take_pieces(track, found.slot);
		return;
	}
	take_slot(track, &found);
	if (is_carried) {
		bool is_related = is_sent(track, found.slot);

		set_step(&track->step, is_related ? KXF_RELATED : KXF_INVALID, NO_EFFECT);
	} else if (track->tuple.protocol == PROTO_TCP) {
		step_tcp(&track->step, &track->segment, found.is_reply);
	} else {
		step_other(&track->step, found.is_reply);
	}
}

static __always_inline void begin_track(struct followed *track, __u32 way, __u64 now_ns)
{
	track->now = now_ns >> KXF_TICK_SHIFT;
	track->place = track->alias = NO_PLACE;
	track->change.is_on = false;
	track->step.is_odd = false;
	track->way = way;
	track->rule = KXF_NO_RULE;
	track->nat.flags = 0;
	track->pieces.kind = 0;
	track->carried.network = 0;
}

/*
 * Each is checked alone by the verifier: what the packet says is in @track, and its
 * pointers do not multiply what there is to check behind it. enum told.
 */
__noinline int read_track_skb(struct __sk_buff *ctx, struct kxf_packet *packet,
			      struct followed *track)
{
	struct window window = {
		.data = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
		.len = ctx->len,
		.ctx = ctx,
	};

	return packet && track ? read_track(&window, packet, track) : TELL_STATE;
}

__noinline int read_track_xdp(struct xdp_md *ctx, struct kxf_packet *packet,
			      struct followed *track)
{
	struct window window = {
		.data = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
		.ctx = ctx,
		.at_xdp = true,
	};

	return packet && track ? read_track(&window, packet, track) : TELL_STATE;
}

/* @what: enum told. The tuple is of the packet, or of what the error is about. */
__noinline int look_up_track(struct followed *track, int what)
{
	if (!track)
		return 0;
	if (what != TELL_STATE)
		find_state(track, track->way & 1, what == LOOK_UP_CARRIED);
	if (track->step.state == KXF_INVALID)
		COUNT(invalid);
	else if (track->step.state == KXF_RELATED)
		COUNT(related);
	return 0;
}

/*
 * What the packet is, before the rules: enum kxf_state. What an error is about may lie
 * beside the linear part: then that is made longer.
 */
static __always_inline __u32 find_skb(struct __sk_buff *ctx, struct kxf_packet *packet, __u32 way,
				      __u64 now_ns, bool is_bad)
{
	struct followed *track = track_get();
	__u32 len = ctx->len;
	int what = READ_MORE;

	if (!track)
		return KXF_INVALID;
	begin_track(track, way, now_ns);
	if (!is_bad)
		what = read_track_skb(ctx, packet, track);
	if (what == READ_MORE && !is_bad && ctx->data_end - ctx->data < len &&
	    !bpf_skb_pull_data(ctx, len < 2 * KXF_HEADERS ? len : 2 * KXF_HEADERS))
		what = read_track_skb(ctx, packet, track);
	if (what == READ_MORE)
		what = told(track, KXF_INVALID);
	look_up_track(track, what);
	return track->step.state;
}

static __always_inline __u32 find_frame(struct xdp_md *ctx, struct kxf_packet *packet, __u32 way,
					__u64 now_ns, bool is_bad)
{
	struct followed *track = track_get();
	int what = READ_MORE;

	if (!track)
		return KXF_INVALID;
	begin_track(track, way, now_ns);
	if (!is_bad)
		what = read_track_xdp(ctx, packet, track);
	if (what == READ_MORE)
		what = told(track, KXF_INVALID);
	look_up_track(track, what);
	return track->step.state;
}

#endif
