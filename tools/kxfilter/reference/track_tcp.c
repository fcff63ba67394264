// SPDX-License-Identifier: GPL-2.0-only
/* How TCP connections begin, go on and end. */
#include <string.h>

#include "connection.h"

static void introduce(struct talker *talker, const struct packet *packet)
{
	talker->spoke = true;
	talker->sent = packet->end;
	talker->window = packet->window ? packet->window : 1;
	talker->has_scale = packet->scale >= 0;
	talker->scale = packet->scale >= 0 ? packet->scale : 0;
}

static void listen_to(struct talker *talker, uint32_t ack, uint32_t window)
{
	uint32_t offers = ack + (window ? window : 1);

	if (!talker->acked || ahead(offers, talker->offers) > 0)
		talker->offers = offers;
	if (!talker->acked || ahead(ack, talker->heard) > 0)
		talker->heard = ack;
	talker->acked = true;
}

enum state connection_refuse(struct reference_tracker *tracker)
{
	tracker->is_new = tracker->changes = false;
	return STATE_INVALID;
}

enum state connection_begin(struct reference_tracker *tracker, const struct packet *packet)
{
	struct connection *next = &tracker->next;
	struct talker *own = &next->talker[0], *other = &next->talker[1];

	memset(next, 0, sizeof(*next));
	next->used = true;
	next->host[0] = packet->from;
	next->host[1] = packet->to;
	next->protocol = packet->protocol;
	next->query = packet->query;
	next->is_ip6 = packet->is_ip6;
	next->life = OPENING;
	tracker->is_new = true;
	if (packet->query && packet->is_answer)
		return connection_refuse(tracker);
	if (packet->protocol != 6)
		return STATE_NEW;
	if (packet->flags == 2) {
		introduce(own, packet);
		other->heard = packet->seq;
		return STATE_NEW;
	}
	if (packet->flags != 16 || !tracker->picks_up)
		return connection_refuse(tracker);
	next->life = MIDDLE;
	own->spoke = own->has_scale = other->has_scale = true;
	own->scale = other->scale = 14;
	own->sent = packet->end;
	own->window = packet->window ? packet->window << 14 : 1;
	listen_to(own, packet->ack, own->window);
	other->sent = packet->ack;
	other->heard = packet->seq;
	return STATE_NEW;
}

/* Between what was acknowledged and what was sent. */
static bool is_good_ack(const struct connection *c, int from, uint32_t ack)
{
	return ahead(ack, c->talker[from].heard) > 0 && ahead(ack, c->talker[!from].sent) <= 0;
}

/* Of a connection that only who began has said something in. */
enum state connection_state(const struct connection *c, int from)
{
	return !from && (c->life == OPENING || c->life == MIDDLE) ? STATE_NEW : STATE_ESTABLISHED;
}

static enum state on_syn(struct reference_tracker *tracker, const struct packet *packet, int from)
{
	struct connection *next = &tracker->next;

	if (next->life == OVER || next->life == RESET)
		return connection_begin(tracker, packet);
	if (next->life != OPENING)
		return connection_state(next, from);
	if (!from) {
		bool is_asked = next->is_asked;
		uint32_t asked = next->asked;

		connection_begin(tracker, packet);
		next->is_asked = is_asked;
		next->asked = asked;
		tracker->is_new = false;
		tracker->changes = true;
		return STATE_NEW;
	}
	tracker->changes = true;
	introduce(&next->talker[1], packet);
	next->talker[0].heard = packet->seq;
	next->life = ACCEPTED;
	return STATE_ESTABLISHED;
}

/* An answer with another number, of which the one who began has taken none yet. */
static bool is_another(const struct connection *c, const struct packet *packet, int from)
{
	return c->life == ACCEPTED && from && !c->talker[0].acked &&
	       packet->end != c->talker[1].sent;
}

static bool is_good_syn_ack(const struct connection *c, const struct packet *packet, int from)
{
	const struct talker *own = &c->talker[from];
	bool good = is_good_ack(c, from, packet->ack);

	if (c->life == OPENING)
		return from && good;
	if (packet->end != own->sent && !is_another(c, packet, from))
		return false;
	return good || (own->acked && own->heard == packet->ack);
}

static enum state on_syn_ack(struct reference_tracker *tracker, const struct packet *packet,
			     int from)
{
	struct connection *next = &tracker->next;
	struct talker *own = &next->talker[from], *other = &next->talker[!from];

	if (next->life == OVER || next->life == RESET)
		return connection_refuse(tracker);
	if (next->life != OPENING && next->life != ACCEPTED)
		return connection_state(next, from);
	if (!is_good_syn_ack(next, packet, from))
		return connection_refuse(tracker);
	tracker->changes = true;
	if (own->acked && is_another(next, packet, from)) {
		next->has_another = true;
		next->another = packet->end;
		return STATE_ESTABLISHED;
	}
	introduce(own, packet);
	listen_to(own, packet->ack, packet->window);
	if (!other->acked)
		other->heard = packet->seq;
	next->life = from ? ACCEPTED : RUNNING;
	return STATE_ESTABLISHED;
}

static enum state on_rst(struct reference_tracker *tracker, const struct packet *packet, int from)
{
	struct connection *next = &tracker->next;
	const struct talker *own = &next->talker[from], *other = &next->talker[!from];
	enum state state = connection_state(next, from);

	if (next->life == OVER || next->life == RESET)
		return state;
	if (next->life == OPENING && from) {
		if (!(packet->flags & 16) || !is_good_ack(next, 1, packet->ack))
			return connection_refuse(tracker);
	} else if (next->life == OPENING) {
		if (ahead(packet->seq, other->heard) < 0 || ahead(packet->seq, own->sent) > 0)
			return next->is_asked && packet->seq == next->asked ?
			       STATE_ESTABLISHED : connection_refuse(tracker);
	} else if (!other->acked) {
		if (packet->seq != own->sent)
			return connection_refuse(tracker);
	} else {
		if (ahead(packet->seq, other->heard) < 0 || ahead(packet->seq, other->offers) > 0)
			return connection_refuse(tracker);
		if (packet->seq != other->heard && packet->seq != own->sent)
			return state;
	}
	next->life = RESET;
	tracker->changes = true;
	return state;
}

/* Up to where it may send; false: nobody has said. */
static bool limit_of(const struct connection *c, int from, uint32_t *limit)
{
	const struct talker *other = &c->talker[!from];

	*limit = other->acked ? other->offers : other->heard + 1 + other->window;
	return other->acked || other->spoke;
}

/* How far ahead of that it is. */
static int32_t excess(const struct connection *c, uint32_t number, int from)
{
	uint32_t limit;

	return limit_of(c, from, &limit) ? ahead(number, limit) : 0;
}

static bool is_recent(const struct connection *c, const struct packet *packet, int from)
{
	const struct talker *own = &c->talker[from], *other = &c->talker[!from];
	uint32_t old = own->window > 66000 ? own->window : 66000;

	if (own->spoke && ahead(packet->end, own->sent - other->window) < 0)
		return false;
	return ahead(packet->ack, other->sent) <= 0 && ahead(packet->ack, other->sent - old) >= 0;
}

static bool fits(const struct connection *c, const struct packet *packet, int from)
{
	return excess(c, packet->seq, from) <= 0 && is_recent(c, packet, from);
}

/* Too much by less than a window: who gets it may acknowledge it. */
static void stretch(struct connection *c, const struct packet *packet, int from)
{
	struct talker *own = &c->talker[from], *other = &c->talker[!from];

	if (!other->acked || excess(c, packet->seq, from) <= 0 || !is_recent(c, packet, from) ||
	    ahead(packet->end, other->offers + other->window) > 0)
		return;
	if (ahead(packet->end, own->sent) > 0)
		own->sent = packet->end;
}

static void advance(struct connection *c, const struct packet *packet, int from)
{
	struct talker *own = &c->talker[from], *other = &c->talker[!from];
	uint32_t window = packet->window;

	if (own->has_scale && other->has_scale)
		window <<= own->scale;
	if (!own->spoke || ahead(packet->end, own->sent) > 0)
		own->sent = packet->end;
	if (window > own->window)
		own->window = window;
	own->spoke = true;
	listen_to(own, packet->ack, window);
	own->fin = own->fin || packet->flags & 1;
	own->fin_acked = own->fin_acked || (other->fin && packet->ack == other->sent);
	if (from ? c->life == ACCEPTED : c->life == MIDDLE)
		return;
	if (own->fin && other->fin)
		c->life = own->fin_acked && other->fin_acked ? OVER : SHUT;
	else
		c->life = own->fin || other->fin ? HALF_SHUT : RUNNING;
}

static enum state on_data(struct reference_tracker *tracker, const struct packet *packet, int from)
{
	struct connection *next = &tracker->next, tried = *next;
	enum state state = connection_state(next, from);
	bool corrected = false;

	if (next->life == RESET)
		return STATE_ESTABLISHED;
	if (next->life == OPENING && from) {
		/* It knows of an older connection, and will be told that there is none. */
		tracker->changes = next->is_asked = true;
		next->asked = packet->ack;
		return STATE_ESTABLISHED;
	}
	if (next->life == OPENING)
		return connection_refuse(tracker);
	if (next->life == ACCEPTED && !from && !next->talker[0].acked &&
	    !is_good_ack(next, 0, packet->ack)) {
		if (!next->has_another || packet->ack != next->another)
			return connection_refuse(tracker);
		tried.talker[0].heard = packet->ack - 1;
		tried.talker[1].sent = packet->ack;
		corrected = true;
	}
	/* A keepalive was picked up. */
	if (next->life == MIDDLE && from && packet->ack == next->talker[0].sent + 1) {
		tried.talker[0].sent++;
		corrected = true;
	}
	tracker->changes = true;
	if (next->life == OVER)
		return state;
	if (fits(&tried, packet, from)) {
		*next = tried;
		advance(next, packet, from);
	} else if (!corrected) {
		stretch(next, packet, from);
	}
	return state;
}

enum state connection_tcp(struct reference_tracker *tracker, const struct packet *packet, int from)
{
	if (packet->flags == 2)
		return on_syn(tracker, packet, from);
	if (packet->flags == 18)
		return on_syn_ack(tracker, packet, from);
	if (packet->flags & 4)
		return on_rst(tracker, packet, from);
	return on_data(tracker, packet, from);
}
