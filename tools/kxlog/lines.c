// SPDX-License-Identifier: GPL-2.0-only
/* Text that grows: appended without printf(), which takes longer than all the rest. */
#include "lines.h"

#include <stdlib.h>
#include <string.h>

#include "cli/utf8.h"

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
