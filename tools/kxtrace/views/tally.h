/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls, errors and time, added up under names. */
#ifndef KXTRACE_VIEWS_TALLY_H
#define KXTRACE_VIEWS_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Buckets of a histogram: bucket i has what took 2^(i-1) up to 2^i ns. */
#define TALLY_BUCKETS	44

struct tally_row {
	char *key;
	size_t len;
	uint64_t hash;
	uint64_t calls;
	uint64_t errors;
	uint64_t ns;
	uint64_t max_ns;
	uint64_t *buckets;	/* TALLY_BUCKETS, NULL: not asked for */
};

struct tally {
	struct tally_row *rows;
	uint32_t nr;
	uint32_t cap;
	uint32_t *slots;	/* places of rows plus 1, by hash */
	uint32_t nr_slots;
	uint32_t max;		/* rows; more names are one row together */
	bool buckets;
	uint64_t left_out;	/* calls that had no memory */
};

void tally_init(struct tally *tally, uint32_t max, bool buckets);
void tally_done(struct tally *tally);

/* Its row, or NULL without memory. Valid until the next. */
struct tally_row *tally_add(struct tally *tally, const char *key, size_t len,
			    bool failed, uint64_t ns);

/* By time, then calls, the largest first. The tally cannot be added to afterwards. */
void tally_sort(struct tally *tally, bool by_calls);

/* The name of the row that has what came after `max` names. */
#define TALLY_OTHERS	"(others)"

#endif
