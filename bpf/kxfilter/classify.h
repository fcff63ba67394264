/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The class of each field, and by it a row of bits, one for each rule: rows joined by
 * AND leave the rules that match. The tables are reached by offsets, each compared with
 * the length of all before it is used.
 */
#ifndef KXFILTER_CLASSIFY_H
#define KXFILTER_CLASSIFY_H

#include "maps.h"

#define NO_CLASS	0xffffffff

/**
 * struct match - which rules match a packet
 * @rows: of each field that is compared, where its row is
 * @word: which of the row is in @bits
 * @summary: words that are left to look at, after @word
 * @bits: rules that match and were not looked at
 */
struct match {
	__u32 rows[KXF_FIELDS];
	__u32 word;
	__u32 unused;
	__u64 summary;
	__u64 bits;
};

/* How many fields are compared: a constant, which the verifier need not follow. */
#define COMPARED(rules)							\
	((rules)->nr_tables + (rules)->search[0].used + (rules)->search[1].used + \
	 (rules)->search[2].used + (rules)->search[3].used + (rules)->search[4].used)

/* What is at a place of the tables; 0 beyond them, where nothing leads to. */
#define READ_TABLE(type, at)						\
	({								\
		__u64 at_ = (at);					\
									\
		at_ <= setup.size - sizeof(type) ? *(type *)(table + at_) : 0; \
	})

/* By de Bruijn's numbers: kernel code has no instruction for it. */
static const __u8 first_bits[64] = {
	0, 1, 2, 53, 3, 7, 54, 27, 4, 38, 41, 8, 34, 55, 48, 28,
	62, 5, 39, 46, 44, 42, 22, 9, 24, 35, 59, 56, 49, 18, 29, 11,
	63, 52, 6, 26, 37, 40, 33, 47, 61, 45, 43, 21, 23, 58, 17, 10,
	51, 25, 36, 32, 60, 20, 57, 16, 50, 31, 19, 15, 30, 14, 13, 12,
};

static __always_inline __u32 first_bit(__u64 bits)
{
	return first_bits[((bits & -bits) * 0x022fdd63cc95386dULL) >> 58];
}

/* Elements are ascending numbers of 32 bits: the last one that is not above. */
static __always_inline __u32 class_of_ip4(const void *table, const volatile struct kxf_search *by,
					  __u32 address)
{
	__u32 entry = READ_TABLE(__u32, by->index4 + (__u64)(address >> 16) * 4);
	__u64 pieces = by->pieces4, key = (__u64)address << 16 | 0xffff, at;
	__u32 steps = entry & 31;

	key &= 0xffffffff;
	if (entry & KXF_DIRECT)
		return entry & 0xffff;
	at = entry >> 5;
	for (int i = 0; i < 16; i++) {
		__u64 half, next;

		if (!steps)
			break;
		steps--;
		half = 1ULL << (steps & 15);
		next = READ_TABLE(__u32, pieces + (at + half) * 4);
		/* Without a branch, which would be guessed wrong half of the time. */
		at += half & ~((__s64)(key - next) >> 63);
		at &= 0x7ffffff;
	}
	return READ_TABLE(__u32, pieces + at * 4) & 0xffff;
}

static __always_inline int compare_number(__u64 high, __u64 low, __u64 other_high,
					  __u64 other_low)
{
	if (high != other_high)
		return high < other_high ? -1 : 1;
	return low == other_low ? 0 : low < other_low ? -1 : 1;
}

static __always_inline __u32 class_by_bounds(const void *table,
					     const volatile struct kxf_search *by,
					     __u32 entry, __u32 nr, __u64 high, __u64 low)
{
	__u64 at = entry, bounds = by->bounds;

	for (int i = 0; i < KXF_STEPS; i++) {
		struct kxf_bound *bound;
		__u64 half, place;

		if (nr < 2)
			break;
		half = nr >> 1;
		place = bounds + (at + half) * sizeof(*bound);
		if (place > setup.size - sizeof(*bound))
			return NO_CLASS;
		bound = (void *)table + place;
		if (bound->first.high < high ||
		    (bound->first.high == high && bound->first.low <= low)) {
			at += half;
			nr -= half;
		} else {
			nr = half;
		}
		at &= 0xffffff;
	}
	return READ_TABLE(__u32, bounds + at * sizeof(struct kxf_bound) +
			  offsetof(struct kxf_bound, class));
}

static __noinline __u32 class_of_number(const void *table, const volatile struct kxf_search *by,
					const struct kxf_number *number)
{
	__u64 high = number->high, low = number->low;
	__u32 shift = by->shift;
	__u64 at, place;
	__u32 entry, nr;
	int side = compare_number(high & by->mask.high, low & by->mask.low,
				  by->prefix.high, by->prefix.low);

	if (side < 0)
		return by->below;
	if (side > 0)
		return by->above;
	if (shift >= 64)
		at = high >> (shift & 63);
	else if (shift)
		at = high << (64 - shift) | low >> shift;
	else
		at = low;
	at &= (1ULL << (by->bits & 31)) - 1;
	place = by->index + at * 8;
	if (place > setup.size - 8)
		return NO_CLASS;
	entry = *(__u32 *)(table + place);
	nr = *(__u32 *)(table + place + 4);
	if (!nr)
		return entry;
	return class_by_bounds(table, by, entry & 0xffffff, nr & 0xffffff, high, low);
}

static __always_inline __u32 class_of(const void *table, const volatile struct kxf_search *by,
				      const struct kxf_number *number)
{
	if (by->index4 && !number->high && number->low >> 32 == 0xffff)
		return class_of_ip4(table, by, number->low);
	return class_of_number(table, by, number);
}

/* Adds a row; false: the tables are wrong. */
static __always_inline bool add_row(struct match *match, __u32 i, __u32 rows, __u32 nr, __u32 row,
				    __u32 class)
{
	if (class >= nr)
		return false;
	match->rows[i] = rows + class * row;
	return true;
}

static __always_inline bool find_rows(const void *table, const volatile struct kxf_rules *rules,
				      const struct kxf_packet *packet, struct match *match)
{
	__u32 row = rules->row, nr = 0;

	for (__u32 i = 0; i < KXF_VALUES; i++) {
		const volatile struct kxf_table *by = &rules->tables[i];
		__u32 field, value;

		if (i >= rules->nr_tables)
			break;
		field = by->field;
		if (field >= KXF_VALUES)
			return false;
		value = packet->value[field];
		if (value > by->last ||
				!add_row(match, nr, by->rows, by->nr, row,
					 READ_TABLE(__u16, by->classes + (__u64)value * 2)))
			return false;
		nr++;
	}
	for (__u32 i = 0; i < KXF_FOUNDS; i++) {
		const volatile struct kxf_search *by = &rules->search[i];

		if (!by->used)
			continue;
		if (nr >= KXF_FIELDS || !add_row(match, nr, by->rows, by->nr, row,
						 class_of(table, by, &packet->found[i])))
			return false;
		nr++;
	}
	return true;
}

/*
 * All rows, joined, at @at bytes from their beginning. The row of all rules is one of them,
 * so that the verifier never knows which bits there are, and tries each.
 */
static __always_inline __u64 join(const void *table, const volatile struct kxf_rules *rules,
				  const struct match *match, __u32 nr, __u64 at)
{
	__u64 bits = READ_TABLE(__u64, rules->every + at);

	for (__u32 i = 0; i < KXF_FIELDS; i++) {
		if (i >= nr)
			break;
		bits &= READ_TABLE(__u64, match->rows[i] + at);
	}
	return bits;
}

/* The next word with rules that match. */
static __always_inline void next_word(const void *table, const volatile struct kxf_rules *rules,
				      struct match *match, __u32 nr)
{
	__u64 summary = match->summary, bits = 0;
	__u32 word = 0;

	for (__u32 i = 0; i < KXF_WORDS; i++) {
		if (i >= rules->words || !summary)
			break;
		word = first_bit(summary);
		summary &= summary - 1;
		bits = join(table, rules, match, nr, 8 + (__u64)word * 8);
		if (bits)
			break;
	}
	match->summary = summary;
	match->word = word;
	match->bits = bits;
}

static __always_inline bool find_rules(const void *table, const volatile struct kxf_rules *rules,
				       const struct kxf_packet *packet, struct match *match)
{
	__u32 nr = COMPARED(rules);

	if (!find_rows(table, rules, packet, match))
		return false;
	if (rules->words <= 1) {
		match->word = 0;
		match->summary = 0;
		match->bits = join(table, rules, match, nr, 0);
		return true;
	}
	match->summary = join(table, rules, match, nr, 0);
	/*
	 * Where all rules that match may be looked at, that is done word by word in a loop.
	 * Verifiers before 6.7 check its body once, and take for constant what is constant at its
	 * beginning: so these zeros are read from the tables, which begin with some.
	 */
	match->word = READ_TABLE(__u32, 0);
	match->bits = READ_TABLE(__u64, 0);
	if (!(rules->flags & KXF_HAS_MORE))
		next_word(table, rules, match, nr);
	return true;
}

#endif
