/* SPDX-License-Identifier: GPL-2.0-only */
/* Members of a structure in braces: {name=value, name=value}. */
#include "member.h"

#include "../names.h"
#include <string.h>

void member(struct out *o, const char *name)
{
	if (!o->len || o->buf[o->len - 1] != '{')
		out_mem(o, ", ", 2);
	out_str(o, name);
	out_char(o, '=');
}

void member_dec(struct out *o, const char *name, int64_t value)
{
	member(o, name);
	out_dec(o, value);
}

void member_pid(struct out *o, const char *name, int32_t pid)
{
	member(o, name);
	out_pid(o, pid);
}

void member_udec(struct out *o, const char *name, uint64_t value)
{
	member(o, name);
	out_udec(o, value);
}

void member_hex(struct out *o, const char *name, uint64_t value)
{
	member(o, name);
	out_hex(o, value);
}

void member_addr(struct out *o, const char *name, uint64_t value)
{
	member(o, name);
	out_addr(o, value);
}

void member_flags(struct out *o, const char *name, const struct xlat *x,
		  uint64_t value)
{
	member(o, name);
	xlat_flags(o, x, value);
}

void member_value(struct out *o, const char *name, const struct xlat *x,
		  uint64_t value)
{
	member(o, name);
	xlat_value(o, x, value);
}

void member_reserved64(struct out *o, const char *name, const void *words, size_t nr)
{
	uint64_t word, any = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		memcpy(&word, (const char *)words + i * sizeof(word), sizeof(word));
		any |= word;
	}
	if (!any)
		return;
	member(o, name);
	out_char(o, '[');
	for (i = 0; i < nr; i++) {
		memcpy(&word, (const char *)words + i * sizeof(word), sizeof(word));
		list_comma(o, i);
		out_hex(o, word);
	}
	out_char(o, ']');
}

void member_reserved(struct out *o, const char *name, const uint32_t *words, size_t nr)
{
	uint64_t wide[8];
	size_t i;

	for (i = 0; i < nr && i < 8; i++)
		wide[i] = words[i];
	member_reserved64(o, name, wide, i);
}

void out_id(struct out *o, uint32_t id)
{
	if (id == UINT32_MAX)
		out_mem(o, "-1", 2);
	else
		out_udec(o, id);
}

void out_unknown(struct out *o, uint64_t value, const char *unknown)
{
	out_hex(o, value);
	if (o->constants == CONSTANTS_RAW)
		return;
	out_mem(o, " /* ", 4);
	out_str(o, unknown);
	out_mem(o, " */", 3);
}

void out_bytes(struct out *o, const void *bytes, size_t len)
{
	const unsigned char *b = bytes;
	size_t i;

	out_char(o, '"');
	for (i = 0; i < len; i++) {
		const char text[] = { '\\', 'x', "0123456789abcdef"[b[i] >> 4],
				      "0123456789abcdef"[b[i] & 15] };

		out_mem(o, text, sizeof(text));
	}
	out_char(o, '"');
}

const void *arg_data(struct out *o, const struct call *c, unsigned int i,
		     size_t len)
{
	const void *data = call_in(c, i, len);

	if (!data)
		out_addr(o, c->rec->args[i]);
	return data;
}

const void *arg_data_out(struct out *o, const struct call *c, unsigned int i,
			 size_t len)
{
	const void *data = c->failed ? NULL : call_out(c, i, len);

	if (!data)
		out_addr(o, c->rec->args[i]);
	return data;
}

static size_t chunk_len(const struct kxt_chunk *chunk)
{
	return chunk && !(chunk->status & KXT_FAULT) ? chunk->len : 0;
}

size_t arg_len(const struct call *c, unsigned int i)
{
	return chunk_len(c->in[i] ? c->in[i] : c->out[i]);
}

size_t arg_len_out(const struct call *c, unsigned int i)
{
	return chunk_len(c->out[i]);
}
