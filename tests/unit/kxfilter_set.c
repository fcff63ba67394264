// SPDX-License-Identifier: GPL-2.0-only
/* Sets of numbers of kxfilter, beside the same sets as bits. */
#include "kxfilter.h"

/* Sixty-four numbers around a place: of 64 bits, or where the upper half begins to count. */
static const struct number bases[] = {
	{ 0, 0 }, { 5, UINT64_MAX - 31 }, { UINT64_MAX, UINT64_MAX - 63 },
};

static struct number number_of(struct number base, unsigned int i)
{
	while (i--)
		base = number_after(base);
	return base;
}

static uint64_t next(void)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005 + 1442695040888963407;
	return state >> 33;
}

static struct set *make(struct number base, uint64_t *bits)
{
	struct set *set = set_new();

	*bits = 0;
	for (unsigned int nr = next() % 8; nr; nr--) {
		unsigned int first = next() % 64;
		unsigned int last = first + next() % (64 - first) / (1 + next() % 8);

		if (set_add(set, number_of(base, first), number_of(base, last)))
			exit(1);
		for (unsigned int i = first; i <= last; i++)
			*bits |= 1ULL << i;
	}
	if (set_end(set))
		exit(1);
	return set;
}

/* Has just these numbers, in ranges that neither overlap nor adjoin. */
static bool is_just(const struct set *set, struct number base, uint64_t bits)
{
	for (size_t i = 1; i < set->nr; i++) {
		struct number after = number_after(set->ranges[i - 1].last);

		if (number_compare(after, set->ranges[i].first) >= 0)
			return false;
	}
	for (unsigned int i = 0; i < 64; i++)
		if (set_has(set, number_of(base, i)) != (bits >> i & 1))
			return false;
	return true;
}

static bool is_right(struct number base)
{
	uint64_t a_bits, b_bits;
	struct set *a = make(base, &a_bits), *b = make(base, &b_bits);
	struct set *both = set_both(a, b), *rest = set_without(a, b);
	bool right = is_just(a, base, a_bits) && is_just(both, base, a_bits & b_bits) &&
		is_just(rest, base, a_bits & ~b_bits) && set_equal(a, b) == (a_bits == b_bits) &&
		set_is_within(a, b) == !(a_bits & ~b_bits);

	for (unsigned int i = 0; i < 60; i += 7)
		right &= set_overlaps(a, number_of(base, i), number_of(base, i + 3)) ==
			((a_bits >> i & 15) != 0);
	if (set_join(a, b) || set_end(a))
		exit(1);
	right &= is_just(a, base, a_bits | b_bits);
	set_drop(a);
	set_drop(b);
	set_drop(both);
	set_drop(rest);
	return right;
}

int main(void)
{
	struct set *set = set_new(), *other;

	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		unsigned int nr_wrong = 0;

		for (unsigned int round = 0; round < 20000; round++)
			nr_wrong += !is_right(bases[i]);
		ok(!nr_wrong, "joined, in both, without, within, equal: as with bits");
	}
	ok(!set_has_low(set, 0) && !set_end(set) && set_is_within(set, set), "nothing is in an empty set");
	(void)set_add(set, (struct number){}, (struct number){ UINT64_MAX, UINT64_MAX });
	ok(!set_end(set) && set->nr == 1 && set_has(set, (struct number){ UINT64_MAX, UINT64_MAX }), "all numbers");
	(void)set_add_low(set, 5, 7);
	ok(!set_end(set) && set->nr == 1, "and some of them again");
	other = set_without(set, set);
	ok(other && !other->nr, "without all there is nothing");
	ok(set_use(set) == set && set->users == 2, "a set is shared");
	set_drop(set);
	set_drop(set);
	set_drop(other);
	set_drop(NULL);
	return done();
}
