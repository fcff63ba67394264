/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: formats other than text. */
#ifndef KXTRACE_FORMAT_OPTIONS_H
#define KXTRACE_FORMAT_OPTIONS_H

#include <stdbool.h>

enum export_format {
	EXPORT_CHROME,		/* Trace Event JSON */
	EXPORT_PERFETTO,	/* protobuf of TracePackets */
	EXPORT_FOLDED,		/* a line per stack, nanoseconds */
	EXPORT_FOLDED_COUNT,	/* a line per stack, calls */
	NR_EXPORTS,
};

struct format_options {
	bool json;			/* --json */
	const char *export[NR_EXPORTS];	/* --export=FORMAT:FILE; NULL: not asked for */
	const char *report;		/* --report */
	bool any_file;			/* an export, or the report */
	bool timed;			/* one of them all: times and tasks are needed */
};

#endif
