/* SPDX-License-Identifier: GPL-2.0-only */
/* What kxfilter and conntrack are to know of each connection, and whether it is the same. */
#ifndef TEST_KXFILTER_MEMORY_H
#define TEST_KXFILTER_MEMORY_H

#include "kxfilter_states.h"

/* What is known of each thread. */
static struct memory {
	struct ct ct;
	struct ct kx;			/* fragments of IPv6: the reference does not read them */
	uint32_t first;			/* number of the last whose first fragment was seen */
	uint32_t datagram;		/* of the last that came in fragments */
	enum state state;		/* of that, to conntrack */
	struct difference *apart;	/* why the two do not have the same of it */
} memories[THREADS];

static struct group group;
static struct reference_tracker *tracker;
static bool is_loose;		/* both pick up what they have not seen begin */

/* Whatever has no flags: who asked, and whether it was answered. */
static enum state ct_any(struct ct *ct, const struct sent *sent)
{
	int from = sent->side;
	enum state state;

	if (!ct->is_there) {
		if (sent->is_answer)
			return STATE_INVALID;
		*ct = (struct ct){ .is_there = true, .origin = from };
	}
	state = ct->is_answered || from != ct->origin ? STATE_ESTABLISHED : STATE_NEW;
	ct->is_answered = ct->is_answered || from != ct->origin;
	return state;
}

/* A datagram in fragments has its state when all are there. */
static enum state ct_pieces(struct memory *memory, const struct sent *sent)
{
	if (!sent->is_whole)
		return NOTHING;
	if (memory->datagram != sent->number)
		memory->state = ct_any(&memory->ct, sent);
	memory->datagram = sent->number;
	return memory->state;
}

static enum state kx_pieces(struct memory *memory, const struct sent *sent)
{
	if (sent->offset)
		return memory->first == sent->number ? STATE_ESTABLISHED : STATE_INVALID;
	memory->first = sent->number;
	return ct_any(&memory->kx, sent);
}

/* What conntrack is to say; @nf: what it says of those of which nothing is known before. */
static enum state ct_expects(struct memory *memory, const struct sent *sent, enum state nf)
{
	if (sent->is_bad_sum)
		return STATE_INVALID;
	switch (sent->sort) {
	case SORT_TCP:
		return ct_tcp(&memory->ct, sent->side, &sent->tcp, is_loose);
	case SORT_QUERY:
		return sent->code ? nf : ct_any(&memory->ct, sent);
	case SORT_UDP:
	case SORT_OTHER:
		return ct_any(&memory->ct, sent);
	case SORT_PIECE:
	case SORT_PIECE6:
		return ct_pieces(memory, sent);
	default:
		return nf;
	}
}

static bool is_together_in_tcp(int life, const struct ct *ct)
{
	static const uint32_t same_as[] = {
		[OPENING] = 1 << CT_SYN_SENT, [ACCEPTED] = 1 << CT_SYN_RECV | 1 << CT_SYN_SENT2,
		[MIDDLE] = 1 << CT_OPEN, [RUNNING] = 1 << CT_OPEN,
		[HALF_SHUT] = 1 << CT_FIN_WAIT | 1 << CT_CLOSE_WAIT, [SHUT] = 1 << CT_LAST_ACK,
		[OVER] = 1 << CT_TIME_WAIT, [RESET] = 1 << CT_CLOSED,
	};

	/* An ACK alone is no answer to a SYN to kxfilter, but to conntrack. */
	return same_as[life] & 1U << ct->phase && (life == OPENING ||
	       ct->is_answered == (life != MIDDLE));
}

static bool is_end(const struct host *host, const struct thread *thread, int side)
{
	struct address address = host_of(&group, thread, side);

	return !memcmp(host->address, address.bytes, 16) && host->port == thread->port[side];
}

/* What the reference has of a packet's connection, or of that an error is about; NULL: nothing. */
static struct connection *connection_of(const struct sent *sent)
{
	struct thread thread = group.threads[sent->thread];
	int asks = is_query(&thread) ? thread.port[1] / 2 : 0, asker = thread.port[1] & 1;

	if (asks)
		thread.port[1] = thread.port[0];
	for (int i = 0; i < MOST; i++) {
		struct connection *c = &tracker->list[i];
		int side = is_end(&c->host[1], &thread, 0);

		if (c->used && c->life != PIECES && c->protocol == thread.protocol &&
		    c->query == asks && is_end(&c->host[0], &thread, side) &&
		    is_end(&c->host[1], &thread, !side) && (!asks || side == asker))
			return c;
	}
	return NULL;
}

/* What kxfilter has of it now; @origin: the side of who began. */
static int life_of(const struct memory *memory, const struct sent *sent, int *origin)
{
	const struct connection *connection = connection_of(sent);

	if (sent->sort == SORT_PIECE6) {
		*origin = memory->kx.origin;
		return !memory->kx.is_there ? NO_LIFE : memory->kx.is_answered ? (int)ACCEPTED :
		       (int)OPENING;
	}
	if (!connection)
		return NO_LIFE;
	*origin = !is_end(&connection->host[0], &group.threads[sent->thread], 0);
	return connection->life;
}

/* Do both have the same of it? */
static bool are_together(const struct memory *memory, const struct sent *sent)
{
	int origin = 0, life = life_of(memory, sent, &origin);
	const struct ct *ct = &memory->ct;

	if (life == NO_LIFE || !ct->is_there)
		return life == NO_LIFE && !ct->is_there;
	if (origin != ct->origin)
		return false;
	return group.threads[sent->thread].protocol == 6 ? is_together_in_tcp(life, ct) :
	       ct->is_answered == (life != OPENING);
}

static enum state kx_expects(struct memory *memory, const struct sent *sent)
{
	enum state state;

	if (sent->sort == SORT_PIECE6)
		return kx_pieces(memory, sent);
	state = reference_track(tracker, sent->frame.bytes, sent->frame.len,
				(group.number + 1) * 1000000000000ULL);
	reference_track_pass(tracker);
	return state;
}

#endif
