// SPDX-License-Identifier: GPL-2.0-only
/* Text that grows: appended without printf(), which takes longer than all the rest. */
#include "lines.h"

#include <stdlib.h>
#include <string.h>

void lines_done(struct lines *text)
{
	free(text->buf);
	*text = (struct lines){ .second = 0 };
}

static bool lines_room(struct lines *text, size_t len)
{
	size_t cap = text->cap ? text->cap : 4096;
	char *grown;

	if (text->cap - text->len >= len)
		return true;
	while (cap - text->len < len)
		cap *= 2;
	grown = realloc(text->buf, cap);
	if (!grown) {
		text->failed = true;
		return false;
	}
	text->buf = grown;
	text->cap = cap;
	return true;
}

void lines_put(struct lines *text, const char *from, size_t len)
{
	if (!lines_room(text, len))
		return;
	memcpy(text->buf + text->len, from, len);
	text->len += len;
}

void lines_str(struct lines *text, const char *from)
{
	lines_put(text, from, strlen(from));
}

void lines_number(struct lines *text, uint64_t value)
{
	char digits[20], *at = digits + sizeof(digits);

	do {
		*--at = '0' + value % 10;
		value /= 10;
	} while (value);
	lines_put(text, at, digits + sizeof(digits) - at);
}

/* How many bytes at @text are one character of UTF-8; 0: none is. */
static size_t utf8_len(const unsigned char *text)
{
	/* The second byte's range keeps out what is too long or no character. */
	static const struct {
		unsigned char first, last, low, high, len;
	} rows[] = {
		{ 0x00, 0x7f, 0x00, 0xff, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	size_t row = 0, i;

	while (row < sizeof(rows) / sizeof(rows[0]) && text[0] > rows[row].last)
		row++;
	if (row == sizeof(rows) / sizeof(rows[0]) || text[0] < rows[row].first)
		return 0;
	if (rows[row].len > 1 && (text[1] < rows[row].low || text[1] > rows[row].high))
		return 0;
	for (i = 2; i < rows[row].len; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return rows[row].len;
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* One character that is not plain: how many bytes it had. */
static size_t escape_put(struct lines *text, const unsigned char *at)
{
	static const char hex[] = "0123456789abcdef";
	size_t len = utf8_len(at);

	if (!len) {
		lines_put(text, "\\ufffd", 6);
	} else if (*at == '"' || *at == '\\') {
		lines_put(text, (const char[]){ '\\', *at }, 2);
	} else if (len == 1) {
		lines_put(text, "\\u00", 4);
		lines_put(text, (const char[]){ hex[*at >> 4], hex[*at & 15] }, 2);
	} else {
		lines_put(text, (const char *)at, len);
	}
	return len ? len : 1;
}

void lines_json_string(struct lines *text, const char *from)
{
	const unsigned char *at = (const unsigned char *)from;

	lines_put(text, "\"", 1);
	while (*at) {
		const unsigned char *plain = at;

		while (is_plain(*at))
			at++;
		lines_put(text, (const char *)plain, at - plain);
		if (*at)
			at += escape_put(text, at);
	}
	lines_put(text, "\"", 1);
}
