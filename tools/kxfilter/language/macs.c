// SPDX-License-Identifier: GPL-2.0-only
/* Link addresses, alone, under a mask or as a range. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "print.h"

bool read_mac(const char *at, size_t len, uint64_t *out)
{
	uint64_t number = 0;

	if (len != 17)
		return false;
	for (unsigned int i = 0; i < 17; i++) {
		unsigned char c = at[i];

		if (i % 3 == 2 ? c != ':' && c != '-' : !isxdigit(c))
			return false;
		if (i % 3 != 2)
			number = number << 4 | (isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	*out = number;
	return true;
}

#define MAC_ALL	((1ULL << 48) - 1)

static bool read_mac_mask(const struct token *part, uint64_t *out)
{
	uint64_t bits;
	size_t used;

	if (read_mac(part->at, part->len, out))
		return true;
	if (!read_number(part->at, part->len, &bits, &used) || used != part->len || bits > 48)
		return false;
	*out = bits ? MAC_ALL & ~((1ULL << (48 - bits)) - 1) : 0;
	return true;
}

static int add_mac(struct values *values, const struct token *word)
{
	static const struct word words[] = { { "broadcast" }, { "multicast" }, { "unicast" } };
	const char *slash = memchr(word->at, '/', word->len);
	size_t len = slash ? slash - word->at : word->len;
	uint64_t first, last, mask = MAC_ALL;
	struct token part;

	if (token_is(word, words[0].name))
		return add_fixed(values, MAC_ALL, MAC_ALL);
	if (token_is(word, words[1].name) || token_is(word, words[2].name))
		return add_masked(values, word, (uint64_t)(*word->at == 'm') << 40,
				  (uint64_t)(*word->at == 'm') << 40, 1ULL << 40, 48);
	if (!slash && word->len == 35 && word->at[17] == '-' && read_mac(word->at, 17, &first) &&
			read_mac(word->at + 18, 17, &last) && first <= last)
		return add_fixed(values, first, last);
	if (!read_mac(word->at, len, &first))
		return wrong_value(values, word);
	part = piece(word, len + 1, slash ? word->len - len - 1 : 0);
	if (slash && !read_mac_mask(&part, &mask))
		return wrong(values->reader, &part, "behind / a number of bits or a mask is needed: 02:00:00:00:00:00/24");
	if (first & ~mask)
		return wrong(values->reader, word, "%.*s has bits that are not in the mask: set them to 0",
			     (int)word->len, word->at);
	return add_masked(values, word, first, first, mask, 48);
}

static void print_mac_number(FILE *out, uint64_t number)
{
	for (int shift = 40; shift >= 0; shift -= 8)
		fprintf(out, "%02x%s", (unsigned int)(number >> shift & 255), shift ? ":" : "");
}

static void print_mac(FILE *out, const struct range *range)
{
	unsigned int bits = 64 - __builtin_clzll((range->first.low ^ range->last.low) | 1);
	uint64_t host = (1ULL << bits) - 1;

	print_mac_number(out, range->first.low);
	if (range->first.low == range->last.low)
		return;
	if (!(range->first.low & host) && range->last.low == (range->first.low | host)) {
		fprintf(out, "/%u", 48 - bits);
		return;
	}
	fputc('-', out);
	print_mac_number(out, range->last.low);
}

/* All with the bit of groups, or all without it. */
bool print_mac_word(const struct set *set, FILE *out)
{
	uint64_t group = set->nr == 128 ? set->ranges[0].first.low >> 40 : 2;

	for (size_t i = 0; i < set->nr && group < 2; i++) {
		uint64_t first = (2 * i + group) << 40;

		if (set->ranges[i].first.low != first ||
				set->ranges[i].last.low != first + (1ULL << 40) - 1)
			group = 2;
	}
	if (group > 1)
		return false;
	fputs(group ? "multicast" : "unicast", out);
	return true;
}

const struct kind kind_mac = {
	.name = "mac", .what = "a link address", .max = MAC_ALL, .any_is_all = true,
	.has_set = true, .example = "02:00:00:00:00:01, 02:00:00:00:00:00/24 or multicast",
	.add = add_mac, .print = print_mac,
};
