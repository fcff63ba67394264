// SPDX-License-Identifier: GPL-2.0-only
/* Pieces of lines: escapes, padding, integers. */
#include "stream/format_internal.h"
#include "value/value_internal.h"

#define DIGITS_MAX	24	/* an octal number of 64 bits, and a sign */

void line_fill(struct line *line, char byte, size_t nr)
{
	while (nr--)
		line_put(line, &byte, 1);
}

/* Return: the letter of an escape such as \n; 0: there is none. */
static char letter_of(unsigned char byte, bool json)
{
	switch (byte) {
	case '\n':
		return 'n';
	case '\t':
		return 't';
	case '\r':
		return 'r';
	case '\\':
	case '"':
		return json ? byte : 0;
	}
	return 0;
}

static bool is_plain(unsigned char byte, bool json)
{
	return byte >= ' ' && byte < 0x7f && !(json && (byte == '"' || byte == '\\'));
}

static void put_code(struct line *line, unsigned char byte)
{
	static const char digits[] = "0123456789abcdef";
	char code[] = { '\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15] };

	if (line->json)
		return line_put(line, code, sizeof(code));
	line_put(line, "\\x", 2);
	line_put(line, code + 4, 2);
}

/* One character that is not plain. Return: bytes of it that were taken. */
static size_t put_strange(struct line *line, const unsigned char *at, size_t len)
{
	char escape[] = { '\\', letter_of(*at, line->json) };
	uint32_t code = 0;
	size_t used;

	if (escape[1]) {
		line_put(line, escape, sizeof(escape));
		return 1;
	}
	used = value_utf8(at, len, &code);
	if (used && (line->json ? code >= ' ' && code != 0x7f : value_is_shown(code))) {
		line_put(line, (const char *)at, used);
		return used;
	}
	put_code(line, *at);
	return 1;
}

void line_put_escaped(struct line *line, const unsigned char *at, size_t len)
{
	const unsigned char *end = at + len, *from;

	while (at < end) {
		for (from = at; at < end && is_plain(*at, line->json); at++)
			;
		line_put(line, (const char *)from, at - from);
		if (at < end)
			at += put_strange(line, at, end - at);
	}
}

void line_put_padded(struct line *line, const struct format_op *op, const char *at, size_t len)
{
	size_t pad = op->width > len ? op->width - len : 0;

	if (!(op->flags & OP_LEFT))
		line_fill(line, ' ', pad);
	line_put(line, at, len);
	if (op->flags & OP_LEFT)
		line_fill(line, ' ', pad);
}

/* Digits end at @end. Return: where they begin. */
static char *put_decimal(char *end, uint64_t size)
{
	static const char pairs[] =
		"00010203040506070809101112131415161718192021222324252627282930313233343536373839"
		"40414243444546474849505152535455565758596061626364656667686970717273747576777879"
		"8081828384858687888990919293949596979899";

	for (; size >= 100; size /= 100) {
		end -= 2;
		memcpy(end, pairs + 2 * (size % 100), 2);
	}
	if (size >= 10) {
		end -= 2;
		memcpy(end, pairs + 2 * size, 2);
	} else {
		*--end = '0' + size;
	}
	return end;
}

static char *put_bits(char *end, uint64_t size, int shift, bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	do {
		*--end = digits[size & ((1u << shift) - 1)];
		size >>= shift;
	} while (size);
	return end;
}

static char *put_digits(char *end, const struct format_op *op, uint64_t size)
{
	switch (op->style) {
	case 8:
		return put_bits(end, size, 3, false);
	case 16:
		return put_bits(end, size, 4, op->flags & OP_UPPER);
	default:
		return put_decimal(end, size);
	}
}

/* The bits that count. Return: without the sign. */
static uint64_t size_of(const struct format_op *op, uint64_t word, bool *negative)
{
	unsigned int rest = 64 - op->bits;
	int64_t number;

	*negative = false;
	if (!(op->flags & OP_SIGNED))
		return word << rest >> rest;
	number = (int64_t)(word << rest) >> rest;
	*negative = number < 0;
	return *negative ? -(uint64_t)number : (uint64_t)number;
}

/* With a width, a precision or flags: sign, zeros and digits, as C has them. */
static void put_formed(struct line *line, const struct format_op *op, const char *digits,
		       size_t len, const char *sign)
{
	size_t sign_len = strlen(sign), zeros = 0, pad = 0;

	if (!op->precision && len == 1 && *digits == '0')
		len = 0;
	if (op->precision > 0 && (size_t)op->precision > len)
		zeros = op->precision - len;
	if (op->style == 8 && op->flags & OP_PREFIX && !zeros && !(len && *digits == '0'))
		zeros = 1;
	if (op->width > sign_len + zeros + len)
		pad = op->width - sign_len - zeros - len;
	if (op->flags & OP_ZERO && !(op->flags & OP_LEFT) && op->precision < 0) {
		zeros += pad;
		pad = 0;
	}
	if (!(op->flags & OP_LEFT))
		line_fill(line, ' ', pad);
	line_put(line, sign, sign_len);
	line_fill(line, '0', zeros);
	line_put(line, digits, len);
	if (op->flags & OP_LEFT)
		line_fill(line, ' ', pad);
}

static const char *sign_of(const struct format_op *op, bool negative, bool zero)
{
	if (op->flags & OP_SIGNED)
		return negative ? "-" : op->flags & OP_PLUS ? "+" : op->flags & OP_SPACE ? " " : "";
	if (op->style == 16 && op->flags & OP_PREFIX && !zero)
		return op->flags & OP_UPPER ? "0X" : "0x";
	return "";
}

void line_put_number(struct line *line, const struct format_op *op, uint64_t word)
{
	char digits[DIGITS_MAX], *end = digits + sizeof(digits), *from;
	bool negative;

	from = put_decimal(end, size_of(op, word, &negative));
	if (negative)
		*--from = '-';
	line_put(line, from, end - from);
}

void line_put_integer(struct line *line, const struct format_op *op, uint64_t word)
{
	char digits[DIGITS_MAX], *end = digits + sizeof(digits), *from;
	bool negative;
	uint64_t size = size_of(op, word, &negative);

	from = put_digits(end, op, size);
	if (op->width || op->precision >= 0 || op->flags & ~(OP_SIGNED | OP_UPPER))
		return put_formed(line, op, from, end - from, sign_of(op, negative, !size));
	if (negative)
		*--from = '-';
	line_put(line, from, end - from);
}

void line_put_hex(struct line *line, uint64_t word)
{
	char digits[DIGITS_MAX], *end = digits + sizeof(digits);
	char *from = put_bits(end, word, 4, false);

	line_put(line, "0x", 2);
	line_put(line, from, end - from);
}
