/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers, times and names as people read them, and aligned columns. */
#ifndef KX_TOOL_TEXT_H
#define KX_TOOL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Long enough for any of the texts below. */
#define TEXT_LEN	64

/* Control characters become "?": names come from others, terminals obey. */
void text_clean(char *text);

/* A line on stdout, without control characters. */
void text_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* "812", "4.0K", "12M": bytes. */
void text_bytes(uint64_t bytes, char out[TEXT_LEN]);

/* "2026-11-21T18:55:25+01:00": nanoseconds of CLOCK_REALTIME, in local time. */
void text_local_time(uint64_t ns, char out[TEXT_LEN]);

/* RFC 3339 with nanoseconds: "2026-11-21T17:55:25.123456789Z". */
void text_time(uint64_t ns, char out[TEXT_LEN]);

/* "-rw-r-----"; "-" for none. */
void text_mode(uint32_t mode, char out[TEXT_LEN]);

/* Names of a user or a group, or the number when it has none. */
void text_user(uint32_t uid, char out[TEXT_LEN]);
void text_group(uint32_t gid, char out[TEXT_LEN]);

/* A table whose columns are as wide as their content. */
struct column {
	const char *title;
	bool right;		/* aligned right: numbers */
};

struct table {
	const struct column *columns;
	size_t nr_columns;
	char **cells;		/* row after row */
	size_t nr_cells;
	size_t room;
};

/* The next cell. Return: 0; -ENOMEM. */
int table_add(struct table *table, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The titles and all rows, on stdout. */
void table_print(const struct table *table);

/* The same after an empty line; nothing when there is no row. Return: 0. */
int table_section(const struct table *table);
void table_done(struct table *table);

#define _cleanup_table_	__attribute__((cleanup(table_done)))

#endif
