/* SPDX-License-Identifier: GPL-2.0-only */
/* Records made by hand, as the kernel half would write them, and their text. */
#ifndef KX_TEST_RECORD_H
#define KX_TEST_RECORD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"

#define RECORD_MAX	(64 << 10)

struct record {
	struct kxt_call *call;
	struct kxt_chunk *chunk;	/* the one that grows */
	size_t len;
	bool abbrev;
	unsigned int strsize;
};

static inline void record_pad(struct record *r)
{
	r->len = (r->len + 7) & ~(size_t)7;
	r->call->head.len = r->len - sizeof(*r->call);
}

/* Begins the record of a call: name, result, arguments. */
static inline void record_start(struct record *r, const char *name,
				int64_t ret, const uint64_t args[KXT_NR_ARGS])
{
	free(r->call);
	*r = (struct record){ .abbrev = true, .strsize = 32,
			      .len = sizeof(*r->call),
			      .call = calloc(1, RECORD_MAX) };
	r->call->head.kind = KXT_CALL;
	r->call->nr = call_nr_by_name(name);
	r->call->ret = ret;
	memcpy(r->call->args, args, sizeof(r->call->args));
}

static inline void record_append(struct record *r, const void *data, size_t len)
{
	memcpy((char *)r->call + r->len, data, len);
	r->len += len;
	r->chunk->len = (char *)r->call + r->len - (char *)(r->chunk + 1);
	r->call->head.len = r->len - sizeof(*r->call);
}

/* Adds what was read behind an argument. */
static inline void record_chunk(struct record *r, unsigned int arg,
				unsigned int when, unsigned int status,
				const void *data, size_t len)
{
	record_pad(r);
	r->chunk = (struct kxt_chunk *)((char *)r->call + r->len);
	*r->chunk = (struct kxt_chunk){ .arg = arg, .when = when,
					.status = status };
	r->len += sizeof(*r->chunk);
	record_append(r, data, len);
}

/* Adds an item to the chunk that was begun last. */
static inline void record_item(struct record *r, uint64_t ptr, uint64_t total,
			       unsigned int status, const void *data, size_t len)
{
	struct kxt_item item = { .ptr = ptr, .total = total, .len = len,
				 .status = status };
	static const char padding[8];

	record_append(r, &item, sizeof(item));
	record_append(r, data, len);
	record_append(r, padding, -len & 7);
}

static inline void record_parse(const struct record *r, struct call *c)
{
	size_t at = sizeof(*r->call);

	*c = (struct call){
		.rec = r->call, .info = call_info_by_nr(r->call->nr),
		.failed = r->call->ret < 0 && r->call->ret >= -4095,
		.abbrev = r->abbrev, .strsize = r->strsize,
	};
	while (at < r->len) {
		const struct kxt_chunk *chunk = (void *)((char *)r->call + at);

		if (chunk->when == KXT_AT_ENTER)
			c->in[chunk->arg] = chunk;
		else
			c->out[chunk->arg] = chunk;
		at += (sizeof(*chunk) + chunk->len + 7) & ~(size_t)7;
	}
}

/* The arguments as text and, behind " = ", the note; the caller frees it. */
static inline char *record_text(const struct record *r)
{
	size_t before, separator;
	struct out o, note;
	struct call c;
	unsigned int i;
	char *text;

	record_parse(r, &c);
	if (out_init(&o, 2, 1 << 20) || out_init(&note, 2, 1 << 20))
		abort();
	for (i = 0; i < c.info->nr_args; i++) {
		separator = o.len;
		if (i)
			out_str(&o, ", ");
		before = o.len;
		c.info->args[i].print(&o, &c, i, &c.info->args[i]);
		if (o.len == before)
			o.len = separator;
	}
	if (c.info->annotate)
		c.info->annotate(&note, &c);
	if (note.len) {
		out_str(&o, " = ");
		out_mem(&o, note.buf, note.len);
	}
	text = strndup(o.buf, o.len);
	out_done(&o);
	out_done(&note);
	return text;
}

#endif
