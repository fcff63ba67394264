/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets by chance: most are right, many are wrong at one place, some at several. */
#ifndef TEST_KXFILTER_PACKETS_H
#define TEST_KXFILTER_PACKETS_H

#include <string.h>

#include "kxfilter_sets.h"

#define FRAME_MAX	3000

struct frame {
	uint8_t bytes[FRAME_MAX];
	size_t len;
};

static void put_bytes(struct frame *frame, uint64_t value, int nr)
{
	for (int i = nr - 1; i >= 0 && frame->len < FRAME_MAX; i--)
		frame->bytes[frame->len++] = value >> 8 * i;
}

static void patch(struct frame *frame, size_t at, uint64_t value, int nr)
{
	for (int i = 0; i < nr && at + i < frame->len; i++)
		frame->bytes[at + i] = value >> 8 * (nr - 1 - i);
}

static void put_filling(struct frame *frame, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		put_bytes(frame, chance(), 1);
}

static void put_tcp(struct frame *frame)
{
	uint32_t words = one_of(8) ? below(16) : one_of(4) ? 5 + below(11) : 5;

	put_bytes(frame, some_port(), 2);
	put_bytes(frame, some_port(), 2);
	put_bytes(frame, chance(), 8);
	put_bytes(frame, words << 4, 1);
	put_bytes(frame, some_value(FIELD_TCP_FLAGS), 1);
	put_bytes(frame, chance(), 6);
	put_filling(frame, words > 5 && !one_of(10) ? (words - 5) * 4 : 0);
}

static void put_udp(struct frame *frame, size_t filling)
{
	put_bytes(frame, some_port(), 2);
	put_bytes(frame, some_port(), 2);
	put_bytes(frame, one_of(8) ? below(30) : 8 + filling, 2);
	put_bytes(frame, chance(), 2);
}

static void put_transport(struct frame *frame, uint32_t protocol)
{
	size_t filling = one_of(3) ? below(64) : one_of(20) ? below(1400) : 0;

	switch (protocol) {
	case 6:
		put_tcp(frame);
		break;
	case 17:
	case 136:
		put_udp(frame, filling);
		break;
	case 132:
		put_bytes(frame, some_port(), 2);
		put_bytes(frame, some_port(), 2);
		put_bytes(frame, chance(), 8);
		break;
	case 33:
		put_bytes(frame, some_port(), 2);
		put_bytes(frame, some_port(), 2);
		put_bytes(frame, one_of(3) ? below(10) : 3, 1);
		put_bytes(frame, chance(), 7);
		break;
	case 1:
	case 58:
		put_bytes(frame, some_value(FIELD_ICMP), 2);
		put_bytes(frame, chance(), one_of(8) ? 2 : 6);
		break;
	default:
		filling += below(12);
	}
	put_filling(frame, filling);
}

static void put_option4(struct frame *frame)
{
	static const uint8_t kinds[] = { 7, 68, 131, 137, 148, 130, 136, 200 };
	uint32_t len = one_of(10) ? below(8) : 2 + below(8);

	if (one_of(3)) {
		put_bytes(frame, one_of(4) ? 0 : 1, 1);
		return;
	}
	put_bytes(frame, PICK(kinds), 1);
	put_bytes(frame, len, 1);
	put_filling(frame, len > 2 ? len - 2 : 0);
}

static void put_options4(struct frame *frame, size_t begin)
{
	size_t nr = below(5);

	for (size_t i = 0; i < nr && frame->len - begin < 56; i++)
		put_option4(frame);
	while ((frame->len - begin) % 4)
		put_bytes(frame, one_of(2), 1);
	while (frame->len - begin > 60)
		frame->len -= 4;
}

static uint32_t fragment_bits(void)
{
	static const uint32_t offsets[] = { 1, 2, 3, 8, 100, 185, 8191, 8189, 8000 };

	switch (below(10)) {
	case 0:
		return 0x2000;
	case 1:
		return PICK(offsets);
	case 2:
		return 0x2000 | PICK(offsets);
	case 3:
		return 0x4000;
	default:
		return 0;
	}
}

static void put_hop_options(struct frame *frame, size_t len)
{
	size_t end = frame->len + len < FRAME_MAX ? frame->len + len : FRAME_MAX;

	while (frame->len < end) {
		size_t rest = end - frame->len, option = below(6);

		if (one_of(4) || rest < 2) {
			put_bytes(frame, 0, 1);
			continue;
		}
		option = !one_of(20) && option > rest - 2 ? rest - 2 : option;
		put_bytes(frame, one_of(2) ? 1 : one_of(2) ? 5 : below(256), 1);
		put_bytes(frame, option, 1);
		put_filling(frame, option);
	}
	frame->len = end;
}

/* Extension headers in any order; the last one leads to @protocol. */
static void put_headers(struct frame *frame, size_t next_at, size_t nr, uint32_t protocol)
{
	static const uint8_t kinds[] = { 0, 43, 44, 60, 51, 60, 60, 51 };

	for (size_t i = 0; i < nr; i++) {
		uint32_t kind = !i && one_of(3) ? 0 : PICK(kinds);
		size_t units = one_of(30) ? below(200) : below(4), begin = frame->len;

		if (kind == 0 && i && !one_of(10))
			kind = 60;
		patch(frame, next_at, kind, 1);
		next_at = begin;
		put_bytes(frame, 59, 1);
		put_bytes(frame, units, 1);
		if (kind == 44)
			put_bytes(frame, fragment_bits() << 3 | one_of(3), 2);
		if (kind == 44)
			put_filling(frame, 4);
		else if (kind == 51)
			put_filling(frame, (units + 2) * 4 - 2);
		else if (kind == 0)
			put_hop_options(frame, (units + 1) * 8 - 2);
		else
			put_filling(frame, (units + 1) * 8 - 2);
	}
	patch(frame, next_at, protocol, 1);
}

static void put_ip4(struct frame *frame)
{
	uint32_t protocol = some_protocol();
	size_t begin = frame->len;

	put_bytes(frame, 0x45, 1);
	put_bytes(frame, some_value(FIELD_DSCP) << 2 | below(4), 1);
	put_bytes(frame, 0, 2);
	put_bytes(frame, chance(), 2);
	put_bytes(frame, fragment_bits(), 2);
	put_bytes(frame, some_value(FIELD_TTL), 1);
	put_bytes(frame, protocol, 1);
	put_bytes(frame, chance(), 2);
	put_bytes(frame, some_address4(), 4);
	put_bytes(frame, some_address4(), 4);
	if (one_of(4))
		put_options4(frame, begin);
	patch(frame, begin, 0x40 | (frame->len - begin) / 4, 1);
	if (one_of(12))
		put_headers(frame, begin + 9, 1 + below(3), protocol);
	put_transport(frame, protocol);
	patch(frame, begin + 2, frame->len - begin, 2);
	if (one_of(25))
		patch(frame, begin + 2, below(frame->len + 20), 2);
	if (one_of(40))
		patch(frame, begin, below(256), 1);
}

static void put_address6_bytes(struct frame *frame)
{
	struct number address = some_address6();

	put_bytes(frame, address.high, 8);
	put_bytes(frame, address.low, 8);
}

static void put_ip6(struct frame *frame)
{
	uint32_t protocol = some_protocol();
	size_t begin = frame->len;

	put_bytes(frame, 6u << 28 | some_value(FIELD_DSCP) << 22 | below(1 << 22), 4);
	put_bytes(frame, 0, 2);
	put_bytes(frame, protocol, 1);
	put_bytes(frame, some_value(FIELD_TTL), 1);
	put_address6_bytes(frame);
	put_address6_bytes(frame);
	if (one_of(2))
		put_headers(frame, begin + 6, one_of(10) ? below(12) : 1 + below(4), protocol);
	put_transport(frame, protocol);
	patch(frame, begin + 4, frame->len - begin - 40, 2);
	if (one_of(25))
		patch(frame, begin + 4, below(frame->len + 20), 2);
	if (one_of(60))
		patch(frame, begin, below(256), 1);
}

static void put_arp(struct frame *frame)
{
	put_bytes(frame, one_of(10) ? below(10) : 1, 2);
	put_bytes(frame, one_of(10) ? some_type() : 0x0800, 2);
	put_bytes(frame, one_of(15) ? below(256) : 6, 1);
	put_bytes(frame, one_of(15) ? below(256) : 4, 1);
	put_bytes(frame, 1 + below(2), 2);
	put_bytes(frame, some_mac(), 6);
	put_bytes(frame, some_address4(), 4);
	put_bytes(frame, some_mac(), 6);
	put_bytes(frame, some_address4(), 4);
	put_filling(frame, one_of(2) ? 18 : 0);
}

static void put_link(struct frame *frame)
{
	size_t tags = one_of(3) ? below(6) : 0;
	uint32_t ip = one_of(2) ? 0x86dd : 0x0800;
	uint32_t type = one_of(20) ? some_type() : one_of(12) ? 0x0806 : ip;

	put_bytes(frame, some_mac(), 6);
	put_bytes(frame, some_mac(), 6);
	for (size_t i = 0; i < tags; i++) {
		put_bytes(frame, one_of(2) ? 0x8100 : 0x88a8, 2);
		put_bytes(frame, below(16) << 12 | some_value(FIELD_VLAN), 2);
	}
	put_bytes(frame, type, 2);
	if (type == 0x0800)
		put_ip4(frame);
	else if (type == 0x86dd)
		put_ip6(frame);
	else if (type == 0x0806)
		put_arp(frame);
	else
		put_filling(frame, below(60));
}

/* At least as long as the kernel lets a test be. */
static void some_frame(struct frame *frame)
{
	size_t len;

	frame->len = 0;
	put_link(frame);
	len = frame->len;
	if (one_of(8))
		put_filling(frame, below(40));		/* padding */
	if (one_of(6))
		frame->len = 14 + below(len - 13);
	while (one_of(12))
		frame->bytes[below(frame->len)] = chance();
	if (frame->len < 14)
		frame->len = 14;
}

#endif
