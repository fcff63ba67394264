/* SPDX-License-Identifier: GPL-2.0-only */
/* The last records, in memory, and what was known before the first of them. */
#ifndef KXTRACE_FLIGHT_STORE_H
#define KXTRACE_FLIGHT_STORE_H

#include "../options.h"
#include "../tasks.h"
#include "flight_maps.h"

struct flight_store;

int store_new(struct flight_store **store, const struct recording_options *limits);
void store_free(struct flight_store *store);

/* `nr_tasks` are traced now. -ENOMEM: it was left out, and is counted. */
int store_add(struct flight_store *store, const void *record, size_t len,
	      unsigned int nr_tasks);
/* Each record, the oldest first. */
void store_each(const struct flight_store *store,
		int (*fn)(void *ctx, const void *record, size_t len), void *ctx);
/* Nothing is kept any more but what is known of the tasks. */
void store_clear(struct flight_store *store);

struct store_facts {
	uint64_t calls;			/* in it now */
	uint64_t first_ns;		/* times of the first and the last record */
	uint64_t last_ns;
	unsigned int nr_tasks;		/* traced before the first record */
	struct task_table *tasks;	/* known before the first record */
	struct flight_maps maps;	/* the same of their code */
	uint64_t most_bytes;		/* of memory that there were */
	uint64_t capped;		/* records that fell out for the memory's sake */
	uint64_t left_out;		/* records that there was no memory for */
};

void store_tell(const struct flight_store *store, struct store_facts *facts);

#endif
