// SPDX-License-Identifier: GPL-2.0-only
/* Reads a packet, byte after byte, as the standards have it. */
#include <string.h>

#include "cursor.h"

static void put_address4(struct cursor *cursor, enum field field, size_t offset)
{
	put(cursor, field, 0xffff00000000ULL + number_of(cursor, offset, 4));
}

static void put_address6(struct cursor *cursor, enum field field, size_t offset)
{
	struct number address = { number_of(cursor, offset, 8), number_of(cursor, offset + 8, 8) };

	/* The number that means "no address" is not to be had by sending it. */
	if (address.high == 0 && address.low == field_kinds[field].none) {
		address.low++;
		cursor->bad = true;
	}
	cursor->out->of[field] = address;
}

/* @rest: bytes of the packet that this fragment carries. */
static void read_place(struct cursor *cursor, uint64_t offset, bool more, size_t rest,
		       unsigned int protocol)
{
	if (offset == 0) {
		put(cursor, FIELD_FRAGMENT, more ? FRAGMENT_FIRST : FRAGMENT_NONE);
		return;
	}
	put(cursor, FIELD_FRAGMENT, FRAGMENT_LATER);
	is_wrong(cursor, offset * 8 + rest > 65535);
	/* It would be written over the flags of the first fragment. */
	is_wrong(cursor, offset == 1 && protocol == 6);
}

static void read_hop_options(struct cursor *cursor, size_t end)
{
	struct cursor options = *cursor;
	int nr = 0;

	options.at += 2;
	options.end = end;
	while (options.at < end && !options.bad) {
		if (is_wrong(&options, nr++ == 32) || is_too_far(&options))
			break;
		if (byte(&options, 0) == 0) {
			options.at++;
			continue;
		}
		if (!has_bytes(&options, 2))
			break;
		if (byte(&options, 0) == 5)
			add_extra(cursor, EXTRA_ROUTER_ALERT);
		if (has_bytes(&options, 2 + byte(&options, 1)))
			options.at += 2 + byte(&options, 1);
	}
	cursor->bad |= options.bad;
}

static bool is_extension(uint64_t family, unsigned int next)
{
	switch (next) {
	case 51:
		return true;
	case 0:
	case 43:
	case 44:
	case 60:
		return family == FAMILY_IP6;
	}
	return false;
}

/* One header that is not the last; what comes next. */
static unsigned int read_extension(struct cursor *cursor, unsigned int kind, int nr)
{
	unsigned int next = 0;
	size_t len;

	if (is_too_far(cursor) || !has_bytes(cursor, 8))
		return 0;
	next = byte(cursor, 0);
	len = kind == 51 ? (byte(cursor, 1) + 2) * 4 : (byte(cursor, 1) + 1) * 8;
	if (kind == 44)
		len = 8;
	if (is_wrong(cursor, kind == 0 && nr > 0) || is_wrong(cursor, len < 8) ||
			!has_bytes(cursor, len))
		return 0;
	switch (kind) {
	case 0:
		add_extra(cursor, EXTRA_HOP_BY_HOP);
		read_hop_options(cursor, cursor->at + len);
		break;
	case 43:
		add_extra(cursor, EXTRA_SOURCE_ROUTE);
		break;
	case 60:
		add_extra(cursor, EXTRA_DESTINATION);
		break;
	case 51:
		add_extra(cursor, EXTRA_AH);
		break;
	case 44:
		if (is_wrong(cursor, get(cursor, FIELD_FRAGMENT) != FRAGMENTS))
			break;
		read_place(cursor, number_of(cursor, 2, 2) / 8, byte(cursor, 3) & 1,
			   cursor->end - cursor->at - 8, next);
		break;
	}
	cursor->at += len;
	return next;
}

/* What is behind the header of IP; of a later fragment nothing can be said but its protocol. */
static void read_rest(struct cursor *cursor, unsigned int next)
{
	uint64_t family = get(cursor, FIELD_FAMILY);
	int nr = 0;

	while (!cursor->bad && get(cursor, FIELD_FRAGMENT) != FRAGMENT_LATER &&
			is_extension(family, next)) {
		if (is_wrong(cursor, nr == 8))
			return;
		next = read_extension(cursor, next, nr++);
	}
	if (cursor->bad)
		return;
	if (get(cursor, FIELD_FRAGMENT) == FRAGMENT_LATER) {
		if (!is_extension(family, next))
			put(cursor, FIELD_PROTOCOL, next);
		return;
	}
	if (get(cursor, FIELD_FRAGMENT) == FRAGMENTS)
		put(cursor, FIELD_FRAGMENT, FRAGMENT_NONE);
	put(cursor, FIELD_PROTOCOL, next);
	read_transport(cursor);
}

static void read_options4(struct cursor *cursor, size_t end)
{
	struct cursor options = *cursor;

	add_extra(cursor, EXTRA_OPTION);
	options.at += 20;
	options.end = end;
	while (options.at < end && !options.bad && byte(&options, 0) != 0) {
		unsigned int kind = byte(&options, 0), len;

		if (kind == 1) {
			options.at++;
			continue;
		}
		if (!has_bytes(&options, 2))
			break;
		len = byte(&options, 1);
		if (is_wrong(&options, len < 2) || !has_bytes(&options, len))
			break;
		if (kind == 131 || kind == 137)
			add_extra(cursor, EXTRA_SOURCE_ROUTE);
		if (kind == 7)
			add_extra(cursor, EXTRA_RECORD_ROUTE);
		if (kind == 68)
			add_extra(cursor, EXTRA_TIMESTAMP);
		if (kind == 148)
			add_extra(cursor, EXTRA_ROUTER_ALERT);
		options.at += len;
	}
	cursor->bad |= options.bad;
}

static void read_ip4(struct cursor *cursor)
{
	size_t header, len, begin = cursor->at;
	unsigned int offset;

	if (!has_bytes(cursor, 20))
		return;
	header = (byte(cursor, 0) & 0x0f) * 4;
	len = number_of(cursor, 2, 2);
	if (is_wrong(cursor, byte(cursor, 0) >> 4 != 4) || is_wrong(cursor, header < 20) ||
			is_wrong(cursor, len < header) || !has_bytes(cursor, len))
		return;
	cursor->end = begin + len;
	put(cursor, FIELD_LENGTH, len);
	put(cursor, FIELD_DSCP, byte(cursor, 1) / 4);
	put(cursor, FIELD_TTL, byte(cursor, 8));
	put_address4(cursor, FIELD_SOURCE, 12);
	put_address4(cursor, FIELD_DESTINATION, 16);
	offset = number_of(cursor, 6, 2);
	read_place(cursor, offset % 8192, offset & 0x2000, len - header, byte(cursor, 9));
	if (cursor->bad)
		return;
	if (header > 20)
		read_options4(cursor, begin + header);
	if (cursor->bad)
		return;
	cursor->at = begin + header;
	read_rest(cursor, cursor->bytes[begin + 9]);
}

static void read_ip6(struct cursor *cursor)
{
	size_t len, begin = cursor->at;

	if (!has_bytes(cursor, 40))
		return;
	len = 40 + number_of(cursor, 4, 2);
	if (is_wrong(cursor, byte(cursor, 0) >> 4 != 6) || !has_bytes(cursor, len))
		return;
	cursor->end = begin + len;
	put(cursor, FIELD_LENGTH, len > 65535 ? 65535 : len);
	put(cursor, FIELD_DSCP, number_of(cursor, 0, 2) / 64 % 64);
	put(cursor, FIELD_TTL, byte(cursor, 7));
	put_address6(cursor, FIELD_SOURCE, 8);
	put_address6(cursor, FIELD_DESTINATION, 24);
	cursor->at = begin + 40;
	read_rest(cursor, cursor->bytes[begin + 6]);
}

static void read_arp(struct cursor *cursor)
{
	static const uint8_t ethernet_and_ip4[] = { 0, 1, 8, 0, 6, 4 };

	if (!has_bytes(cursor, 28))
		return;
	if (is_wrong(cursor, memcmp(cursor->bytes + cursor->at, ethernet_and_ip4, 6)))
		return;
	put_address4(cursor, FIELD_SOURCE, 14);
	put_address4(cursor, FIELD_DESTINATION, 24);
}

/* Ethernet, and up to four tags; the one that the kernel has taken off counts. */
static void read_link(struct cursor *cursor, const struct reference_packet *packet)
{
	int tags = packet->has_tag;

	if (packet->has_tag)
		put(cursor, FIELD_VLAN, packet->vlan);
	if (!has_bytes(cursor, 14))
		return;
	put(cursor, FIELD_DESTINATION_MAC, number_of(cursor, 0, 6));
	put(cursor, FIELD_SOURCE_MAC, number_of(cursor, 6, 6));
	put(cursor, FIELD_ETHERTYPE, number_of(cursor, 12, 2));
	cursor->at = 14;
	while (get(cursor, FIELD_ETHERTYPE) == 0x8100 || get(cursor, FIELD_ETHERTYPE) == 0x88a8) {
		if (is_wrong(cursor, tags == 4) || !has_bytes(cursor, 4))
			return;
		if (tags < 2)
			put(cursor, tags ? FIELD_INNER_VLAN : FIELD_VLAN,
			    number_of(cursor, 0, 2) % 4096);
		tags++;
		put(cursor, FIELD_ETHERTYPE, number_of(cursor, 2, 2));
		cursor->at += 4;
	}
}

static void read_network(struct cursor *cursor)
{
	size_t len = cursor->end - cursor->at;

	put(cursor, FIELD_LENGTH, len > 65535 ? 65535 : len);
	switch (get(cursor, FIELD_ETHERTYPE)) {
	case 0x0800:
		put(cursor, FIELD_FAMILY, FAMILY_IP4);
		read_ip4(cursor);
		break;
	case 0x86dd:
		put(cursor, FIELD_FAMILY, FAMILY_IP6);
		read_ip6(cursor);
		break;
	case 0x0806:
		put(cursor, FIELD_FAMILY, FAMILY_ARP);
		read_arp(cursor);
		break;
	}
}

void reference_read(const struct reference_packet *packet, struct packet_fields *out)
{
	struct cursor cursor = { packet->bytes, 0, packet->len, false, out };

	for (int i = 0; i < FIELDS; i++)
		out->of[i] = (struct number){ 0, field_kinds[i].none == UINT64_MAX ? 0 :
						 field_kinds[i].none };
	put(&cursor, FIELD_MARK, packet->mark);
	read_link(&cursor, packet);
	if (!cursor.bad)
		read_network(&cursor);
	if (cursor.bad)
		add_extra(&cursor, EXTRA_MALFORMED);
}
