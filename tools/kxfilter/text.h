/* SPDX-License-Identifier: GPL-2.0-only */
/* A packet in a few words, as tcpdump begins its lines. */
#ifndef KXFILTER_TEXT_H
#define KXFILTER_TEXT_H

#include <kxfilter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet_words {
	unsigned char source[16];	/* an IPv4 address as ::ffff:a.b.c.d */
	unsigned char destination[16];
	enum kxf_family family;
	uint16_t ethertype;
	uint32_t protocol;
	bool has_ports;
	uint16_t source_port;
	uint16_t destination_port;
};

/* What a record says of its packet. */
void record_words(const struct kxf_record *record, struct packet_words *out);

#define PACKET_TEXT	192

void packet_text(const struct packet_words *packet, char out[PACKET_TEXT]);

/* "192.0.2.1.5000 > 192.0.2.2.80" of it: at most ENDS_TEXT bytes. */
#define ENDS_TEXT	(PACKET_TEXT - 32)
void ends_text(const struct packet_words *packet, char out[ENDS_TEXT]);

/* An IPv4 address as ::ffff:a.b.c.d. */
void address_text(const unsigned char address[16], char *out, size_t len);

/* @out has room for those without a name. */
const char *protocol_name(uint32_t protocol, char out[16]);

/* By enum kxf_verdict: "pass"; NULL: there is no such verdict. */
const char *verdict_name(unsigned int verdict);

/* The other way round; -1: there is none. */
int verdict_find(const char *name, size_t len);

#endif
