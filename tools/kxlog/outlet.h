/* SPDX-License-Identifier: GPL-2.0-only */
/* Where lines go: a file, a pipe or a terminal. What term:, file: and json: have in common. */
#ifndef KXLOG_OUTLET_H
#define KXLOG_OUTLET_H

#include <stdbool.h>
#include <stdint.h>

#include "rotate.h"
#include "sink.h"
#include "lines.h"

struct outlet {
	char *path;		/* NULL: standard output */
	lines_format format;
	int fd;			/* -1: not open now */
	bool regular;		/* a file that stays, as opposed to a pipe */
	struct lines text;	/* lines; up to @written they are out */
	size_t written;
	uint64_t last;		/* position of the last entry in @text */
	uint64_t size;		/* of the file */
	int64_t begun;		/* when it was made, in seconds */
	uint64_t sync_at;	/* loop_now(): what was written is made safe; NEVER */
	struct rotation rotation;
	struct tidy *tidy;
};

/* As sink_kind has them. @path NULL: standard output. */
int outlet_open(struct sink *sink, const char *path, lines_format format,
		const struct rotation *rotation);
long outlet_put(struct sink *sink, const struct entry *entries, size_t nr);
int outlet_work(struct sink *sink);
int outlet_reopen(struct sink *sink);
int outlet_flush(struct sink *sink, int timeout_ms);
void outlet_close(struct sink *sink);

/* "PATH,size=10M,...": for file: and json:. */
int outlet_open_where(struct sink *sink, const char *where, lines_format format);

#endif
