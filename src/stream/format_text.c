// SPDX-License-Identifier: GPL-2.0-only
/* Records of a log as text and as JSON: the texts of messages, filled in. */
#include "stream/format_record.h"

#define SHOWN_MAX	768	/* bytes of an address, a symbol with its module at most */

/* An argument, looked at once: who wrote the record may still be at it. */
struct given {
	uint64_t word;
	const unsigned char *bytes;
	size_t len;
	enum kx_text state;
};

static bool is_aside(uint8_t type)
{
	return type == KX_ARG_TEXT || type == KX_ARG_16;
}

/* What a word refers to, behind the words and within the @used bytes of the record. */
static bool take_aside(const struct kx_record *record, size_t words_end, size_t used,
		       uint8_t type, struct given *given)
{
	size_t at = given->word & 0xffff, len = given->word >> 16 & 0xffff;

	if (given->word >> 32 > KX_TEXT_NULL)
		return false;
	given->state = given->word >> 32;
	if (given->state != KX_TEXT_WHOLE)
		return true;
	if (at < words_end || at + len > used || (type == KX_ARG_16 && len != 16))
		return false;
	given->bytes = (const unsigned char *)record + at;
	given->len = len;
	return true;
}

/* Return: false: the record makes no sense. */
static bool take(const struct format *format, const struct kx_record *record, size_t len,
		 struct given *given)
{
	const uint64_t *words = (const uint64_t *)(record + 1);
	size_t words_end = sizeof(*record) + format->nr_args * sizeof(*words);
	size_t used = record->flags;

	if (used > len || words_end > used)
		return false;
	for (uint32_t i = 0; i < format->nr_args; i++) {
		uint8_t type = format->args[i];

		given[i] = (struct given){ .word = words[i] };
		if (is_aside(type) && !take_aside(record, words_end, used, type, &given[i]))
			return false;
		if (type != KX_ARG_4)
			continue;
		if (given[i].word >> 32 > KX_TEXT_NULL)
			return false;
		given[i].state = given[i].word >> 32;
		given[i].bytes = (const unsigned char *)&given[i].word;
	}
	return true;
}

static void put_char(struct line *line, const struct format_op *op, unsigned char byte)
{
	size_t pad = op->width > 1 ? op->width - 1 : 0;

	if (!(op->flags & OP_LEFT))
		line_fill(line, ' ', pad);
	line_put_escaped(line, &byte, 1);
	if (op->flags & OP_LEFT)
		line_fill(line, ' ', pad);
}

/* Widths and precisions count bytes, before they are escaped. */
static void put_string(struct line *line, const struct format_op *op, const struct given *given)
{
	size_t len = strnlen((const char *)given->bytes, given->len), pad;

	if (op->precision >= 0 && len > (size_t)op->precision)
		len = op->precision;
	pad = op->width > len ? op->width - len : 0;
	if (!(op->flags & OP_LEFT))
		line_fill(line, ' ', pad);
	line_put_escaped(line, given->bytes, len);
	if (op->flags & OP_LEFT)
		line_fill(line, ' ', pad);
}

static size_t show_symbol(struct formats *formats, uint64_t word, enum op_style style, char *out)
{
	size_t len;

	if (!formats->has_symbols) {
		formats->symbols = symbols_read();
		formats->has_symbols = true;
	}
	len = symbols_text(formats->symbols, word, style == STYLE_OFFSET, out, SHOWN_MAX);
	return len ? len : format_address(word, out);
}

static size_t show(struct formats *formats, const struct format_op *op, const struct given *given,
		   char out[SHOWN_MAX])
{
	switch (op->kind) {
	case OP_SYMBOL:
		return show_symbol(formats, given->word, op->style, out);
	case OP_IP4:
		return format_ip4(given->bytes, op->style, out);
	case OP_IP6:
		return format_ip6(given->bytes, op->style, out);
	case OP_MAC:
		return format_mac(given->bytes, op->style, out);
	default:
		return format_address(given->word, out);
	}
}

static void put_op(struct formats *formats, const struct format *format,
		   const struct format_op *op, const struct given *args, struct line *line)
{
	const struct given *given = &args[op->arg];
	const struct piece *piece;
	char shown[SHOWN_MAX];

	switch (op->kind) {
	case OP_LITERAL:
		piece = &op->shown[line->json];
		return line_put(line, format->bytes + piece->at, piece->len);
	case OP_INTEGER:
		return line_put_integer(line, op, given->word);
	case OP_CHAR:
		return put_char(line, op, given->word);
	}
	if (given->state == KX_TEXT_FAULT)
		return line_put_padded(line, op, "(fault)", 7);
	if (given->state == KX_TEXT_NULL)
		return line_put_padded(line, op, "(null)", 6);
	if (op->kind == OP_STRING)
		return put_string(line, op, given);
	line_put_padded(line, op, shown, show(formats, op, given, shown));
}

/* An argument as a JSON value: numbers, strings, null for what was not there. */
static void put_arg(struct formats *formats, const struct format_op *op,
		    const struct given *given, struct line *line)
{
	char shown[SHOWN_MAX];

	if (op->kind == OP_INTEGER || op->kind == OP_CHAR)
		return line_put_number(line, op, given->word);
	if (given->state != KX_TEXT_WHOLE)
		return line_put(line, "null", 4);
	line_put(line, "\"", 1);
	if (op->kind == OP_STRING)
		line_put_escaped(line, given->bytes,
				 strnlen((const char *)given->bytes, given->len));
	else
		line_put_escaped(line, (const unsigned char *)shown,
				 show(formats, op, given, shown));
	line_put(line, "\"", 1);
}

static void put_args(struct formats *formats, const struct format *format,
		     const struct given *args, struct line *line)
{
	const char *comma = "";

	line_puts(line, ",\"args\":[");
	for (uint32_t i = 0; i < format->nr_ops; i++) {
		const struct format_op *op = &format->ops[i];

		if (op->kind == OP_LITERAL)
			continue;
		line_puts(line, comma);
		put_arg(formats, op, &args[op->arg], line);
		comma = ",";
	}
	line_puts(line, "]");
}

/* What nobody can make sense of. */
static void put_words(const struct kx_record *record, size_t len, struct line *line)
{
	const uint64_t *words = (const uint64_t *)(record + 1);
	size_t used = len;

	line_puts(line, "?");
	if (len < sizeof(*record))
		return;
	if (record->flags >= sizeof(*record) && record->flags <= len)
		used = record->flags;
	for (size_t i = 0; i < (used - sizeof(*record)) / sizeof(*words); i++) {
		line_puts(line, " ");
		line_put_hex(line, words[i]);
	}
}

static const struct format *find(const struct formats *formats, const struct kx_record *record,
				 size_t len)
{
	if (!formats || len < sizeof(*record) || record->format >= formats->nr)
		return NULL;
	return formats->rows[record->format];
}

/* Ends a line; one that was cut ends with a whole character. */
static size_t finish(struct line *line, size_t room)
{
	size_t len = line->len;

	if (!room)
		return line->len;
	if (len >= room)
		for (len = room - 1; len && (line->buf[len] & 0xc0) == 0x80; len--)
			;
	line->buf[len] = '\0';
	return line->len;
}

size_t formats_text(struct formats *formats, const struct kx_record *record, size_t len,
		    char *buf, size_t room)
{
	const struct format *format = find(formats, record, len);
	struct line line = { .buf = buf, .room = room };
	struct given args[KX_LOG_ARGS];

	if (!format || !take(format, record, len, args))
		put_words(record, len, &line);
	else
		for (uint32_t i = 0; i < format->nr_ops; i++)
			put_op(formats, format, &format->ops[i], args, &line);
	return finish(&line, room);
}

size_t formats_json(struct formats *formats, const struct kx_record *record, size_t len,
		    char *buf, size_t room)
{
	const struct format *format = find(formats, record, len);
	struct line line = { .buf = buf, .room = room, .json = true };
	struct given args[KX_LOG_ARGS];

	line_puts(&line, "{\"message\":\"");
	if (!format || !take(format, record, len, args)) {
		put_words(record, len, &line);
		line_puts(&line, "\",\"args\":[],\"source\":null}");
		return finish(&line, room);
	}
	for (uint32_t i = 0; i < format->nr_ops; i++)
		put_op(formats, format, &format->ops[i], args, &line);
	line_puts(&line, "\"");
	put_args(formats, format, args, &line);
	line_puts(&line, ",\"source\":\"");
	line_put(&line, format->bytes + format->source.at, format->source.len);
	line_puts(&line, "\"}");
	return finish(&line, room);
}
