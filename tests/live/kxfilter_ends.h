/* SPDX-License-Identifier: GPL-2.0-only */
/* The two ends of a TCP connection, for kxfilter_talks.h, and who interferes. */
#ifndef TEST_KXFILTER_ENDS_H
#define TEST_KXFILTER_ENDS_H

#include "kxfilter_group.h"

static uint32_t ahead_by(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0 ? a - b : 0;
}

static void begin_end(struct end *end)
{
	*end = (struct end){ .first = percent(10) ? 0 - any(300) : any(0) };
	end->next = end->acked = end->first;
	end->scale = percent(60) ? any(10) : 255;
	end->window = percent(80) ? 4000 + any(60000) : any(3000);
}

/* It has forgotten all: the other one has half a connection. */
static void crash(struct talk *talk, int side)
{
	begin_end(&talk->end[side]);
	talk->opener = side;
	talk->begins_again = true;
}

/* One that was begun before anybody looked. */
static void begin_in_the_middle(struct talk *talk)
{
	for (int i = 0; i < 2; i++) {
		struct end *own = &talk->end[i], *other = &talk->end[!i];

		own->next = own->acked = own->first + 1;
		own->has_begun = own->has_heard = own->is_known = true;
		own->heard = other->first + 1;
		own->allowed = own->next + other->window;
	}
	if (percent(40))
		crash(talk, any(2));
}

static void begin_tcp(struct talk *talk)
{
	begin_end(&talk->end[0]);
	begin_end(&talk->end[1]);
	talk->wildness = percent(55) ? 0 : percent(75) ? 6 : 30;
	talk->is_simultaneous = percent(6);
	talk->is_stateless = percent(4);
	if (percent(10))
		begin_in_the_middle(talk);
}

static void hear_data(struct talk *talk, int side, const struct tcp *tcp)
{
	struct end *own = &talk->end[side], *other = &talk->end[!side];
	uint32_t len = tcp->data + (tcp->flags & FIN), window = tcp->window;

	if (own->scale != 255 && other->scale != 255)
		window <<= other->scale;
	if (talk->is_stateless && !own->is_known) {
		own->first = tcp->ack - 1;
		own->next = tcp->ack;
		own->acked = own->first;
	}
	if (ahead_by(tcp->ack, own->acked) && !ahead_by(tcp->ack, own->next)) {
		own->acked = tcp->ack;
		own->is_known = true;
		own->fin_acked = own->fin && tcp->ack == own->next;
	}
	if (ahead_by(tcp->ack + window, own->allowed))
		own->allowed = tcp->ack + window;
	if (tcp->seq != own->heard)
		return;
	own->heard += len;
	own->has_heard_fin = own->has_heard_fin || tcp->flags & FIN;
}

/* It has come to the other side. */
static void hear(struct talk *talk, int side, const struct tcp *tcp)
{
	struct end *own = &talk->end[side];

	if (own->is_reset)
		return;
	if (tcp->flags & RST) {
		own->is_reset = tcp->seq == own->heard || !own->has_heard;
		if (own->is_reset && talk->begins_again && side != talk->opener)
			begin_end(own);
		return;
	}
	own->refuses = own->has_begun && !own->has_heard && tcp->flags & ACK &&
		       tcp->ack != own->first + 1;
	own->refused = tcp->ack;
	if (tcp->flags & SYN) {
		if (tcp->flags & ACK && (!own->has_begun || tcp->ack != own->first + 1))
			return;
		if (!own->has_heard)
			own->heard = tcp->seq + 1;
		own->has_heard = true;
		if (!(tcp->flags & ACK) || own->is_known)
			return;
		own->is_known = true;
		own->acked = tcp->ack;
		own->allowed = tcp->ack + tcp->window;
		return;
	}
	if (own->has_heard)
		hear_data(talk, side, tcp);
}

static bool say_data(struct end *own, struct tcp *tcp)
{
	uint32_t most = percent(2) ? 1400 : ahead_by(own->allowed, own->next);
	uint32_t len = 1 + any(300), what = any(100);

	tcp->seq = own->next;
	if (own->fin) {
		tcp->flags |= !own->fin_acked && percent(40) ? FIN : 0;
		tcp->seq -= !!(tcp->flags & FIN);
		return true;
	}
	if (what < 50 && len <= most) {
		tcp->data = len;
		tcp->flags |= 8;
	} else if (what < 60 && own->next != own->acked) {
		tcp->seq = own->acked;
		tcp->data = own->next - own->acked < 300 ? own->next - own->acked : 300;
	} else if (what < 62) {
		tcp->seq--;
	} else if (what < 75) {
		tcp->flags |= FIN;
		own->fin = true;
	}
	if (tcp->seq == own->next)
		own->next += tcp->data + (tcp->flags & FIN);
	return true;
}

/* What this end would send next; false: nothing. */
static bool say(struct talk *talk, int side, struct tcp *tcp)
{
	struct end *own = &talk->end[side];

	*tcp = (struct tcp){ .scale = 255, .window = own->window, .flags = ACK };
	if (own->is_reset || (!own->has_begun && !own->has_heard && side != talk->opener &&
	    !talk->is_simultaneous))
		return false;
	if (own->is_known && percent(2)) {
		tcp->flags = percent(50) ? RST : RST | ACK;
		tcp->seq = own->next;
		tcp->ack = tcp->flags & ACK ? own->heard : 0;
		own->is_reset = true;
		return true;
	}
	if (own->refuses) {
		*tcp = (struct tcp){ .scale = 255, .flags = RST, .seq = own->refused };
		own->refuses = false;
		return true;
	}
	tcp->ack = own->heard;
	if (own->is_known)
		return say_data(own, tcp);
	/* What was a SYN alone cannot be refused but by a reset. */
	if (!own->has_begun && percent(6)) {
		*tcp = (struct tcp){ .scale = 255, .flags = RST | ACK, .ack = own->heard };
		own->is_reset = true;
		return true;
	}
	if (talk->is_stateless && own->has_heard && side != talk->opener && percent(30))
		own->first = any(0);
	tcp->flags = own->has_heard ? SYN | ACK : SYN;
	tcp->seq = own->first;
	tcp->ack = own->has_heard ? own->heard : 0;
	tcp->scale = own->scale;
	tcp->data = percent(1) ? 10 : 0;
	own->has_begun = true;
	own->next = own->first + 1;
	return true;
}

/* What does not belong there. */
static const char *stray(struct talk *talk, int side, struct tcp *tcp)
{
	static const uint8_t flags[] = { 0, SYN | FIN, SYN | RST, FIN, 63, URG, 8, SYN | URG,
					 SYN | ACK | URG, FIN | ACK | URG, ACK | URG, RST | URG,
					 RST | FIN | ACK, SYN | ACK | FIN, RST | ACK | URG, 0xd0 };
	const struct end *own = &talk->end[side], *other = &talk->end[!side];

	*tcp = (struct tcp){ .seq = own->next, .ack = own->heard, .flags = ACK, .scale = 255,
			     .window = own->window };
	switch (any(16)) {
	case 0:
		tcp->seq = own->first;
		tcp->flags = SYN;
		tcp->ack = 0;
		return "old SYN";
	case 1:
		tcp->seq = percent(50) ? own->next + any(1000) : any(0);
		tcp->flags = SYN;
		tcp->ack = 0;
		tcp->scale = any(9);
		return "SYN with other numbers";
	case 2:
		tcp->seq = percent(50) ? own->first : any(0);
		tcp->ack = percent(60) ? other->first + 1 : any(0);
		tcp->flags = SYN | ACK;
		return "stray SYN+ACK";
	case 3:
	case 4:
		tcp->seq = percent(50) ? own->next : other->heard;
		tcp->flags = percent(50) ? RST : RST | ACK;
		tcp->ack = tcp->flags & ACK ? own->heard : 0;
		return "RST";
	case 5:
		tcp->seq = other->heard + 1 + any(2000);
		tcp->flags = RST;
		tcp->ack = 0;
		return "RST in the window";
	case 6:
		tcp->seq = percent(50) ? other->heard - 1 - any(2000) : any(0);
		tcp->flags = percent(50) ? RST : RST | ACK;
		return "RST beside the window";
	case 7:
		tcp->ack = other->next + 1 + any(100000);
		return "ACK of what was not sent";
	case 8:
		tcp->ack = own->heard - any(200000);
		return "old ACK";
	case 9:
		tcp->seq = own->allowed + 1 + any(200000);
		tcp->data = any(20);
		return "data beyond the window";
	case 10:
		tcp->seq = own->next - any(100000);
		tcp->data = any(20);
		return "old data";
	case 11:
	case 12:
		tcp->flags = ONE_OF(flags);
		return "odd flags";
	case 13:
		tcp->seq = any(0);
		tcp->ack = any(0);
		return "ACK from nowhere";
	case 14:
		tcp->seq = percent(50) ? own->next : any(0);
		tcp->flags = FIN | ACK;
		return "stray FIN";
	default:
		tcp->window = 0;
		return "window of 0";
	}
}

/* Both ends are done, or one was reset: the same ends begin once more, or others. */
static void begin_again(struct talk *talk)
{
	const struct end *end = talk->end;
	bool is_over = (end[0].fin_acked && end[1].fin_acked) || end[0].is_reset || end[1].is_reset;
	uint32_t next[2] = { end[0].next, end[1].next };
	struct end *own;

	if (!is_over || percent(80))
		return;
	if (percent(40))
		talk->left = 0;
	begin_end(&talk->end[0]);
	begin_end(&talk->end[1]);
	talk->is_simultaneous = false;
	if (percent(25))
		talk->opener = !talk->opener;
	own = &talk->end[talk->opener];
	if (percent(60))
		own->first = own->next = own->acked = next[talk->opener] + 1000 + any(100000);
}

static void let_go(struct group *group, struct talk *talk)
{
	talk->holds = 0;
	if (add(group, &talk->held))
		hear(talk, !talk->held.side, &talk->held.tcp);
}

static void go_on_tcp(struct group *group, struct talk *talk, int side)
{
	struct sent sent = { .sort = SORT_TCP, .side = side, .thread = talk->thread, .what = "" };
	bool is_stray = percent(talk->wildness);
	uint32_t fate = any(100);

	if (talk->holds && !--talk->holds)
		let_go(group, talk);
	begin_again(talk);
	if (talk->wildness && percent(1))
		crash(talk, side);
	if (is_stray)
		sent.what = stray(talk, side, &sent.tcp);
	else if (!say(talk, side, &sent.tcp))
		return;
	if (!is_stray && fate < 4)
		return;
	frame_tcp(group, &sent);
	if (!is_stray && fate < 8 && !talk->holds) {
		sent.what = "late";
		talk->held = sent;
		talk->holds = 1 + any(5);
		return;
	}
	add(group, &sent);
	if (!is_stray && fate >= 14)
		hear(talk, !side, &sent.tcp);
	if (fate > 96) {
		sent.what = "twice";
		add(group, &sent);
	}
}

#endif
