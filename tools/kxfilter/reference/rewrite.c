// SPDX-License-Identifier: GPL-2.0-only
/* New TTL, hop limit and DSCP, in a packet that passes. */
#include "reference.h"

/* Words of a header, added as IPv4 does it. */
static uint32_t sum_of(const uint8_t *bytes, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i += 2)
		sum += bytes[i] * 256 + bytes[i + 1];
	while (sum > 0xffff)
		sum = sum % 0x10000 + sum / 0x10000;
	return sum;
}

/* What was wrong with a checksum before is as wrong afterwards. */
static void rewrite_ip4(const struct reference_result *result, uint8_t *ip)
{
	size_t len = ip[0] % 16 * 4;
	uint32_t before = sum_of(ip, len), rest;

	if (result->dscp >= 0)
		ip[1] = result->dscp * 4 + ip[1] % 4;
	if (result->ttl >= 0)
		ip[8] = result->ttl;
	ip[10] = 0;
	ip[11] = 0;
	rest = sum_of(ip, len);
	rest = (before + 0xffff - rest) % 0xffff;
	ip[10] = rest / 256;
	ip[11] = rest % 256;
}

static void rewrite_ip6(const struct reference_result *result, uint8_t *ip)
{
	if (result->dscp >= 0) {
		ip[0] = 6 * 16 + result->dscp / 4;
		ip[1] = result->dscp % 4 * 64 + ip[1] % 64;
	}
	if (result->ttl >= 0)
		ip[7] = result->ttl;
}

void reference_rewrite(const struct packet_fields *fields, const struct reference_result *result,
		       uint8_t *bytes)
{
	size_t at = 12;
	bool goes_on = result->verdict == VERDICT_PASS || result->verdict == VERDICT_REDIRECT;

	if (!goes_on || (result->ttl < 0 && result->dscp < 0) ||
			fields->of[FIELD_TTL].low == field_kinds[FIELD_TTL].none)
		return;
	while (bytes[at] * 256 + bytes[at + 1] == 0x8100 ||
	       bytes[at] * 256 + bytes[at + 1] == 0x88a8)
		at += 4;
	if (fields->of[FIELD_FAMILY].low == FAMILY_IP4)
		rewrite_ip4(result, bytes + at + 2);
	else
		rewrite_ip6(result, bytes + at + 2);
}
