/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of format.h share: a text taken apart, and a line that is written. */
#ifndef KX_FORMAT_INTERNAL_H
#define KX_FORMAT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <kx/abi.h>

#include "base/why.h"
#include "stream/format.h"

/*
 * Texts: literal pieces and conversions
 */

enum op_kind {
	OP_LITERAL,
	OP_INTEGER,
	OP_CHAR,
	OP_STRING,
	OP_ADDRESS,
	OP_SYMBOL,
	OP_IP4,
	OP_IP6,
	OP_MAC,
};

enum op_flag {
	OP_LEFT = 1 << 0,	/* "-" */
	OP_PLUS = 1 << 1,
	OP_SPACE = 1 << 2,
	OP_PREFIX = 1 << 3,	/* "#" */
	OP_ZERO = 1 << 4,
	OP_SIGNED = 1 << 5,
	OP_UPPER = 1 << 6,
};

/* Of an address: how it is shown. */
enum op_style {
	STYLE_PLAIN,		/* of MAC: aa:bb, of IPv4: 10.0.0.1, of a symbol: its name */
	STYLE_BARE,		/* without separators; of IPv4: 010.000.000.001 */
	STYLE_DASHES,
	STYLE_SHORT,		/* of IPv6: 2001:db8::1 */
	STYLE_OFFSET,		/* of a symbol: name+0x1/0x20 */
};

/* Bytes of another text. */
struct piece {
	uint32_t at;
	uint32_t len;
};

struct format_op {
	uint8_t kind;
	uint8_t flags;
	uint8_t arg;		/* which argument */
	uint8_t style;		/* of an integer: its base */
	uint8_t bits;		/* of an integer: 8..64 that count */
	uint8_t width;
	int16_t precision;	/* -1: none */
	struct piece literal;	/* of the text that was taken apart */
	struct piece shown[2];	/* the same, escaped for text and for JSON */
};

/* Conversions, and the literals around them. */
#define FORMAT_OPS	(2 * KX_LOG_ARGS + 1)

/*
 * Take a text apart; it is overwritten by its literals, where the ops say. Return: 0;
 * -EINVAL, @why has a piece of a sentence.
 */
int format_parse(char *text, const uint8_t args[KX_LOG_ARGS], struct format_op ops[FORMAT_OPS],
		 size_t *nr, const struct why *why);

/* How many arguments there are; -1: damaged. */
int format_nr_args(const uint8_t args[KX_LOG_ARGS]);

/*
 * Lines
 */

/* Takes any number of bytes, keeps those that fit. */
struct line {
	char *buf;
	size_t room;
	size_t len;
	bool json;
};

static inline void line_put(struct line *line, const char *bytes, size_t len)
{
	size_t room = line->len < line->room ? line->room - line->len : 0;

	if (room)
		memcpy(line->buf + line->len, bytes, len < room ? len : room);
	line->len += len;
}

static inline void line_puts(struct line *line, const char *text)
{
	line_put(line, text, strlen(text));
}

/* One byte again and again. */
void line_fill(struct line *line, char byte, size_t nr);

/* Bytes of any value, as the line's kind has them: control characters escaped. */
void line_put_escaped(struct line *line, const unsigned char *at, size_t len);

/* Bytes that need no escapes, within the width of @op. */
void line_put_padded(struct line *line, const struct format_op *op, const char *at, size_t len);

/* An integer as @op has it; and plain, for JSON. */
void line_put_integer(struct line *line, const struct format_op *op, uint64_t word);
void line_put_number(struct line *line, const struct format_op *op, uint64_t word);
void line_put_hex(struct line *line, uint64_t word);

/*
 * Addresses, which are never long: the length is returned
 */

#define FORMAT_IP6_LEN	40	/* bytes that the longest takes */

size_t format_ip4(const uint8_t *at, enum op_style style, char *out);
size_t format_ip6(const uint8_t *at, enum op_style style, char *out);
size_t format_mac(const uint8_t *at, enum op_style style, char *out);
size_t format_address(uint64_t word, char *out);

#endif
