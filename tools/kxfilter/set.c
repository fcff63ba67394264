// SPDX-License-Identifier: GPL-2.0-only
/* Sets of numbers: sorted ranges, shared by who refers to them, and what can be made of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"

#define FIRST_ROOM	4

int number_compare(struct number a, struct number b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	return a.low == b.low ? 0 : a.low < b.low ? -1 : 1;
}

struct number number_after(struct number number)
{
	number.low++;
	number.high += !number.low;
	return number;
}

struct number number_before(struct number number)
{
	number.high -= !number.low;
	number.low--;
	return number;
}

static bool is_zero(struct number number)
{
	return !number.high && !number.low;
}

struct set *set_new(void)
{
	struct set *set = calloc(1, sizeof(*set));

	if (set)
		set->users = 1;
	return set;
}

struct set *set_use(struct set *set)
{
	if (set)
		set->users++;
	return set;
}

void set_drop(struct set *set)
{
	if (!set || --set->users)
		return;
	free(set->ranges);
	free(set);
}

static int make_room(struct set *set)
{
	size_t room = set->room ? 2 * set->room : FIRST_ROOM;
	struct range *grown = reallocarray(set->ranges, room, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	set->ranges = grown;
	set->room = room;
	return 0;
}

int set_add(struct set *set, struct number first, struct number last)
{
	if (set->nr == set->room && make_room(set))
		return -ENOMEM;
	set->ranges[set->nr++] = (struct range){ first, last };
	return 0;
}

int set_add_low(struct set *set, uint64_t first, uint64_t last)
{
	return set_add(set, (struct number){ 0, first }, (struct number){ 0, last });
}

static int by_first(const void *a, const void *b)
{
	return number_compare(((const struct range *)a)->first, ((const struct range *)b)->first);
}

/* Files are often sorted already. */
static bool is_sorted(const struct set *set)
{
	for (size_t i = 1; i < set->nr; i++)
		if (by_first(&set->ranges[i - 1], &set->ranges[i]) > 0)
			return false;
	return true;
}

/* Whether a number that follows the range or is in it is the next one's first. */
static bool joins(const struct range *range, const struct range *next)
{
	struct number after = number_after(range->last);

	return is_zero(after) || number_compare(next->first, after) <= 0;
}

int set_end(struct set *set)
{
	size_t nr = 0;

	if (!is_sorted(set))
		qsort(set->ranges, set->nr, sizeof(*set->ranges), by_first);
	for (size_t i = 0; i < set->nr; i++) {
		struct range *range = &set->ranges[i];

		if (!nr || !joins(&set->ranges[nr - 1], range))
			set->ranges[nr++] = *range;
		else if (number_compare(set->ranges[nr - 1].last, range->last) < 0)
			set->ranges[nr - 1].last = range->last;
	}
	set->nr = nr;
	return 0;
}

/* The range that has the number or is the first behind it. */
static size_t find(const struct set *set, struct number number)
{
	size_t low = 0, high = set->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (number_compare(set->ranges[middle].last, number) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool set_has(const struct set *set, struct number number)
{
	size_t i = find(set, number);

	return i < set->nr && number_compare(set->ranges[i].first, number) <= 0;
}

bool set_overlaps(const struct set *set, struct number first, struct number last)
{
	size_t i = find(set, first);

	return i < set->nr && number_compare(set->ranges[i].first, last) <= 0;
}

bool set_has_low(const struct set *set, uint64_t number)
{
	return set_has(set, (struct number){ 0, number });
}

bool set_is_within(const struct set *inner, const struct set *outer)
{
	for (size_t i = 0; i < inner->nr; i++) {
		const struct range *range = &inner->ranges[i];
		size_t at = outer->nr > 1 ? find(outer, range->first) : 0;

		if (at == outer->nr || number_compare(outer->ranges[at].first, range->first) > 0 ||
				number_compare(outer->ranges[at].last, range->last) < 0)
			return false;
	}
	return true;
}

bool set_equal(const struct set *a, const struct set *b)
{
	return a->nr == b->nr &&
		(!a->nr || !memcmp(a->ranges, b->ranges, a->nr * sizeof(*a->ranges)));
}

int set_join(struct set *set, const struct set *other)
{
	for (size_t i = 0; i < other->nr; i++)
		if (set_add(set, other->ranges[i].first, other->ranges[i].last))
			return -ENOMEM;
	return 0;
}

struct set *set_both(const struct set *a, const struct set *b)
{
	struct set *both = set_new();
	size_t i = 0, j = 0;

	while (both && i < a->nr && j < b->nr) {
		const struct range *left = &a->ranges[i], *right = &b->ranges[j];
		bool later = number_compare(left->first, right->first) > 0;
		bool longer = number_compare(left->last, right->last) > 0;
		struct number first = later ? left->first : right->first;
		struct number last = longer ? right->last : left->last;

		if (number_compare(first, last) <= 0 && set_add(both, first, last)) {
			set_drop(both);
			return NULL;
		}
		i += !longer;
		j += longer;
	}
	return both;
}

struct set *set_without(const struct set *set, const struct set *other)
{
	struct set *gaps = set_new();
	struct number next = {};
	bool ends = false;
	int err = 0;

	for (size_t i = 0; gaps && !err && i < other->nr; i++) {
		if (number_compare(next, other->ranges[i].first) < 0)
			err = set_add(gaps, next, number_before(other->ranges[i].first));
		next = number_after(other->ranges[i].last);
		ends = is_zero(next);
	}
	if (gaps && !err && !ends)
		err = set_add(gaps, next, (struct number){ UINT64_MAX, UINT64_MAX });
	if (!gaps || err) {
		set_drop(gaps);
		return NULL;
	}
	struct set *rest = set_both(set, gaps);

	set_drop(gaps);
	return rest;
}
