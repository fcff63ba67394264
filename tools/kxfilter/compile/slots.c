// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters belong to the id of a rule, over all rule sets that have it. There are as
 * many slots as two rule sets can have, so that those of the one that still acts are
 * never given away: the ones that were not used for longest are.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "made.h"

#define NO_SLOT	UINT32_MAX

/* Whose they were, and their numbers: by id, and those first that were not used for longest. */
struct slots {
	struct kxf_id ids[KXF_SLOTS];
	size_t nr_used;
	uint32_t by_id[KXF_SLOTS];	/* those that somebody had */
	uint32_t by_age[KXF_SLOTS];
};

static int compare_ids(const void *a, const void *b, void *ctx)
{
	const struct kxf_id *ids = ctx;

	return strncmp(ids[*(const uint32_t *)a].id, ids[*(const uint32_t *)b].id, KXF_ID);
}

static int compare_ages(const void *a, const void *b, void *ctx)
{
	const struct kxf_id *ids = ctx;
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	if (ids[left].used != ids[right].used)
		return ids[left].used < ids[right].used ? -1 : 1;
	return (left > right) - (left < right);
}

static bool find_slot(const struct slots *slots, const char *id, uint32_t *slot)
{
	size_t low = 0, high = slots->nr_used;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int side = strncmp(slots->ids[slots->by_id[middle]].id, id, KXF_ID);

		if (!side) {
			*slot = slots->by_id[middle];
			return true;
		}
		if (side < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static void take(struct compiled *compiled, uint32_t slot, const char *id, uint64_t serial)
{
	struct kxf_id *to = &compiled->ids[slot];

	compiled->was_others[slot] = to->used && strncmp(to->id, id, KXF_ID);
	memset(to->id, 0, KXF_ID);
	memcpy(to->id, id, strnlen(id, KXF_ID - 1));
	to->used = serial;
}

static struct slots *slots_new(const struct kxf_id *ids)
{
	struct slots *slots = malloc(sizeof(*slots));
	size_t nr_free = 0;

	if (!slots)
		return NULL;
	memcpy(slots->ids, ids, sizeof(slots->ids));
	slots->nr_used = 0;
	for (uint32_t i = 0; i < KXF_SLOTS; i++) {
		if (ids[i].used)
			slots->by_id[slots->nr_used++] = i;
		else
			slots->by_age[nr_free++] = i;
	}
	memcpy(slots->by_age + nr_free, slots->by_id, slots->nr_used * sizeof(uint32_t));
	qsort_r(slots->by_id, slots->nr_used, sizeof(uint32_t), compare_ids, slots->ids);
	qsort_r(slots->by_age + nr_free, slots->nr_used, sizeof(uint32_t), compare_ages,
		slots->ids);
	return slots;
}

/* To those that have none, the slots that were not used for longest. */
static int give_rest(struct compiled *compiled, const struct rules *rules,
		     const struct slots *slots, uint64_t serial)
{
	size_t next = 0;

	for (size_t i = 0; i < rules->nr; i++) {
		if (compiled->slot[i] != NO_SLOT)
			continue;
		while (next < KXF_SLOTS && compiled->ids[slots->by_age[next]].used == serial)
			next++;
		if (next == KXF_SLOTS)
			return -E2BIG;
		compiled->slot[i] = slots->by_age[next];
		take(compiled, compiled->slot[i], rules->rows[i].id, serial);
	}
	return 0;
}

int slots_give(struct compiled *compiled, const struct rules *rules,
	       const struct compile_opts *opts)
{
	uint64_t serial = opts->serial ? opts->serial : 1;
	struct slots *slots;
	int err;

	if (opts->ids)
		memcpy(compiled->ids, opts->ids, sizeof(compiled->ids));
	slots = slots_new(compiled->ids);
	if (!slots)
		return -ENOMEM;
	/* First those that are known, so that nobody else gets their slots. */
	for (size_t i = 0; i < rules->nr; i++) {
		compiled->slot[i] = NO_SLOT;
		if (find_slot(slots, rules->rows[i].id, &compiled->slot[i]))
			take(compiled, compiled->slot[i], rules->rows[i].id, serial);
	}
	err = give_rest(compiled, rules, slots, serial);
	free(slots);
	return err;
}
