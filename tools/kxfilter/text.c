// SPDX-License-Identifier: GPL-2.0-only
/* Packets and verdicts as text. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

void record_words(const struct kxf_record *record, struct packet_words *out)
{
	*out = (struct packet_words){
		.family = record->family, .ethertype = record->ethertype,
		.protocol = record->protocol, .has_ports = record->has_ports,
		.source_port = record->source_port, .destination_port = record->destination_port,
	};
	memcpy(out->source, record->source, sizeof(out->source));
	memcpy(out->destination, record->destination, sizeof(out->destination));
}

void address_text(const unsigned char address[16], char *out, size_t len)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (memcmp(address, mapped, sizeof(mapped)))
		inet_ntop(AF_INET6, address, out, len);
	else
		inet_ntop(AF_INET, address + 12, out, len);
}

const char *protocol_name(uint32_t protocol, char out[16])
{
	static const struct { uint32_t number; const char *name; } known[] = {
		{ 1, "icmp" }, { 6, "tcp" }, { 17, "udp" }, { 58, "icmp6" }, { 132, "sctp" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].number == protocol)
			return known[i].name;
	snprintf(out, 16, "proto %u", protocol);
	return out;
}

void ends_text(const struct packet_words *packet, char out[ENDS_TEXT])
{
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];

	address_text(packet->source, from, sizeof(from));
	address_text(packet->destination, to, sizeof(to));
	if (packet->has_ports)
		snprintf(out, ENDS_TEXT, "%s.%u > %s.%u", from, packet->source_port, to,
			 packet->destination_port);
	else
		snprintf(out, ENDS_TEXT, "%s > %s", from, to);
}

void packet_text(const struct packet_words *packet, char out[PACKET_TEXT])
{
	char name[16];
	int len;

	if (packet->family == KXF_OTHER) {
		snprintf(out, PACKET_TEXT, "ethertype 0x%04x", packet->ethertype);
		return;
	}
	len = snprintf(out, PACKET_TEXT, "%s ", packet->family == KXF_ARP ? "arp" :
		       protocol_name(packet->protocol, name));
	ends_text(packet, out + len);
}

int verdict_find(const char *name, size_t len)
{
	for (int i = KXF_PASS; i <= KXF_REDIRECT; i++)
		if (strlen(verdict_name(i)) == len && !strncmp(verdict_name(i), name, len))
			return i;
	return -1;
}

const char *verdict_name(unsigned int verdict)
{
	static const char *const names[] = {
		[KXF_CONTINUE] = "continue", [KXF_PASS] = "pass", [KXF_DROP] = "drop",
		[KXF_REJECT] = "reject", [KXF_REDIRECT] = "redirect",
	};

	return verdict < sizeof(names) / sizeof(names[0]) ? names[verdict] : NULL;
}
