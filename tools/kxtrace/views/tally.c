// SPDX-License-Identifier: GPL-2.0-only
/* Calls, errors and time, added up under names. */
#include "tally.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROWS	64

void tally_init(struct tally *tally, uint32_t max, bool buckets)
{
	*tally = (struct tally){ .max = max, .buckets = buckets };
}

void tally_done(struct tally *tally)
{
	uint32_t i;

	for (i = 0; i < tally->nr; i++) {
		free(tally->rows[i].key);
		free(tally->rows[i].buckets);
	}
	free(tally->rows);
	free(tally->slots);
	*tally = (struct tally){};
}

/* FNV-1a */
static uint64_t hash_of(const char *key, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325;

	while (len--)
		hash = (hash ^ (unsigned char)*key++) * 0x100000001b3;
	return hash ^ hash >> 32;
}

static uint32_t *slot_of(struct tally *tally, const char *key, size_t len, uint64_t hash)
{
	uint32_t at = hash & (tally->nr_slots - 1), row;

	for (; (row = tally->slots[at]); at = (at + 1) & (tally->nr_slots - 1)) {
		struct tally_row *r = &tally->rows[row - 1];

		if (r->hash == hash && r->len == len && !memcmp(r->key, key, len))
			break;
	}
	return &tally->slots[at];
}

/* Half of the slots stay empty. */
static bool grow(struct tally *tally)
{
	uint32_t cap = tally->cap ? tally->cap * 2 : FIRST_ROWS, i, at;
	struct tally_row *rows = reallocarray(tally->rows, cap, sizeof(*rows));
	uint32_t *slots;

	if (!rows)
		return false;
	tally->rows = rows;
	slots = calloc(cap * 2, sizeof(*slots));
	if (!slots)
		return false;
	free(tally->slots);
	tally->slots = slots;
	tally->nr_slots = cap * 2;
	tally->cap = cap;
	for (i = 0; i < tally->nr; i++) {
		at = rows[i].hash & (tally->nr_slots - 1);
		while (slots[at])
			at = (at + 1) & (tally->nr_slots - 1);
		slots[at] = i + 1;
	}
	return true;
}

static struct tally_row *make_row(struct tally *tally, const char *key, size_t len,
				  uint64_t hash)
{
	struct tally_row *row = &tally->rows[tally->nr];

	*row = (struct tally_row){ .len = len, .hash = hash };
	row->key = malloc(len + 1);
	if (tally->buckets)
		row->buckets = calloc(TALLY_BUCKETS, sizeof(*row->buckets));
	if (!row->key || (tally->buckets && !row->buckets)) {
		free(row->key);
		free(row->buckets);
		return NULL;
	}
	memcpy(row->key, key, len);
	row->key[len] = '\0';
	tally->nr++;
	return row;
}

static bool is_others(const char *key, size_t len)
{
	return len == strlen(TALLY_OTHERS) && !memcmp(key, TALLY_OTHERS, len);
}

static struct tally_row *row_of(struct tally *tally, const char *key, size_t len)
{
	uint64_t hash = hash_of(key, len);
	struct tally_row *row;
	uint32_t *slot;

	if (tally->nr == tally->cap && !grow(tally))
		return NULL;
	slot = slot_of(tally, key, len, hash);
	if (*slot)
		return &tally->rows[*slot - 1];
	if (tally->nr >= tally->max && !is_others(key, len))
		return row_of(tally, TALLY_OTHERS, strlen(TALLY_OTHERS));
	row = make_row(tally, key, len, hash);
	if (row)
		*slot = tally->nr;
	return row;
}

static unsigned int bucket_of(uint64_t ns)
{
	unsigned int bucket = ns ? 64 - __builtin_clzll(ns) : 0;

	return bucket < TALLY_BUCKETS ? bucket : TALLY_BUCKETS - 1;
}

struct tally_row *tally_add(struct tally *tally, const char *key, size_t len,
			    bool failed, uint64_t ns)
{
	struct tally_row *row = row_of(tally, key, len);

	if (!row) {
		tally->left_out++;
		return NULL;
	}
	row->calls++;
	row->errors += failed;
	row->ns += ns;
	if (ns > row->max_ns)
		row->max_ns = ns;
	if (row->buckets)
		row->buckets[bucket_of(ns)]++;
	return row;
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? 1 : a > b ? -1 : 0;
}

static int by_time(const void *a, const void *b)
{
	const struct tally_row *x = a, *y = b;
	int order = compare(x->ns, y->ns);

	if (!order)
		order = compare(x->calls, y->calls);
	return order ? order : strcmp(x->key, y->key);
}

static int by_calls(const void *a, const void *b)
{
	const struct tally_row *x = a, *y = b;
	int order = compare(x->calls, y->calls);

	return order ? order : by_time(a, b);
}

void tally_sort(struct tally *tally, bool calls)
{
	if (tally->nr)
		qsort(tally->rows, tally->nr, sizeof(*tally->rows), calls ? by_calls : by_time);
	free(tally->slots);
	tally->slots = NULL;
	tally->nr_slots = tally->cap = 0;
}
