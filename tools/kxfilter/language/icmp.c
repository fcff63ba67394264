// SPDX-License-Identifier: GPL-2.0-only
/* Types of ICMP and of ICMPv6: one name, two numbers. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "language.h"

#define ANY_CODE	-1
#define NO_TYPE		-1

/* Types and codes; last_code: how far the codes of the type go that are in use. */
struct type {
	const char *name;
	int type;
	int code;
	int type_6;
	int code_6;
	int last_code;
	int last_code_6;
};

static const struct type types[] = {
	{ "echo-request", 8, -1, 128, -1, 0, 0 },
	{ "echo-reply", 0, -1, 129, -1, 0, 0 },
	{ "unreachable", 3, -1, 1, -1, 15, 8 },
	{ "packet-too-big", 3, 4, 2, -1, 4, 0 },
	{ "time-exceeded", 11, -1, 3, -1, 1, 1 },
	{ "parameter-problem", 12, -1, 4, -1, 2, 10 },
	{ "redirect", 5, -1, 137, -1, 3, 0 },
	{ "router-advertisement", 9, -1, 134, -1, 0, 0 },
	{ "router-solicitation", 10, -1, 133, -1, 0, 0 },
	{ "timestamp-request", 13, -1, NO_TYPE, 0, 0, 0 },
	{ "timestamp-reply", 14, -1, NO_TYPE, 0, 0, 0 },
	{ "info-request", 15, -1, NO_TYPE, 0, 0, 0 },
	{ "info-reply", 16, -1, NO_TYPE, 0, 0, 0 },
	{ "address-mask-request", 17, -1, NO_TYPE, 0, 0, 0 },
	{ "address-mask-reply", 18, -1, NO_TYPE, 0, 0, 0 },
	{ "neighbour-solicitation", NO_TYPE, 0, 135, -1, 0, 0 },
	{ "neighbour-advertisement", NO_TYPE, 0, 136, -1, 0, 0 },
	{ "mld-query", NO_TYPE, 0, 130, -1, 0, 0 },
	{ "mld-report", NO_TYPE, 0, 131, -1, 0, 0 },
	{ "mld-done", NO_TYPE, 0, 132, -1, 0, 0 },
	{ "mld2-report", NO_TYPE, 0, 143, -1, 0, 0 },
	{ "net-unreachable", 3, 0, 1, 0, 0, 0 },
	{ "host-unreachable", 3, 1, 1, 3, 0, 0 },
	{ "protocol-unreachable", 3, 2, 4, 1, 0, 0 },
	{ "port-unreachable", 3, 3, 1, 4, 0, 0 },
	{ "admin-prohibited", 3, 13, 1, 1, 0, 0 },
};

/* What others call them. */
static const char *const others[][2] = {
	{ "ping", "echo-request" }, { "pong", "echo-reply" },
	{ "destination-unreachable", "unreachable" }, { "fragmentation-needed", "packet-too-big" },
	{ "ttl-exceeded", "time-exceeded" }, { "neighbor-solicitation", "neighbour-solicitation" },
	{ "neighbor-advertisement", "neighbour-advertisement" },
	{ "nd-neighbor-solicit", "neighbour-solicitation" },
	{ "nd-neighbor-advert", "neighbour-advertisement" },
	{ "nd-router-solicit", "router-solicitation" }, { "nd-router-advert", "router-advertisement" },
};

/* For what is misspelt. */
static const struct word icmp_words[] = {
	{ "echo-request" }, { "echo-reply" }, { "unreachable" }, { "packet-too-big" },
	{ "time-exceeded" }, { "parameter-problem" }, { "redirect" }, { "router-advertisement" },
	{ "router-solicitation" }, { "timestamp-request" }, { "timestamp-reply" },
	{ "neighbour-solicitation" }, { "neighbour-advertisement" }, { "mld-query" },
	{ "mld-report" }, { "mld-done" }, { "mld2-report" }, { "net-unreachable" },
	{ "host-unreachable" }, { "port-unreachable" }, { "admin-prohibited" },
	{ "destination-unreachable" }, { "neighbor-solicitation" }, {},
};

static const struct type *find_type(const char *at, size_t len)
{
	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (strlen(others[i][0]) == len && !memcmp(others[i][0], at, len))
			return find_type(others[i][1], strlen(others[i][1]));
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (strlen(types[i].name) == len && !memcmp(types[i].name, at, len))
			return &types[i];
	return NULL;
}

static int add_codes(struct set *set, int type, int first, int last)
{
	return type == NO_TYPE ? 0 : set_add_low(set, type * 256 + first, type * 256 + last);
}

/* Numbers in use, each of which is somebody else's in the other protocol. */
struct set *known_icmp(bool is_6)
{
	struct set *set = set_new();
	int err = set ? 0 : -ENOMEM;

	for (size_t i = 0; i < COUNT_OF(types) && !err; i++) {
		const struct type *row = &types[i];

		if (is_6)
			err = add_codes(set, row->type_6, 0, row->last_code_6);
		else
			err = add_codes(set, row->type, 0, row->last_code);
	}
	if (!err && !set_end(set))
		return set;
	set_drop(set);
	return NULL;
}

const char *icmp_name(bool is_6, unsigned int type)
{
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if ((is_6 ? types[i].type_6 : types[i].type) == (int)type)
			return types[i].name;
	return "another";
}

struct codes {
	int first;	/* ANY_CODE: all */
	int last;
};

/* "/3" or "/0-5" */
static bool read_codes(const char *at, size_t len, struct codes *codes)
{
	uint64_t first, last;

	*codes = (struct codes){ ANY_CODE, ANY_CODE };
	if (!len)
		return true;
	if (*at != '/' || !read_range(at + 1, len - 1, &first, &last) || first > last || last > 255)
		return false;
	*codes = (struct codes){ first, last };
	return true;
}

static int add_type(struct set *set, int type, int code, const struct codes *codes)
{
	if (codes->first != ANY_CODE)
		return add_codes(set, type, codes->first, codes->last);
	return add_codes(set, type, code == ANY_CODE ? 0 : code, code == ANY_CODE ? 255 : code);
}

static int add_known(struct values *values, const struct token *word, const struct type *type,
		     const struct codes *codes)
{
	bool both = values->kind == &kind_icmp;
	int err = 0;

	if (type->type == NO_TYPE && values->kind == &kind_icmp4)
		return wrong(values->reader, word, "%s is of ICMPv6 only: write icmp6 %s", type->name, type->name);
	if (type->type_6 == NO_TYPE && values->kind == &kind_icmp6)
		return wrong(values->reader, word, "%s is not of ICMPv6: write icmp4 %s", type->name, type->name);
	if (both || values->kind == &kind_icmp4)
		err = add_type(values->set, type->type, type->code, codes);
	if (!err && (both || values->kind == &kind_icmp6))
		err = add_type(values->second, type->type_6, type->code_6, codes);
	return err;
}

static int add_icmp_number(struct values *values, const struct token *word, size_t len,
			   const struct codes *codes)
{
	struct set *set = values->kind == &kind_icmp6 ? values->second : values->set;
	uint64_t first, last;

	if (!read_range(word->at, len, &first, &last) || first > last || last > 255)
		return wrong_value(values, word);
	if (first == last)
		return add_type(set, first, ANY_CODE, codes);
	if (codes->first != ANY_CODE)
		return wrong(values->reader, word, "codes belong to one type, not to a range of types");
	return set_add_low(set, first * 256, last * 256 + 255);
}

/* A number alone is one of ICMP, unless icmp6 is said. */
static int add_icmp(struct values *values, const struct token *word)
{
	const char *slash = memchr(word->at, '/', word->len);
	size_t len = slash ? slash - word->at : word->len;
	const struct type *type = find_type(word->at, len);
	struct codes codes;

	if (!read_codes(word->at + len, word->len - len, &codes))
		return wrong_value(values, word);
	if (!values->second && values->kind != &kind_icmp_number) {
		values->second = set_new();
		if (!values->second)
			return -ENOMEM;
	}
	return type && values->kind != &kind_icmp_number ? add_known(values, word, type, &codes) :
		add_icmp_number(values, word, len, &codes);
}

/* A type as a whole: its name, if it has one in this protocol. */
static void print_type(FILE *out, int type, bool is_6, bool named)
{
	for (size_t i = 0; i < COUNT_OF(types) && named; i++)
		if ((is_6 ? types[i].type_6 : types[i].type) == type &&
				(is_6 ? types[i].code_6 : types[i].code) == ANY_CODE) {
			fputs(types[i].name, out);
			return;
		}
	fprintf(out, "%d", type);
}

/* Types as a whole, or one with codes. */
static void print_types(FILE *out, const struct range *range, bool is_6, bool named)
{
	unsigned int first = range->first.low, last = range->last.low, end;
	const char *comma = "";

	for (; first <= last; first = end + 1, comma = ", ") {
		end = first | 255;
		fputs(comma, out);
		if (first & 255 || end > last) {
			end = end < last ? end : last;
			fprintf(out, "%u/%u", first / 256, first & 255);
			if (end != first)
				fprintf(out, "-%u", end & 255);
			continue;
		}
		end = (last + 1) / 256 * 256 - 1;
		if (end / 256 == first / 256)
			print_type(out, first / 256, is_6, named);
		else
			fprintf(out, "%u-%u", first / 256, end / 256);
	}
}

static void print_icmp_number(FILE *out, const struct range *range)
{
	print_types(out, range, false, false);
}

static void print_icmp4(FILE *out, const struct range *range)
{
	print_types(out, range, false, true);
}

static void print_icmp6(FILE *out, const struct range *range)
{
	print_types(out, range, true, true);
}

#define EXAMPLE	"echo-request, 8, 3/4 or 3/0-5 (type/code)"

const struct kind kind_icmp = {
	.name = "icmp", .what = "a type of ICMP", .example = EXAMPLE, .max = 65535,
	.words = icmp_words, .add = add_icmp, .print = print_icmp_number,
};

const struct kind kind_icmp4 = {
	.name = "icmp4", .what = "a type of ICMP", .example = EXAMPLE, .max = 65535,
	.words = icmp_words, .add = add_icmp, .print = print_icmp4,
};

const struct kind kind_icmp6 = {
	.name = "icmp6", .what = "a type of ICMPv6", .example = "echo-request, 135 or 1/4 (type/code)",
	.max = 65535, .words = icmp_words, .add = add_icmp, .print = print_icmp6,
};

const struct kind kind_icmp_number = {
	.name = "icmp", .what = "a number of a type", .example = "8 or 3/4", .max = 65535,
	.add = add_icmp, .print = print_icmp_number,
};
