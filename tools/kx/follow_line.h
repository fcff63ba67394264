/* SPDX-License-Identifier: GPL-2.0-only */
/* Records as lines. */
#ifndef KX_TOOL_FOLLOW_LINE_H
#define KX_TOOL_FOLLOW_LINE_H

#include "follow.h"

struct line;

/* A stream, and its lines that wait for those of others. */
struct source {
	struct kx_stream *stream;
	struct line *lines;
	size_t nr_lines;
	size_t room;
};

#define SOURCE_ENOUGH	(-1000)	/* as many as were wanted have been shown */

/*
 * Takes what a stream has. When it is the only one, lines are printed at once; else they
 * wait for lines_print(). Return: how many; SOURCE_ENOUGH; a negative errno of
 * kx_stream_dispatch().
 */
int source_read(struct follow *follow, struct source *source);
void source_done(struct source *source);

/* The lines of all sources, by time. */
void lines_print(struct follow *follow);

#endif
