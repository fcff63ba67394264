/* SPDX-License-Identifier: GPL-2.0-only */
/* The captured memory of a record: the only place that walks its bytes. */
#include "../decode.h"

static const void *chunk_data(const struct kxt_chunk *chunk, size_t len)
{
	if (!chunk || chunk->status & KXT_FAULT || chunk->len < len)
		return NULL;
	return chunk + 1;
}

const void *call_in(const struct call *c, unsigned int i, size_t len)
{
	return chunk_data(c->in[i] ? c->in[i] : c->out[i], len);
}

const void *call_out(const struct call *c, unsigned int i, size_t len)
{
	return chunk_data(c->out[i], len);
}

const struct kxt_item *chunk_next_item(const struct kxt_chunk *chunk,
				       size_t *pos)
{
	const struct kxt_item *item;
	size_t left;

	if (!chunk || *pos > chunk->len)
		return NULL;
	left = chunk->len - *pos;
	if (left < sizeof(*item))
		return NULL;
	item = (const void *)((const char *)(chunk + 1) + *pos);
	left -= sizeof(*item);
	if (item->len > left)
		return NULL;
	*pos += sizeof(*item) + (((size_t)item->len + 7) & ~(size_t)7);
	return item;
}
