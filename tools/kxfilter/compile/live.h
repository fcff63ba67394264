/* SPDX-License-Identifier: GPL-2.0-only */
/* What rules say of sets that are changed live, for the kernel half. */
#ifndef KXFILTER_LIVE_H
#define KXFILTER_LIVE_H

#include "made.h"

/* What one rule becomes at most: two for each of its two addresses. */
#define LIVE_RULES	4

/**
 * struct live_rules - rules that are made of others, and the sets that these share
 * @bits: numbers of live sets that have one of them, and @no_bits: that have it not
 * @first: addresses that the text puts into one of them; @others: all others
 * @made: rules, which are freed with this
 */
struct live_rules {
	struct set *bits[KXF_LIVE];
	struct set *no_bits[KXF_LIVE];
	struct set *first[KXF_LIVE];
	struct set *others[KXF_LIVE];
	struct rule **made;
	size_t nr;
	size_t room;
};

/*
 * What is compared instead of a rule, in @out: the rule itself where it asks for no live set.
 * Where the text says that some addresses are in the set, these are one rule, and what
 * else is in it is another one: no packet matches both. How many, or -ENOMEM.
 */
int live_rules(struct live_rules *live, const struct rules *rules, const struct rule *rule,
	       const struct rule **out);
void live_rules_free(struct live_rules *live);

/* Which sets the kernel half has to look at. */
void live_asked(const struct rule *rule, struct kxf_rules *to);

/* What the rule adds to one; what the program has to be able to do for it. */
uint32_t live_put(const struct compiled *compiled, const struct rule *rule, struct kxf_rule *to);

/* Gives each the slot that one of its name has, or one of its own. There are enough. */
void live_give(struct compiled *compiled, const struct rules *rules, const struct kxf_live *before);

/* After the load: makes those that are new, and what is not used any more goes. -errno. */
int live_fill(const struct compiled *compiled, int sets, int elements);

/* By number of one in struct rules: where the kernel has it. */
uint32_t compiled_live(const struct compiled *compiled, size_t live);

#endif
