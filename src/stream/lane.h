/* SPDX-License-Identifier: GPL-2.0-only */
/* One CPU's ring of a stream, as one reader sees it. */
#ifndef KX_LANE_H
#define KX_LANE_H

#include <kx/abi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The memory of a stream: shared by its lanes. */
struct lanes {
	int fd;			/* the map */
	uint32_t room;		/* bytes of a ring, a power of two */
	uint32_t value_len;	/* of an element of the map, as it is stored */
	uint32_t nr;		/* rings */
	char *mapped;		/* all of them; NULL: the user may not write, so they are copied */
	char *copy;		/* room for a copy of one */
	struct lane *rows;
};

struct lane {
	const struct lanes *of;
	uint32_t cpu;
	uint64_t pos;		/* behind what is in the chunk */
	uint64_t stop;		/* nothing behind this is taken for now */
	uint64_t base;		/* number of the first record that counts */
	uint64_t delivered;
	uint64_t lost;		/* missing before what was delivered, or before a settled end */
	uint64_t dropped;	/* by the kernel side, when last looked at */
	bool gap;		/* records are missing before the next one */
	char *chunk;		/* records that were copied out of the ring, */
	size_t at, end;		/* and those of them that were not taken yet */
};

/* -EPROTO: the map is no stream. -EACCES: not for this user. @fd is taken over. */
int lanes_open(int fd, bool writable, struct lanes *out);
void lanes_close(struct lanes *lanes);

/* Only what comes from now on. */
void lane_skip(struct lane *lane);

/* What is there now may be taken. */
void lane_limit(struct lane *lane);

/*
 * The next record, without taking it; NULL: none, up to the limit, is complete. Valid
 * until lane_next() after lane_take().
 */
const struct kx_record *lane_next(struct lane *lane);

/* Takes it; @lost receives how many are missing before it. */
void lane_take(struct lane *lane, uint64_t *lost);

/* What writers could not write, on all CPUs. */
uint64_t lanes_dropped(const struct lanes *lanes);

/* Ask to be woken; false: there is something already. Only where memory is mapped. */
bool lane_wait(struct lane *lane);

/* Bytes that have come since lane_limit(). */
uint64_t lane_behind(struct lane *lane);

/*
 * When all that there is was taken and nobody writes: what is missing at the end is
 * lost, too.
 */
void lane_settle(struct lane *lane);

#endif
