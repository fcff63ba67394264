/* SPDX-License-Identifier: GPL-2.0-only */
/* Text that grows, and how entries look in it. */
#ifndef KXLOG_LINES_H
#define KXLOG_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink.h"

struct lines {
	char *buf;
	size_t len;
	size_t cap;
	bool failed;		/* out of memory: something is missing */
	int64_t second;		/* that @clock is of */
	char clock[40];		/* up to the seconds */
	size_t clock_len;
};

void lines_done(struct lines *text);
void lines_put(struct lines *text, const char *from, size_t len);
void lines_str(struct lines *text, const char *from);
void lines_number(struct lines *text, uint64_t value);
/* In quotes; what is no UTF-8 becomes U+FFFD. */
void lines_json_string(struct lines *text, const char *from);

/* Entries as lines. */
typedef void (*lines_format)(struct lines *text, const struct entry *entry);
void lines_plain(struct lines *text, const struct entry *entry);	/* of a file */
void lines_screen(struct lines *text, const struct entry *entry);	/* of a terminal */
void lines_colour(struct lines *text, const struct entry *entry);	/* the same, in colours */
void lines_json(struct lines *text, const struct entry *entry);

#endif
