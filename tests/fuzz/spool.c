// SPDX-License-Identifier: GPL-2.0-only
/* Fuzzing of what kxlog reads back from its spool: a segment of any bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "../../tools/kxlog/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* All that an entry points to can be read, and is within the buffer. */
static void use(const char *buf, size_t size, const struct entry *entry)
{
	const char *const strings[] = {
		entry->id, entry->host, entry->instance, entry->extension, entry->stream,
		entry->text, entry->json,
	};

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		if (strings[i] < buf || strings[i] + strlen(strings[i]) >= buf + size)
			abort();
	if (!entry->position)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *buf = malloc(size + !size);
	struct entry entry;
	size_t at = 0;
	long len;

	if (!buf)
		return 0;
	memcpy(buf, data, size);
	while (at < size) {
		len = record_parse(buf + at, size - at, &entry);
		if (len > (long)(size - at) || len % RECORD_ALIGN > 0)
			abort();
		if (len > 0)
			use(buf, size, &entry);
		else
			len = record_skip(buf + at, size - at);
		if (len <= 0)
			abort();
		at += len;
	}
	free(buf);
	return 0;
}

/* Sums are made right, or hardly any input would be looked into. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	struct record head;

	size = LLVMFuzzerMutate(data, size, max_size);
	for (size_t at = 0; size - at >= sizeof(head) && seed % 8; at += head.len) {
		memcpy(&head, data + at, sizeof(head));
		head.magic = RECORD_MAGIC;
		if (head.len > size - at || head.len < sizeof(head))
			head.len = size - at;
		head.len &= ~(RECORD_ALIGN - 1U);
		memcpy(data + at, &head, sizeof(head));
		head.crc = crc32(0, data + at + offsetof(struct record, cpu),
				 head.len - offsetof(struct record, cpu));
		memcpy(data + at, &head, sizeof(head));
	}
	return size;
}
