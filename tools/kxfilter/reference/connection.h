/* SPDX-License-Identifier: GPL-2.0-only */
/* A connection of the reference, a packet of one, and what is between two packets. */
#ifndef KXFILTER_REFERENCE_CONNECTION_H
#define KXFILTER_REFERENCE_CONNECTION_H

#include "track.h"

#define MOST	512	/* connections; the oldest makes room */

enum life {
	OPENING,	/* a SYN of who began, or the first packet of others */
	ACCEPTED,	/* of TCP: a SYN of the other end; of others: an answer */
	MIDDLE,		/* of TCP: picked up, no answer yet */
	RUNNING,	/* of TCP: open; of others: asked again */
	HALF_SHUT,
	SHUT,
	OVER,
	RESET,
	PIECES,
};

struct host {
	uint8_t address[16];
	uint16_t port;
};

/* What one end of a TCP connection has shown. */
struct talker {
	bool spoke;		/* its SYN, or data of a connection that was picked up */
	bool acked;
	bool fin;
	bool fin_acked;		/* it acknowledged the other's */
	bool has_scale;
	uint8_t scale;
	uint32_t sent;		/* behind the last byte */
	uint32_t heard;		/* acknowledged; before that, the other's first number */
	uint32_t offers;	/* the other one may send up to there */
	uint32_t window;
};

struct connection {
	bool used;
	struct host host[2];	/* host[0] began */
	bool is_ip6;
	int protocol;
	int query;		/* ICMP type that asks; 0: no query */
	enum life life;
	uint32_t seen;
	uint64_t order;
	struct talker talker[2];
	/* Before it is open: */
	bool is_asked;
	uint32_t asked;		/* number that an answer to the SYN awaits instead */
	bool has_another;
	uint32_t another;	/* behind a second SYN+ACK that differs from the first */
};

struct packet {
	struct host from;
	struct host to;
	bool is_ip6;
	bool is_first_piece;
	uint32_t piece;		/* number of the packet that it is a piece of */
	int protocol;
	int query;
	bool is_answer;
	uint8_t flags;
	uint32_t seq;
	uint32_t end;
	uint32_t ack;
	uint32_t window;
	int scale;		/* -1: none */
};

struct reference_tracker {
	struct connection list[MOST];
	bool picks_up;
	uint64_t order;
	/* Of the last packet: */
	uint32_t now;
	struct connection *at;	/* NULL: none */
	struct connection next;	/* as it will be */
	bool is_new;
	bool changes;
	struct packet packet;
};

static inline int32_t ahead(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

/* It belongs to none, and cannot begin one. */
enum state connection_refuse(struct reference_tracker *tracker);
/* The packet begins one, if it can. */
enum state connection_begin(struct reference_tracker *tracker, const struct packet *packet);
/* What it is, if its connection says nothing else; @from: 0: it comes from who began. */
enum state connection_state(const struct connection *c, int from);
/* A TCP segment of tracker->next. */
enum state connection_tcp(struct reference_tracker *tracker, const struct packet *packet, int from);

#endif
