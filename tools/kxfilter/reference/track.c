// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections as docs/design/kxfilter.md has them, one rule after the other. Time is
 * compared in units of 2^24 ns, as the kernel half stores it.
 */
#include <stdlib.h>
#include <string.h>

#include "connection.h"

static uint32_t read16(const uint8_t *at)
{
	return at[0] * 256 + at[1];
}

static uint32_t read32(const uint8_t *at)
{
	return read16(at) * 65536 + read16(at + 2);
}

static bool is_host(const struct host *a, const struct host *b)
{
	return a->port == b->port && !memcmp(a->address, b->address, 16);
}

static bool is_tcp(const struct connection *connection)
{
	return connection->protocol == 6 && connection->life != PIECES;
}

static bool has_two_ports(int protocol)
{
	return protocol == 6 || protocol == 17 || protocol == 33 || protocol == 132 ||
	       protocol == 136;
}

static uint32_t seconds(const struct connection *connection)
{
	bool is_udp = has_two_ports(connection->protocol), is_icmp = connection->query;

	if (connection->life == PIECES)
		return 30;
	if (!is_tcp(connection)) {
		if (connection->life == RUNNING)
			return is_udp ? 180 : 600;
		return is_udp || is_icmp ? 30 : 60;
	}
	switch (connection->life) {
	case OPENING:
		return 30;
	case ACCEPTED:
	case SHUT:
	case OVER:
		return 60;
	case MIDDLE:
		return 300;
	case HALF_SHUT:
		return 240;
	case RESET:
		return 10;
	default:
		return 7440;
	}
}

static bool is_gone(const struct connection *connection, uint32_t now)
{
	int32_t limit = seconds(connection) * 1000000000ULL / 16777216;

	return ahead(now, connection->seen) > limit;
}

/* IP and what says who the ends are. @about: the packet is within an error. False: cannot be. */
static bool read_ip(const uint8_t *ip, size_t len, struct packet *out, size_t *head)
{
	memset(out, 0, sizeof(*out));
	out->is_ip6 = ip[0] >> 4 == 6;
	*head = out->is_ip6 ? 40 : (ip[0] & 15) * 4;
	if (len < *head)
		return false;
	if (out->is_ip6) {
		memcpy(out->from.address, ip + 8, 16);
		memcpy(out->to.address, ip + 24, 16);
		out->protocol = ip[6];
		return true;
	}
	memcpy(out->from.address, ip + 12, 4);
	memcpy(out->to.address, ip + 16, 4);
	out->protocol = ip[9];
	return true;
}

static int scale_of(const uint8_t *option, size_t len)
{
	size_t i = 0;

	while (i < len && option[i]) {
		if (option[i] == 1) {
			i++;
			continue;
		}
		if (option[i] == 3)
			return option[i + 2] > 14 ? 14 : option[i + 2];
		i += option[i + 1];
	}
	return -1;
}

static void read_tcp(const uint8_t *tcp, size_t len, struct packet *out)
{
	size_t head = (tcp[12] >> 4) * 4;

	out->flags = tcp[13] & 0x17;
	out->seq = read32(tcp + 4);
	out->ack = read32(tcp + 8);
	out->window = read16(tcp + 14);
	out->end = out->seq + len - head + !!(tcp[13] & 2) + !!(tcp[13] & 1);
	out->scale = tcp[13] & 2 ? scale_of(tcp + 20, head - 20) : -1;
}

/* What an ICMP message asks: the type of the question; 0: nothing. */
static int question(bool is_ip6, int type, bool *is_answer)
{
	static const int pairs[][3] = { { 0, 8, 0 }, { 0, 13, 14 }, { 1, 128, 129 } };

	for (int i = 0; i < 3; i++) {
		if (pairs[i][0] != is_ip6 || (type != pairs[i][1] && type != pairs[i][2]))
			continue;
		*is_answer = type == pairs[i][2];
		return pairs[i][1];
	}
	return 0;
}

static struct connection *find(struct reference_tracker *tracker, const struct packet *packet,
			       bool *is_reply)
{
	for (int i = 0; i < MOST; i++) {
		struct connection *c = &tracker->list[i];
		bool forth, back;

		if (!c->used || c->life == PIECES || c->protocol != packet->protocol ||
		    c->query != packet->query || c->is_ip6 != packet->is_ip6)
			continue;
		forth = is_host(&c->host[0], &packet->from) && is_host(&c->host[1], &packet->to);
		back = is_host(&c->host[0], &packet->to) && is_host(&c->host[1], &packet->from);
		if (packet->query) {
			forth = forth && !packet->is_answer;
			back = back && packet->is_answer;
		}
		if (!forth && !back)
			continue;
		if (is_gone(c, tracker->now)) {
			c->used = false;
			continue;
		}
		*is_reply = !forth;
		return c;
	}
	return NULL;
}

static enum state on_other(struct reference_tracker *tracker, int from)
{
	struct connection *next = &tracker->next;
	enum state state = connection_state(next, from);

	tracker->changes = true;
	if (next->life == OPENING && from)
		next->life = ACCEPTED;
	else if (next->life == ACCEPTED && !from && !next->query)
		next->life = RUNNING;
	return state;
}

/* What an error is about; false: nothing that could be found. */
static bool read_about(const uint8_t *ip, size_t len, const struct packet *error,
		       struct packet *about)
{
	const uint8_t *at;
	size_t head;

	if (len < 20 || ip[0] >> 4 != (error->is_ip6 ? 6 : 4) || !read_ip(ip, len, about, &head))
		return false;
	if (!about->is_ip6 && read16(ip + 6) & 0x1fff)
		return false;
	at = ip + head;
	if (about->protocol != (about->is_ip6 ? 58 : 1) && !has_two_ports(about->protocol))
		return true;
	if (len < head + 8)
		return false;
	if (has_two_ports(about->protocol)) {
		about->from.port = read16(at);
		about->to.port = read16(at + 2);
		about->seq = read32(at + 4);
		return true;
	}
	about->query = question(about->is_ip6, at[0], &about->is_answer);
	about->from.port = about->to.port = read16(at + 4);
	return about->query;
}

/* It is about a packet that its receiver has sent. */
static enum state on_error(struct reference_tracker *tracker, const uint8_t *ip, size_t len,
			   const struct packet *error)
{
	const struct talker *own, *other;
	struct connection *c;
	struct packet about;
	uint32_t window;
	bool is_reply;

	if (!read_about(ip, len, error, &about) ||
	    memcmp(about.from.address, error->to.address, 16))
		return STATE_INVALID;
	c = find(tracker, &about, &is_reply);
	if (!c)
		return STATE_INVALID;
	if (about.protocol != 6)
		return STATE_RELATED;
	own = &c->talker[is_reply];
	other = &c->talker[!is_reply];
	window = other->window < 66000 ? 66000 : other->window;
	return ahead(about.seq, own->sent) > 0 || ahead(about.seq, own->sent - window) < 0 ?
	       STATE_INVALID : STATE_RELATED;
}

static bool is_icmp_error(const struct packet *packet, int type)
{
	return packet->is_ip6 ? type >= 1 && type <= 4 : type == 3 || type == 11 || type == 12;
}

static enum state on_icmp(struct reference_tracker *tracker, const uint8_t *at, size_t len,
			  struct packet *packet, bool *goes_on)
{
	*goes_on = false;
	if (is_icmp_error(packet, at[0]))
		return on_error(tracker, at + 8, len - 8, packet);
	packet->query = question(packet->is_ip6, at[0], &packet->is_answer);
	if (!packet->query)
		return packet->is_ip6 && ((at[0] >= 130 && at[0] <= 143) ||
		       (at[0] >= 151 && at[0] <= 153)) ? STATE_UNTRACKED : STATE_INVALID;
	packet->from.port = packet->to.port = read16(at + 4);
	*goes_on = true;
	return STATE_NEW;
}

static struct connection *find_pieces(struct reference_tracker *tracker,
				      const struct packet *packet)
{
	for (int i = 0; i < MOST; i++) {
		struct connection *c = &tracker->list[i];

		if (c->used && c->life == PIECES && c->protocol == packet->protocol &&
		    c->talker[0].sent == packet->piece &&
		    !memcmp(c->host[0].address, packet->from.address, 16) &&
		    !memcmp(c->host[1].address, packet->to.address, 16) &&
		    !is_gone(c, tracker->now))
			return c;
	}
	return NULL;
}

static enum state look_up(struct reference_tracker *tracker)
{
	struct packet *packet = &tracker->packet;
	bool is_reply;

	tracker->at = find(tracker, packet, &is_reply);
	if (!tracker->at)
		return connection_begin(tracker, packet);
	tracker->next = *tracker->at;
	return packet->protocol == 6 ? connection_tcp(tracker, packet, is_reply) :
	       on_other(tracker, is_reply);
}

static enum state track(struct reference_tracker *tracker, const uint8_t *ip, size_t len)
{
	static const char good[] = { 2, 18, 4, 20, 17, 16 };
	struct packet *packet = &tracker->packet;
	enum state state;
	bool goes_on;
	size_t head;

	if (!read_ip(ip, len, packet, &head))
		return STATE_INVALID;
	if (!packet->is_ip6 && read16(ip + 6) & 0x3fff) {
		packet->piece = read16(ip + 4);
		if (read16(ip + 6) & 0x1fff)
			return find_pieces(tracker, packet) ? STATE_ESTABLISHED : STATE_INVALID;
		packet->is_first_piece = true;
	}
	if (packet->protocol == (packet->is_ip6 ? 58 : 1)) {
		state = on_icmp(tracker, ip + head, len - head, packet, &goes_on);
		if (!goes_on)
			return state;
	} else if (has_two_ports(packet->protocol)) {
		packet->from.port = read16(ip + head);
		packet->to.port = read16(ip + head + 2);
	}
	if (packet->protocol == 6)
		read_tcp(ip + head, len - head, packet);
	if (packet->protocol == 6 && !memchr(good, packet->flags, sizeof(good)))
		return STATE_INVALID;
	return look_up(tracker);
}

enum state reference_track(struct reference_tracker *tracker, const uint8_t *frame, size_t len,
			   uint64_t now_ns)
{
	uint32_t type = read16(frame + 12);

	tracker->now = now_ns >> 24;
	tracker->at = NULL;
	tracker->is_new = tracker->changes = false;
	memset(&tracker->packet, 0, sizeof(tracker->packet));
	if (type != 0x0800 && type != 0x86dd)
		return STATE_UNTRACKED;
	return track(tracker, frame + 14, len - 14);
}

/* A free place, or the oldest's. */
static struct connection *place(struct reference_tracker *tracker)
{
	struct connection *oldest = tracker->list;

	for (int i = 0; i < MOST; i++) {
		struct connection *c = &tracker->list[i];

		if (!c->used)
			return c;
		if (c->order < oldest->order)
			oldest = c;
	}
	return oldest;
}

static void pass_pieces(struct reference_tracker *tracker)
{
	struct connection *c;

	if (find_pieces(tracker, &tracker->packet))
		return;
	c = place(tracker);
	memset(c, 0, sizeof(*c));
	c->used = true;
	c->life = PIECES;
	c->protocol = tracker->packet.protocol;
	c->host[0] = tracker->packet.from;
	c->host[1] = tracker->packet.to;
	c->talker[0].sent = tracker->packet.piece;
	c->seen = tracker->now;
	c->order = ++tracker->order;
}

void reference_track_pass(struct reference_tracker *tracker)
{
	struct connection *to = tracker->at;

	if (tracker->is_new) {
		to = to ? to : place(tracker);
		tracker->next.order = ++tracker->order;
	}
	if (to && (tracker->is_new || tracker->changes)) {
		*to = tracker->next;
		to->seen = tracker->now;
	}
	if (tracker->packet.is_first_piece)
		pass_pieces(tracker);
}

struct reference_tracker *reference_tracker_new(bool picks_up)
{
	struct reference_tracker *tracker = calloc(1, sizeof(*tracker));

	if (tracker)
		tracker->picks_up = picks_up;
	return tracker;
}

void reference_tracker_free(struct reference_tracker *tracker)
{
	free(tracker);
}

void reference_tracker_clear(struct reference_tracker *tracker)
{
	memset(tracker->list, 0, sizeof(tracker->list));
}
