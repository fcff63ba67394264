// SPDX-License-Identifier: GPL-2.0-only
/* What is known of each field of a rule: its name, its numbers, what "has none" is. */
#include "rules.h"

#define EVERY_PACKET	UINT64_MAX

/*
 * ::fffe:0:0 is in a block that is reserved and never routed. A packet that has it all the same
 * is malformed, and has ::fffe:0:1 for its rules, so that nobody hides behind it.
 */
#define NO_ADDRESS	0x0000fffe00000000

const struct field_kind field_kinds[FIELDS_MADE] = {
	[FIELD_FAMILY] = { "family", FAMILIES, EVERY_PACKET },
	[FIELD_SOURCE] = { "from", 0, NO_ADDRESS, 128 },
	[FIELD_DESTINATION] = { "to", 0, NO_ADDRESS, 128 },
	[FIELD_SOURCE_MAC] = { "from mac", 0, 1ULL << 48, 48 },
	[FIELD_DESTINATION_MAC] = { "to mac", 0, 1ULL << 48, 48 },
	[FIELD_VLAN] = { "vlan", 4096, 4096 },
	[FIELD_INNER_VLAN] = { "inner vlan", 4096, 4096 },
	[FIELD_ETHERTYPE] = { "ethertype", 65536, EVERY_PACKET },
	[FIELD_PROTOCOL] = { "proto", 256, 256 },
	[FIELD_SOURCE_PORT] = { "from port", 65536, 65536 },
	[FIELD_DESTINATION_PORT] = { "to port", 65536, 65536 },
	[FIELD_TCP_FLAGS] = { "flags", 256, 256 },
	[FIELD_ICMP] = { "icmp", 65536, 65536 },
	[FIELD_FRAGMENT] = { "fragment", FRAGMENTS, FRAGMENTS },
	[FIELD_EXTRAS] = { "header", EXTRAS, EVERY_PACKET },
	[FIELD_LENGTH] = { "length", 65536, EVERY_PACKET },
	[FIELD_DSCP] = { "dscp", 64, 64 },
	[FIELD_TTL] = { "ttl", 256, 256 },
	[FIELD_MARK] = { "mark", 0, EVERY_PACKET, 32 },
	[FIELD_STATE] = { "state", STATES, EVERY_PACKET },
	[FIELD_LIVE_SOURCE] = { "from", 4096, 4096 },
	[FIELD_LIVE_DESTINATION] = { "to", 4096, 4096 },
};
