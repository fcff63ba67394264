// SPDX-License-Identifier: GPL-2.0-only
/* The spool's writing end: batches into segments, and what happens when there is no room. */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/own.h"
#include "cli/tell.h"

void segment_path(uint64_t first, char out[32])
{
	snprintf(out, 32, "%020" PRIu64 SEGMENT_SUFFIX, first);
}

int segment_add(struct spool *spool, const struct segment *segment)
{
	struct segment *grown = reallocarray(spool->segments, spool->nr_segments + 1,
					     sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	spool->segments = grown;
	grown[spool->nr_segments++] = *segment;
	spool->bytes += segment->bytes;
	return 0;
}

static bool is_empty(const struct segment *segment)
{
	return segment->last < segment->first;
}

uint64_t spool_oldest(const struct spool *spool)
{
	for (size_t i = 0; i < spool->nr_segments; i++)
		if (!is_empty(&spool->segments[i]))
			return spool->segments[i].first;
	return spool_last(spool) + 1;
}

uint64_t spool_last(const struct spool *spool)
{
	return (spool->batch_len ? spool->batch_first : spool->next) - 1;
}

void spool_pass(struct spool *spool, uint64_t position)
{
	if (position >= spool->next)
		spool->next = position + 1;
}

/* No more is written to the last segment. */
static void seal(struct spool *spool)
{
	if (spool->fd < 0)
		return;
	if (spool->sync != SPOOL_SYNC_NEVER && fdatasync(spool->fd))
		tell("spool %s: cannot be made safe: %s", spool->dir, strerror(errno));
	close(spool->fd);
	spool->fd = -1;
}

static void remove_first(struct spool *spool)
{
	char path[32];

	if (spool->nr_segments == 1)
		seal(spool);
	spool->ops.removing(spool->ops.ctx);
	segment_path(spool->segments[0].first, path);
	if (unlinkat(spool->dir_fd, path, 0) && errno != ENOENT)
		tell("spool %s: %s cannot be removed: %s", spool->dir, path, strerror(errno));
	spool->bytes -= spool->segments[0].bytes;
	spool->nr_segments--;
	memmove(spool->segments, spool->segments + 1,
		spool->nr_segments * sizeof(*spool->segments));
}

void spool_retire(struct spool *spool, uint64_t done)
{
	while (spool->nr_segments && spool->segments[0].last <= done &&
	       (spool->nr_segments > 1 || spool->fd < 0))
		remove_first(spool);
	if (spool->bytes < spool->size / 2)
		spool->full = false;
}

static int write_whole(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		buf += n;
		len -= n;
	}
	return 0;
}

/* A new segment, for the batch that waits. */
static int segment_begin(struct spool *spool)
{
	const struct segment_head head = { .magic = SEGMENT_MAGIC, .version = SEGMENT_VERSION };
	const struct segment segment = {
		.first = spool->batch_first, .last = spool->batch_first - 1, .bytes = sizeof(head),
	};
	_cleanup_close_ int fd = -1;
	char path[32];
	int err;

	segment_path(segment.first, path);
	fd = openat(spool->dir_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = write_whole(fd, (const char *)&head, sizeof(head)) ?: segment_add(spool, &segment);
	if (err) {
		(void)unlinkat(spool->dir_fd, path, 0);
		return err;
	}
	if (spool->sync != SPOOL_SYNC_NEVER)
		(void)fsync(spool->dir_fd);
	spool->fd = take_fd(fd);
	return 0;
}

/* The batch into the last segment, whole or not at all. */
static int batch_append(struct spool *spool)
{
	struct segment *last;
	int err = 0;

	if (spool->fd >= 0 && !is_empty(&spool->segments[spool->nr_segments - 1]) &&
	    spool->segments[spool->nr_segments - 1].bytes + spool->batch_len > spool->segment_size)
		seal(spool);
	if (spool->fd < 0)
		err = segment_begin(spool);
	if (err)
		return err;
	last = &spool->segments[spool->nr_segments - 1];
	err = write_whole(spool->fd, spool->batch, spool->batch_len);
	if (!err && spool->sync == SPOOL_SYNC_BATCH && fdatasync(spool->fd))
		err = -errno;
	if (err) {
		if (ftruncate(spool->fd, last->bytes))
			seal(spool);	/* what is torn is at an end: readers know that */
		return err;
	}
	last->bytes += spool->batch_len;
	last->last = spool->next - 1;
	spool->bytes += spool->batch_len;
	return 0;
}

static bool has_room(const struct spool *spool)
{
	return spool->bytes + spool->batch_len + sizeof(struct segment_head) <= spool->size;
}

static void batch_drop(struct spool *spool)
{
	struct entry entry;
	size_t at = 0;
	long len;

	spool->next = spool->batch_first;
	while (at < spool->batch_len) {
		len = record_parse(spool->batch + at, spool->batch_len - at, &entry);
		if (len <= 0)
			break;
		spool->refused++;
		spool->ops.refused(spool->ops.ctx, &entry);
		at += len;
	}
	spool->batch_len = 0;
}

/* Told once, until it is well again. */
static void disk_fails(struct spool *spool, int err)
{
	char now[sizeof(spool->error)];

	snprintf(now, sizeof(now), "spool %s: cannot be written: %s", spool->dir, strerror(-err));
	if (strcmp(now, spool->error))
		tell("%s", now);
	memcpy(spool->error, now, sizeof(now));
}

/* Told once, until there is room again. */
static void is_full(struct spool *spool)
{
	static const char *const what[] = {
		[SPOOL_DROP_OLDEST] = "the oldest records are given up",
		[SPOOL_DROP_NEWEST] = "new records are dropped",
		[SPOOL_BLOCK] = "nothing is read until there is room",
	};

	if (!spool->full)
		tell("spool %s: it is full, %s; --spool-size makes it larger", spool->dir,
		     what[spool->policy]);
	spool->full = true;
}

/* Give up the oldest; false: nothing is left to give up. */
static bool oldest_drop(struct spool *spool)
{
	bool last = spool_oldest(spool) > spool_last(spool);

	if (!spool->nr_segments)
		return false;
	spool->removed += !last;
	remove_first(spool);
	return !last;
}

/* 0; or why there is no room. */
static int batch_write(struct spool *spool)
{
	int err;

	if (!has_room(spool))
		spool->ops.full(spool->ops.ctx);
	for (;;) {
		err = has_room(spool) ? batch_append(spool) : -EFBIG;
		if (!err)
			spool->error[0] = '\0';
		else if (err == -EFBIG)
			is_full(spool);
		else
			disk_fails(spool, err);
		if (!err || spool->policy != SPOOL_DROP_OLDEST)
			return err;
		/* A segment without records, whose first batch failed, is nothing to give up. */
		if (!oldest_drop(spool))
			return err;
	}
}

int spool_flush(struct spool *spool)
{
	uint64_t nr = spool->next - spool->batch_first;
	int err;

	if (!spool->batch_len)
		return 0;
	err = batch_write(spool);
	/* What can never fit is not waited for. */
	if (err && spool->policy == SPOOL_BLOCK &&
	    spool->batch_len + sizeof(struct segment_head) <= spool->size) {
		spool->blocked = true;
		return -EAGAIN;
	}
	spool->blocked = false;
	if (err) {
		batch_drop(spool);
		return 0;
	}
	spool->spooled += nr;
	spool->batch_len = 0;
	return 0;
}

int spool_begin(struct spool *spool, struct record_room *room)
{
	*room = (struct record_room){
		.buf = spool->batch + spool->batch_len, .len = RECORD_MAX,
	};
	return record_begin(room);
}

static size_t batch_limit(const struct spool *spool)
{
	return spool->segment_size < SPOOL_BATCH ? spool->segment_size : SPOOL_BATCH;
}

int spool_put(struct spool *spool, struct record_room *room, struct entry *entry)
{
	long len;

	entry->position = spool->next;
	len = record_end(room, entry);
	if (len < 0)
		return len;
	if (!spool->batch_len)
		spool->batch_first = entry->position;
	spool->batch_len += len;
	spool->next++;
	return spool->batch_len < batch_limit(spool) ? 0 : spool_flush(spool);
}

int spool_open(struct spool *spool, const char *dir, uint64_t size)
{
	int err;

	spool->dir = dir;
	spool->dir_fd = spool->lock_fd = spool->fd = -1;
	spool->size = size;
	spool->segment_size = size / SPOOL_PARTS < SPOOL_SEGMENT ? size / SPOOL_PARTS :
								   SPOOL_SEGMENT;
	spool->next = 1;
	spool->batch = malloc(batch_limit(spool) + RECORD_MAX);
	if (!spool->batch)
		return -ENOMEM;
	err = spool_lock(spool) ?: segments_recover(spool);
	if (spool->damaged)
		tell("spool %s: %" PRIu64 " %s damaged, passed over", dir,
		     spool->damaged, spool->damaged == 1 ? "record is" : "records are");
	if (spool->cut)
		tell("spool %s: %" PRIu64 " bytes of a record that was not finished are cut off",
		     dir, spool->cut);
	return err;
}

void spool_close(struct spool *spool)
{
	if (!spool->dir)
		return;
	seal(spool);
	free(spool->segments);
	free(spool->batch);
	own_close(&spool->dir_fd);
	own_close(&spool->lock_fd);
	*spool = (struct spool){ .dir_fd = -1, .lock_fd = -1, .fd = -1 };
}
