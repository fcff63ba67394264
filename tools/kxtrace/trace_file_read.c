// SPDX-License-Identifier: GPL-2.0-only
/* Reads a file of records, whatever is in it. */
#include "trace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Reads all of `len`, or as much as there is; returns how much, or -errno. */
static ssize_t read_up_to(struct trace_reader *reader, void *to, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = read(reader->fd, (char *)to + done, len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		done += n;
	}
	reader->offset += done;
	return done;
}

static int __attribute__((format(printf, 2, 3)))
refuse(const char *path, const char *format, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	complain("%s: %s", path, text);
	return -EINVAL;
}

static int check_order(struct trace_reader *reader)
{
	const struct trace_file_head *head = &reader->head;

	if (memcmp(head->magic, TRACE_FILE_MAGIC, sizeof(head->magic)))
		return refuse(reader->path, "is no record of kxtrace: it does not begin like one");
	if (head->order == __builtin_bswap32(TRACE_FILE_ORDER))
		return refuse(reader->path, "was written on a machine with the other byte order: replay it on one like that");
	if (head->order != TRACE_FILE_ORDER)
		return refuse(reader->path, "is damaged at offset 8: no byte order is known like that");
	if (head->version != TRACE_FILE_VERSION)
		return refuse(reader->path, "has format %u, this kxtrace reads %u: use the kxtrace that wrote it",
			      head->version, TRACE_FILE_VERSION);
	if (head->len < sizeof(*head) || head->len > TRACE_FILE_HEAD_MAX)
		return refuse(reader->path, "is damaged at offset 16: a head cannot have %u bytes",
			      head->len);
	return 0;
}

static int read_head(struct trace_reader *reader)
{
	struct trace_file_head *head;
	size_t rest;
	ssize_t n;
	int err;

	n = read_up_to(reader, &reader->head, sizeof(reader->head));
	if (n < 0)
		return refuse(reader->path, "cannot be read: %s", strerror(-n));
	if (!n)
		return refuse(reader->path, "is empty: the recorder was killed before the first record");
	if ((size_t)n < sizeof(reader->head))
		return refuse(reader->path, "is no record of kxtrace: %zd bytes are too few for one", n);
	err = check_order(reader);
	if (err)
		return err;
	rest = reader->head.len - sizeof(*head);
	head = malloc(reader->head.len + 1ul);
	if (!head)
		return refuse(reader->path, "cannot be read: %s", strerror(ENOMEM));
	*head = reader->head;
	n = read_up_to(reader, head + 1, rest);
	if (n < 0 || (size_t)n < rest)
		err = refuse(reader->path, "ends within its head, at offset %llu: nothing of it can be shown",
			     (unsigned long long)reader->offset);
	else if (trace_file_head_crc(head) != head->crc)
		err = refuse(reader->path, "is damaged within its first %u bytes, the head: the checksum is wrong",
			     head->len);
	memmove(head, head + 1, rest);
	reader->text = (char *)head;
	reader->text[rest] = '\0';
	return err;
}

static int check_machine(const struct trace_reader *reader)
{
	const char *arch = trace_reader_text(reader, "arch");
	struct utsname uts;

	if (!arch || uname(&uts) || !strcmp(arch, uts.machine))
		return 0;
	return refuse(reader->path, "was recorded on %s, whose calls have other numbers than those of %s: replay it there",
		      arch, uts.machine);
}

int trace_reader_take(struct trace_reader *reader, int fd, const char *path)
{
	int err;

	*reader = (struct trace_reader){ .fd = fd, .path = path };
	err = read_head(reader);
	if (!err)
		err = check_machine(reader);
	if (!err && packer_new(&reader->packer))
		err = refuse(path, "cannot be read: %s", strerror(ENOMEM));
	if (err)
		trace_reader_close(reader);
	return err;
}

int trace_reader_open(struct trace_reader *reader, const char *path)
{
	int fd;

	if (!strcmp(path, "-"))
		return trace_reader_take(reader, dup(STDIN_FILENO), "stdin");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		complain("%s: cannot be read: %s", path, strerror(errno));
		return -errno;
	}
	return trace_reader_take(reader, fd, path);
}

void trace_reader_close(struct trace_reader *reader)
{
	if (reader->fd >= 0)
		close(reader->fd);
	reader->fd = -1;
	packer_free(reader->packer);
	reader->packer = NULL;
	free(reader->text);
	reader->text = NULL;
	free(reader->stored);
	reader->stored = NULL;
}

const char *trace_reader_text(const struct trace_reader *reader, const char *name)
{
	const char *at = reader->text;
	const char *end = at + reader->head.len - sizeof(reader->head);
	size_t len = strlen(name);

	for (; at < end; at += strlen(at) + 1)
		if (!strncmp(at, name, len) && at[len] == '=')
			return at + len + 1;
	return NULL;
}

/* Always 0: the end of what can be shown. */
static int __attribute__((format(printf, 3, 4)))
end_at(struct trace_reader *reader, uint64_t offset, const char *format, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	snprintf(reader->problem, sizeof(reader->problem), "offset %llu: %s",
		 (unsigned long long)offset, text);
	return 0;
}

static int take_totals(struct trace_reader *reader, const char *data,
		       const struct trace_file_frame *frame, uint64_t offset)
{
	size_t len = frame->len;
	char more;

	if (len < offsetof(struct trace_file_totals, stats) || frame->packing != PACKED_NOT)
		return end_at(reader, offset, "the totals are too short");
	if (len > sizeof(reader->totals))
		len = sizeof(reader->totals);
	memcpy(&reader->totals, data, len);
	reader->has_totals = true;
	offset = reader->offset;
	if (read_up_to(reader, &more, 1))
		return end_at(reader, offset, "there is more behind the end of the trace; it is not shown");
	return 0;
}

/* 1 when the frame can be tried; what is in it is for the checksum to judge. */
static int check_frame(struct trace_reader *reader, const struct trace_file_frame *frame,
		       ssize_t n, uint64_t offset)
{
	if (!n)
		return 0;
	if (n < 0)
		return end_at(reader, offset, "cannot be read: %s", strerror(-n));
	if ((size_t)n < sizeof(*frame))
		return end_at(reader, offset, "the file ends within a frame, whose records are lost; the recorder was killed, or the file is cut");
	if (frame->magic != TRACE_FILE_FRAME)
		return end_at(reader, offset, "here a frame should begin and does not; the rest cannot be read");
	if (frame->len > TRACE_FILE_FRAME_MAX ||
	    frame->stored > packer_bound(TRACE_FILE_FRAME_MAX) ||
	    (frame->packing == PACKED_NOT && frame->len != frame->stored))
		return end_at(reader, offset, "a frame cannot have %u bytes; the rest cannot be read",
			      frame->len);
	return 1;
}

static int read_stored(struct trace_reader *reader, const struct trace_file_frame *frame,
		       void *to, uint64_t offset)
{
	ssize_t n = read_up_to(reader, to, frame->stored);

	if (n < 0)
		return end_at(reader, offset, "cannot be read: %s", strerror(-n));
	if ((size_t)n < frame->stored)
		return end_at(reader, offset, "the file ends within a frame of %u records, which are lost; the recorder was killed, or the file is cut",
			      frame->nr);
	if (trace_file_frame_crc(frame, to) != frame->crc)
		return end_at(reader, offset, "the checksum of a frame of %u records is wrong; these and the rest are not shown",
			      frame->nr);
	return 1;
}

static int unpack_frame(struct trace_reader *reader, const struct trace_file_frame *frame,
			void *to, uint64_t offset)
{
	if (frame->packing != PACKED_ZSTD)
		return end_at(reader, offset, "a frame is packed in a way that this kxtrace does not know");
	if (!packer_present())
		return end_at(reader, offset, "the records are packed, and this kxtrace was built without zstd; install libzstd-dev and build it again");
	if (!unpack(reader->packer, to, frame->len, reader->stored, frame->stored))
		return end_at(reader, offset, "a frame of %u records cannot be unpacked; these and the rest are not shown",
			      frame->nr);
	return 1;
}

static bool make_room(struct trace_reader *reader, size_t len)
{
	if (len <= reader->stored_room && reader->stored)
		return true;
	free(reader->stored);
	reader->stored = malloc(len + !len);
	reader->stored_room = len;
	return reader->stored;
}

int trace_reader_next(struct trace_reader *reader, struct frame *out)
{
	uint64_t offset = reader->offset;
	struct trace_file_frame frame;
	void *to;
	int more;

	more = check_frame(reader, &frame, read_up_to(reader, &frame, sizeof(frame)), offset);
	if (!more)
		return 0;
	if (!out->data)
		out->data = malloc(TRACE_FILE_FRAME_MAX);
	if (!out->data || !make_room(reader, frame.stored))
		return end_at(reader, offset, "cannot be read: %s", strerror(ENOMEM));
	to = frame.packing == PACKED_NOT ? out->data : reader->stored;
	if (!read_stored(reader, &frame, to, offset))
		return 0;
	if (frame.kind == FRAME_TOTALS)
		return take_totals(reader, to, &frame, offset);
	if (frame.kind != FRAME_RECORDS)
		return end_at(reader, offset, "a frame of a kind that this kxtrace does not know; the rest is not shown");
	if (frame.packing != PACKED_NOT && !unpack_frame(reader, &frame, out->data, offset))
		return 0;
	reader->packed_bytes += frame.stored;
	reader->unpacked_bytes += frame.len;
	out->len = frame.len;
	out->nr = frame.nr;
	out->offset = offset;
	return 1;
}

const void *frame_record(const struct frame *frame, size_t *pos, size_t *len)
{
	const char *at = frame->data + *pos;
	uint64_t size;

	if (frame->len - *pos < 8)
		return NULL;
	memcpy(&size, at, 8);
	if (size > frame->len - *pos - 8)
		return NULL;
	*len = size;
	*pos += 8 + ((size + 7) & ~7ull);
	if (*pos > frame->len)
		*pos = frame->len;
	return at + 8;
}
