/* SPDX-License-Identifier: GPL-2.0-only */
/* What the numbers of a field are divided into: two of a class are taken by the same rules. */
#ifndef KXFILTER_CLASSES_H
#define KXFILTER_CLASSES_H

#include <stdint.h>

#include "../rules.h"

/* From @first to the next interval's. */
struct interval {
	struct number first;
	uint32_t class;
};

/**
 * struct classes - of a field, for the rules of a direction
 * @words: of the bits of a class
 * @nr: of classes
 * @bits: of each class, a bit for each rule
 * @intervals: ascending; the first begins at 0, neighbours are of different classes
 * @nr_intervals: how many
 */
struct classes {
	size_t words;
	uint32_t nr;
	uint64_t *bits;
	struct interval *intervals;
	size_t nr_intervals;
	uint32_t room;
	uint32_t *slots;
	uint64_t *hashes;
	uint32_t nr_slots;
};

/**
 * classes_make() - divide the numbers of a field
 * @rules: those of the direction
 * @most: classes there may be
 * @out: for classes_free()
 *
 * Return: 0; -ENOMEM; -E2BIG, with *@culprit: the rule at
 * which there were too many.
 */
int classes_make(const struct rule *const *rules, size_t nr, enum field field, uint32_t most,
		 struct classes *out, size_t *culprit);
void classes_free(struct classes *classes);

#endif
