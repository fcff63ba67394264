/* SPDX-License-Identifier: GPL-2.0-only */
/* Text under construction: appended without printf, written in large pieces. */
#include "out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int out_init(struct out *o, int fd, size_t cap)
{
	*o = (struct out){ .fd = fd, .cap = cap };
	o->buf = malloc(cap);
	return o->buf ? 0 : -ENOMEM;
}

void out_done(struct out *o)
{
	free(o->buf);
	o->buf = NULL;
}

static void write_all(struct out *o, const char *text, size_t len)
{
	while (len && !o->error) {
		ssize_t n = write(o->fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			o->error = -errno;
			return;
		}
		text += n;
		len -= n;
		o->written += n;
	}
}

void out_flush(struct out *o)
{
	write_all(o, o->buf, o->len);
	o->len = 0;
	o->line = 0;
}

/*
 * Whole lines leave, the line under construction stays, so that its column
 * is known and a signal handler's death never shows half a line.
 */
void out_make_room(struct out *o, size_t len)
{
	size_t rest = o->len - o->line;

	write_all(o, o->buf, o->line);
	memmove(o->buf, o->buf + o->line, rest);
	o->len = rest;
	o->line = 0;
	if (o->cap - o->len < len)
		out_flush(o);
}

static const char digit_pairs[] =
	"00010203040506070809101112131415161718192021222324"
	"25262728293031323334353637383940414243444546474849"
	"50515253545556575859606162636465666768697071727374"
	"75767778798081828384858687888990919293949596979899";

/* Writes the digits so that they end before `end`; returns their start. */
static char *udec_backwards(char *end, uint64_t value)
{
	while (value >= 100) {
		end -= 2;
		memcpy(end, digit_pairs + value % 100 * 2, 2);
		value /= 100;
	}
	if (value >= 10) {
		end -= 2;
		memcpy(end, digit_pairs + value * 2, 2);
	} else {
		*--end = '0' + value;
	}
	return end;
}

void out_udec(struct out *o, uint64_t value)
{
	char buf[20], *end = buf + sizeof(buf);
	char *start = udec_backwards(end, value);

	out_mem(o, start, end - start);
}

void out_udec_pad(struct out *o, uint64_t value, int width, char pad)
{
	char buf[64], *end = buf + sizeof(buf);
	char *start = udec_backwards(end, value);

	while (end - start < width && start > buf)
		*--start = pad;
	out_mem(o, start, end - start);
}

void out_dec(struct out *o, int64_t value)
{
	if (value < 0)
		out_char(o, '-');
	out_udec(o, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

static void hex_digits(struct out *o, uint64_t value, int digits)
{
	char buf[18], *end = buf + sizeof(buf), *start = end;

	do {
		*--start = "0123456789abcdef"[value & 15];
		value >>= 4;
	} while (value || end - start < digits);
	*--start = 'x';
	*--start = '0';
	out_mem(o, start, end - start);
}

void out_hex(struct out *o, uint64_t value)
{
	if (!value)
		out_char(o, '0');
	else
		hex_digits(o, value, 1);
}

void out_hex_pad(struct out *o, uint64_t value, int digits)
{
	hex_digits(o, value, digits);
}

void out_oct(struct out *o, uint64_t value)
{
	char buf[24], *end = buf + sizeof(buf), *start = end;

	while (value) {
		*--start = '0' + (value & 7);
		value >>= 3;
	}
	*--start = '0';
	while (end - start < 3)
		*--start = '0';
	out_mem(o, start, end - start);
}

void out_addr(struct out *o, uint64_t value)
{
	if (value)
		hex_digits(o, value, 1);
	else
		out_mem(o, "NULL", 4);
}

void out_spaces_to(struct out *o, size_t column)
{
	static const char spaces[] = "                                        ";
	size_t n;

	while (out_column(o) < column) {
		n = column - out_column(o);
		if (n > sizeof(spaces) - 1)
			n = sizeof(spaces) - 1;
		out_mem(o, spaces, n);
	}
}

void out_newline(struct out *o)
{
	out_char(o, '\n');
	o->line = o->len;
	o->lines++;
}

int out_printf(struct out *o, const char *format, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (n < 0)
		return n;
	out_mem(o, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
	return n;
}

bool names_begin_styled(struct out *o)
{
	if (o->constants == CONSTANTS_RAW)
		return false;
	out_mem(o, " /* ", 4);
	o->constants = CONSTANTS_ABBREV;
	o->naming = true;
	return true;
}

void names_end_styled(struct out *o)
{
	out_mem(o, " */", 3);
	o->constants = CONSTANTS_VERBOSE;
	o->naming = false;
}

void out_name_hex_styled(struct out *o, uint64_t value, const char *name)
{
	out_hex(o, value);
	if (name && names_begin(o)) {
		out_str(o, name);
		names_end(o);
	}
}

void out_name_dec_styled(struct out *o, int64_t value, const char *name)
{
	out_dec(o, value);
	if (name && names_begin(o)) {
		out_str(o, name);
		names_end(o);
	}
}

/* 0: as it is; a letter: after a backslash; 1: in octal. */
static const unsigned char escapes[256] = {
	[0 ... 8] = 1, ['\t'] = 't', ['\n'] = 'n', ['\v'] = 'v', ['\f'] = 'f',
	['\r'] = 'r', [14 ... 31] = 1, ['"'] = '"', ['\\'] = '\\',
	[127 ... 255] = 1,
};

/* As short as the next character allows: \0 before a letter, \000 before 7. */
static void octal_escape(struct out *o, unsigned char c, bool digit_follows)
{
	char text[4] = { '\\' };
	size_t n = 1;

	if (digit_follows || c >= 64)
		text[n++] = '0' + (c >> 6);
	if (digit_follows || c >= 8)
		text[n++] = '0' + (c >> 3 & 7);
	text[n++] = '0' + (c & 7);
	out_mem(o, text, n);
}

static bool needs_hex(const unsigned char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (escapes[s[i]] == 1)
			return true;
	return false;
}

static void hex_escape(struct out *o, unsigned char c)
{
	const char text[] = { '\\', 'x', "0123456789abcdef"[c >> 4],
			      "0123456789abcdef"[c & 15] };

	out_mem(o, text, sizeof(text));
}

/* With -x and its likes. */
static RARE void quoted_in_hex(struct out *o, const unsigned char *s, size_t len)
{
	bool all = o->hex_strings == HEX_ALL ||
		   (o->hex_strings == HEX_NON_ASCII && needs_hex(s, len));
	size_t i;

	for (i = 0; i < len; i++) {
		if (all || escapes[s[i]] == 1) {
			hex_escape(o, s[i]);
			continue;
		}
		if (escapes[s[i]])
			out_char(o, '\\');
		out_char(o, escapes[s[i]] ? escapes[s[i]] : s[i]);
	}
}

/* The default, in its callers: it is most of what a line costs. */
static inline __attribute__((always_inline)) void
escape(struct out *o, const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t i, plain = 0;

	for (i = 0; i < len; i++) {
		unsigned char e = escapes[s[i]];

		if (!e)
			continue;
		out_mem(o, text + plain, i - plain);
		plain = i + 1;
		if (e == 1) {
			octal_escape(o, s[i], i + 1 < len &&
				     s[i + 1] >= '0' && s[i + 1] <= '7');
			continue;
		}
		out_char(o, '\\');
		out_char(o, e);
	}
	out_mem(o, text + plain, len - plain);
}

void out_escaped(struct out *o, const char *text, size_t len)
{
	if (o->hex_strings)
		quoted_in_hex(o, (const unsigned char *)text, len);
	else
		escape(o, text, len);
}

static RARE void out_styled(struct out *o, const char *text, size_t len, bool more)
{
	out_char(o, '"');
	quoted_in_hex(o, (const unsigned char *)text, len);
	out_str(o, more ? "\"..." : "\"");
}

void out_quoted(struct out *o, const char *text, size_t len, bool more)
{
	if (o->hex_strings) {
		out_styled(o, text, len, more);
		return;
	}
	out_char(o, '"');
	escape(o, text, len);
	out_char(o, '"');
	if (more)
		out_mem(o, "...", 3);
}
