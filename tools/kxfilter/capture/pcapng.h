/* SPDX-License-Identifier: GPL-2.0-only */
/* The format pcapng, as kxfilter capture writes it: two interfaces, one for each direction. */
#ifndef KXFILTER_PCAPNG_H
#define KXFILTER_PCAPNG_H

#include "caught.h"
#include "out.h"

struct pcapng_interface {
	const char *device;
	const char *hook;		/* "tc", "xdp" */
	const char *filter;		/* which packets, in words */
	uint32_t snap;
};

/* By enum kxf_way. */
struct pcapng_sums {
	uint64_t begin_ns;		/* CLOCK_REALTIME */
	uint64_t end_ns;
	uint64_t seen;			/* packets that came by */
	uint64_t captured;
	uint64_t lost;
	uint64_t written;
};

/* All of them go to @out; what is wrong there is seen at its flush. */
void pcapng_begin(struct out *out, const struct pcapng_interface of[KXF_WAYS]);
void pcapng_packet(struct out *out, const struct caught_packet *packet, uint64_t time_ns,
		   const char *comment);
/* @of: KXF_WAYS of them. */
void pcapng_end(struct out *out, const struct pcapng_sums *of);

/* How many packets are in whole blocks, from the beginning of a block on; how long these are. */
uint64_t pcapng_whole(const void *bytes, size_t len, size_t *whole);

#endif
