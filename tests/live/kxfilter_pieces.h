/* SPDX-License-Identifier: GPL-2.0-only */
/* Fragments of UDP for kxfilter_talks.h: of both families, in any order, not always all of them. */
#ifndef TEST_KXFILTER_PIECES_H
#define TEST_KXFILTER_PIECES_H

#include "kxfilter_group.h"

#define PIECES_OF_ONE	3
#define PIECE	64	/* bytes */

/* The same ends, with a port that only datagrams have which come in fragments. */
static int apart_from_udp(struct group *group, int of)
{
	struct thread thread = group->threads[of];

	thread.port[1] = 6000;
	return find_thread(group, &thread);
}

/* A fragment of a datagram of PIECES_OF_ONE * PIECE bytes, its header of UDP among them. */
static void frame_piece(const struct group *group, struct sent *sent, const uint8_t *datagram,
			int nr)
{
	const struct thread *thread = &group->threads[sent->thread];
	struct address from = host_of(group, thread, sent->side);
	struct address to = host_of(group, thread, !sent->side);
	uint8_t bytes[8 + PIECE], *ip = sent->frame.bytes + LINK;
	uint32_t place = nr * PIECE | (nr + 1 < PIECES_OF_ONE);

	sent->offset = nr * PIECE / 8;
	if (thread->is_ip6) {
		memset(bytes, 0, 8);
		bytes[0] = 17;
		put16(bytes + 2, place);
		put32(bytes + 4, group->number << 16 | sent->number);
		memcpy(bytes + 8, datagram + nr * PIECE, PIECE);
		make_frame(&sent->frame, &from, &to, 44, bytes, 8 + PIECE);
		return;
	}
	make_frame(&sent->frame, &from, &to, 250, datagram + nr * PIECE, PIECE);
	ip[9] = 17;
	put16(ip + 6, nr * PIECE / 8 | (nr + 1 < PIECES_OF_ONE ? 0x2000 : 0));
}

static void add_pieces(struct group *group, struct talk *talk, int side)
{
	const struct thread *thread = &group->threads[talk->thread];
	struct sent sent = { .sort = thread->is_ip6 ? SORT_PIECE6 : SORT_PIECE, .side = side,
			     .thread = talk->thread, .what = "fragment" };
	uint8_t datagram[PIECES_OF_ONE * PIECE] = {};
	int missing = percent(10) ? (int)any(PIECES_OF_ONE) : -1;
	int first = percent(15) ? any(PIECES_OF_ONE) : 0;

	put16(datagram, thread->port[side]);
	put16(datagram + 2, thread->port[!side]);
	put16(datagram + 4, sizeof(datagram));
	/* Over all of it; the addresses are those of a whole one. */
	frame_bytes(group, &sent, 17, datagram, sizeof(datagram));
	memcpy(datagram, sent.frame.bytes + sent.frame.transport, sizeof(datagram));
	if (group->nr + PIECES_OF_ONE > GROUP)
		return;
	sent.number = ++group->last;
	sent.is_whole = missing < 0;
	for (int i = 0; i < PIECES_OF_ONE; i++) {
		int nr = (first + i) % PIECES_OF_ONE;

		frame_piece(group, &sent, datagram, nr);
		if (nr != missing)
			add(group, &sent);
	}
}

#endif
