/* SPDX-License-Identifier: GPL-2.0-only */
/* A group of talks between hosts on the left and on the right of a router, for kxfilter_talks.h. */
#ifndef TEST_KXFILTER_GROUP_H
#define TEST_KXFILTER_GROUP_H

#include <stdio.h>
#include <stdlib.h>

#include "frames.h"

#define GROUP		420	/* packets of one, at most */
#define THREADS		GROUP	/* pairs of ends, of one */
#define TALKS		10	/* at a time */
#define HOSTS		3	/* on each side */

#define FIN	1
#define SYN	2
#define RST	4
#define ACK	16
#define URG	32

enum sort { SORT_TCP, SORT_UDP, SORT_QUERY, SORT_OTHER, SORT_ERROR, SORT_PIECE, SORT_PIECE6,
	    SORT_ICMP, SORTS };

/* Both ends, and what tells them from others that these hosts have. */
struct thread {
	bool is_ip6;
	uint8_t protocol;
	uint8_t host[2];	/* on the left, on the right */
	uint16_t port[2];	/* of a query: its identifier, and its type by who asks */
};

/* A packet that was sent; @tcp: of TCP, and of what an error is about. */
struct sent {
	struct frame frame;
	enum sort sort;
	int side;		/* where it came from: 0 left */
	int thread;		/* -1: of none */
	const char *what;
	struct tcp tcp;
	uint8_t type;		/* of ICMP */
	uint8_t code;
	bool is_bad_sum;
	bool is_answer;		/* to a query */
	bool is_whole;		/* fragment: all others of it are sent, too */
	bool is_ip6;
	int about;		/* of an error: place of the packet */
	uint32_t number;
	uint32_t offset;	/* of a fragment */
};

/* What an end of TCP knows. */
struct end {
	uint32_t first;
	uint32_t next;
	uint32_t acked;		/* of what it sent */
	uint32_t heard;		/* the next number of the other one */
	uint32_t allowed;	/* it may send up to there */
	bool has_begun;
	bool has_heard;		/* the other's SYN */
	bool is_known;		/* its own was acknowledged */
	bool fin;
	bool fin_acked;
	bool has_heard_fin;
	bool is_reset;
	bool refuses;		/* what was acknowledged it has not sent: a reset will say so */
	uint32_t refused;
	uint8_t scale;		/* 255: none */
	uint16_t window;
};

struct talk {
	bool is_on;
	enum sort sort;
	int thread;
	int opener;		/* side */
	int left;		/* packets, at most */
	int wildness;		/* percent */
	bool is_simultaneous;
	bool is_stateless;	/* who answers has no memory of SYNs: SYN cookies */
	bool begins_again;	/* an end that is reset */
	struct end end[2];
	struct sent held;	/* comes later */
	int holds;		/* after so many packets; 0: there is none */
};

struct group {
	uint32_t number;
	struct thread threads[THREADS];
	int nr_threads;
	struct talk talks[TALKS];
	struct sent sent[GROUP];
	int nr;
	uint32_t last;		/* number of a packet */
};

static uint64_t chance_state;

static uint32_t any(uint32_t below)
{
	uint64_t z = chance_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	z ^= z >> 31;
	return below ? z % below : z;
}

static bool percent(uint32_t of_all)
{
	return any(100) < of_all;
}

__attribute__((noreturn))
static void give_up(const char *what)
{
	fprintf(stderr, "# %s\n", what);
	exit(1);
}

#define ONE_OF(array)	((array)[any(sizeof(array) / sizeof(*(array)))])

/* Its port[1] says what is asked, and by whom. */
static bool is_query(const struct thread *thread)
{
	return (thread->protocol == 1 || thread->protocol == 58) && thread->port[1];
}

static struct address host_of(const struct group *group, const struct thread *thread, int side)
{
	uint32_t low = group->number * 4 + thread->host[side];

	if (thread->is_ip6)
		return ip6((uint64_t)(side + 1) << 32 | low);
	return ip4(0x0a100000 + side * 0x100000 + low);
}

static int find_thread(struct group *group, const struct thread *thread)
{
	for (int i = 0; i < group->nr_threads; i++)
		if (!memcmp(&group->threads[i], thread, sizeof(*thread)))
			return i;
	if (group->nr_threads == THREADS)
		give_up("there are too many connections");
	group->threads[group->nr_threads] = *thread;
	return group->nr_threads++;
}

static int some_thread(struct group *group, uint8_t protocol, bool is_ip6)
{
	static const uint16_t ports[] = { 80, 443, 5000 };
	struct thread thread;

	memset(&thread, 0, sizeof(thread));
	thread.is_ip6 = is_ip6;
	thread.protocol = protocol;
	for (int i = 0; i < 2; i++)
		thread.host[i] = any(HOSTS);
	if (protocol == 6 || protocol == 17) {
		thread.port[0] = 40000 + any(20);
		thread.port[1] = ONE_OF(ports);
	}
	return find_thread(group, &thread);
}

/* All of it is there; it is sent now. */
static struct sent *add(struct group *group, const struct sent *sent)
{
	struct sent *to = &group->sent[group->nr];

	if (group->nr == GROUP)
		return NULL;
	*to = *sent;
	to->is_ip6 = to->frame.bytes[LINK] >> 4 == 6;
	if (!to->number)
		to->number = ++group->last;
	put_number(&to->frame, to->number);
	group->nr++;
	return to;
}

static void frame_tcp(const struct group *group, struct sent *sent)
{
	const struct thread *thread = &group->threads[sent->thread];
	struct address from = host_of(group, thread, sent->side);
	struct address to = host_of(group, thread, !sent->side);

	sent->tcp.from = thread->port[sent->side];
	sent->tcp.to = thread->port[!sent->side];
	make_tcp(&sent->frame, &from, &to, &sent->tcp);
}

static void frame_bytes(const struct group *group, struct sent *sent, int protocol,
			const uint8_t *bytes, size_t len)
{
	const struct thread *thread = &group->threads[sent->thread];
	struct address from = host_of(group, thread, sent->side);
	struct address to = host_of(group, thread, !sent->side);

	make_frame(&sent->frame, &from, &to, protocol, bytes, len);
}

#endif
