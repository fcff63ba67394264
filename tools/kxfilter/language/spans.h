/* SPDX-License-Identifier: GPL-2.0-only */
/* Which rules cannot cover which, at a glance: all pairs of a rule set are looked at. */
#ifndef KXFILTER_SPANS_H
#define KXFILTER_SPANS_H

#include "../rules.h"

/**
 * struct span - from where to where a rule's numbers go, among those of the other rules
 * @first: rank of the first one; 0: the rule does not ask for the field
 * @last: rank of the last one; UINT32_MAX: the rule does not ask for the field
 */
struct span {
	uint32_t first;
	uint32_t last;
};

/**
 * struct spans - those of a rule set
 * @of: by field, a row for each rule; NULL: no rule asks for the field, or there was no memory
 */
struct spans {
	struct span *of[FIELDS];
};

void spans_make(const struct rules *rules, struct spans *out);
void spans_free(struct spans *spans);

/* Then the numbers of the one are not all among those of the other. */
static inline bool span_sticks_out(struct span inner, struct span outer)
{
	return inner.first < outer.first || inner.last > outer.last;
}

#endif
