// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sweep over the bounds of all sets, in order: at each, some sets begin or end, and
 * with them the rules that have them. Which rules are left is the class; a hash finds
 * whether there was the same before, and a comparison makes sure of it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "classes.h"

/* The rules that have a set. */
struct group {
	const struct set *set;
	uint64_t *bits;
	uint64_t key;
	size_t low;		/* words of @bits that are not 0 */
	size_t high;
	size_t rule;		/* the first one */
};

/* A set begins or ends. */
struct event {
	struct number at;
	uint32_t group;
};

struct sweep {
	struct group *groups;
	size_t nr_groups;
	struct event *events;
	struct event *spare;
	size_t *runs;		/* where the events of each group begin */
	size_t nr_events;
	uint64_t *active;
	uint64_t key;
};

static void sweep_free(struct sweep *sweep)
{
	for (size_t i = 0; sweep->groups && i < sweep->nr_groups; i++)
		free(sweep->groups[i].bits);
	free(sweep->groups);
	free(sweep->events);
	free(sweep->spare);
	free(sweep->runs);
	free(sweep->active);
}

#define _cleanup_sweep_ __attribute__((cleanup(sweep_free)))

static uint64_t spread(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static bool is_before(struct number a, struct number b)
{
	return a.high < b.high || (a.high == b.high && a.low < b.low);
}

static struct number next_number(struct number number)
{
	number.low++;
	number.high += !number.low;
	return number;
}

/* Pairs of a set and the first rule that has it, sorted by the set. */
struct owner {
	const struct set *set;
	size_t rule;
};

static int compare_owners(const void *a, const void *b)
{
	const struct owner *left = a, *right = b;

	if (left->set != right->set)
		return left->set < right->set ? -1 : 1;
	return (left->rule > right->rule) - (left->rule < right->rule);
}

static void add_rule(struct group *group, size_t rule)
{
	size_t word = rule / 64;

	group->bits[word] |= 1ULL << rule % 64;
	group->low = word < group->low ? word : group->low;
	group->high = word >= group->high ? word + 1 : group->high;
}

/* Rules that have a set, sorted by it; the others are active everywhere. */
static struct owner *list_owners(struct sweep *sweep, const struct rule *const *rules, size_t nr,
				 enum field field, size_t *nr_owners)
{
	struct owner *owners = calloc(nr + 1, sizeof(*owners));

	for (size_t i = 0; owners && i < nr; i++)
		if (rules[i]->match[field])
			owners[(*nr_owners)++] = (struct owner){ rules[i]->match[field], i };
		else
			sweep->active[i / 64] |= 1ULL << i % 64;
	if (owners)
		qsort(owners, *nr_owners, sizeof(*owners), compare_owners);
	return owners;
}

static int add_group(struct sweep *sweep, const struct owner *owner, size_t words)
{
	struct group *group = &sweep->groups[sweep->nr_groups];

	group->set = owner->set;
	group->rule = owner->rule;
	group->key = spread(sweep->nr_groups);
	group->low = words;
	group->bits = calloc(words, sizeof(*group->bits));
	if (!group->bits)
		return -ENOMEM;
	sweep->nr_groups++;
	return 0;
}

static int make_groups(struct sweep *sweep, const struct rule *const *rules, size_t nr,
		       enum field field, size_t words)
{
	struct owner *owners;
	size_t nr_owners = 0;
	int err = 0;

	sweep->groups = calloc(nr + 1, sizeof(*sweep->groups));
	sweep->active = calloc(words, sizeof(*sweep->active));
	if (!sweep->groups || !sweep->active)
		return -ENOMEM;
	owners = list_owners(sweep, rules, nr, field, &nr_owners);
	if (!owners)
		return -ENOMEM;
	for (size_t i = 0; i < nr_owners && !err; i++) {
		if (!i || owners[i].set != owners[i - 1].set)
			err = add_group(sweep, &owners[i], words);
		if (!err)
			add_rule(&sweep->groups[sweep->nr_groups - 1], owners[i].rule);
	}
	free(owners);
	return err;
}

/* Those of each group are in order already. */
static int make_events(struct sweep *sweep)
{
	size_t nr = 0;

	for (size_t i = 0; i < sweep->nr_groups; i++)
		nr += 2 * sweep->groups[i].set->nr;
	sweep->events = calloc(nr + 1, sizeof(*sweep->events));
	sweep->spare = calloc(nr + 1, sizeof(*sweep->spare));
	sweep->runs = calloc(sweep->nr_groups + 2, sizeof(*sweep->runs));
	if (!sweep->events || !sweep->spare || !sweep->runs)
		return -ENOMEM;
	for (size_t i = 0; i < sweep->nr_groups; i++) {
		const struct set *set = sweep->groups[i].set;

		sweep->runs[i] = sweep->nr_events;
		for (size_t j = 0; j < set->nr; j++) {
			struct number end = next_number(set->ranges[j].last);

			sweep->events[sweep->nr_events++] = (struct event){
				set->ranges[j].first, i };
			if (end.high || end.low)
				sweep->events[sweep->nr_events++] = (struct event){ end, i };
		}
	}
	sweep->runs[sweep->nr_groups] = sweep->nr_events;
	return 0;
}

static void merge(const struct event *from, size_t a, size_t a_end, size_t b, size_t b_end,
		  struct event *to)
{
	while (a < a_end && b < b_end)
		*to++ = is_before(from[b].at, from[a].at) ? from[b++] : from[a++];
	memcpy(to, from + a, (a_end - a) * sizeof(*to));
	memcpy(to + (a_end - a), from + b, (b_end - b) * sizeof(*to));
}

/* Neighbouring runs are merged until there is one. */
static void sort_events(struct sweep *sweep)
{
	size_t nr = sweep->nr_groups;

	while (nr > 1) {
		size_t made = 0;
		struct event *sorted = sweep->spare;

		for (size_t i = 0; i < nr; i += 2) {
			size_t begin = sweep->runs[i], middle = sweep->runs[i + 1];
			size_t end = i + 2 <= nr ? sweep->runs[i + 2] : middle;

			merge(sweep->events, begin, middle, middle, end, sorted + begin);
			sweep->runs[made++] = begin;
		}
		sweep->runs[made] = sweep->nr_events;
		nr = made;
		sweep->spare = sweep->events;
		sweep->events = sorted;
	}
}

static void toggle(struct sweep *sweep, const struct group *group)
{
	for (size_t i = group->low; i < group->high; i++)
		sweep->active[i] ^= group->bits[i];
	sweep->key ^= group->key;
}

static int grow(struct classes *classes)
{
	uint32_t room = classes->room ? 2 * classes->room : 64;
	uint64_t *bits = reallocarray(classes->bits, room, classes->words * sizeof(*bits));
	uint64_t *hashes;
	uint32_t *slots;

	if (!bits)
		return -ENOMEM;
	classes->bits = bits;
	hashes = reallocarray(classes->hashes, room, sizeof(*hashes));
	if (!hashes)
		return -ENOMEM;
	classes->hashes = hashes;
	slots = calloc(2 * room, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(classes->slots);
	classes->slots = slots;
	classes->nr_slots = 2 * room;
	classes->room = room;
	for (uint32_t i = 0; i < classes->nr; i++) {
		uint32_t at = hashes[i] & (classes->nr_slots - 1);

		while (slots[at])
			at = (at + 1) & (classes->nr_slots - 1);
		slots[at] = i + 1;
	}
	return 0;
}

/* The class of the rules that are active; -E2BIG: it would be one too many. */
static int class_of_active(struct classes *classes, const struct sweep *sweep, uint32_t most)
{
	size_t len = classes->words * sizeof(*classes->bits);
	uint32_t at;

	if (classes->nr == classes->room && grow(classes))
		return -ENOMEM;
	at = sweep->key & (classes->nr_slots - 1);
	for (; classes->slots[at]; at = (at + 1) & (classes->nr_slots - 1)) {
		uint32_t class = classes->slots[at] - 1;

		if (classes->hashes[class] == sweep->key &&
				!memcmp(classes->bits + class * classes->words, sweep->active, len))
			return class;
	}
	if (classes->nr >= most)
		return -E2BIG;
	memcpy(classes->bits + classes->nr * classes->words, sweep->active, len);
	classes->hashes[classes->nr] = sweep->key;
	classes->slots[at] = classes->nr + 1;
	return classes->nr++;
}

static int begin_interval(struct classes *classes, const struct sweep *sweep, struct number at,
			  uint32_t most)
{
	int class = class_of_active(classes, sweep, most);

	if (class < 0)
		return class;
	if (classes->nr_intervals &&
	    classes->intervals[classes->nr_intervals - 1].class == (uint32_t)class)
		return 0;
	classes->intervals[classes->nr_intervals++] = (struct interval){ at, class };
	return 0;
}

static int walk(struct classes *classes, struct sweep *sweep, uint32_t most, size_t *culprit)
{
	size_t i = 0;
	int err = 0;

	classes->intervals = calloc(sweep->nr_events + 1, sizeof(*classes->intervals));
	if (!classes->intervals)
		return -ENOMEM;
	if (!sweep->nr_events || sweep->events[0].at.high || sweep->events[0].at.low)
		err = begin_interval(classes, sweep, (struct number){}, most);
	while (!err && i < sweep->nr_events) {
		struct number at = sweep->events[i].at;

		*culprit = 0;
		for (; i < sweep->nr_events && !is_before(at, sweep->events[i].at); i++) {
			const struct group *group = &sweep->groups[sweep->events[i].group];

			*culprit = group->rule > *culprit ? group->rule : *culprit;
			toggle(sweep, group);
		}
		err = begin_interval(classes, sweep, at, most);
	}
	return err;
}

int classes_make(const struct rule *const *rules, size_t nr, enum field field, uint32_t most,
		 struct classes *out, size_t *culprit)
{
	_cleanup_sweep_ struct sweep sweep = {};
	int err;

	*out = (struct classes){ .words = nr ? (nr + 63) / 64 : 1 };
	err = make_groups(&sweep, rules, nr, field, out->words);
	if (!err)
		err = make_events(&sweep);
	if (err)
		return err;
	sort_events(&sweep);
	return walk(out, &sweep, most, culprit);
}

void classes_free(struct classes *classes)
{
	free(classes->bits);
	free(classes->intervals);
	free(classes->slots);
	free(classes->hashes);
}
