// SPDX-License-Identifier: GPL-2.0-only
/* IPv4 and IPv6 addresses, prefixes and ranges. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language.h"

struct address {
	struct number number;
	bool is_4;
};

bool is_ip4(struct number number)
{
	return !number.high && number.low >= IP4_FIRST && number.low <= IP4_LAST;
}

/* Of a range of IPv6 what is above @first and is not the number of a packet without address. */
static int add_clipped(struct set *set, struct number first, struct number last, struct number low,
		       struct number high)
{
	if (number_compare(first, low) < 0)
		first = low;
	if (number_compare(last, high) > 0)
		last = high;
	return number_compare(first, last) <= 0 ? set_add(set, first, last) : 0;
}

/* The numbers of IPv4 are in the midst of those of IPv6. */
int add_address_range(struct set *set, struct number first, struct number last)
{
	uint64_t none = field_kinds[FIELD_SOURCE].none;
	struct number end = { UINT64_MAX, UINT64_MAX };

	if (is_ip4(first) && is_ip4(last))
		return set_add(set, first, last);
	if (add_clipped(set, first, last, (struct number){}, (struct number){ 0, none - 1 }) ||
			add_clipped(set, first, last, (struct number){ 0, none + 1 },
				    (struct number){ 0, IP4_FIRST - 1 }) ||
			add_clipped(set, first, last, (struct number){ 0, IP4_LAST + 1 }, end))
		return -ENOMEM;
	return 0;
}

/* a.b.c.d; a part with a zero in front could be meant as octal. */
static bool read_ip4(const char *at, size_t len, struct address *out)
{
	uint32_t number = 0;
	size_t i = 0;

	for (unsigned int part = 0; part < 4; part++) {
		unsigned int value = 0;
		size_t start = i;

		while (i < len && isdigit((unsigned char)at[i]) && i - start < 3)
			value = value * 10 + at[i++] - '0';
		if (i == start || value > 255 || (i - start > 1 && at[start] == '0'))
			return false;
		if (part < 3 && (i == len || at[i++] != '.'))
			return false;
		number = number << 8 | value;
	}
	*out = (struct address){ { 0, IP4_FIRST | number }, true };
	return i == len;
}

static bool read_ip6(const char *at, size_t len, struct address *out)
{
	char text[INET6_ADDRSTRLEN];
	unsigned char bytes[16];
	struct number number = {};

	if (len >= sizeof(text) || !memchr(at, ':', len) || memchr(at, 0, len))
		return false;
	memcpy(text, at, len);
	text[len] = 0;
	if (inet_pton(AF_INET6, text, bytes) != 1)
		return false;
	for (unsigned int i = 0; i < 8; i++) {
		number.high = number.high << 8 | bytes[i];
		number.low = number.low << 8 | bytes[i + 8];
	}
	*out = (struct address){ number, false };
	return true;
}

/* "10/8" and "10.0.0.0/255.0.0.0" are how others write it; names are not asked for. */
static int wrong_address(struct values *values, const struct token *part)
{
	bool numbers = part->len, dots = false;
	uint64_t mac;

	for (unsigned int i = 0; i < part->len; i++) {
		numbers &= isdigit((unsigned char)part->at[i]) || part->at[i] == '.';
		dots |= part->at[i] == '.';
	}
	if (numbers)
		return wrong(values->reader, part, "%.*s is not an address: it has four numbers of 0 to 255 without zeros in front, as 10.0.0.0",
			     shown(part), part->at);
	if (part->len > 2 && *part->at == '<')
		return wrong(values->reader, part, "a set has @ before its name: write @%.*s", shown(part) - 2, part->at + 1);
	if (read_mac(part->at, part->len, &mac))
		return wrong(values->reader, part, "this is a link address: write from mac or to mac before it");
	if (!dots || memchr(part->at, ':', part->len))
		return wrong_value(values, part);
	return wrong(values->reader, part, "%.*s is not an address; names of hosts are not looked up: write 192.0.2.1 or 2001:db8::1",
		     shown(part), part->at);
}

static void spell(struct number number, char *text, size_t size)
{
	unsigned char bytes[16];

	for (unsigned int i = 0; i < 8; i++) {
		bytes[i] = number.high >> (56 - 8 * i);
		bytes[i + 8] = number.low >> (56 - 8 * i);
	}
	if (is_ip4(number))
		inet_ntop(AF_INET, bytes + 12, text, size);
	else
		inet_ntop(AF_INET6, bytes, text, size);
}

static int take_address(struct values *values, const struct token *part, struct address *out)
{
	char text[INET6_ADDRSTRLEN];

	if (read_ip4(part->at, part->len, out))
		return 0;
	if (!read_ip6(part->at, part->len, out))
		return wrong_address(values, part);
	if (!is_ip4(out->number))
		return 0;
	spell(out->number, text, sizeof(text));
	return wrong(values->reader, part, "this is the IPv4 address %s in the form of IPv6: write it as such", text);
}

static struct number host_bits(unsigned int nr)
{
	return (struct number){
		nr >= 128 ? UINT64_MAX : nr > 64 ? (1ULL << (nr - 64)) - 1 : 0,
		nr >= 64 ? UINT64_MAX : (1ULL << nr) - 1,
	};
}

static int wrong_mask(struct values *values, const struct token *part)
{
	struct address mask;
	unsigned int bits;

	if (!read_ip4(part->at, part->len, &mask))
		return wrong(values->reader, part, "behind / the length of the prefix is needed: 10.0.0.0/8");
	bits = ~(uint32_t)mask.number.low ? __builtin_clz(~(uint32_t)mask.number.low) : 32;
	if ((uint32_t)mask.number.low << bits && bits < 32)
		return wrong(values->reader, part, "this mask is not a prefix: write the ranges that are meant");
	return wrong(values->reader, part, "a prefix has its length behind /: write /%u", bits);
}

static int add_prefix(struct values *values, const struct token *word, size_t slash)
{
	struct token part = piece(word, 0, slash);
	struct token length = piece(word, slash + 1, word->len - slash - 1);
	char text[INET6_ADDRSTRLEN];
	struct number host, first;
	struct address address;
	uint64_t bits;
	size_t used;

	if (take_address(values, &part, &address))
		return -EINVAL;
	if (!read_number(length.at, length.len, &bits, &used) || used != length.len)
		return wrong_mask(values, &length);
	if (bits > (address.is_4 ? 32 : 128))
		return wrong(values->reader, &length, "a prefix of IPv%c has at most %u bits",
			     address.is_4 ? '4' : '6', address.is_4 ? 32 : 128);
	host = host_bits((address.is_4 ? 32 : 128) - bits);
	if (address.number.high & host.high || address.number.low & host.low) {
		first.high = address.number.high & ~host.high;
		first.low = address.number.low & ~host.low;
		spell(first, text, sizeof(text));
		return wrong(values->reader, word, "%.*s has bits behind the prefix: write %s/%" PRIu64 ", or the address without /%" PRIu64,
			     (int)word->len, word->at, text, bits, bits);
	}
	return add_address_range(values->set, address.number,
				 (struct number){ address.number.high | host.high,
						  address.number.low | host.low });
}

static int add_between(struct values *values, const struct token *word, size_t dash)
{
	struct token low = piece(word, 0, dash), high = piece(word, dash + 1, word->len - dash - 1);
	struct address first, last;

	if (take_address(values, &low, &first) || take_address(values, &high, &last))
		return -EINVAL;
	if (first.is_4 != last.is_4)
		return wrong(values->reader, word, "the range begins with IPv%c and ends with IPv%c",
			     first.is_4 ? '4' : '6', last.is_4 ? '4' : '6');
	if (number_compare(first.number, last.number) > 0)
		return wrong(values->reader, word, "the range begins above its end: write %.*s-%.*s",
			     (int)high.len, high.at, (int)low.len, low.at);
	return add_address_range(values->set, first.number, last.number);
}

static int add_address(struct values *values, const struct token *word)
{
	const char *slash = memchr(word->at, '/', word->len);
	const char *dash = memchr(word->at, '-', word->len);
	struct address address;

	if (slash)
		return add_prefix(values, word, slash - word->at);
	if (dash && (isxdigit((unsigned char)*word->at) || *word->at == ':') &&
			(memchr(word->at, '.', word->len) || memchr(word->at, ':', word->len)))
		return add_between(values, word, dash - word->at);
	if (take_address(values, word, &address))
		return -EINVAL;
	return add_address_range(values->set, address.number, address.number);
}

/* A prefix where it is one; else the first and the last. */
void print_address_range(FILE *out, const struct range *range)
{
	struct number first = range->first, last = range->last;
	struct number host = { first.high ^ last.high, first.low ^ last.low };
	unsigned int bits = host.high ? 128 - __builtin_clzll(host.high) :
		host.low ? 64 - __builtin_clzll(host.low) : 0;
	struct number all = host_bits(bits);
	char low[INET6_ADDRSTRLEN], high[INET6_ADDRSTRLEN];

	spell(first, low, sizeof(low));
	spell(last, high, sizeof(high));
	if (!bits)
		fputs(low, out);
	else if (host.high == all.high && host.low == all.low &&
			!(first.high & all.high) && !(first.low & all.low))
		fprintf(out, "%s/%u", low, (is_ip4(first) ? 32 : 128) - bits);
	else
		fprintf(out, "%s-%s", low, high);
}

/* Where one range goes from IPv6 into IPv4 it is two of the text. */
static void print_split(FILE *out, const struct range *range)
{
	static const struct number cuts[] = { { 0, IP4_FIRST }, { 0, IP4_LAST + 1 } };
	struct range rest = *range;

	for (unsigned int i = 0; i < COUNT_OF(cuts); i++) {
		struct range part = { rest.first, number_before(cuts[i]) };

		if (number_compare(rest.first, cuts[i]) >= 0 ||
				number_compare(rest.last, cuts[i]) < 0)
			continue;
		print_address_range(out, &part);
		fputs(", ", out);
		rest.first = cuts[i];
	}
	print_address_range(out, &rest);
}

const struct kind kind_address = {
	.name = "address", .what = "an address", .any_is_all = true, .has_set = true,
	.example = "192.0.2.1, 10.0.0.0/8, 2001:db8::/32 or 192.0.2.1-192.0.2.9",
	.add = add_address, .print = print_split,
};
