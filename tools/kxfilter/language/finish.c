// SPDX-License-Identifier: GPL-2.0-only
/* What is done when all rules are there: their ids, and the bits of the mark they look at. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language.h"

#define MAX_MARKS	(1UL << 16)

/* Blanks do not count: to lay a rule out anew does not make another of it. */
static uint32_t hash_of(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *text; text++)
		if (*text != ' ')
			hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash ^ hash >> 32;
}

static const char *verdict_word(const struct rule *rule)
{
	static const char *const words[] = { "count", "pass", "drop", "reject", "redirect" };

	return words[rule->verdict];
}

/* The first has no number; others get the next one that is free. */
static int make_id(struct names *ids, struct rule *rule)
{
	struct name *found;
	size_t nr = 1;
	int len = snprintf(rule->id, sizeof(rule->id), "%s-%08x", verdict_word(rule), hash_of(rule->text));

	found = names_find(ids, rule->id, len);
	if (!found)
		return names_add(ids, rule->id, len, 1);
	nr = found->value;
	do {
		nr++;
		len = snprintf(rule->id, sizeof(rule->id), "%s-%08x-%zu", verdict_word(rule),
			       hash_of(rule->text), nr);
	} while (names_find(ids, rule->id, len));
	found->value = nr;
	return names_add(ids, rule->id, len, 1);
}

int finish_ids(struct reader *r)
{
	struct names ids = {};
	int err = 0;

	for (size_t i = 0; i < r->rules->nr && !err; i++) {
		const char *id = r->rules->rows[i].id;

		if (*id)
			err = names_add(&ids, id, strlen(id), 1);
	}
	for (size_t i = 0; i < r->rules->nr && !err; i++)
		if (!*r->rules->rows[i].id)
			err = make_id(&ids, &r->rules->rows[i]);
	names_done(&ids);
	return err;
}

/* Numbers of some bits, as numbers of more bits: the others may be anything. */
static struct set *widen(const struct set *set, uint32_t bits, uint32_t wide)
{
	uint32_t below = bits ? (bits & -bits) - 1 : UINT32_MAX, pick = 0, steps;
	struct set *more = set_new();
	int err = more ? 0 : -ENOMEM;

	if ((below & wide) != below)
		below = 0;
	steps = wide & ~below;
	do {
		if (set_has_low(set, pick & bits))
			err = set_add_low(more, pick, pick | below);
		pick = (pick - steps) & steps;
	} while (!err && pick);
	if (!err && !set_end(more))
		return more;
	set_drop(more);
	return NULL;
}

static bool is_too_much(uint32_t bits, uint32_t wide)
{
	uint32_t below = bits ? (bits & -bits) - 1 : UINT32_MAX;

	if ((below & wide) != below)
		below = 0;
	return 1ULL << __builtin_popcount(wide & ~below) > MAX_MARKS;
}

static int finish_mark(struct reader *r, struct rule *rule, const struct mark_match *mark)
{
	struct set *set = rule->match[FIELD_MARK], *all, *rest;

	if (mark->bits != r->rules->mark_bits) {
		if (is_too_much(mark->bits, r->rules->mark_bits))
			return wrong_rule(r, rule, "this rule looks at the bits 0x%" PRIx32 " of the mark, all rules together at 0x%" PRIx32 ": give all marks the same mask",
					  mark->bits, r->rules->mark_bits);
		set = widen(set, mark->bits, r->rules->mark_bits);
		if (!set)
			return -ENOMEM;
		set_drop(rule->match[FIELD_MARK]);
		rule->match[FIELD_MARK] = set;
	}
	if (!mark->is_not)
		return 0;
	all = all_numbers(&kind_mark);
	rest = all ? set_without(all, set) : NULL;
	set_drop(all);
	if (!rest)
		return -ENOMEM;
	set_drop(set);
	rule->match[FIELD_MARK] = rest;
	return 0;
}

int finish_marks(struct reader *r)
{
	int err = 0;

	for (size_t i = 0; i < r->rules->nr; i++)
		if (r->rules->rows[i].match[FIELD_MARK])
			r->rules->mark_bits |= r->marks[i].bits;
	for (size_t i = 0; i < r->rules->nr && err != -ENOMEM; i++)
		if (r->rules->rows[i].match[FIELD_MARK]) {
			int result = finish_mark(r, &r->rules->rows[i], &r->marks[i]);

			err = result ? result : err;
		}
	return err;
}
