/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a TCP segment does to its connection. Windows are those of G. van Rooij, "Real
 * Stateful TCP Packet Filtering in IP Filter", as other packet filters have them; what is
 * outside of them passes and changes nothing, the receiver judges it. A reset has to be
 * where RFC 5961 wants it.
 */
#ifndef KXFILTER_TCP_H
#define KXFILTER_TCP_H

#include "table.h"

#define FIN	1
#define SYN	2
#define RST	4
#define ACK	16
#define NO_SCALE	255
#define PICKED_SCALE	14	/* the largest: what it really is was not seen */

#define after(a, b)	((__s32)((__u32)(a) - (__u32)(b)) > 0)
#define before(a, b)	after(b, a)

/* What becomes of an entry if the packet passes. */
enum effect {
	NO_EFFECT,
	REFRESH,	/* it was seen */
	CHANGE,		/* and has a new phase, and side that sent it */
	CHANGE_BOTH,	/* and the other side */
	CREATE,		/* there is none yet, or this one is over */
};

struct segment {
	__u32 seq;
	__u32 end;		/* behind its data, SYN and FIN */
	__u32 ack;
	__u32 window;
	__u32 flags;		/* FIN, SYN, RST, ACK */
	__u32 scale;		/* 255: none */
};

/**
 * struct step - what a packet is, and what it does
 * @state: enum kxf_state
 * @effect: enum effect
 * @phase: enum kxf_phase, as it will be
 * @is_odd: outside of the window
 * @own: as it will be: of the end that sent it
 * @other: the same
 */
struct step {
	__u32 state;
	__u32 effect;
	__u32 phase;
	__u32 is_odd;
	struct kxf_side own;
	struct kxf_side other;
};

static __always_inline void set_step(struct step *step, __u32 state, __u32 effect)
{
	step->state = state;
	step->effect = effect;
}

static __always_inline __u32 max32(__u32 a, __u32 b)
{
	return a > b ? a : b;
}

static __always_inline void start_side(struct kxf_side *side, const struct segment *seg)
{
	side->end = seg->end;
	side->window = max32(seg->window, 1);
	side->flags = (side->flags & ~KXF_SIDE_SCALES) | KXF_SIDE_SEEN;
	if (seg->scale <= PICKED_SCALE) {
		side->flags |= KXF_SIDE_SCALES;
		side->scale = seg->scale;
	}
}

static __always_inline void begin_tcp(struct step *step, const struct segment *seg)
{
	__builtin_memset(&step->own, 0, sizeof(step->own));
	__builtin_memset(&step->other, 0, sizeof(step->other));
	start_side(&step->own, seg);
	step->other.ack = seg->seq;
	step->phase = KXF_SYN_SENT;
	set_step(step, KXF_NEW, CREATE);
}

/* From the middle on: what the other side has sent is known from what is acknowledged. */
static __always_inline void pick_up(struct step *step, const struct segment *seg)
{
	struct kxf_side *own = &step->own, *other = &step->other;

	__builtin_memset(own, 0, sizeof(*own));
	__builtin_memset(other, 0, sizeof(*other));
	own->end = seg->end;
	own->window = max32(seg->window << PICKED_SCALE, 1);
	own->ack = seg->ack;
	own->allows = seg->ack + own->window;
	own->flags = KXF_SIDE_SEEN | KXF_SIDE_ACKED | KXF_SIDE_SCALES;
	own->scale = PICKED_SCALE;
	other->end = seg->ack;
	other->ack = seg->seq;
	other->flags = KXF_SIDE_SCALES;
	other->scale = PICKED_SCALE;
	step->phase = KXF_PICKED_UP;
	set_step(step, KXF_NEW, CREATE);
}

static __always_inline void first_of_tcp(struct step *step, const struct segment *seg)
{
	if (seg->flags == SYN)
		begin_tcp(step, seg);
	else if (seg->flags == ACK && tracking.picks_up)
		pick_up(step, seg);
	else
		set_step(step, KXF_INVALID, NO_EFFECT);
}

/* The number that it acknowledges is what it had not acknowledged, and what was sent. */
static __always_inline bool acks_new(const struct step *step, const struct segment *seg)
{
	return after(seg->ack, step->own.ack) && !after(seg->ack, step->other.end);
}

static __always_inline void take_ack(struct step *step, const struct segment *seg, __u32 window)
{
	struct kxf_side *own = &step->own;
	__u32 allows = seg->ack + max32(window, 1);

	if (!(own->flags & KXF_SIDE_ACKED) || after(allows, own->allows))
		own->allows = allows;
	if (!(own->flags & KXF_SIDE_ACKED) || after(seg->ack, own->ack))
		own->ack = seg->ack;
	own->flags |= KXF_SIDE_ACKED;
}

static __always_inline void tcp_syn(struct step *step, const struct segment *seg, bool is_reply)
{
	if (step->phase == KXF_TIME_WAIT || step->phase == KXF_CLOSED ||
	    (step->phase == KXF_SYN_SENT && !is_reply)) {
		__u32 asks = step->phase == KXF_SYN_SENT ? step->other.flags & KXF_SIDE_ASKS : 0;
		__u32 allows = step->other.allows;
		bool is_again = step->phase == KXF_SYN_SENT;

		begin_tcp(step, seg);
		step->other.flags = asks;
		step->other.allows = allows;
		if (is_again)
			step->effect = CHANGE_BOTH;
	} else if (step->phase == KXF_SYN_SENT) {
		start_side(&step->own, seg);
		step->other.ack = seg->seq;
		step->phase = KXF_SYN_RECEIVED;
		step->effect = CHANGE_BOTH;
	}
}

/*
 * Who answers a SYN once more may do it with another number (SYN cookies; the SYN before may be
 * somebody else's): which of them counts is not known before one is acknowledged.
 */
static __always_inline bool is_another(const struct step *step, const struct segment *seg,
				       bool is_reply)
{
	return is_reply && !(step->other.flags & KXF_SIDE_ACKED) && seg->end != step->own.end;
}

static __always_inline void remember(struct step *step, const struct segment *seg)
{
	step->own.flags |= KXF_SIDE_ANOTHER;
	step->other.allows = seg->end;
	step->effect = CHANGE_BOTH;
}

/* The originator has taken the later one. */
static __always_inline bool takes_another(struct step *step, const struct segment *seg)
{
	struct kxf_side *own = &step->own, *other = &step->other;

	if (own->flags & KXF_SIDE_ACKED || !(other->flags & KXF_SIDE_ANOTHER) ||
	    seg->ack != own->allows)
		return false;
	own->ack = seg->ack - 1;
	other->end = seg->ack;
	return true;
}

static __always_inline void tcp_syn_ack(struct step *step, const struct segment *seg, bool is_reply)
{
	struct kxf_side *own = &step->own;
	bool is_again = own->flags & KXF_SIDE_ACKED && seg->ack == own->ack;
	bool differs = is_another(step, seg, is_reply), is_valid = acks_new(step, seg);

	if (step->phase == KXF_SYN_RECEIVED)
		is_valid = (is_valid || is_again) && (seg->end == own->end || differs);
	else if (step->phase == KXF_SYN_SENT)
		is_valid = is_valid && is_reply;
	else if (step->phase == KXF_TIME_WAIT || step->phase == KXF_CLOSED)
		is_valid = false;
	else
		return;
	if (!is_valid) {
		set_step(step, KXF_INVALID, NO_EFFECT);
		return;
	}
	if (differs && own->flags & KXF_SIDE_ACKED && step->phase == KXF_SYN_RECEIVED) {
		remember(step, seg);
		return;
	}
	start_side(own, seg);
	take_ack(step, seg, seg->window);
	step->effect = CHANGE;
	if (!(step->other.flags & KXF_SIDE_ACKED)) {
		step->other.ack = seg->seq;
		step->effect = CHANGE_BOTH;
	}
	step->phase = is_reply ? KXF_SYN_RECEIVED : KXF_OPEN;
}

/*
 * An answer that does not acknowledge the SYN: the other end may still have an old connection, and
 * be told so by a reset with that number (RFC 9293, 3.5.1).
 */
static __always_inline void challenge(struct step *step, const struct segment *seg)
{
	step->own.allows = seg->ack;
	step->own.flags |= KXF_SIDE_ASKS;
	step->effect = CHANGE;
}

/* Within the window, and exactly what is awaited: else its receiver asks first (RFC 5961). */
static __always_inline void tcp_rst(struct step *step, const struct segment *seg, bool is_reply)
{
	const struct kxf_side *own = &step->own, *other = &step->other;
	bool is_valid, is_exact;

	if (step->phase == KXF_TIME_WAIT || step->phase == KXF_CLOSED)
		return;
	if (step->phase == KXF_SYN_SENT && is_reply) {
		is_valid = seg->flags & ACK && acks_new(step, seg);
		is_exact = true;
	} else if (step->phase == KXF_SYN_SENT) {
		is_exact = !before(seg->seq, other->ack) && !after(seg->seq, own->end);
		is_valid = is_exact || (other->flags & KXF_SIDE_ASKS && seg->seq == other->allows);
		step->state = is_exact ? KXF_NEW : KXF_ESTABLISHED;
	} else if (other->flags & KXF_SIDE_ACKED) {
		is_valid = !before(seg->seq, other->ack) && !after(seg->seq, other->allows);
		is_exact = seg->seq == other->ack || seg->seq == own->end;
	} else {
		is_valid = seg->seq == own->end;
		is_exact = true;
	}
	if (!is_valid) {
		set_step(step, KXF_INVALID, NO_EFFECT);
	} else if (is_exact) {
		step->phase = KXF_CLOSED;
		step->effect = CHANGE;
	}
}

/* Before it has acknowledged anything an end lets the other send what its SYN has room for. */
static __always_inline __u32 limit_of(const struct kxf_side *other)
{
	return other->flags & KXF_SIDE_ACKED ? other->allows : other->ack + 1 + other->window;
}

static __always_inline bool is_beyond(const struct step *step, const struct segment *seg)
{
	return step->other.flags & (KXF_SIDE_ACKED | KXF_SIDE_SEEN) &&
	       after(seg->seq, limit_of(&step->other));
}

/* All of the window but its end. */
static __always_inline bool is_recent(const struct step *step, const struct segment *seg)
{
	const struct kxf_side *own = &step->own, *other = &step->other;

	if (own->flags & KXF_SIDE_SEEN && before(seg->end, own->end - other->window))
		return false;
	return !after(seg->ack, other->end) &&
	       !before(seg->ack, other->end - max32(own->window, KXF_WINDOW));
}

/*
 * It moves nothing, but if it is ahead by less than a window its receiver may take it all the
 * same: what it acknowledges then was sent.
 */
static __always_inline void take_odd(struct step *step, const struct segment *seg)
{
	const struct kxf_side *other = &step->other;
	struct kxf_side *own = &step->own;

	if (!(other->flags & KXF_SIDE_ACKED) || !is_beyond(step, seg) || !is_recent(step, seg) ||
	    !after(seg->end, own->end) || after(seg->end, other->allows + other->window))
		return;
	own->end = seg->end;
	step->effect = CHANGE;
}

static __always_inline __u32 phase_of_sides(__u32 phase, const struct kxf_side *own,
					    const struct kxf_side *other)
{
	__u32 both = own->flags & other->flags, either = own->flags | other->flags;

	if (both & KXF_SIDE_FIN)
		return both & KXF_SIDE_FIN_ACKED ? KXF_TIME_WAIT : KXF_LAST_ACK;
	if (either & KXF_SIDE_FIN)
		return KXF_CLOSING;
	return KXF_OPEN;
}

static __always_inline void take_segment(struct step *step, const struct segment *seg)
{
	struct kxf_side *own = &step->own, *other = &step->other;
	bool scales = own->flags & other->flags & KXF_SIDE_SCALES;
	__u32 window = seg->window << (scales ? own->scale & 15 : 0);

	if (!(own->flags & KXF_SIDE_SEEN) || after(seg->end, own->end))
		own->end = seg->end;
	own->window = max32(own->window, window);
	own->flags |= KXF_SIDE_SEEN;
	take_ack(step, seg, window);
	if (seg->flags & FIN)
		own->flags |= KXF_SIDE_FIN;
	if (other->flags & KXF_SIDE_FIN && seg->ack == other->end)
		own->flags |= KXF_SIDE_FIN_ACKED;
}

/* What was picked up was a keepalive: its number is one below what the other end awaits. */
static __always_inline bool answers_keepalive(struct step *step, const struct segment *seg,
					      bool is_reply)
{
	if (step->phase != KXF_PICKED_UP || !is_reply || seg->ack != step->other.end + 1)
		return false;
	step->other.end++;
	return true;
}

static __always_inline void tcp_data(struct step *step, const struct segment *seg, bool is_reply)
{
	__u32 phase = step->phase;
	bool corrects = answers_keepalive(step, seg, is_reply);

	if (phase == KXF_SYN_SENT && is_reply)
		challenge(step, seg);
	if (phase == KXF_CLOSED || (phase == KXF_SYN_SENT && is_reply))
		return;
	step->effect = REFRESH;
	if (phase == KXF_TIME_WAIT)
		return;
	if (phase == KXF_SYN_RECEIVED && !is_reply && !acks_new(step, seg))
		corrects = takes_another(step, seg);
	if (phase == KXF_SYN_SENT || (phase == KXF_SYN_RECEIVED && !is_reply && !corrects &&
	    !acks_new(step, seg) && !(step->own.flags & KXF_SIDE_ACKED))) {
		set_step(step, KXF_INVALID, NO_EFFECT);
		return;
	}
	if (is_beyond(step, seg) || !is_recent(step, seg)) {
		if (!corrects)
			take_odd(step, seg);
		step->is_odd = true;
		return;
	}
	take_segment(step, seg);
	step->effect = corrects ? CHANGE_BOTH : CHANGE;
	if (is_reply ? phase != KXF_SYN_RECEIVED : phase != KXF_PICKED_UP)
		step->phase = phase_of_sides(phase, &step->own, &step->other);
}

/* Of a connection that there is; @step has it as it is. */
static __always_inline void step_tcp(struct step *step, const struct segment *seg, bool is_reply)
{
	bool is_alone = step->phase == KXF_SYN_SENT || step->phase == KXF_PICKED_UP;

	set_step(step, is_alone && !is_reply ? KXF_NEW : KXF_ESTABLISHED, NO_EFFECT);
	if (seg->flags == SYN)
		tcp_syn(step, seg, is_reply);
	else if (seg->flags == (SYN | ACK))
		tcp_syn_ack(step, seg, is_reply);
	else if (seg->flags & RST)
		tcp_rst(step, seg, is_reply);
	else
		tcp_data(step, seg, is_reply);
}

static __always_inline bool is_segment(__u32 flags)
{
	return flags == SYN || flags == (SYN | ACK) || flags == RST || flags == (RST | ACK) ||
	       flags == (FIN | ACK) || flags == ACK;
}

#endif
