/* SPDX-License-Identifier: GPL-2.0-only */
/* Records as they lie in the spool: each is whole by itself and says whether it is. */
#ifndef KXLOG_RECORD_H
#define KXLOG_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "sink.h"

#define RECORD_MAGIC	0x52584b8aU	/* no text begins like this */
#define RECORD_ALIGN	8
#define RECORD_MAX	(1U << 20)	/* bytes of one, with its head */
#define RECORD_TEXT_MAX	(RECORD_MAX / 4)

/* The strings of a record, in their order. */
enum {
	RECORD_ID,
	RECORD_HOST,
	RECORD_INSTANCE,
	RECORD_EXTENSION,
	RECORD_STREAM,
	RECORD_TEXT,
	RECORD_JSON,
	RECORD_STRINGS,
};

/*
 * The head. The strings follow, each ended by a NUL byte, then zeros up to a multiple of
 * RECORD_ALIGN. Numbers are those of the machine that wrote it.
 */
struct record {
	uint32_t magic;
	uint32_t len;		/* of all, with the zeros */
	uint32_t crc;		/* of all that follows this member */
	uint32_t cpu;
	uint64_t position;
	uint64_t kmid;
	uint64_t nr;
	uint64_t boot_ns;
	uint64_t time_ns;
	uint64_t lost;
	uint32_t generation;
	int32_t level;
	uint32_t lens[RECORD_STRINGS];	/* with their ends */
	uint32_t unused;
};

/*
 * A record under construction: @len bytes at @buf. The texts are written in place, by
 * their makers, between record_begin() and record_end().
 */
struct record_room {
	char *buf;
	size_t len;
	size_t used;
};

/* Room for the head; -ENOSPC. */
int record_begin(struct record_room *room);
/* Append the string that is next in order; -ENOSPC. */
int record_string(struct record_room *room, int which, const char *text, size_t len);
/* Finish; @entry gives the numbers. Return: bytes of the record; -ENOSPC. */
long record_end(struct record_room *room, const struct entry *entry);

/*
 * What lies at @buf. Return: bytes that it takes, and @out points into @buf; 0: it goes on
 * behind @len; -EBADMSG: no record, or a damaged one.
 */
long record_parse(const char *buf, size_t len, struct entry *out);

/* How many bytes from @buf on cannot be a record's beginning; up to @len. */
size_t record_skip(const char *buf, size_t len);

#endif
