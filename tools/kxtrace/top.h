/* SPDX-License-Identifier: GPL-2.0-only */
/* --top: what was counted between two moments, sorted, and how it is shown. */
#ifndef KXTRACE_TOP_H
#define KXTRACE_TOP_H

#include "cli/screen.h"
#include "options.h"
#include "out.h"

struct session;

enum top_column {
	TOP_TIME, TOP_CALLS, TOP_ERRORS, TOP_AVG, TOP_MAX, TOP_NAME, NR_TOP_COLUMNS,
};

/* What a key or an option chooses. */
struct top_choice {
	enum top_column sort;
	bool by_process;
	bool errors_only;
	bool paused;
	bool help;
};

/* A call or a process: what it did since the sample before. */
struct top_row {
	const char *name;	/* of a call; NULL: a process */
	uint32_t key;		/* the process as the kernel numbers it */
	uint32_t pid;
	char comm[KXT_COMM_MAX];
	struct kxt_sum sum;
};

struct top_list {
	struct top_row *rows;
	unsigned int nr, room;
};

struct top_sample {
	double seconds;			/* that it is about */
	uint64_t end_ns;		/* CLOCK_MONOTONIC */
	struct kxt_sum all;
	struct top_list calls, processes;
	struct top_list before;		/* processes, counted since the beginning */
	struct kxt_sum before_calls[KXT_NR_ROWS];
	uint32_t uncounted;
	bool starved;			/* no memory for a process */
};

/* 0 or a negative errno. */
int top_sample_take(struct top_sample *sample, struct session *session);
void top_sample_done(struct top_sample *sample);

/* In the order of choice->sort; returns how many of them are to be shown. */
unsigned int top_sort(struct top_list *list, const struct top_choice *choice);

/* One line each, without its end; as snprintf. */
#define TOP_LINE_MAX	160
void top_title(char *text, const struct top_sample *sample, const struct top_choice *choice);
void top_heads(char *text, const struct top_choice *choice);
void top_line(char *text, const struct top_sample *sample, const struct top_row *row);

void top_screen_draw(struct screen *screen, struct top_sample *sample,
		     const struct top_choice *choice);

#endif
