/* SPDX-License-Identifier: GPL-2.0-only */
/* kxfilter capture: what it was asked for, and how far it is. */
#ifndef KXFILTER_CAPTURE_H
#define KXFILTER_CAPTURE_H

#include "../look.h"
#include "../names.h"
#include "caught.h"
#include "out.h"
#include "pcapng.h"

struct wish {
	const char *rule;	/* NULL: any */
	const char *file;	/* NULL: none */
	bool json;
	uint32_t verdicts;	/* bits by enum kxf_verdict */
	uint64_t count;		/* 0: no end */
	uint64_t seconds;	/* 0: no end */
	uint32_t snap;
};

struct capture {
	const struct wish *wish;
	const char *device;
	int ifindex;
	struct look look;
	struct caught *caught;
	int map;		/* that it comes through */
	struct names names;
	struct out file;	/* -1 */
	struct out lines;	/* -1 */
	int signals;
	bool is_told;		/* by a signal, to end */
	uint32_t generation;
	uint64_t looked_ns;	/* when last after the filter */
	uint64_t end_ns;	/* CLOCK_MONOTONIC; 0: none */
	uint64_t put;		/* packets */
	uint64_t flushed;	/* of these */
	struct pcapng_sums sums[KXF_WAYS];
	struct kxf_looked base[KXF_WAYS];
	struct kxf_totals totals[KXF_WAYS];
};

/* A line for each packet, on capture->lines. */
void capture_line(struct capture *capture, const struct caught_packet *packet, uint64_t time_ns,
		  const char *id);

/* What is in a packet's comment. */
#define COMMENT_TEXT	160
void capture_comment(const struct caught_packet *packet, const char *id, char out[COMMENT_TEXT]);

/* What was asked for, in words. */
void capture_filter_text(const struct wish *wish, char *out, size_t len);

/* Packets until somebody ends it: the status to exit with. */
int capture_run(struct capture *capture);

#endif
