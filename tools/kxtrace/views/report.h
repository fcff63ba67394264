/* SPDX-License-Identifier: GPL-2.0-only */
/* --report: what is gathered during the trace, and how it is written. */
#ifndef KXTRACE_VIEWS_REPORT_H
#define KXTRACE_VIEWS_REPORT_H

#include "file.h"
#include "lines.h"
#include "spans.h"
#include "tally.h"

#define MAX_SLOW	60
#define SLOW_TEXT	600

struct slow_call {
	uint64_t ns;
	uint64_t begin;
	uint32_t tid;
	uint32_t tgid;
	uint32_t len;
	bool failed;
	char text[SLOW_TEXT];
};

struct report_view {
	struct view view;
	struct view_file file;
	struct line_text text;
	struct tally calls;	/* by name, with histograms */
	struct tally errors;	/* "ENOENT\topenat" */
	struct tally files;
	struct spans spans;
	struct slow_call *slow;	/* the slowest, in no order */
	unsigned int nr_slow;
	unsigned int fastest;	/* of these: the next to go */
	uint64_t begin;		/* of the first call, 0: there was none */
	uint64_t end;
	uint64_t signals;
	uint64_t tasks;		/* records of what they are */
	uint64_t missing;	/* calls that gaps in numbers tell of */
};

/* The whole page. */
void report_write(struct report_view *report, const struct totals *totals);

#endif
