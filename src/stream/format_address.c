// SPDX-License-Identifier: GPL-2.0-only
/* Addresses as text: of memory, IPv4, IPv6, MAC. */
#include "stream/format_internal.h"

#define GROUPS	8	/* of an IPv6 address, two bytes each */

static char *put_byte_hex(char *out, uint8_t byte)
{
	static const char digits[] = "0123456789abcdef";

	*out++ = digits[byte >> 4];
	*out++ = digits[byte & 15];
	return out;
}

size_t format_address(uint64_t word, char *out)
{
	char *at = out;

	*at++ = '0';
	*at++ = 'x';
	for (int shift = 56; shift >= 0; shift -= 8)
		at = put_byte_hex(at, word >> shift);
	return at - out;
}

size_t format_ip4(const uint8_t *at, enum op_style style, char *out)
{
	char *to = out;

	for (int i = 0; i < 4; i++) {
		if (i)
			*to++ = '.';
		if (at[i] >= 100 || style == STYLE_BARE)
			*to++ = '0' + at[i] / 100;
		if (at[i] >= 10 || style == STYLE_BARE)
			*to++ = '0' + at[i] / 10 % 10;
		*to++ = '0' + at[i] % 10;
	}
	return to - out;
}

static uint16_t group(const uint8_t *at, int i)
{
	return at[2 * i] << 8 | at[2 * i + 1];
}

/* The longest run of zeros, the first of them, of two groups at least. */
static int longest_zeros(const uint8_t *at, int *len)
{
	int best = -1, from = 0;

	*len = 1;
	for (int i = 0; i <= GROUPS; i++) {
		if (i < GROUPS && !group(at, i))
			continue;
		if (i - from > *len) {
			best = from;
			*len = i - from;
		}
		from = i + 1;
	}
	return best;
}

static char *put_group(char *to, uint16_t value)
{
	for (int shift = 12; shift >= 0; shift -= 4)
		if (value >> shift || !shift)
			*to++ = "0123456789abcdef"[value >> shift & 15];
	return to;
}

/* As inet_ntop(3) has it: ::ffff:10.0.0.1 and ::10.0.0.1 end as IPv4 does. */
static size_t put_short(const uint8_t *at, char *out)
{
	int len, from = longest_zeros(at, &len);
	bool has_ip4 = !from && (len == 6 || (len == 5 && group(at, 5) == 0xffff));
	char *to = out;

	for (int i = 0; i < GROUPS; i++) {
		if (i == from) {
			*to++ = ':';
			i += len - 1;
			if (i == GROUPS - 1)
				*to++ = ':';
			continue;
		}
		if (i)
			*to++ = ':';
		if (i == 6 && has_ip4)
			return to + format_ip4(at + 12, STYLE_PLAIN, to) - out;
		to = put_group(to, group(at, i));
	}
	return to - out;
}

size_t format_ip6(const uint8_t *at, enum op_style style, char *out)
{
	char *to = out;

	if (style == STYLE_SHORT)
		return put_short(at, out);
	for (int i = 0; i < 16; i++) {
		if (i && !(i % 2) && style != STYLE_BARE)
			*to++ = ':';
		to = put_byte_hex(to, at[i]);
	}
	return to - out;
}

size_t format_mac(const uint8_t *at, enum op_style style, char *out)
{
	char *to = out;

	for (int i = 0; i < 6; i++) {
		if (i && style != STYLE_BARE)
			*to++ = style == STYLE_DASHES ? '-' : ':';
		to = put_byte_hex(to, at[i]);
	}
	return to - out;
}
