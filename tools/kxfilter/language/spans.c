// SPDX-License-Identifier: GPL-2.0-only
/* Ranks of the first and the last numbers that rules ask for, field by field. */
#include <stdlib.h>

#include "spans.h"

/* A rule, and one end of what it asks for. */
struct end {
	struct number number;
	uint32_t rule;
};

static int by_number(const void *a, const void *b)
{
	return number_compare(((const struct end *)a)->number, ((const struct end *)b)->number);
}

/* Equal numbers have equal ranks; the least is 1. */
static void ranks_give(struct end *ends, size_t nr, struct span *spans, bool first)
{
	uint32_t rank = 0;

	qsort(ends, nr, sizeof(*ends), by_number);
	for (size_t i = 0; i < nr; i++) {
		rank += !i || number_compare(ends[i - 1].number, ends[i].number);
		if (first)
			spans[ends[i].rule].first = rank;
		else
			spans[ends[i].rule].last = rank;
	}
}

static struct span *spans_of(const struct rules *rules, unsigned int field, struct end *ends)
{
	static const struct span everything = { 0, UINT32_MAX }, nothing = { UINT32_MAX, 0 };
	struct span *spans = malloc(rules->nr * sizeof(*spans));

	for (int first = 0; first < 2 && spans; first++) {
		size_t nr = 0;

		for (size_t i = 0; i < rules->nr; i++) {
			const struct set *set = rules->rows[i].match[field];
			size_t last = set ? set->nr - 1 : 0;

			if (set && set->nr)
				ends[nr++] = (struct end){
					first ? set->ranges[0].first : set->ranges[last].last, i
				};
			else
				spans[i] = set ? nothing : everything;
		}
		ranks_give(ends, nr, spans, first);
	}
	return spans;
}

static bool is_asked(const struct rules *rules, unsigned int field)
{
	for (size_t i = 0; i < rules->nr; i++)
		if (rules->rows[i].match[field])
			return true;
	return false;
}

void spans_make(const struct rules *rules, struct spans *out)
{
	struct end *ends = malloc((rules->nr + 1) * sizeof(*ends));

	*out = (struct spans){};
	for (unsigned int field = 0; field < FIELDS && ends; field++)
		if (is_asked(rules, field))
			out->of[field] = spans_of(rules, field, ends);
	free(ends);
}

void spans_free(struct spans *spans)
{
	for (unsigned int field = 0; field < FIELDS; field++)
		free(spans->of[field]);
}
