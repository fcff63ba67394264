/* SPDX-License-Identifier: GPL-2.0-only */
/* Live sets of a filter that acts: what they have, and how that is changed. */
#ifndef KXFILTER_SETS_H
#define KXFILTER_SETS_H

#include "../filter/filter.h"

/**
 * struct sets - the live sets of a device
 * @slots: KXF_LIVE_SLOTS of them, as programs see them; an empty name: none
 * @outer: of their elements
 * @used: slots of the rule set that acts, a bit each
 */
struct sets {
	struct kxf_live *slots;
	int outer;
	uint32_t used;
};

/* Of maps that stay open. -errno. */
int sets_open(int live_sets, int live_elements, uint32_t used, struct sets *out);
void sets_close(struct sets *sets);

/* Of the rule set that acts; NULL: it has none of that name. */
struct kxf_live *sets_find(const struct sets *sets, const char *name);
uint32_t sets_slot(const struct sets *sets, const struct kxf_live *set);

/* Before what is in @from matters to a packet: no sentence is told. -E2BIG: no room. */
int sets_fill_one(const struct sets *sets, const struct filter_set *from);

/**
 * sets_add() - all of them, or none
 * @elements: those that are there already get the new time
 * @nr_new: receives how many were not there
 *
 * Return: 0; -E2BIG: there is no room, nothing has changed; others of bpf(2).
 */
int sets_add(const struct sets *sets, struct kxf_live *set, const struct elements *elements,
	     size_t *nr_new);

/* Elements of @keys that are there. -errno. */
long sets_count(const struct sets *sets, const struct kxf_live *set,
		const struct elements *elements, size_t *missing);
int sets_remove(const struct sets *sets, const struct kxf_live *set,
		const struct elements *elements);

/* All at once. */
int sets_flush(const struct sets *sets, struct kxf_live *set);

/* Members, sorted. -errno. */
int sets_members(const struct sets *sets, const struct kxf_live *set, struct elements *out);

/* What is not a member any more goes. How many there are then; -errno. */
long sets_sweep(const struct sets *sets, struct kxf_live *set);

/* What elements become in the kernel: prefixes. @now_ns: of CLOCK_MONOTONIC. 0 or -ENOMEM. */
int sets_elements(const struct element *list, size_t nr, uint64_t timeout_ns, uint64_t now_ns,
		  struct elements *out);

uint64_t sets_now_ns(void);
bool sets_is_member(const struct kxf_until *until, uint64_t now_ns);

/* One of them as a range. */
struct range sets_range(const struct kxf_element *element);

#endif
