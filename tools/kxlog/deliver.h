/* SPDX-License-Identifier: GPL-2.0-only */
/* Delivery: from the spool to one sink, at its pace, and the account of it. */
#ifndef KXLOG_DELIVER_H
#define KXLOG_DELIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "loop.h"
#include "sink.h"
#include "spool.h"

#define DELIVER_BATCH	256
#define DELIVER_RANGES	1024

/* Positions one after another that have the same fate. */
struct range {
	enum fate { HANDED, PASSED, MISSING } fate;
	uint64_t first, last;
};

struct delivery {
	struct sink *sink;
	struct spool *spool;
	struct spool_reader reader;
	struct watch watch;
	int loop;
	const char *boot;
	struct entry batch[DELIVER_BATCH];	/* read, and not taken yet: from @at on */
	size_t batch_nr;
	size_t batch_at;
	struct range ranges[DELIVER_RANGES];	/* examined, and not settled: a ring */
	size_t first_range;
	size_t nr_ranges;
	uint64_t settled;		/* all up to here has its fate: the cursor */
	uint64_t saved;			/* the cursor as it is on disk */
	uint64_t saved_synced;
	bool saved_safe;		/* it survives a power cut */
	uint64_t save_at;		/* loop_now() */
	uint64_t due;			/* when work() is called; NEVER */
	bool stuck;			/* not before work() was called */
	char told[256];			/* the failure that was told */
};

/* Positions that a sink has had are not given to other records. Before any is opened. */
void delivery_pass(struct spool *spool, const struct sink *sink, const char *boot);
/* Takes over @sink; goes on where it stopped. What is wrong was told. */
int delivery_open(struct delivery *delivery, struct sink *sink, struct spool *spool, int loop,
		  const char *boot);
void delivery_close(struct delivery *delivery);

/* Hand over what goes now. Return: true: there is more to hand over at once. */
bool delivery_run(struct delivery *delivery);
/* When it wants to run, though nothing was spooled: loop_now(), or NEVER. */
uint64_t delivery_due(const struct delivery *delivery);
void delivery_reopen(struct delivery *delivery);
/* The position up to which nothing has to be kept for it. */
uint64_t delivery_safe(const struct delivery *delivery);
/* Its cursor is on disk, also after a power cut. */
void delivery_save(struct delivery *delivery);
/* The end: what was taken becomes safe, the cursor too. */
void delivery_flush(struct delivery *delivery, int timeout_ms);
/* Brings the sink's counters up to date. */
void delivery_account(struct delivery *delivery);

#endif
