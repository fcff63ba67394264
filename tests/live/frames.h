/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes frames for tests: headers with their checksums, and a check of these from scratch. */
#ifndef FRAMES_H
#define FRAMES_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define FRAME_MAX	2048
#define LINK		14	/* bytes of the link header */

struct address {
	bool is_ip6;
	uint8_t bytes[16];	/* of IPv4 the first 4 */
};

struct frame {
	uint8_t bytes[FRAME_MAX];
	size_t len;
	size_t transport;	/* where that begins */
};

static inline void put16(uint8_t *at, uint32_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static inline void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static inline uint32_t get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

static inline uint32_t get32(const uint8_t *at)
{
	return get16(at) << 16 | get16(at + 2);
}

static inline struct address ip4(uint32_t value)
{
	struct address address = {};

	put32(address.bytes, value);
	return address;
}

static inline struct address ip6(uint64_t low)
{
	struct address address = { .is_ip6 = true, .bytes = { 0x20, 0x01, 0x0d, 0xb8 } };

	put32(address.bytes + 8, low >> 32);
	put32(address.bytes + 12, low);
	return address;
}

static inline uint32_t sum_of(const uint8_t *at, size_t len, uint32_t sum)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += get16(at + i);
	if (len & 1)
		sum += at[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* What the checksum of a transport is over: addresses, length and protocol, and all bytes. */
static inline uint32_t transport_sum(const uint8_t *ip, const uint8_t *at, size_t len, int protocol)
{
	uint32_t sum = protocol + len;

	if (protocol == 1)
		return sum_of(at, len, 0);
	sum = ip[0] >> 4 == 4 ? sum_of(ip + 12, 8, sum) : sum_of(ip + 8, 32, sum);
	return sum_of(at, len, sum);
}

/* Where in it the checksum of a transport is; -1: it has none. */
static inline int sum_at(int protocol)
{
	return protocol == 6 ? 16 : protocol == 17 ? 6 : protocol == 1 || protocol == 58 ? 2 : -1;
}

/* Behind @network: the header of IP; @len: of what it carries. Returns where that begins. */
static inline size_t put_ip(uint8_t *ip, const struct address *from, const struct address *to,
			    int protocol, size_t len)
{
	if (from->is_ip6) {
		memset(ip, 0, 40);
		ip[0] = 0x60;
		put16(ip + 4, len);
		ip[6] = protocol;
		ip[7] = 64;
		memcpy(ip + 8, from->bytes, 16);
		memcpy(ip + 24, to->bytes, 16);
		return 40;
	}
	memset(ip, 0, 20);
	ip[0] = 0x45;
	put16(ip + 2, 20 + len);
	ip[8] = 64;
	ip[9] = protocol;
	memcpy(ip + 12, from->bytes, 4);
	memcpy(ip + 16, to->bytes, 4);
	put16(ip + 10, ~sum_of(ip, 20, 0));
	return 20;
}

static inline void put_sum(uint8_t *ip, uint8_t *at, size_t len, int protocol)
{
	int where = sum_at(protocol);
	uint32_t sum;

	if (where < 0)
		return;
	put16(at + where, 0);
	sum = (uint16_t)~transport_sum(ip, at, len, protocol);
	put16(at + where, protocol == 17 && !sum ? 0xffff : sum);
}

/* A frame around @len bytes at @carried, whose checksum is made. */
static inline void make_frame(struct frame *frame, const struct address *from,
			      const struct address *to, int protocol, const void *carried,
			      size_t len)
{
	uint8_t *ip = frame->bytes + LINK;

	memset(frame->bytes, 2, LINK);
	put16(frame->bytes + 12, from->is_ip6 ? 0x86dd : 0x0800);
	frame->transport = LINK + put_ip(ip, from, to, protocol, len);
	memcpy(frame->bytes + frame->transport, carried, len);
	put_sum(ip, frame->bytes + frame->transport, len, protocol);
	frame->len = frame->transport + len;
}

struct tcp {
	uint16_t from;
	uint16_t to;
	uint32_t seq;
	uint32_t ack;
	uint8_t flags;
	uint16_t window;
	uint8_t scale;		/* 255: no option */
	uint16_t data;		/* bytes */
};

static inline void make_tcp(struct frame *frame, const struct address *from,
			    const struct address *to, const struct tcp *tcp)
{
	uint8_t bytes[1600] = {};
	size_t head = tcp->scale == 255 ? 20 : 24;

	put16(bytes, tcp->from);
	put16(bytes + 2, tcp->to);
	put32(bytes + 4, tcp->seq);
	put32(bytes + 8, tcp->ack);
	bytes[12] = head / 4 << 4;
	bytes[13] = tcp->flags;
	put16(bytes + 14, tcp->window);
	if (head == 24) {
		bytes[20] = 1;
		bytes[21] = 3;
		bytes[22] = 3;
		bytes[23] = tcp->scale;
	}
	memset(bytes + head, 'x', tcp->data);
	make_frame(frame, from, to, 6, bytes, head + tcp->data);
}

static inline void make_udp(struct frame *frame, const struct address *from,
			    const struct address *to, uint16_t from_port, uint16_t to_port,
			    size_t data)
{
	uint8_t bytes[1600] = {};

	put16(bytes, from_port);
	put16(bytes + 2, to_port);
	put16(bytes + 4, 8 + data);
	memset(bytes + 8, 'u', data);
	make_frame(frame, from, to, 17, bytes, 8 + data);
}

/* @type: of IPv4: 8 asks, 0 answers; of IPv6 128 and 129. */
static inline void make_echo(struct frame *frame, const struct address *from,
			     const struct address *to, int type, uint16_t id, size_t data)
{
	uint8_t bytes[1600] = {};

	bytes[0] = type;
	put16(bytes + 4, id);
	memset(bytes + 8, 'p', data);
	make_frame(frame, from, to, from->is_ip6 ? 58 : 1, bytes, 8 + data);
}

/* An error about @about, of which it carries so many bytes behind the header of IP. */
static inline void make_error(struct frame *frame, const struct address *from,
			      const struct address *to, int type, const struct frame *about,
			      size_t carried)
{
	uint8_t bytes[1600] = {};
	size_t len = about->transport - LINK + carried;

	if (len > about->len - LINK)
		len = about->len - LINK;
	bytes[0] = type;
	memcpy(bytes + 8, about->bytes + LINK, len);
	make_frame(frame, from, to, from->is_ip6 ? 58 : 1, bytes, 8 + len);
}

/* Of IP and what it carries, as far as it is all there. */
static inline bool is_sum_right(const uint8_t *ip, size_t len)
{
	bool is_ip6 = ip[0] >> 4 == 6;
	size_t head = is_ip6 ? 40 : (ip[0] & 15) * 4;
	size_t all = is_ip6 ? get16(ip + 4) + 40 : get16(ip + 2);
	int protocol = is_ip6 ? ip[6] : ip[9];
	int where = sum_at(protocol);

	if (!is_ip6 && sum_of(ip, head, 0) != 0xffff)
		return false;
	if (where < 0 || all > len || (protocol == 17 && !get16(ip + head + where)))
		return true;
	return transport_sum(ip, ip + head, all - head, protocol) == 0xffff;
}

#endif
