/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was seen of each stream, by CPU: it tells after a restart what is in the spool
 * already, and what is missing.
 */
#ifndef KXLOG_ORIGIN_H
#define KXLOG_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink.h"

/* One CPU's records of a stream. */
struct lane {
	uint64_t next;		/* the number that comes next */
	uint64_t lost;		/* missing, and not told by a record yet */
	uint64_t position;	/* of its first record in the batch that was last put to, */
	uint64_t batch_nr;	/* and that one's number */
	uint64_t boot_ns;	/* the latest time of any of them */
	uint64_t open_next;	/* next and boot_ns as they were when the stream was opened: */
	uint64_t open_ns;	/* what is older was spooled before */
	bool begun;		/* since then a record came */
};

struct origin {
	uint64_t kmid;
	char stream[64];
	bool open;		/* somebody reads it */
	struct lane *lanes;
	uint32_t nr_lanes;
	struct origin *next;
};

struct origins {
	struct origin *first;
	char boot[9];		/* of this boot; other boots' records are other records */
};

int origins_init(struct origins *origins);
void origins_done(struct origins *origins);

/* That of a stream, made where it is not known yet; NULL: out of memory. */
struct origin *origins_get(struct origins *origins, uint64_t kmid, const char *stream);
struct lane *origin_lane(struct origin *origin, uint32_t cpu);
/* Its stream is opened (again), and tells everything from the beginning. */
void origin_opened(struct origin *origin);
/* Instances that are gone and that nobody reads: their numbers do not come again. */
void origins_prune(struct origins *origins, const uint64_t *kmids, size_t nr);

/* A record that is in the spool. */
void origins_found(struct origins *origins, const struct entry *entry);

/* -ENOENT: there is none, or of another boot. */
int origins_load(struct origins *origins, int dir_fd);
/* Positions behind @last are not on disk yet: what is there is not known by that. */
int origins_save(const struct origins *origins, int dir_fd, uint64_t last);

#endif
