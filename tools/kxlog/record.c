// SPDX-License-Identifier: GPL-2.0-only
/* Records as they lie in the spool: making, checking, finding the next one. */
#include "record.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#define CHECKED_FROM	offsetof(struct record, cpu)

_Static_assert(sizeof(struct record) % RECORD_ALIGN == 0, "records are aligned");

int record_begin(struct record_room *room)
{
	if (room->len < sizeof(struct record))
		return -ENOSPC;
	memset(room->buf, 0, sizeof(struct record));
	room->used = sizeof(struct record);
	return 0;
}

int record_string(struct record_room *room, int which, const char *text, size_t len)
{
	struct record *head = (struct record *)room->buf;

	if (room->len - room->used < len + 1)
		return -ENOSPC;
	/* Texts are made in place: then there is nothing to copy. */
	if (text != room->buf + room->used)
		memcpy(room->buf + room->used, text, len);
	room->buf[room->used + len] = '\0';
	head->lens[which] = len + 1;
	room->used += len + 1;
	return 0;
}

static uint32_t checksum(const struct record *head)
{
	return crc32(0, (const Bytef *)head + CHECKED_FROM, head->len - CHECKED_FROM);
}

long record_end(struct record_room *room, const struct entry *entry)
{
	size_t len = (room->used + RECORD_ALIGN - 1) & ~(size_t)(RECORD_ALIGN - 1);
	struct record *head = (struct record *)room->buf;

	if (len > room->len || len > RECORD_MAX)
		return -ENOSPC;
	memset(room->buf + room->used, 0, len - room->used);
	head->magic = RECORD_MAGIC;
	head->len = len;
	head->cpu = entry->cpu;
	head->position = entry->position;
	head->kmid = entry->kmid;
	head->nr = entry->nr;
	head->boot_ns = entry->boot_ns;
	head->time_ns = entry->time_ns;
	head->lost = entry->lost;
	head->generation = entry->generation;
	head->level = entry->level;
	head->crc = checksum(head);
	return len;
}

/* Each string lies within the record, and ends where it says. */
static int strings_find(const struct record *head, const char *strings[RECORD_STRINGS])
{
	const char *at = (const char *)(head + 1), *end = (const char *)head + head->len;

	for (int i = 0; i < RECORD_STRINGS; i++) {
		if (!head->lens[i] || head->lens[i] > (size_t)(end - at) || at[head->lens[i] - 1])
			return -EBADMSG;
		strings[i] = at;
		at += head->lens[i];
	}
	return 0;
}

long record_parse(const char *buf, size_t len, struct entry *out)
{
	const struct record *head = (const struct record *)buf;
	const char *strings[RECORD_STRINGS];

	if (len < sizeof(*head))
		return 0;
	if (head->magic != RECORD_MAGIC || head->len < sizeof(*head) || head->len > RECORD_MAX ||
	    head->len % RECORD_ALIGN)
		return -EBADMSG;
	if (head->len > len)
		return 0;
	if (checksum(head) != head->crc || !head->position || strings_find(head, strings))
		return -EBADMSG;
	*out = (struct entry){
		.position = head->position,
		.id = strings[RECORD_ID],
		.host = strings[RECORD_HOST],
		.instance = strings[RECORD_INSTANCE],
		.extension = strings[RECORD_EXTENSION],
		.stream = strings[RECORD_STREAM],
		.kmid = head->kmid,
		.nr = head->nr,
		.boot_ns = head->boot_ns,
		.time_ns = head->time_ns,
		.lost = head->lost,
		.generation = head->generation,
		.cpu = head->cpu,
		.level = head->level,
		.text = strings[RECORD_TEXT],
		.json = strings[RECORD_JSON],
	};
	return head->len;
}

size_t record_skip(const char *buf, size_t len)
{
	const uint32_t magic = RECORD_MAGIC;
	size_t at = RECORD_ALIGN;

	for (; at + sizeof(magic) <= len; at += RECORD_ALIGN)
		if (!memcmp(buf + at, &magic, sizeof(magic)))
			return at;
	return at < len ? at : len;
}
