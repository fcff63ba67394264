// SPDX-License-Identifier: GPL-2.0-only
/* What goes back for a packet that is rejected, byte for byte, and whether anything does. */
#include <string.h>

#include "reference.h"

/* Where in the frame is what. */
struct places {
	size_t ip;
	size_t transport;
	size_t end;
};

static unsigned int word(const uint8_t *at)
{
	return at[0] * 256 + at[1];
}

static uint64_t low(const struct packet_fields *fields, enum field field)
{
	return fields->of[field].low;
}

static bool is_extension(unsigned int kind, bool is_ip6)
{
	return kind == 51 || (is_ip6 && (kind == 0 || kind == 43 || kind == 44 || kind == 60));
}

/* Of a packet that is not malformed. */
static struct places find_places(const struct reference_packet *packet, bool is_ip6)
{
	const uint8_t *bytes = packet->bytes;
	struct places places = { .ip = 14 };
	unsigned int kind;

	while (word(bytes + places.ip - 2) == 0x8100 || word(bytes + places.ip - 2) == 0x88a8)
		places.ip += 4;
	if (is_ip6) {
		kind = bytes[places.ip + 6];
		places.transport = places.ip + 40;
		places.end = places.ip + 40 + word(bytes + places.ip + 4);
	} else {
		kind = bytes[places.ip + 9];
		places.transport = places.ip + bytes[places.ip] % 16 * 4;
		places.end = places.ip + word(bytes + places.ip + 2);
	}
	while (is_extension(kind, is_ip6)) {
		const uint8_t *header = bytes + places.transport;

		places.transport += kind == 51 ? (header[1] + 2) * 4 : kind == 44 ? 8 :
				    (header[1] + 1) * 8;
		kind = header[0];
	}
	return places;
}

static bool is_multicast(struct number address, bool is_ip6)
{
	return is_ip6 ? address.high >> 56 == 255 : (address.low >> 28 & 15) >= 14;
}

static bool is_nobody(struct number address, bool is_ip6)
{
	return is_ip6 ? !address.high && !address.low : !(address.low >> 24 & 255);
}

/* An error of ICMP, or of unknown meaning, which may be one. */
static bool is_error(unsigned int type, bool is_ip6)
{
	if (is_ip6)
		return type < 128 || type == 137;
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12 || type > 18;
}

static bool may_have_answer(const struct packet_fields *fields, bool is_ip6)
{
	uint64_t family = low(fields, FIELD_FAMILY), icmp = low(fields, FIELD_ICMP);

	if (family != FAMILY_IP4 && family != FAMILY_IP6)
		return false;
	if (low(fields, FIELD_EXTRAS) & EXTRA_MALFORMED)
		return false;
	if (low(fields, FIELD_FRAGMENT) == FRAGMENT_LATER)
		return false;
	if (low(fields, FIELD_SOURCE_MAC) >> 40 & 1 || low(fields, FIELD_DESTINATION_MAC) >> 40 & 1)
		return false;
	if (is_multicast(fields->of[FIELD_SOURCE], is_ip6) ||
	    is_multicast(fields->of[FIELD_DESTINATION], is_ip6) ||
	    is_nobody(fields->of[FIELD_SOURCE], is_ip6))
		return false;
	return icmp == field_kinds[FIELD_ICMP].none || !is_error(icmp / 256, is_ip6);
}

/* REJECT_USUAL: there is none. */
static enum reject choose(const struct packet_fields *fields, enum reject reject, bool is_ip6)
{
	uint64_t protocol = low(fields, FIELD_PROTOCOL), flags = low(fields, FIELD_TCP_FLAGS);

	if (!may_have_answer(fields, is_ip6))
		return REJECT_USUAL;
	if (reject == REJECT_USUAL) {
		if (protocol == 6)
			reject = REJECT_RESET;
		else if (protocol == 17 || protocol == 33 || protocol == 132 || protocol == 136)
			reject = REJECT_PORT;
		else
			reject = REJECT_ADMIN;
	}
	if (reject == REJECT_RESET && (flags == field_kinds[FIELD_TCP_FLAGS].none || flags & 4))
		return REJECT_USUAL;
	return reject;
}

/* Sum of words in one's complement. */
static uint32_t add_words(uint32_t sum, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? bytes[i] : bytes[i] * 256;
	while (sum > 65535)
		sum = sum % 65536 + sum / 65536;
	return sum;
}

static void put_number(uint8_t *to, uint64_t value, int nr)
{
	for (int i = 0; i < nr; i++)
		to[i] = value >> 8 * (nr - 1 - i);
}

/* The header of IP, behind the way back. */
static uint8_t *put_ip(const struct reference_packet *packet, const struct places *places,
		       bool is_ip6, unsigned int protocol, size_t len, uint8_t *to)
{
	const uint8_t *ip = packet->bytes + places->ip;

	memcpy(to, packet->bytes, places->ip);
	memcpy(to, packet->bytes + 6, 6);
	memcpy(to + 6, packet->bytes, 6);
	to += places->ip;
	memset(to, 0, 40);
	if (is_ip6) {
		to[0] = 0x60;
		put_number(to + 4, len, 2);
		to[6] = protocol;
		to[7] = 64;
		memcpy(to + 8, ip + 24, 16);
		memcpy(to + 24, ip + 8, 16);
		return to + 40;
	}
	to[0] = 0x45;
	to[1] = protocol == 1 ? 0xc0 : 0;
	put_number(to + 2, len + 20, 2);
	to[6] = 0x40;
	to[8] = 64;
	to[9] = protocol;
	memcpy(to + 12, ip + 16, 4);
	memcpy(to + 16, ip + 12, 4);
	put_number(to + 10, 65535 - add_words(0, to, 20), 2);
	return to + 20;
}

/* Of the transport at @to, whose header of IP is before it. */
static uint32_t pseudo_sum(const uint8_t *to, bool is_ip6, unsigned int protocol, size_t len)
{
	size_t addresses = is_ip6 ? 32 : 8;

	return protocol == 1 ? 0 : add_words(len + protocol, to - addresses, addresses);
}

static size_t put_reset(const struct reference_packet *packet, const struct places *places,
			bool is_ip6, uint8_t *out)
{
	const uint8_t *tcp = packet->bytes + places->transport;
	uint8_t *to = put_ip(packet, places, is_ip6, 6, 20, out);
	uint32_t seq = tcp[4] << 24 | tcp[5] << 16 | word(tcp + 6);

	memset(to, 0, 20);
	memcpy(to, tcp + 2, 2);
	memcpy(to + 2, tcp, 2);
	to[12] = 5 * 16;
	if (tcp[13] & 16) {
		memcpy(to + 4, tcp + 8, 4);
		to[13] = 4;
	} else {
		seq += places->end - places->transport - tcp[12] / 16 * 4;
		seq += (tcp[13] & 1) + (tcp[13] / 2 & 1);
		put_number(to + 8, seq, 4);
		to[13] = 4 + 16;
	}
	put_number(to + 16, 65535 - add_words(pseudo_sum(to, is_ip6, 6, 20), to, 20), 2);
	return to + 20 - out;
}

static size_t put_error(const struct reference_packet *packet, const struct places *places,
			bool is_ip6, enum reject reject, uint8_t *out)
{
	static const uint8_t codes[][2] = {
		[REJECT_PORT] = { 3, 4 }, [REJECT_HOST] = { 1, 3 }, [REJECT_NET] = { 0, 0 },
		[REJECT_ADMIN] = { 13, 1 },
	};
	size_t quoted = places->end - places->ip, most = is_ip6 ? 1280 - 48 : 576 - 28;
	unsigned int protocol = is_ip6 ? 58 : 1;
	uint8_t *to;

	quoted = quoted > most ? most : quoted;
	to = put_ip(packet, places, is_ip6, protocol, 8 + quoted, out);
	memset(to, 0, 8);
	to[0] = is_ip6 ? 1 : 3;
	to[1] = codes[reject][is_ip6];
	memcpy(to + 8, packet->bytes + places->ip, quoted);
	put_number(to + 2, 65535 - add_words(pseudo_sum(to, is_ip6, protocol, 8 + quoted), to,
					     8 + quoted), 2);
	return to + 8 + quoted - out;
}

/* So many at once, and one more after each @pause. */
static bool is_due(uint64_t *due, uint64_t now, uint64_t pause, uint64_t burst)
{
	uint64_t from = *due > now ? *due : now;

	if (from > now + (burst - 1) * pause)
		return false;
	*due = from + pause;
	return true;
}

static bool is_allowed(const struct packet_fields *fields, bool is_ip6,
		       struct reference_world *world)
{
	struct number source = fields->of[FIELD_SOURCE];
	uint64_t who = scramble(scramble(world->seed ^ 1) ^ (is_ip6 ? source.high : source.low));
	uint64_t *bucket = world->buckets[who % REFERENCE_BUCKETS];

	if (bucket[0] != who && bucket[1] <= world->now_ns)
		bucket[0] = who;
	return is_due(&bucket[1], world->now_ns, 20000000, 50) &&
	       is_due(&world->answer_due_ns, world->now_ns, 1000000, 1000);
}

void reference_answer(const struct reference_packet *packet, const struct packet_fields *fields,
		      enum reject reject, struct reference_world *world,
		      struct reference_answer *out)
{
	bool is_ip6 = low(fields, FIELD_FAMILY) == FAMILY_IP6;
	enum reject answer = choose(fields, reject, is_ip6);
	struct places places;

	out->len = 0;
	out->is_limited = false;
	if (answer == REJECT_USUAL)
		return;
	if (!is_allowed(fields, is_ip6, world)) {
		out->is_limited = true;
		return;
	}
	places = find_places(packet, is_ip6);
	out->len = answer == REJECT_RESET ? put_reset(packet, &places, is_ip6, out->bytes) :
		   put_error(packet, &places, is_ip6, answer, out->bytes);
}
