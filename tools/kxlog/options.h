/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line. */
#ifndef KXLOG_OPTIONS_H
#define KXLOG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool.h"

#define MAX_SINKS	32

struct options {
	const char *sinks[MAX_SINKS];	/* as given; one at least, after options_parse() */
	size_t nr_sinks;
	int level;
	bool events;
	bool once;
	const char *spool;
	uint64_t spool_size;
	enum spool_policy policy;
	enum spool_sync sync;
	const char *metrics;		/* NULL: none */
	char **patterns;
	size_t nr_patterns;
};

/* -1: go on; else the status to exit with. */
int options_parse(struct options *opt, int argc, char **argv);

#endif
