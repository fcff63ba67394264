/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Metrics of several instances in the text format of Prometheus, put together: each family once,
 * with the samples of all, which get the instance as a label. What is not of the format is
 * refused, line by line, so that one extension does not spoil it for all.
 */
#ifndef KXLOG_EXPOSITION_H
#define KXLOG_EXPOSITION_H

#include <stddef.h>
#include <stdint.h>

#include "lines.h"

struct family;

struct exposition {
	struct family *families;
	size_t nr;
	size_t room;
	size_t samples;
	uint64_t refused;	/* lines */
	uint64_t *known;	/* hashes of samples: none comes twice */
	size_t known_room;
	int failed;		/* out of memory */
};

#define EXPOSITION_SAMPLES	200000	/* more are refused */

/* @text is what @instance said. */
void exposition_add(struct exposition *all, const char *instance, const char *text, size_t len);
void exposition_put(const struct exposition *all, struct lines *out);
void exposition_done(struct exposition *all);

#endif
