/* SPDX-License-Identifier: GPL-2.0-only */
/* The account for those who watch: --metrics ADDR:PORT. */
#ifndef KXLOG_METRICS_H
#define KXLOG_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "exports.h"
#include "sink.h"

/* The account, now. */
struct account {
	struct sink *const *sinks;	/* their counters are up to date */
	size_t nr_sinks;
	size_t streams;			/* that are followed */
	uint64_t seen;			/* records that the streams handed over */
	uint64_t spooled;		/* of them: written to the spool */
	uint64_t refused;		/* not spooled: it was full, or the disk */
	uint64_t passed;		/* not spooled: less urgent than wanted */
	uint64_t lost;			/* overwritten or dropped before they were read */
	uint64_t damaged;		/* records of the spool that were found damaged */
	uint64_t spool_bytes;
	uint64_t spool_size;		/* bytes at most */
	size_t segments;
	const struct exports *exports;
};

struct metrics;

/* Gives the account, and what instances export, for exposition_done(). */
typedef void (*metrics_fn)(void *ctx, struct account *out, struct exposition *exported);

/*
 * Listen at @where, "ADDR:PORT" or "PORT" of loopback; @fill is called for each
 * request, within metrics_work(). Return: 0; negative errno, and what is wrong was told.
 */
int metrics_open(const char *where, metrics_fn fill, void *ctx, struct metrics **out);
/* To poll for reading: then metrics_work(). The same descriptor always. */
int metrics_fd(const struct metrics *metrics);
void metrics_work(struct metrics *metrics);
void metrics_close(struct metrics *metrics);

#endif
