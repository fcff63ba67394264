/* SPDX-License-Identifier: GPL-2.0-only */
/* The wire format of Protocol Buffers: fields, appended. */
#ifndef KXTRACE_VIEWS_PROTOBUF_H
#define KXTRACE_VIEWS_PROTOBUF_H

#include "../out.h"

static inline void pb_varint(struct out *o, uint64_t value)
{
	while (value >= 0x80) {
		out_char(o, (char)(value | 0x80));
		value >>= 7;
	}
	out_char(o, (char)value);
}

/* A number: wire type 0. */
static inline void pb_number(struct out *o, unsigned int field, uint64_t value)
{
	pb_varint(o, field << 3);
	pb_varint(o, value);
}

/* Bytes, text, a message: wire type 2. */
static inline void pb_bytes(struct out *o, unsigned int field, const void *bytes, size_t len)
{
	pb_varint(o, field << 3 | 2);
	pb_varint(o, len);
	out_mem(o, bytes, len);
}

static inline void pb_text(struct out *o, unsigned int field, const char *text)
{
	pb_bytes(o, field, text, strlen(text));
}

/* A message that was built elsewhere, which is empty afterwards. */
static inline void pb_message(struct out *o, unsigned int field, struct out *message)
{
	pb_bytes(o, field, message->buf, message->len);
	message->len = message->line = 0;
}

#endif
