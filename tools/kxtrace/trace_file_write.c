// SPDX-License-Identifier: GPL-2.0-only
/* Writes a file of records: frame by frame, each with one write. */
#include "trace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <kx/kx.h>

struct trace_writer {
	const struct trace *trace;
	const char *path;
	struct packer *packer;
	char *records;			/* the frame under construction */
	size_t len;
	uint32_t nr;
	char *packed;
	uint32_t flags;
	uint64_t start_ns;
	unsigned int nr_tasks;
	bool knows_tasks;
	int fd;
	bool headed;
	int error;
	uint64_t written;
	uint64_t recorded;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

int trace_writer_new(struct trace_writer **out, const struct trace *trace,
		     const char *path, uint32_t flags)
{
	struct trace_writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		return -ENOMEM;
	writer->trace = trace;
	writer->path = path;
	writer->flags = flags;
	writer->fd = -1;
	writer->start_ns = now_ns();
	writer->records = malloc(TRACE_FILE_FRAME_MAX);
	writer->packed = malloc(packer_bound(TRACE_FILE_FRAME_MAX));
	if (!writer->records || !writer->packed || packer_new(&writer->packer)) {
		trace_writer_free(writer);
		return -ENOMEM;
	}
	*out = writer;
	return 0;
}

void trace_writer_free(struct trace_writer *writer)
{
	if (!writer)
		return;
	if (writer->fd >= 0)
		close(writer->fd);
	packer_free(writer->packer);
	free(writer->records);
	free(writer->packed);
	free(writer);
}

uint64_t trace_writer_size(const struct trace_writer *writer)
{
	return writer->written;
}

static int fail(struct trace_writer *writer, int err)
{
	if (!writer->error)
		complain("%s: cannot be written: %s", writer->path, strerror(-err));
	writer->error = err;
	return err;
}

/* Half a piece is taken back: the file ends in whole frames, then. */
static int write_whole(struct trace_writer *writer, struct iovec *parts, int nr)
{
	uint64_t done = 0;
	ssize_t n;
	int err;

	while (nr) {
		n = writev(writer->fd, parts, nr);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err = -errno;
			if (done && ftruncate(writer->fd, writer->written))
				complain("%s: ends in half a frame", writer->path);
			return fail(writer, err);
		}
		done += n;
		while (nr && (size_t)n >= parts->iov_len) {
			n -= parts->iov_len;
			parts++;
			nr--;
		}
		if (nr) {
			parts->iov_base = (char *)parts->iov_base + n;
			parts->iov_len -= n;
		}
	}
	writer->written += done;
	return 0;
}

/*
 * The head
 */

/* Words with blanks between; what a head has no room for is left away. */
static void add_command(struct out *o, char **words)
{
	size_t len;

	out_str(o, "command=");
	for (; *words && o->cap - o->len > 64; words++) {
		len = strnlen(*words, o->cap - o->len - 64);
		out_mem(o, *words, len);
		out_char(o, words[1] ? ' ' : '\0');
	}
	if (*words)
		out_mem(o, "...", 4);
}

static void add_selection(struct out *o, const bool *selected)
{
	unsigned int nr, nr_named = 0, nr_selected = 0;
	bool invert, first = true;

	for (nr = 0; nr < KXT_NR_ROWS; nr++) {
		nr_named += call_table[nr].name != NULL;
		nr_selected += call_table[nr].name && selected[nr];
	}
	invert = nr_selected > nr_named / 2;
	out_str(o, nr_selected == nr_named ? "trace=all" : invert ? "trace=!" :
		nr_selected ? "trace=" : "trace=none");
	for (nr = 0; nr < KXT_NR_ROWS; nr++) {
		if (!call_table[nr].name || selected[nr] == invert)
			continue;
		if (!first)
			out_char(o, ',');
		first = false;
		out_str(o, call_table[nr].name);
	}
	out_char(o, '\0');
}

static void add_pair(struct out *o, const char *name, const char *value)
{
	out_str(o, name);
	out_str(o, value);
	out_char(o, '\0');
}

static void describe(struct trace_writer *writer, struct out *o)
{
	const struct options *opt = writer->trace->opt;
	struct utsname uts = {};
	unsigned int i;

	uname(&uts);
	add_pair(o, "release=", uts.release);
	add_pair(o, "arch=", uts.machine);
	add_pair(o, "host=", uts.nodename);
	add_pair(o, "kxtrace=", kx_version());
	add_pair(o, "packing=", packer_present() ? "zstd" : "none");
	add_selection(o, opt->selected);
	for (i = 0; i < opt->nr_pids; i++)
		out_printf(o, "%s%d", i ? "," : "pids=", opt->pids[i]);
	if (opt->nr_pids)
		out_char(o, '\0');
	if (opt->command && !opt->replay)
		add_command(o, opt->command);
	while (o->len % 8)
		out_char(o, '\0');
}

static int write_head(struct trace_writer *writer)
{
	const struct options *opt = writer->trace->opt;
	struct trace_file_head *head;
	struct iovec part;
	struct out o;
	int err;

	if (out_init(&o, -1, TRACE_FILE_HEAD_MAX))
		return fail(writer, -ENOMEM);
	out_spaces_to(&o, sizeof(*head));
	describe(writer, &o);
	head = (struct trace_file_head *)o.buf;
	*head = (struct trace_file_head){
		.magic = TRACE_FILE_MAGIC,
		.order = TRACE_FILE_ORDER,
		.version = TRACE_FILE_VERSION,
		.len = o.len,
		.flags = writer->flags | (opt->follow ? TRACE_FILE_FOLLOW : 0) |
			 (opt->all ? TRACE_FILE_ALL : 0),
		.epoch_ns = writer->trace->epoch_ns,
		.start_ns = writer->start_ns,
		.nr_tasks = writer->knows_tasks ? writer->nr_tasks : writer->trace->nr_tasks,
		.nr_pids = opt->nr_pids,
		.strsize = opt->strsize,
	};
	head->crc = trace_file_head_crc(head);
	part = (struct iovec){ head, o.len };
	err = write_whole(writer, &part, 1);
	out_done(&o);
	writer->headed = !err;
	return err;
}

int trace_writer_begin(struct trace_writer *writer)
{
	if (writer->error)
		return writer->error;
	if (writer->fd >= 0)
		return 0;
	writer->fd = open(writer->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return writer->fd < 0 ? fail(writer, -errno) : 0;
}

void trace_writer_set_tasks(struct trace_writer *writer, unsigned int nr_tasks)
{
	if (!writer->knows_tasks)
		writer->nr_tasks = nr_tasks;
	writer->knows_tasks = true;
}

void trace_writer_set_start(struct trace_writer *writer, uint64_t ns)
{
	writer->start_ns = ns;
}

/*
 * Frames
 */

static int write_frame(struct trace_writer *writer, enum frame_kind kind,
		       const void *data, size_t len, uint32_t nr)
{
	struct trace_file_frame frame = {
		.magic = TRACE_FILE_FRAME, .kind = kind, .len = len, .nr = nr,
	};
	struct iovec parts[2] = { { &frame, sizeof(frame) }, { (void *)data, len } };
	size_t packed;
	int err;

	err = trace_writer_begin(writer);
	if (!err && !writer->headed)
		err = write_head(writer);
	if (err)
		return err;
	packed = kind != FRAME_RECORDS ? 0 :
		 pack(writer->packer, writer->packed, packer_bound(len), data, len);
	if (packed) {
		frame.packing = PACKED_ZSTD;
		parts[1] = (struct iovec){ writer->packed, packed };
	}
	frame.stored = parts[1].iov_len;
	frame.crc = trace_file_frame_crc(&frame, parts[1].iov_base);
	return write_whole(writer, parts, 2);
}

int trace_writer_flush(struct trace_writer *writer)
{
	int err;

	if (writer->error || !writer->nr)
		return writer->error;
	err = write_frame(writer, FRAME_RECORDS, writer->records, writer->len, writer->nr);
	if (!err)
		writer->recorded += writer->nr;
	writer->len = 0;
	writer->nr = 0;
	return err;
}

int trace_writer_add(struct trace_writer *writer, const void *record, size_t len)
{
	size_t room = 8 + ((len + 7) & ~7ul);
	uint64_t head = len;
	char *to = writer->records + writer->len;

	if (writer->error)
		return writer->error;
	if (room > TRACE_FILE_FRAME_MAX - TRACE_FILE_FRAME_FULL)
		return fail(writer, -EMSGSIZE);
	memcpy(to, &head, 8);
	memcpy(to + 8, record, len);
	memset(to + 8 + len, 0, room - 8 - len);
	writer->len += room;
	writer->nr++;
	return writer->len >= TRACE_FILE_FRAME_FULL ? trace_writer_flush(writer) : 0;
}

int trace_writer_end(struct trace_writer *writer, const struct totals *totals)
{
	struct trace_file_totals last;
	int err;

	err = trace_writer_flush(writer);
	if (err)
		return err;
	last = (struct trace_file_totals){
		.recorded = writer->recorded,
		.delivered = totals->delivered,
		.malformed = totals->malformed,
		.end_ns = now_ns(),
		.stats = totals->stats,
	};
	return write_frame(writer, FRAME_TOTALS, &last, sizeof(last), 0);
}
