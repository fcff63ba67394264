/* SPDX-License-Identifier: GPL-2.0-only */
/* Records, from the ring or from a file, told to the views. */
#ifndef KXTRACE_FEED_H
#define KXTRACE_FEED_H

#include "view.h"

struct feed {
	struct trace trace;
	struct views views;
	uint64_t malformed;	/* records that were not understood */
	uint64_t beyond;	/* records that came when it was over */
};

/* On failure one sentence has been printed. `fd` is where text goes. */
int feed_open(struct feed *feed, const struct options *opt, int fd, bool live);
/* The same for records from elsewhere: `like` says when and how they were made. */
int feed_open_like(struct feed *feed, const struct options *opt, int fd,
		   const struct trace *like);
void feed_close(struct feed *feed);

/* Before what is traced is let go: 0, or the error of a view, which has told of it. */
int feed_begin(struct feed *feed);
/* One record; `feed` is a struct feed. Always 0: what is not understood is counted. */
int feed_record(void *feed, const void *record, size_t len);

void feed_message(struct feed *feed, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* All that there was has been fed. */
void feed_pass(struct feed *feed);
/* 0, or the error of a view, after its sentence on stderr. */
int feed_finish(struct feed *feed, const struct totals *totals);

#endif
