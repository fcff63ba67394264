// SPDX-License-Identifier: GPL-2.0-only
/* The spool's reading end: each sink has its own, at its own pace. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/own.h"
#include "spool.h"

#define READ_SIZE	(256U << 10)

void reader_init(struct spool_reader *reader, struct spool *spool, uint64_t next)
{
	*reader = (struct spool_reader){ .spool = spool, .next = next, .fd = -1 };
}

static void segment_leave(struct spool_reader *reader)
{
	own_close(&reader->fd);
	reader->fd = -1;
	reader->len = reader->at = 0;
}

void reader_seek(struct spool_reader *reader, uint64_t next)
{
	if (reader->next == next)
		return;
	segment_leave(reader);
	reader->next = next;
}

void reader_done(struct spool_reader *reader)
{
	segment_leave(reader);
	free(reader->buf);
	reader->buf = NULL;
}

static const struct segment *segment_find(const struct spool *spool, uint64_t first)
{
	for (size_t i = 0; i < spool->nr_segments; i++)
		if (spool->segments[i].first == first)
			return &spool->segments[i];
	return NULL;
}

/* That in which @next is, or the next one there is. */
static const struct segment *segment_of(const struct spool *spool, uint64_t next)
{
	for (size_t i = 0; i < spool->nr_segments; i++)
		if (spool->segments[i].last >= next)
			return &spool->segments[i];
	return NULL;
}

static int segment_enter(struct spool_reader *reader, const struct segment *segment)
{
	char path[32];

	segment_leave(reader);
	segment_path(segment->first, path);
	reader->fd = openat(reader->spool->dir_fd, path, O_RDONLY | O_CLOEXEC);
	if (reader->fd < 0)
		return -errno;
	reader->segment = segment->first;
	reader->offset = sizeof(struct segment_head);
	return 0;
}

/* What was removed from the spool is left at once: its room is wanted. */
static const struct segment *segment_here(struct spool_reader *reader)
{
	const struct segment *segment = reader->fd < 0 ? NULL :
					segment_find(reader->spool, reader->segment);

	if (!segment && reader->fd >= 0)
		segment_leave(reader);
	return segment;
}

static int buffer_grow(struct spool_reader *reader)
{
	size_t cap = reader->cap ? reader->cap * 2 : READ_SIZE;
	char *grown;

	if (reader->len < reader->cap)
		return 0;
	grown = realloc(reader->buf, cap);
	if (!grown)
		return -ENOMEM;
	reader->buf = grown;
	reader->cap = cap;
	return 0;
}

/* More bytes of the segment: how many. What was handed out is not valid any more. */
static long buffer_fill(struct spool_reader *reader)
{
	ssize_t n;
	int err;

	if (reader->at) {
		reader->len -= reader->at;
		memmove(reader->buf, reader->buf + reader->at, reader->len);
		reader->at = 0;
	}
	err = buffer_grow(reader);
	if (err)
		return err;
	n = pread(reader->fd, reader->buf + reader->len, reader->cap - reader->len,
		  reader->offset);
	if (n < 0)
		return -errno;
	reader->len += n;
	reader->offset += n;
	return n;
}

/* The records that are whole in the buffer. */
static size_t buffer_take(struct spool_reader *reader, uint64_t last, struct entry *out,
			  size_t max)
{
	size_t nr = 0;
	long len;

	while (nr < max && reader->at < reader->len) {
		len = record_parse(reader->buf + reader->at, reader->len - reader->at, &out[nr]);
		if (!len)
			break;
		if (len < 0 || out[nr].position > last) {
			reader->at += record_skip(reader->buf + reader->at,
						  reader->len - reader->at);
			continue;
		}
		reader->at += len;
		if (out[nr].position < reader->next)
			continue;
		reader->missing += out[nr].position - reader->next;
		reader->next = out[nr].position + 1;
		nr++;
	}
	return nr;
}

/* Behind the last record of a segment: 1: there is another one; 0; negative errno. */
static int segment_next(struct spool_reader *reader, const struct segment *segment)
{
	int err;

	/* Its last records may be damaged. */
	if (segment && reader->next <= segment->last) {
		reader->missing += segment->last + 1 - reader->next;
		reader->next = segment->last + 1;
	}
	segment = segment_of(reader->spool, reader->next);
	if (!segment)
		return 0;
	if (segment->first > reader->next) {
		reader->missing += segment->first - reader->next;
		reader->next = segment->first;
	}
	err = segment_enter(reader, segment);
	return err ? err : 1;
}

long reader_read(struct spool_reader *reader, struct entry *out, size_t max)
{
	const struct segment *segment;
	long n;

	for (;;) {
		segment = segment_here(reader);
		if (segment) {
			n = buffer_take(reader, segment->last, out, max);
			if (n)
				return n;
			if (reader->next > segment->last &&
			    !segment_of(reader->spool, reader->next))
				return 0;
			n = buffer_fill(reader);
			if (n < 0)
				return n;
			/* A damaged length leads behind the end: what follows may be whole. */
			if (!n && reader->next <= segment->last && reader->at < reader->len) {
				n = record_skip(reader->buf + reader->at, reader->len - reader->at);
				reader->at += n;
			}
			if (n)
				continue;
		}
		n = segment_next(reader, segment);
		if (n <= 0)
			return n;
	}
}
