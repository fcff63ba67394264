// SPDX-License-Identifier: GPL-2.0-only
/* Reads what IP carries, as far as rules can ask for it. */
#include "cursor.h"

static void read_tcp(struct cursor *cursor)
{
	unsigned int header;

	if (!has_bytes(cursor, 20))
		return;
	header = (byte(cursor, 12) >> 4) * 4;
	if (is_wrong(cursor, header < 20) || !has_bytes(cursor, header))
		return;
	put(cursor, FIELD_TCP_FLAGS, byte(cursor, 13));
}

static void read_udp(struct cursor *cursor)
{
	uint64_t len;

	if (!has_bytes(cursor, 8))
		return;
	len = number_of(cursor, 4, 2);
	if (is_wrong(cursor, len < 8))
		return;
	if (get(cursor, FIELD_FRAGMENT) == FRAGMENT_NONE)
		has_bytes(cursor, len);
}

static void read_udplite(struct cursor *cursor)
{
	uint64_t covered;

	if (!has_bytes(cursor, 8))
		return;
	covered = number_of(cursor, 4, 2);
	if (covered == 0)
		return;
	if (is_wrong(cursor, covered < 8))
		return;
	if (get(cursor, FIELD_FRAGMENT) == FRAGMENT_NONE)
		has_bytes(cursor, covered);
}

static void read_dccp(struct cursor *cursor)
{
	unsigned int header;

	if (!has_bytes(cursor, 12))
		return;
	header = byte(cursor, 4) * 4;
	if (!is_wrong(cursor, header < 12))
		has_bytes(cursor, header);
}

static void read_icmp(struct cursor *cursor, size_t least)
{
	if (has_bytes(cursor, least))
		put(cursor, FIELD_ICMP, byte(cursor, 0) * 256 + byte(cursor, 1));
}

void read_transport(struct cursor *cursor)
{
	uint64_t family = get(cursor, FIELD_FAMILY);
	bool has_ports = true;

	switch (get(cursor, FIELD_PROTOCOL)) {
	case 1:
		has_ports = false;
		if (family == FAMILY_IP4 && !is_too_far(cursor))
			read_icmp(cursor, 8);
		break;
	case 58:
		has_ports = false;
		if (family == FAMILY_IP6 && !is_too_far(cursor))
			read_icmp(cursor, 4);
		break;
	case 6:
		if (!is_too_far(cursor))
			read_tcp(cursor);
		break;
	case 17:
		if (!is_too_far(cursor))
			read_udp(cursor);
		break;
	case 136:
		if (!is_too_far(cursor))
			read_udplite(cursor);
		break;
	case 132:
		if (!is_too_far(cursor))
			has_bytes(cursor, 12);
		break;
	case 33:
		if (!is_too_far(cursor))
			read_dccp(cursor);
		break;
	default:
		has_ports = false;
	}
	if (has_ports && !cursor->bad) {
		put(cursor, FIELD_SOURCE_PORT, number_of(cursor, 0, 2));
		put(cursor, FIELD_DESTINATION_PORT, number_of(cursor, 2, 2));
	}
}
