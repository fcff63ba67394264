// SPDX-License-Identifier: GPL-2.0-only
/* Fuzzing of files of records: read from a file in memory, and shown as text. */
#define _GNU_SOURCE 1

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../tools/kxtrace/feed.h"
#include "../../tools/kxtrace/trace_file.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static struct options options;
static struct feed feed;
static struct frame frame;
static int file;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char *words[] = { "kxtrace", "replay", "-tt", "-T", "-", NULL };

	(void)argc, (void)argv;
	file = memfd_create("record", MFD_CLOEXEC);
	if (file < 0 || options_parse(&options, 5, words) ||
	    feed_open(&feed, &options, open("/dev/null", O_WRONLY), false))
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct packer *packer;	/* takes long to make */
	struct trace_reader reader;
	const void *record;
	size_t pos, len;

	if (ftruncate(file, size) || pwrite(file, data, size, 0) != (ssize_t)size ||
	    lseek(file, 0, SEEK_SET))
		abort();
	if (trace_reader_take(&reader, dup(file), "record"))
		return 0;
	if (packer) {
		packer_free(reader.packer);
		reader.packer = packer;
	}
	(void)trace_reader_text(&reader, "command");
	while (trace_reader_next(&reader, &frame) > 0) {
		pos = 0;
		while ((record = frame_record(&frame, &pos, &len)))
			feed_record(&feed, record, len);
		if (pos > frame.len)
			abort();
		feed.trace.out.len = 0;
		feed.trace.out.line = 0;
	}
	if (reader.offset > size)
		abort();
	packer = reader.packer;
	reader.packer = NULL;
	trace_reader_close(&reader);
	return 0;
}

static size_t mend_head(uint8_t *data, size_t size)
{
	struct trace_file_head *head = (struct trace_file_head *)data;

	if (size < sizeof(*head))
		return size;
	memcpy(head->magic, TRACE_FILE_MAGIC, sizeof(head->magic));
	head->order = TRACE_FILE_ORDER;
	head->version = TRACE_FILE_VERSION;
	if (head->len < sizeof(*head) || head->len > size)
		head->len = sizeof(*head);
	head->crc = trace_file_head_crc(head);
	return head->len;
}

/* Sums are made right, or hardly any input would be looked into. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	struct trace_file_frame bare;
	uint8_t *copy;
	size_t at;

	size = LLVMFuzzerMutate(data, size, max_size);
	if (!(seed % 8))
		return size;
	/* The data may be anywhere; a head may not. */
	copy = malloc(size + 1);
	if (!copy)
		abort();
	memcpy(copy, data, size);
	for (at = mend_head(copy, size); at < size && size - at >= sizeof(bare);
	     at += sizeof(bare) + bare.stored) {
		memcpy(&bare, copy + at, sizeof(bare));
		bare.magic = TRACE_FILE_FRAME;
		if (bare.stored > size - at - sizeof(bare))
			bare.stored = size - at - sizeof(bare);
		if (bare.packing != PACKED_ZSTD)
			bare.len = bare.stored;
		bare.crc = trace_file_frame_crc(&bare, copy + at + sizeof(bare));
		memcpy(copy + at, &bare, sizeof(bare));
	}
	memcpy(data, copy, size);
	free(copy);
	return size;
}
