/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: counting instead of showing. */
#ifndef KXTRACE_COUNTING_H
#define KXTRACE_COUNTING_H

#include <stdbool.h>
#include <stdint.h>

/* What the table of -c can show, in the order in which it does by itself. */
enum column {
	COLUMN_TIME_PERCENT,
	COLUMN_TOTAL_TIME,
	COLUMN_MIN_TIME,
	COLUMN_MAX_TIME,
	COLUMN_AVG_TIME,
	COLUMN_CALLS,
	COLUMN_ERRORS,
	COLUMN_NAME,
	NR_COLUMNS,
	COLUMN_NOTHING = NR_COLUMNS,	/* -S: in the order of the numbers */
};

struct counting_options {
	bool table;			/* -c or -C: the table at the end */
	bool lines;			/* -C: and the lines before it */
	bool hist;			/* --hist */
	bool top;			/* --top */
	bool *hist_calls;		/* --hist=SET; NULL: all */
	uint64_t top_ns;		/* --top=SECONDS */
	uint64_t overhead_ns;		/* -O */
	enum column sort;		/* -S */
	enum column columns[NR_COLUMNS];	/* -U */
	unsigned int nr_columns;	/* 0: those that strace shows */
};

#endif
