/* SPDX-License-Identifier: GPL-2.0-only */
/* A packet as kxfilter and nf_conntrack saw it, and reasons to differ that are not of TCP. */
#ifndef TEST_KXFILTER_SEEN_H
#define TEST_KXFILTER_SEEN_H

#include "../../tools/kxfilter/reference/connection.h"
#include "kxfilter_conntrack.h"

#define NO_LIFE	(-1)	/* there is no connection */
#define NOTHING	STATES	/* a packet that did not come out */

/**
 * struct seen - a packet, and its connection as both had it before
 * @sent: the packet
 * @about: of an error, else NULL
 * @life: of the connection in kxfilter: enum life
 * @way: 0: the packet is from who began it
 * @talk: what kxfilter knows of it; NULL: nothing
 * @ct: what conntrack does
 * @kx: state
 * @nf: the same
 */
struct seen {
	const struct sent *sent;
	const struct sent *about;
	int life;
	int way;
	const struct connection *talk;
	const struct ct *ct;
	enum state kx;
	enum state nf;
};

static bool is_kind(const struct seen *seen, int kind)
{
	return seen->sent->sort == SORT_TCP && ct_kind_of(seen->sent->tcp.flags) == kind;
}

/* They say the same, but from now on have it differently. */
static bool is_silent(const struct seen *seen)
{
	return seen->kx == seen->nf;
}

static bool says(const struct seen *seen, enum state kx, enum state nf)
{
	return seen->kx == kx && seen->nf == nf;
}

static bool is_within(const struct seen *seen)
{
	return seen->life >= ACCEPTED && seen->life <= SHUT;
}

/* Data or an acknowledgement beside the windows; of numbers that kxfilter knows. */
static bool is_outside(const struct seen *seen)
{
	const struct connection *c = seen->talk;
	const struct tcp *tcp = &seen->sent->tcp;
	const struct talker *own, *other;
	uint32_t old, most;

	if (!c || !(is_kind(seen, CT_ACK) || is_kind(seen, CT_FIN)))
		return false;
	own = &c->talker[seen->way];
	other = &c->talker[!seen->way];
	old = own->window > 66000 ? own->window : 66000;
	/* One more answers a keepalive that was picked up. */
	most = other->sent + (seen->life == MIDDLE && seen->way);
	return (other->acked && ahead(tcp->seq, other->offers) > 0) ||
	       (!other->acked && ahead(tcp->seq, other->heard + 1 + other->window) > 0) ||
	       (own->spoke && ahead(end_of(tcp), own->sent - other->window) < 0) ||
	       ahead(tcp->ack, most) > 0 || ahead(tcp->ack, other->sent - old) < 0;
}

static bool is_fragment(const struct seen *seen)
{
	enum sort sort = seen->sent->sort;

	return sort == SORT_PIECE || sort == SORT_PIECE6;
}

static bool has_bad_sum(const struct seen *seen)
{
	return seen->sent->is_bad_sum && seen->nf == STATE_INVALID;
}

static bool is_missing(const struct seen *seen)
{
	return is_fragment(seen) && !seen->sent->is_whole && seen->nf == NOTHING;
}

static bool is_later(const struct seen *seen)
{
	return is_fragment(seen) && seen->sent->offset && seen->sent->is_whole &&
	       (seen->kx == STATE_ESTABLISHED || seen->kx == STATE_INVALID);
}

static bool has_code(const struct seen *seen)
{
	const struct sent *sent = seen->about ? seen->about : seen->sent;

	return sent->sort == SORT_QUERY && sent->code;
}

static bool is_old_query(const struct seen *seen)
{
	return seen->sent->sort == SORT_QUERY && seen->sent->type >= 15 && seen->sent->type <= 18 &&
	       seen->kx == STATE_INVALID;
}

static bool is_node_information(const struct seen *seen)
{
	const struct sent *sent = seen->about ? seen->about : seen->sent;

	return sent->sort == SORT_ICMP && sent->is_ip6 && (sent->type == 139 ||
	       sent->type == 140);
}

static bool is_other_of_link(const struct seen *seen)
{
	uint8_t type = seen->sent->type;

	return seen->sent->sort == SORT_ICMP && seen->sent->is_ip6 &&
	       ((type >= 137 && type <= 142) || (type >= 151 && type <= 153)) &&
	       says(seen, STATE_UNTRACKED, STATE_INVALID);
}

static bool is_other_error(const struct seen *seen)
{
	uint8_t type = seen->sent->type;

	return seen->about && says(seen, STATE_INVALID, STATE_RELATED) &&
	       (seen->sent->is_ip6 ? type > 4 : type == 4 || type == 5);
}

static bool is_not_recent(const struct seen *seen)
{
	const struct talker *own, *other;
	uint32_t window;

	if (!seen->about || seen->about->sort != SORT_TCP || !seen->talk)
		return false;
	own = &seen->talk->talker[!seen->way];
	other = &seen->talk->talker[seen->way];
	window = other->window > 66000 ? other->window : 66000;
	return says(seen, STATE_INVALID, STATE_RELATED) &&
	       (ahead(seen->about->tcp.seq, own->sent) > 0 ||
		ahead(seen->about->tcp.seq, own->sent - window) < 0);
}

#endif
