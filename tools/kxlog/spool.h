/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The spool: records on disk, in segments, until every sink has them. What is in it is
 * what there is: sinks are given what was read back.
 */
#ifndef KXLOG_SPOOL_H
#define KXLOG_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"
#include "sink.h"

#define SPOOL_SEGMENT	(8U << 20)	/* bytes, where the spool is large enough */
#define SPOOL_BATCH	(1U << 20)	/* bytes that are written at once */
#define SPOOL_SIZE_MIN	(64U << 10)
#define SPOOL_PARTS	8		/* segments that a small spool has at least */

enum spool_policy {
	SPOOL_DROP_OLDEST,
	SPOOL_DROP_NEWEST,
	SPOOL_BLOCK,
};

enum spool_sync {
	SPOOL_SYNC_SEGMENT,
	SPOOL_SYNC_NEVER,
	SPOOL_SYNC_BATCH,
};

#define SEGMENT_MAGIC	"kxspool\n"
#define SEGMENT_VERSION	1
#define SEGMENT_SUFFIX	".spool"

/* A segment's file: this, then records. Its name is the position of its first record. */
struct segment_head {
	char magic[8];
	uint32_t version;
	uint32_t unused;
};

struct segment {
	uint64_t first;
	uint64_t last;		/* below first: none */
	uint64_t bytes;
};

/* What the owner of the spool is told and asked. */
struct spool_ops {
	/* At the opening: a record that is in the spool. */
	void (*found)(void *ctx, const struct entry *entry);
	/* It was not spooled, though spool_put() took it. */
	void (*refused)(void *ctx, const struct entry *entry);
	/* It is full: let sinks take what they can, and spool_retire(). */
	void (*full)(void *ctx);
	/* Records go from the spool for good: save what was known from them alone. */
	void (*removing)(void *ctx);
	void *ctx;
};

struct spool {
	const char *dir;
	int dir_fd;
	int lock_fd;
	uint64_t size;			/* bytes at most */
	uint64_t segment_size;
	enum spool_policy policy;
	enum spool_sync sync;
	struct spool_ops ops;
	struct segment *segments;	/* by position */
	size_t nr_segments;
	int fd;				/* the last segment, being written; -1: none is */
	uint64_t bytes;			/* of all segments */
	uint64_t next;			/* position of the next record */
	char *batch;			/* records that are not written yet */
	size_t batch_len;
	uint64_t batch_first;		/* position of its first record */
	bool blocked;			/* it has to wait for room */
	bool full;			/* that was told */
	uint64_t spooled;		/* records written */
	uint64_t refused;		/* not written: the spool was full, or the disk */
	uint64_t removed;		/* segments given up before all sinks had them */
	uint64_t damaged;		/* records that were found damaged at the opening */
	uint64_t cut;			/* bytes of a torn end */
	char error[256];		/* why the disk does not take it; "" */
};

/*
 * Lock @dir, made where it is not there, and find what is in it. What is wrong was told:
 * -EBUSY: another kxlog has it; -EPROTONOSUPPORT: of another version; errno.
 */
int spool_open(struct spool *spool, const char *dir, uint64_t size);
void spool_close(struct spool *spool);

/* The next record's position is behind @position: a sink has had that already. */
void spool_pass(struct spool *spool, uint64_t position);

/*
 * Room for a record: then its strings, then spool_put(). There is always room for one more
 * of RECORD_MAX bytes.
 */
int spool_begin(struct spool *spool, struct record_room *room);
/*
 * Take it. @entry has the numbers; receives its position. Return: 0; -ENOSPC: too long;
 * -EAGAIN: it was taken, and no more can be, until spool_flush() returns 0.
 */
int spool_put(struct spool *spool, struct record_room *room, struct entry *entry);

/* Write what was put. Return: 0; -EAGAIN: it has to wait for room. */
int spool_flush(struct spool *spool);

/* All sinks have what is up to @done: what is not needed any more goes. */
void spool_retire(struct spool *spool, uint64_t done);

/* The position of the oldest record that is there; that of the next when none is. */
uint64_t spool_oldest(const struct spool *spool);
/* That of the last one that was written. */
uint64_t spool_last(const struct spool *spool);

/* Of spool_open.c and spool.c: the list of segments. */
int segment_add(struct spool *spool, const struct segment *segment);
void segment_path(uint64_t first, char out[32]);
int segments_recover(struct spool *spool);
int spool_lock(struct spool *spool);

/*
 * Reading
 */

struct spool_reader {
	struct spool *spool;
	uint64_t next;		/* the position that comes next */
	uint64_t missing;	/* positions that were passed over: removed, or damaged */
	uint64_t segment;	/* the first position of the one that is open */
	int fd;
	uint64_t offset;	/* of what is behind the buffer */
	char *buf;
	size_t cap;
	size_t len;
	size_t at;
};

void reader_init(struct spool_reader *reader, struct spool *spool, uint64_t next);
void reader_seek(struct spool_reader *reader, uint64_t next);
void reader_done(struct spool_reader *reader);

/*
 * The next records, up to @max; what they point to stays until the next call. Return: how
 * many; 0: there are none now; a negative errno: a segment cannot be read.
 */
long reader_read(struct spool_reader *reader, struct entry *out, size_t max);

#endif
