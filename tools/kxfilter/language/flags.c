// SPDX-License-Identifier: GPL-2.0-only
/* Values that are bits: TCP flags, options and extension headers, the mark. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "language.h"

#define FIN	0x01
#define SYN	0x02
#define RST	0x04
#define ACK	0x10

static const struct word flag_words[] = {
	{ "fin", FIN }, { "syn", SYN }, { "rst", RST }, { "psh", 0x08 }, { "ack", ACK },
	{ "urg", 0x20 }, { "ece", 0x40 }, { "cwr", 0x80 }, { "none", 0 }, { "all", 0xff }, {},
};

static bool read_flag(const char *at, size_t len, uint32_t *flags)
{
	uint64_t number;
	size_t used;

	for (const struct word *row = flag_words; row->name; row++)
		if (strlen(row->name) == len && !strncmp(row->name, at, len)) {
			*flags |= row->first;
			return true;
		}
	if (!read_number(at, len, &number, &used) || used != len || number > 255)
		return false;
	*flags |= number;
	return true;
}

/* syn+ack or syn|ack */
static bool read_flags(const char *at, size_t len, uint32_t *flags)
{
	const char *end = at + len;

	*flags = 0;
	for (;;) {
		const char *stop = at;

		while (stop < end && *stop != '+' && *stop != '|')
			stop++;
		if (!read_flag(at, stop - at, flags))
			return false;
		if (stop == end)
			return true;
		at = stop + 1;
	}
}

/* Who says syn means the first packet of a connection; none is none at all. */
static uint32_t usual_mask(uint32_t flags)
{
	if (!flags)
		return 0xff;
	return flags & SYN ? flags | SYN | ACK | RST | FIN : flags;
}

static int add_flags(struct values *values, const struct token *word)
{
	const char *slash = memchr(word->at, '/', word->len);
	size_t len = slash ? slash - word->at : word->len;
	uint32_t flags, mask;

	if (token_is(word, "any"))
		return add_fixed(values, 0, 255);
	if (!read_flags(word->at, len, &flags))
		return wrong_value(values, word);
	mask = usual_mask(flags);
	if (slash && !read_flags(slash + 1, word->len - len - 1, &mask))
		return wrong_value(values, word);
	if (flags & ~mask)
		return wrong(values->reader, word, "%.*s can never be: write the flags behind / too, which says what is looked at",
			     (int)word->len, word->at);
	return add_masked(values, word, flags, flags, mask, 8);
}

const struct kind kind_flags = {
	.name = "flags", .what = "flags of TCP", .max = 255, .words = flag_words,
	.example = "syn, syn+ack, syn/syn+ack (set/looked at), none or any", .add = add_flags,
};

/* With the families that have them, for "not". */
static const struct option {
	const char *name;
	uint32_t bits;
	unsigned int families;
} options[] = {
	{ "any", EXTRA_OPTION, 1 << FAMILY_IP4 },
	{ "source-route", EXTRA_SOURCE_ROUTE, 1 << FAMILY_IP4 | 1 << FAMILY_IP6 },
	{ "record-route", EXTRA_RECORD_ROUTE, 1 << FAMILY_IP4 },
	{ "timestamp", EXTRA_TIMESTAMP, 1 << FAMILY_IP4 },
	{ "router-alert", EXTRA_ROUTER_ALERT, 1 << FAMILY_IP4 | 1 << FAMILY_IP6 },
	{ "hop-by-hop", EXTRA_HOP_BY_HOP, 1 << FAMILY_IP6 },
	{ "destination", EXTRA_DESTINATION, 1 << FAMILY_IP6 },
	{ "ah", EXTRA_AH, 1 << FAMILY_IP4 | 1 << FAMILY_IP6 },
	{ "routing", EXTRA_SOURCE_ROUTE, 1 << FAMILY_IP6 },
	{ "malformed", EXTRA_MALFORMED, 1 << FAMILY_IP4 | 1 << FAMILY_IP6 | 1 << FAMILY_OTHER | 1 << FAMILY_ARP },
};

static const struct word option_words[] = {
	{ "any" }, { "source-route" }, { "record-route" }, { "timestamp" }, { "router-alert" },
	{ "hop-by-hop" }, { "destination" }, { "ah" }, { "routing" }, {},
};

static int add_option(struct values *values, const struct token *word)
{
	const struct option *option = NULL;
	int err = 0;

	for (size_t i = 0; i < COUNT_OF(options); i++)
		if (token_is(word, options[i].name))
			option = &options[i];
	if (token_is(word, "fragment"))
		return wrong(values->reader, word, "fragments have a clause of their own: write fragment any");
	if (!option)
		return wrong_value(values, word);
	values->families |= option->families;
	values->is_routing |= token_is(word, "routing");
	for (uint32_t number = 0; number < EXTRAS && !err; number++)
		if (number & option->bits)
			err = add_fixed(values, number, number);
	return err;
}

const struct kind kind_option = {
	.name = "option", .what = "an option or extension header", .max = EXTRAS - 1,
	.words = option_words, .add = add_option,
	.example = "any, source-route, record-route, timestamp, router-alert; routing, hop-by-hop, destination, ah",
};

const struct kind kind_option_number = {
	.name = "option", .what = "a number of options", .max = EXTRAS - 1, .example = "0-511",
};

/* NUMBER[-NUMBER][/MASK] */
static int add_mark(struct values *values, const struct token *word)
{
	const char *slash = memchr(word->at, '/', word->len);
	size_t used, len = slash ? slash - word->at : word->len;
	uint64_t first, last, mask = UINT32_MAX;

	if (!read_range(word->at, len, &first, &last))
		return wrong_value(values, word);
	if (slash && (!read_number(slash + 1, word->len - len - 1, &mask, &used) ||
		      used != word->len - len - 1))
		return wrong_value(values, word);
	if (first > UINT32_MAX || last > UINT32_MAX || mask > UINT32_MAX)
		return wrong(values->reader, word, "a mark has 32 bits: at most 0xffffffff");
	if (first > last)
		return wrong(values->reader, word, "the range begins above its end");
	if ((first | last) & ~mask)
		return wrong(values->reader, word, "the mark has bits that are not in the mask: it can never be");
	if (values->mark_bits && values->mark_bits != mask)
		return wrong(values->reader, word, "all marks of a clause have the same mask: write two rules");
	values->mark_bits = mask;
	return add_fixed(values, first, last);
}

const struct kind kind_mark = {
	.name = "mark", .what = "a mark", .example = "16, 0x10 or 0x10/0xf0 (mark/mask)",
	.max = UINT32_MAX, .any_is_all = true, .add = add_mark,
};
