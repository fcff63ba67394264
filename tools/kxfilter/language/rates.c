// SPDX-License-Identifier: GPL-2.0-only
/* Amounts: rates, shares, durations, counts. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "language.h"

#define SECOND		1000000000UL
#define NANOS		1000000000UL	/* parts of a percent that are told apart */

static const struct unit {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "s", SECOND }, { "m", 60 * SECOND }, { "h", 3600 * SECOND }, { "d", 86400 * SECOND },
	{ "sec", SECOND }, { "second", SECOND }, { "min", 60 * SECOND }, { "minute", 60 * SECOND },
	{ "hour", 3600 * SECOND }, { "day", 86400 * SECOND }, { "ms", SECOND / 1000 },
	{ "us", SECOND / 1000000 }, { "ns", 1 },
};

static uint64_t unit_ns(const char *at, size_t len)
{
	for (size_t i = 0; i < COUNT_OF(units); i++)
		if (strlen(units[i].name) == len && !memcmp(units[i].name, at, len))
			return units[i].ns;
	return 0;
}

static int wrong_rate(struct reader *r, const struct token *word)
{
	return wrong(r, word, "a rate of packets is needed here, as 10/s, 5/m or 100/h (up to 1000000000/s)");
}

int take_rate(struct reader *r, uint64_t *ns)
{
	const struct token *word = take(r);
	uint64_t number, unit;
	size_t used;

	if (word->kind != TOKEN_WORD || !read_number(word->at, word->len, &number, &used))
		return wrong_rate(r, word);
	if (used == word->len || word->at[used] != '/')
		return wrong(r, word, "%.*s is in what time? write %.*s/s", shown(word), word->at,
			     shown(word), word->at);
	unit = unit_ns(word->at + used + 1, word->len - used - 1);
	if (!unit)
		return wrong_rate(r, word);
	if (!number)
		return wrong(r, word, "a rate of 0 lets nothing through: leave the rule out, or write drop");
	if (number > unit)
		return wrong(r, word, "at most 1000000000 packets in a second can be counted");
	*ns = unit / number;
	return 0;
}

void print_rate(FILE *out, uint64_t ns)
{
	for (size_t i = 0; i < 4; i++) {
		uint64_t number = units[i].ns / ns;

		if (number && units[i].ns / number == ns) {
			fprintf(out, "%" PRIu64 "/%s", number, units[i].name);
			return;
		}
	}
	fprintf(out, "1/%" PRIu64 "ns", ns);
}

/* Of so many billionths of a percent, the nearest. */
static uint32_t share_of(uint64_t parts)
{
	return (((unsigned __int128)parts << 32) + 50 * NANOS) / (100 * NANOS);
}

/* "10%" or "0.5%" as so many of 2^32; all of them is 0. */
int take_share(struct reader *r, uint32_t *share)
{
	const struct token *word = take(r);
	uint64_t whole, parts = 0, unit = NANOS;
	size_t used;

	if (word->kind != TOKEN_WORD || !read_number(word->at, word->len, &whole, &used))
		return wrong(r, word, "a share of packets is needed here, as 10%% or 0.5%%");
	if (used < word->len && word->at[used] == '.')
		while (++used < word->len && isdigit((unsigned char)word->at[used]) && unit > 1) {
			unit /= 10;
			parts += (word->at[used] - '0') * unit;
		}
	if (used + 1 != word->len || word->at[used] != '%')
		return wrong(r, word, "%.*s is not a share: write a percentage, as 10%% or 0.5%%",
			     shown(word), word->at);
	if (whole > 100 || (whole == 100 && parts))
		return wrong(r, word, "there are no more than 100%%");
	parts += whole * NANOS;
	*share = share_of(parts);
	if (!*share && whole != 100)
		return wrong(r, word, "a share of 0%% takes no packet: leave the rule out");
	return 0;
}

/* The shortest that is read as the same. */
void print_share(FILE *out, uint32_t share)
{
	unsigned __int128 parts = (((unsigned __int128)share * 100 * NANOS) + (1U << 31)) >> 32;
	uint64_t unit = NANOS, rounded = parts;
	unsigned int places = 0;

	if (!share) {
		fputs("100%", out);
		return;
	}
	for (; places < 9; places++, unit /= 10) {
		rounded = ((uint64_t)parts + unit / 2) / unit * unit;
		if (rounded && share_of(rounded) == share)
			break;
		rounded = parts;
	}
	fprintf(out, "%" PRIu64, rounded / NANOS);
	if (places)
		fprintf(out, ".%0*" PRIu64, places, rounded % NANOS / unit);
	fputc('%', out);
}

int read_duration(struct reader *r, const struct token *word, uint64_t *ns)
{
	uint64_t number, unit = 0;
	size_t used;

	if (word->kind == TOKEN_WORD && read_number(word->at, word->len, &number, &used))
		unit = unit_ns(word->at + used, word->len - used);
	if (!unit || !number)
		return wrong(r, word, "a time is needed here, as 30s, 10m, 2h or 1d");
	if (number > UINT64_MAX / 2 / unit)
		return wrong(r, word, "this time is longer than a century");
	*ns = number * unit;
	return 0;
}

int take_duration(struct reader *r, uint64_t *ns)
{
	return read_duration(r, take(r), ns);
}

void print_duration(FILE *out, uint64_t ns)
{
	static const unsigned char order[] = { 3, 2, 1, 0, 10, 11, 12 };

	for (size_t i = 0; i < COUNT_OF(order); i++)
		if (!(ns % units[order[i]].ns)) {
			fprintf(out, "%" PRIu64 "%s", ns / units[order[i]].ns, units[order[i]].name);
			return;
		}
}

int take_count(struct reader *r, uint64_t max, uint64_t *out)
{
	const struct token *word = take(r);
	size_t used;

	if (word->kind == TOKEN_WORD && read_number(word->at, word->len, out, &used) &&
			used == word->len && *out && *out <= max)
		return 0;
	return wrong(r, word, "a number of 1 to %" PRIu64 " is needed here", max);
}
