/* SPDX-License-Identifier: GPL-2.0-only */
/* Captured packets, from the memory of all CPUs, in the order of time. */
#ifndef KXFILTER_CAUGHT_H
#define KXFILTER_CAUGHT_H

#include <kxfilter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct caught;

struct caught_packet {
	struct kxf_caught head;
	const unsigned char *bytes;	/* head.captured of them */
	uint64_t lost;			/* of its CPU, before it, that found no room */
};

/* Packets are captured into the map "caught" @map from now on. 0; -errno. */
int caught_open(int map, struct caught **out);
void caught_close(struct caught *caught);

/* To be polled for reading; it need not become readable before much has come. */
int caught_fd(const struct caught *caught);

typedef void (*caught_fn)(void *ctx, const struct caught_packet *packet);

/*
 * Take what there is; what came while it was looked for waits for the next time, unless @all: it
 * could be overtaken. 0; -errno.
 */
int caught_read(struct caught *caught, bool all, caught_fn fn, void *ctx);

/* Samples that made no sense. */
uint64_t caught_wrong(const struct caught *caught);

#endif
