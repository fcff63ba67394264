/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What nf_conntrack makes of a TCP segment, with nf_conntrack_tcp_be_liberal, in plain words. It is
 * no judge: the kernel is. It says why the kernel says so, for the table of differences; where it
 * says something else than the kernel, that is told.
 */
#ifndef TEST_KXFILTER_CONNTRACK_H
#define TEST_KXFILTER_CONNTRACK_H

#include "../../tools/kxfilter/reference/track.h"
#include "kxfilter_talks.h"

enum ct_phase { CT_NONE, CT_SYN_SENT, CT_SYN_RECV, CT_OPEN, CT_FIN_WAIT, CT_CLOSE_WAIT, CT_LAST_ACK,
		CT_TIME_WAIT, CT_CLOSED, CT_SYN_SENT2, CT_IGNORE, CT_INVALID };

enum ct_kind { CT_SYN, CT_SYN_ACK, CT_FIN, CT_ACK, CT_RST, CT_BARE };

struct ct_side {
	uint32_t end;
	uint32_t most_end;
	uint32_t window;	/* the largest; 0: it has sent nothing */
	uint32_t ack;		/* the largest */
	bool has_acked;
	bool scales;
	bool closed_first;
	uint8_t scale;
};

struct ct {
	bool is_there;
	int origin;		/* who began: side */
	bool is_answered;
	bool is_assured;
	bool is_simultaneous;
	bool awaits_challenge;
	enum ct_phase phase;
	struct ct_side side[2];	/* of who began, of who answers */
	int last_kind;
	int last_way;
	uint32_t last_end;
	uint32_t last_ack;
	uint32_t last_window;
	bool last_scales;
	uint8_t last_scale;
};

/* What comes of each phase, in the order of ct_phase; by way and kind. */
static const char *const ct_steps[2][6] = {
	{ "SSiiiiiSS2", "xxRxxxxxxR", "xxFFLLLTCx", "OxOOWWTTCx", "xCCCCCCCCC", "xxxxxxxxxx" },
	{ "x2xxxxxSx2", "xRiiiiiiiR", "xxFFLLLTCx", "xiROWWTTCi", "xCCCCCCCCC", "xxxxxxxxxx" },
};

static enum ct_phase ct_step(int way, int kind, enum ct_phase phase)
{
	static const char letters[] = "NSROFWLTC2ix";

	return strchr(letters, ct_steps[way][kind][phase]) - letters;
}

static int ct_kind_of(uint32_t flags)
{
	return flags & RST ? CT_RST : flags & SYN ? (flags & ACK ? CT_SYN_ACK : CT_SYN) :
	       flags & FIN ? CT_FIN : flags & ACK ? CT_ACK : CT_BARE;
}

static bool ct_has_good_flags(uint32_t flags)
{
	static const uint8_t good[] = { SYN, SYN | URG, SYN | ACK, RST, RST | ACK, FIN | ACK,
					FIN | ACK | URG, ACK, ACK | URG };

	return memchr(good, flags & 0x37, sizeof(good));
}

static bool is_behind(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

static uint32_t end_of(const struct tcp *tcp)
{
	return tcp->seq + tcp->data + !!(tcp->flags & SYN) + !!(tcp->flags & FIN);
}

static void ct_begin_side(struct ct *ct, int way, const struct tcp *tcp)
{
	struct ct_side *own = &ct->side[way], *other = &ct->side[!way];

	own->end = own->most_end = end_of(tcp);
	own->window = tcp->window ? tcp->window : 1;
	own->scales = tcp->scale != 255;
	own->scale = !own->scales ? 0 : tcp->scale > 14 ? 14 : tcp->scale;
	own->has_acked = own->closed_first = false;
	if (way && !(own->scales && other->scales))
		own->scale = other->scale = 0;
}

/* Who has sent nothing yet, or a new SYN; true: that is all. */
static bool ct_meet(struct ct *ct, int way, const struct tcp *tcp)
{
	struct ct_side *own = &ct->side[way], *other = &ct->side[!way];
	bool opens = ct->phase == CT_SYN_SENT || ct->phase == CT_SYN_RECV;

	if (tcp->flags & SYN && (!own->window || (is_behind(end_of(tcp), own->end) && opens))) {
		bool is_first = !own->window;

		ct_begin_side(ct, way, tcp);
		return !(tcp->flags & ACK) && (is_first || way);
	}
	if (own->window)
		return false;
	own->end = end_of(tcp);
	own->window = (uint32_t)tcp->window << own->scale;
	own->window = own->window ? own->window : 1;
	own->most_end = own->end + own->window;
	if (!other->window)
		other->end = other->most_end = tcp->ack;
	else if (tcp->ack == other->end + 1)
		other->end++;
	return false;
}

static bool ct_fits(struct ct_side *own, const struct ct_side *other, uint32_t seq, uint32_t end,
		    uint32_t ack)
{
	uint32_t old = own->window > 66000 ? own->window : 66000;
	bool is_late = !is_behind(end, own->end - other->window - 1);
	bool is_old = !is_behind(ack, other->end - old - 1), is_early = is_behind(ack, other->end);

	if (is_behind(seq, own->most_end)) {
		if (other->window && !is_late && !is_old && !is_early &&
				end - own->most_end + 1 <= other->window)
			own->end = end;
		return false;
	}
	return !is_early && !(other->window && is_late) && !is_old;
}

/* Is a segment that is no reset, and not the first of its end, beside the windows? */
static bool ct_is_outside(const struct ct *ct, int way, const struct tcp *tcp)
{
	struct ct copy = *ct;

	if (ct_meet(&copy, way, tcp))
		return false;
	return !ct_fits(&copy.side[way], &copy.side[!way], tcp->seq, end_of(tcp), tcp->ack);
}

/* Windows move; being liberal it takes all the same what is outside of them. */
static void ct_move(struct ct *ct, int way, const struct tcp *tcp)
{
	struct ct_side *own = &ct->side[way], *other = &ct->side[!way];
	uint32_t seq = tcp->seq, end = end_of(tcp), ack = tcp->ack, window = tcp->window;

	if (ct_meet(ct, way, tcp))
		return;
	if (!(tcp->flags & ACK) || (tcp->flags & RST && !ack))
		ack = other->end;
	if (tcp->flags & RST && !seq && ct->phase == CT_SYN_SENT)
		seq = end = own->end;
	if (!ct_fits(own, other, seq, end, ack))
		return;
	if (!(tcp->flags & SYN))
		window <<= own->scale;
	own->window = window > own->window ? window : own->window;
	own->end = is_behind(end, own->end) ? end : own->end;
	if (tcp->flags & ACK && (!own->has_acked || is_behind(ack, own->ack))) {
		own->has_acked = true;
		own->ack = ack;
	}
	if (other->window && is_behind(end, own->most_end))
		other->window += end - own->most_end;
	if (is_behind(ack + window, other->most_end - 1))
		other->most_end = ack + window + !window;
	if (ct_kind_of(tcp->flags) == CT_ACK)
		ct->last_end = end;
}

static bool ct_begin(struct ct *ct, int origin, const struct tcp *tcp, bool is_loose)
{
	int kind = ct_kind_of(tcp->flags);
	enum ct_phase next = ct_step(0, kind, CT_NONE);

	if (next == CT_INVALID || (next != CT_SYN_SENT && !is_loose))
		return false;
	*ct = (struct ct){ .is_there = true, .origin = origin, .last_kind = CT_BARE };
	ct->side[0].end = ct->side[0].most_end = end_of(tcp);
	ct->side[0].window = tcp->window ? tcp->window : 1;
	if (kind == CT_SYN) {
		ct->side[0].scales = tcp->scale != 255;
		ct->side[0].scale = tcp->scale == 255 ? 0 : tcp->scale > 14 ? 14 : tcp->scale;
	} else {
		ct->side[0].most_end += ct->side[0].window;
	}
	return true;
}

/* It may be of a connection that only the ends know: SYN+ACK tells. True: it does. */
static bool ct_catch_up(struct ct *ct, int way, int kind, const struct tcp *tcp)
{
	struct ct_side *other = &ct->side[!way];

	if (kind == CT_SYN_ACK && ct->last_kind == CT_SYN && ct->last_way != way &&
			tcp->ack == ct->last_end) {
		*other = (struct ct_side){
			.end = ct->last_end, .most_end = ct->last_end,
			.window = ct->last_window ? ct->last_window : 1,
			.scales = ct->last_scales, .scale = ct->last_scale,
		};
		ct->side[way] = (struct ct_side){};
		ct->awaits_challenge = ct->is_simultaneous = false;
		return true;
	}
	ct->last_kind = kind;
	ct->last_way = way;
	ct->last_end = end_of(tcp);
	ct->last_window = tcp->window;
	if (kind == CT_SYN && !way) {
		ct->is_simultaneous = false;
		ct->awaits_challenge = ct->phase == CT_LAST_ACK;
		ct->last_scales = tcp->scale != 255;
		ct->last_scale = tcp->scale == 255 ? 0 : tcp->scale > 14 ? 14 : tcp->scale;
	}
	if (ct->phase == CT_SYN_SENT && kind == CT_ACK && way)
		ct->last_ack = tcp->ack;
	return false;
}

enum ct_reset { RESET_REFUSED, RESET_TAKEN, RESET_CLOSES, RESET_CLOSES_AT_ONCE };

static enum ct_reset ct_reset(const struct ct *ct, int way, const struct tcp *tcp)
{
	const struct ct_side *other = &ct->side[!way];
	enum ct_reset result = RESET_CLOSES;

	if (ct->phase >= CT_FIN_WAIT && ct->phase <= CT_CLOSED)
		return RESET_CLOSES_AT_ONCE;
	if (other->has_acked && ct->last_kind != CT_SYN) {
		bool is_open = ct->phase == CT_OPEN && ct->is_assured;

		if (!tcp->seq && !is_open)
			return RESET_CLOSES;
		if (is_behind(other->ack, tcp->seq))
			return RESET_REFUSED;
		if (!is_open || tcp->seq == other->ack ||
		    (ct->last_kind == CT_ACK && ct->last_way == way && tcp->seq == ct->last_end))
			return RESET_CLOSES;
		result = RESET_TAKEN;
	}
	if (tcp->ack == ct->last_end && ((ct->is_answered && ct->last_kind == CT_SYN) ||
	    (!ct->is_assured && ct->last_kind == CT_ACK)))
		return result == RESET_CLOSES ? RESET_CLOSES_AT_ONCE : result;
	if (ct->phase == CT_SYN_SENT && ct->last_kind == CT_ACK && ct->last_way &&
			tcp->seq == ct->last_ack)
		return RESET_CLOSES_AT_ONCE;
	return result;
}

static enum state ct_tcp(struct ct *ct, int from, const struct tcp *tcp, bool is_loose)
{
	int way = ct->is_there ? from != ct->origin : 0, kind = ct_kind_of(tcp->flags);
	enum state state;
	enum ct_phase next;

	if (!ct_has_good_flags(tcp->flags))
		return STATE_INVALID;
	if (!ct->is_there && !ct_begin(ct, from, tcp, is_loose))
		return STATE_INVALID;
	state = way || ct->is_answered ? STATE_ESTABLISHED : STATE_NEW;
	next = ct_step(way, kind, ct->phase);
	if (next == CT_INVALID)
		return STATE_INVALID;
	if (next == CT_SYN_SENT && ct->phase >= CT_TIME_WAIT) {
		if (ct->side[0].closed_first || ct->side[1].closed_first ||
		    (ct->last_way == way && ct->last_kind == CT_RST)) {
			ct->is_there = false;
			return ct_tcp(ct, from, tcp, is_loose);
		}
		next = CT_IGNORE;
	}
	if (next == CT_IGNORE) {
		if (!ct_catch_up(ct, way, kind, tcp)) {
			ct->is_answered = ct->is_answered || way;
			return state;
		}
		ct->phase = CT_SYN_SENT;
		next = CT_SYN_RECV;
	} else if (next == CT_TIME_WAIT && ct->phase == CT_LAST_ACK && kind == CT_ACK &&
		   ct->last_way != way && ct->last_kind == CT_SYN && ct->awaits_challenge) {
		ct->awaits_challenge = false;
		ct->is_answered = ct->is_answered || way;
		return state;
	} else if (next == CT_SYN_SENT2) {
		ct->is_simultaneous = true;
	} else if (next == CT_SYN_RECV && way && kind == CT_ACK && ct->is_simultaneous) {
		next = CT_OPEN;
	}
	if (kind == CT_RST) {
		enum ct_reset result = ct_reset(ct, way, tcp);

		if (result == RESET_REFUSED)
			return STATE_INVALID;
		if (result == RESET_TAKEN)
			next = ct->phase;
		if (result != RESET_CLOSES_AT_ONCE)
			ct_move(ct, way, tcp);
	} else {
		ct_move(ct, way, tcp);
	}
	ct->last_kind = kind;
	ct->last_way = way;
	if (next == CT_FIN_WAIT && ct->phase != next)
		ct->side[way].closed_first = true;
	if (!ct->is_answered && kind == CT_RST)
		ct->is_there = false;
	if (ct->is_answered && next == CT_OPEN &&
	    (ct->phase == CT_SYN_RECV || ct->phase == CT_OPEN))
		ct->is_assured = true;
	ct->phase = next;
	ct->is_answered = ct->is_answered || way;
	return state;
}

#endif
