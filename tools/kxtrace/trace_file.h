/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records in a file: a head, frames that need no other, and last the totals.
 *
 * A file that was not ended is whole up to its last frame. All numbers are in the
 * byte order of the machine that wrote them; another one refuses the file.
 */
#ifndef KXTRACE_TRACE_FILE_H
#define KXTRACE_TRACE_FILE_H

#include "view.h"

#define TRACE_FILE_MAGIC	"kxtrace"	/* and a NUL */
#define TRACE_FILE_ORDER	0x01020304
#define TRACE_FILE_VERSION	1
#define TRACE_FILE_HEAD_MAX	(64 << 10)

/* Of a head. */
#define TRACE_FILE_FOLLOW	1	/* -f */
#define TRACE_FILE_ALL		2	/* --all */
#define TRACE_FILE_TAIL		4	/* of the flight recorder: the beginning was not kept */

struct trace_file_head {
	char magic[8];
	uint32_t order;
	uint32_t version;
	uint32_t len;		/* of this and of the text behind it */
	uint32_t flags;
	int64_t epoch_ns;	/* add to the times of records: since 1970 */
	uint64_t start_ns;	/* CLOCK_MONOTONIC, when the file was begun */
	uint32_t nr_tasks;	/* that were traced when the records began */
	uint32_t nr_pids;	/* -p */
	uint32_t strsize;	/* -s */
	uint32_t crc;		/* of head and text, this being 0 */
	/* Then "name=value" with a NUL behind each: release, arch, command ... */
};

#define TRACE_FILE_FRAME	0x4658544b	/* "KTXF" */
#define TRACE_FILE_FRAME_FULL	(1 << 20)	/* a frame that has so much is written */
#define TRACE_FILE_FRAME_MAX	(2 << 20)

enum frame_kind { FRAME_RECORDS = 1, FRAME_TOTALS };
enum frame_packing { PACKED_NOT, PACKED_ZSTD };

/* In a frame each record follows its length in 8 bytes, filled up to a multiple of 8. */
struct trace_file_frame {
	uint32_t magic;
	uint8_t kind;
	uint8_t packing;
	uint16_t pad;
	uint32_t stored;	/* bytes that follow */
	uint32_t len;		/* the same, unpacked */
	uint32_t nr;		/* records */
	uint32_t crc;		/* of this, which is 0 meanwhile, and of what follows */
};

/* What a frame of totals holds; later versions may add to its end. */
struct trace_file_totals {
	uint64_t recorded;	/* records in all frames */
	uint64_t delivered;
	uint64_t malformed;
	uint64_t end_ns;	/* CLOCK_MONOTONIC */
	struct kxt_stats stats;
};

uint32_t trace_file_head_crc(const struct trace_file_head *head);
uint32_t trace_file_frame_crc(const struct trace_file_frame *frame, const void *stored);

/*
 * Packing. Without libzstd frames are written as they are, and packed ones are
 * refused. pack() gives 0 where nothing is gained.
 */
struct packer;

bool packer_present(void);
int packer_new(struct packer **packer);
void packer_free(struct packer *packer);
size_t packer_bound(size_t len);
size_t pack(struct packer *packer, void *to, size_t room, const void *from, size_t len);
bool unpack(struct packer *packer, void *to, size_t len, const void *from, size_t stored);

/*
 * Writing. All return 0 or a negative errno; the first failure has been told in one
 * sentence, and what was written before can be read.
 */
struct trace_writer;

/* The file is made by the first write, or by trace_writer_begin(). */
int trace_writer_new(struct trace_writer **writer, const struct trace *trace,
		     const char *path, uint32_t flags);
int trace_writer_begin(struct trace_writer *writer);
/* How many tasks are traced before the first record; until then `trace` says it. */
void trace_writer_set_tasks(struct trace_writer *writer, unsigned int nr_tasks);
/* When the first record was made, unless it is now. */
void trace_writer_set_start(struct trace_writer *writer, uint64_t ns);
int trace_writer_add(struct trace_writer *writer, const void *record, size_t len);
/* What is held back goes out. */
int trace_writer_flush(struct trace_writer *writer);
int trace_writer_end(struct trace_writer *writer, const struct totals *totals);
/* Bytes in the file, and what waits for it. */
uint64_t trace_writer_size(const struct trace_writer *writer);
void trace_writer_free(struct trace_writer *writer);

/* Reading, of a file or a pipe; nothing in it is trusted. */
struct frame {
	char *data;		/* of an aligned buffer that belongs to the frame */
	uint32_t len;
	uint32_t nr;
	uint64_t offset;	/* of the frame in the file */
};

struct trace_reader {
	int fd;
	const char *path;
	struct trace_file_head head;
	char *text;			/* behind the head; ends in a NUL */
	struct packer *packer;
	char *stored;			/* a frame as it is in the file */
	size_t stored_room;
	uint64_t offset;		/* in the file, of what is read next */
	uint64_t packed_bytes;
	uint64_t unpacked_bytes;
	bool has_totals;
	struct trace_file_totals totals;
	char problem[256];		/* one sentence on the damage, or "" */
};

/* 0, or a negative errno after one sentence on stderr. "-" is stdin. */
int trace_reader_open(struct trace_reader *reader, const char *path);
int trace_reader_take(struct trace_reader *reader, int fd, const char *path);
void trace_reader_close(struct trace_reader *reader);
/*
 * The next frame of records: 1; 0 at the end, whole or not: then has_totals is
 * false or `problem` says what is wrong. The caller frees frame->data, which is
 * used again as long as it is not NULL.
 */
int trace_reader_next(struct trace_reader *reader, struct frame *frame);
/* The value of a name in the head, or NULL. */
const char *trace_reader_text(const struct trace_reader *reader, const char *name);

/* Steps through a frame; *pos starts at 0. NULL at the end or at damage: *pos tells. */
const void *frame_record(const struct frame *frame, size_t *pos, size_t *len);

#endif
