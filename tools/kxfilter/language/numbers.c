// SPDX-License-Identifier: GPL-2.0-only
/* Values that are numbers, ranges of them, or words for them. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language.h"

#define MAX_PIECES	4096

/* 0 to 15; 16: not a digit. */
static unsigned int digit_of(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10 : 16;
}

/* Decimal or 0x...; too big a number is UINT64_MAX. */
bool read_number(const char *at, size_t len, uint64_t *out, size_t *used)
{
	bool is_hex = len > 2 && at[0] == '0' && (at[1] | 0x20) == 'x' && digit_of(at[2]) < 16;
	unsigned int base = is_hex ? 16 : 10;
	size_t i = is_hex ? 2 : 0;
	uint64_t number = 0;

	if (i >= len || digit_of(at[i]) >= base)
		return false;
	for (; i < len && digit_of(at[i]) < base; i++) {
		unsigned int digit = digit_of(at[i]);

		number = number > (UINT64_MAX - digit) / base ? UINT64_MAX : number * base + digit;
	}
	*out = number;
	*used = i;
	return true;
}

/* NUMBER or NUMBER-NUMBER, and nothing behind it. */
bool read_range(const char *at, size_t len, uint64_t *first, uint64_t *last)
{
	size_t used, more;

	if (!read_number(at, len, first, &used))
		return false;
	*last = *first;
	if (used == len)
		return true;
	if (at[used] != '-')
		return false;
	used++;
	return read_number(at + used, len - used, last, &more) && used + more == len;
}

int wrong_value(struct values *values, const struct token *word)
{
	const struct kind *kind = values->kind;
	struct guess guess = guess_for(word);

	for (const struct word *row = kind->words; row && row->name; row++)
		guess_try(&guess, row->name);
	if (guess.best)
		return wrong(values->reader, word, "%.*s is not %s%s", shown(word), word->at,
			     kind->what, guess_text(&guess));
	return wrong(values->reader, word, "%.*s is not %s: write it as %s", shown(word), word->at,
		     kind->what, kind->example);
}

int add_fixed(struct values *values, uint64_t first, uint64_t last)
{
	return set_add_low(values->set, first, last);
}

static int add_range(struct values *values, const struct token *word, uint64_t first, uint64_t last)
{
	const struct kind *kind = values->kind;

	if (first > kind->max || last > kind->max)
		return wrong(values->reader, word, "%.*s is too high: %s goes up to %" PRIu64,
			     shown(word), word->at, kind->name, kind->max);
	if (first > last)
		return wrong(values->reader, word, "the range begins above its end: write %" PRIu64 "-%" PRIu64,
			     last, first);
	return add_fixed(values, first, last);
}

static const struct word *find_word(const struct word *words, const struct token *word)
{
	for (; words && words->name; words++)
		if (token_is(word, words->name))
			return words;
	return NULL;
}

int add_number(struct values *values, const struct token *word)
{
	const struct word *known = find_word(values->kind->words, word);
	uint64_t first, last;

	if (known)
		return add_fixed(values, known->first, known->last);
	if (!values->kind->any_is_all && token_is(word, "any"))
		return add_fixed(values, values->kind->min, values->kind->max);
	if (!read_range(word->at, word->len, &first, &last))
		return wrong_value(values, word);
	return add_range(values, word, first, last);
}

/*
 * Numbers that are within the range where the mask has bits. What is below the lowest bit
 * of the mask is one range; for the bits above that are free, one for each number of them.
 */
int add_masked(struct values *values, const struct token *word, uint64_t first, uint64_t last,
	       uint64_t mask, unsigned int bits)
{
	uint64_t all = bits == 64 ? UINT64_MAX : (1ULL << bits) - 1;
	uint64_t below = mask ? (mask & -mask) - 1 : all;
	uint64_t free_bits = all & ~mask & ~below, pick = 0;
	int err = 0;

	if (__builtin_popcountll(free_bits) > 12)
		return wrong(values->reader, word, "this mask leaves too many bits free between others: at most 12 can be");
	do {
		err = set_add_low(values->set, first | pick, last | pick | below);
		pick = (pick - free_bits) & free_bits;
	} while (!err && pick);
	return err;
}

void print_plain(FILE *out, const struct range *range)
{
	fprintf(out, "%" PRIu64, range->first.low);
	if (range->first.low != range->last.low)
		fprintf(out, "-%" PRIu64, range->last.low);
}

void print_number(const struct kind *kind, FILE *out, uint64_t first, uint64_t last)
{
	for (const struct word *row = kind->words; row && row->name; row++)
		if (row->first == first && row->last == last) {
			fputs(row->name, out);
			return;
		}
	fprintf(out, "%" PRIu64, first);
	if (first != last)
		fprintf(out, "-%" PRIu64, last);
}
