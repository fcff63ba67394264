/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: records in files, replayed later; when to stop. */
#ifndef KXTRACE_RECORDING_OPTIONS_H
#define KXTRACE_RECORDING_OPTIONS_H

#include "trigger.h"

struct recording_options {
	const char *file;		/* --record */
	bool info;			/* --info */
	bool strsize_given;		/* -s: not what the record was made with */
	/* --last: one of these; all 0: no flight recorder */
	uint64_t last_calls;
	uint64_t last_bytes;
	uint64_t last_ns;
	struct trigger triggers[MAX_TRIGGERS];	/* --trigger */
	unsigned int nr_triggers;
	/* When to stop; 0: not by that. */
	uint64_t for_ns;		/* --for */
	uint64_t count;			/* --count: calls */
	uint64_t size;			/* --size: bytes of output */
};

static inline bool recording_in_flight(const struct recording_options *recording)
{
	return recording->last_calls || recording->last_bytes || recording->last_ns;
}

#endif
