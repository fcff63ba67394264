/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Traffic by chance between hosts on the left and on the right of a router: a group of talks at a
 * time, on addresses of its own. Two ends of TCP do what ends do; packets get lost before the
 * router and behind it, come late and twice, and strangers put in what does not belong there.
 */
#ifndef TEST_KXFILTER_TALKS_H
#define TEST_KXFILTER_TALKS_H

#include "kxfilter_ends.h"
#include "kxfilter_pieces.h"

static void add_udp(struct group *group, struct talk *talk, int side)
{
	struct sent sent = { .sort = SORT_UDP, .side = side, .thread = talk->thread, .what = "udp" };
	const struct thread *thread = &group->threads[talk->thread];
	uint8_t bytes[64] = {};

	put16(bytes, thread->port[side]);
	put16(bytes + 2, thread->port[!side]);
	put16(bytes + 4, sizeof(bytes));
	frame_bytes(group, &sent, 17, bytes, sizeof(bytes));
	add(group, &sent);
}

static void add_other(struct group *group, struct talk *talk, int side)
{
	struct sent sent = { .sort = SORT_OTHER, .side = side, .thread = talk->thread,
			     .what = "protocol 250" };
	uint8_t bytes[20] = {};

	frame_bytes(group, &sent, 250, bytes, sizeof(bytes));
	add(group, &sent);
}

/* Echo, time stamps, and what hardly anybody asks any more. */
static void add_query(struct group *group, struct talk *talk, int side)
{
	static const uint8_t asks[] = { 8, 8, 8, 13, 15, 17 };
	struct sent sent = { .sort = SORT_QUERY, .side = side, .what = "query" };
	struct thread thread = group->threads[talk->thread];
	uint8_t bytes[40] = {};
	uint32_t type = thread.is_ip6 ? 128 : ONE_OF(asks);
	int asker;

	sent.is_answer = percent(45);
	asker = sent.is_answer ? !side : side;
	sent.type = !sent.is_answer ? type : type == 8 ? 0 : type + 1;
	sent.code = percent(3) ? 1 + any(3) : 0;
	thread.port[0] = 7 + any(2);
	thread.port[1] = type * 2 + asker;
	sent.thread = find_thread(group, &thread);
	bytes[0] = sent.type;
	bytes[1] = sent.code;
	put16(bytes + 4, thread.port[0]);
	frame_bytes(group, &sent, thread.protocol, bytes, sizeof(bytes));
	add(group, &sent);
}

/* Messages that are neither query nor error: of neighbours and groups, unknown ones. */
static void add_icmp(struct group *group, struct talk *talk, int side)
{
	struct sent sent = { .sort = SORT_ICMP, .side = side, .thread = talk->thread, .what = "icmp" };
	bool is_ip6 = group->threads[talk->thread].is_ip6;
	uint8_t bytes[40] = {};

	sent.type = is_ip6 ? (percent(80) ? 130 + any(24) : 100 + any(100)) : any(45);
	if (is_ip6 ? sent.type == 128 || sent.type == 129 :
	    sent.type == 8 || sent.type == 0 || (sent.type >= 13 && sent.type <= 18))
		sent.type = is_ip6 ? 135 : 9;
	bytes[0] = sent.type;
	frame_bytes(group, &sent, is_ip6 ? 58 : 1, bytes, sizeof(bytes));
	add(group, &sent);
}

/* About a packet that was sent, or never was; its receiver may be somebody else. */
static void add_error(struct group *group)
{
	static const uint8_t types[2][10] = { { 3, 3, 3, 11, 11, 12, 4, 5, 3, 3 },
					      { 1, 1, 2, 2, 3, 4, 100, 127, 1, 2 } };
	struct sent sent = { .sort = SORT_ERROR, .what = "error" }, *about;
	struct address from, to;
	struct thread thread;

	if (!group->nr)
		return;
	about = &group->sent[any(group->nr)];
	if (about->sort == SORT_ERROR || about->sort == SORT_PIECE || about->sort == SORT_PIECE6)
		return;
	thread = group->threads[about->thread];
	sent.thread = about->thread;
	sent.side = !about->side;
	sent.about = about - group->sent;
	to = host_of(group, &thread, about->side);
	/* From anybody there: a router, or its receiver. */
	thread.host[sent.side] = any(HOSTS);
	from = host_of(group, &thread, sent.side);
	if (percent(6)) {
		thread.host[about->side] = (thread.host[about->side] + 1) % HOSTS;
		to = host_of(group, &thread, about->side);
	}
	sent.type = ONE_OF(types[thread.is_ip6]);
	sent.code = any(2);
	make_error(&sent.frame, &from, &to, sent.type, &about->frame, 8 + any(60));
	sent.frame.bytes[sent.frame.transport + 1] = sent.code;
	put_sum(sent.frame.bytes + LINK, sent.frame.bytes + sent.frame.transport,
		sent.frame.len - sent.frame.transport, thread.is_ip6 ? 58 : 1);
	add(group, &sent);
}

static void begin_talk(struct group *group, struct talk *talk)
{
	static const enum sort sorts[] = {
		SORT_TCP, SORT_TCP, SORT_TCP, SORT_TCP, SORT_TCP, SORT_TCP, SORT_TCP, SORT_TCP,
		SORT_TCP, SORT_TCP, SORT_TCP, SORT_UDP, SORT_UDP, SORT_QUERY, SORT_OTHER,
		SORT_PIECE, SORT_ICMP,
	};
	static const uint8_t protocols[SORTS] = { 6, 17, 1, 250, 0, 17, 17, 1 };
	bool is_ip6 = percent(40);

	memset(talk, 0, sizeof(*talk));
	talk->is_on = true;
	talk->sort = ONE_OF(sorts);
	talk->left = 6 + any(50);
	talk->opener = any(2);
	talk->thread = some_thread(group, protocols[talk->sort] == 1 && is_ip6 ? 58 :
				   protocols[talk->sort], is_ip6);
	if (talk->sort == SORT_PIECE)
		talk->thread = apart_from_udp(group, talk->thread);
	if (talk->sort == SORT_TCP)
		begin_tcp(talk);
	else
		talk->left = 1 + any(8);
}

static void go_on(struct group *group, struct talk *talk)
{
	int side = any(2);

	switch (talk->sort) {
	case SORT_TCP:
		go_on_tcp(group, talk, side);
		break;
	case SORT_UDP:
		add_udp(group, talk, talk->left > 3 ? talk->opener : side);
		break;
	case SORT_QUERY:
		add_query(group, talk, side);
		break;
	case SORT_OTHER:
		add_other(group, talk, talk->left > 3 ? talk->opener : side);
		break;
	case SORT_PIECE:
		add_pieces(group, talk, side);
		break;
	default:
		add_icmp(group, talk, side);
	}
	if (--talk->left <= 0)
		talk->is_on = false;
}

/* Its bytes are changed on the way. */
static void break_sum(struct sent *sent)
{
	size_t at = sent->frame.transport + sum_at(sent->sort == SORT_TCP ? 6 : 17);

	sent->frame.bytes[at] ^= 0x55;
	sent->is_bad_sum = true;
}

static void make_group(struct group *group, uint32_t number)
{
	memset(group, 0, sizeof(*group));
	group->number = number;
	while (group->nr < GROUP) {
		struct talk *talk = &group->talks[any(TALKS)];
		int before = group->nr;

		if (!talk->is_on)
			begin_talk(group, talk);
		if (percent(5))
			add_error(group);
		go_on(group, talk);
		if (group->nr == before + 1 && (group->sent[before].sort == SORT_TCP ||
		    group->sent[before].sort == SORT_UDP) && any(400) == 0)
			break_sum(&group->sent[before]);
	}
}

#endif
