/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading a packet of which nothing is sure. */
#ifndef KXFILTER_CURSOR_H
#define KXFILTER_CURSOR_H

#include "reference.h"

/*
 * A cursor over the packet. Nothing is read beyond @end; whoever tries it, or finds
 * a contradiction, sets @bad, and from then on nothing is read any more.
 */
struct cursor {
	const uint8_t *bytes;
	size_t at;
	size_t end;
	bool bad;
	struct packet_fields *out;
};

static inline void put(struct cursor *cursor, enum field field, uint64_t value)
{
	cursor->out->of[field] = (struct number){ 0, value };
}

static inline uint64_t get(const struct cursor *cursor, enum field field)
{
	return cursor->out->of[field].low;
}

static inline void add_extra(struct cursor *cursor, enum extra extra)
{
	cursor->out->of[FIELD_EXTRAS].low |= extra;
}

/* The byte that many behind the cursor. */
static inline unsigned int byte(const struct cursor *cursor, size_t offset)
{
	return cursor->bytes[cursor->at + offset];
}

static inline uint64_t number_of(const struct cursor *cursor, size_t offset, size_t len)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | byte(cursor, offset + i);
	return value;
}

static inline bool has_bytes(struct cursor *cursor, size_t len)
{
	if (cursor->bad)
		return false;
	if (cursor->at + len <= cursor->end)
		return true;
	cursor->bad = true;
	return false;
}

static inline bool is_wrong(struct cursor *cursor, bool wrong)
{
	if (wrong)
		cursor->bad = true;
	return wrong;
}

/* All headers begin within the first 2,048 bytes of a frame. */
static inline bool is_too_far(struct cursor *cursor)
{
	return is_wrong(cursor, cursor->at > 2048);
}

/* What is behind IP, at the cursor. */
void read_transport(struct cursor *cursor);

#endif
