// SPDX-License-Identifier: GPL-2.0-only
/* Strings of JSON: escapes to UTF-8. */
#include <string.h>

#include "value/value_internal.h"

struct scan {
	const char *at, *end;
};

static int hex4(const struct scan *s, size_t from)
{
	static const char digits[] = "0123456789abcdef";
	int code = 0;

	if (s->end - s->at < (long)from + 4)
		return -1;
	for (const char *at = s->at + from; at < s->at + from + 4; at++) {
		int lower = *at | (*at & 0x40 ? 0x20 : 0);
		const char *digit = lower ? strchr(digits, lower) : NULL;

		if (!digit)
			return -1;
		code = code << 4 | (int)(digit - digits);
	}
	return code;
}

static void put_utf8(struct value_out *out, uint32_t code)
{
	char text[4];
	size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	for (size_t i = len - 1; i; i--, code >>= 6)
		text[i] = (char)(0x80 | (code & 0x3f));
	text[0] = (char)(len == 1 ? code : (0xf0 << (4 - len) & 0xff) | code);
	value_put(out, text, len);
}

/* "\u00e9", or two of them that are one character of more than 16 bits. */
static bool take_code(struct scan *s, struct value_out *out)
{
	int code = hex4(s, 2), low;
	size_t used = 6;

	if (code < 1)
		return false;
	if (code >= 0xd800 && code < 0xe000) {
		low = hex4(s, 8);
		if (code >= 0xdc00 || low < 0xdc00 || low >= 0xe000 || s->at[6] != '\\' ||
		    s->at[7] != 'u')
			return false;
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		used = 12;
	}
	put_utf8(out, (uint32_t)code);
	s->at += used;
	return true;
}

static bool take_escape(struct scan *s, struct value_out *out)
{
	static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
	const char *letter;

	if (s->end - s->at < 2 || !s->at[1])
		return false;
	if (s->at[1] == 'u')
		return take_code(s, out);
	letter = strchr(letters, s->at[1]);
	if (!letter)
		return false;
	value_put(out, &bytes[letter - letters], 1);
	s->at += 2;
	return true;
}

/* What is wrong with the next character; NULL: it was taken. */
static const char *take_character(struct scan *s, struct value_out *out)
{
	uint32_t code;
	size_t used;

	if (*s->at == '\\')
		return take_escape(s, out) ? NULL : "begins with no known escape";
	used = value_utf8((const unsigned char *)s->at, s->end - s->at, &code);
	if (!used)
		return "begins with what is not UTF-8";
	if (code < ' ')
		return "begins with a control character";
	value_put(out, s->at, used);
	s->at += used;
	return NULL;
}

const char *value_scan_json(const char **at, const char *end, struct value_out *out)
{
	struct scan s = { *at + 1, end };

	while (s.at < s.end && *s.at != '"') {
		const char *wrong = take_character(&s, out);

		if (!wrong)
			continue;
		*at = s.at;
		return wrong;
	}
	if (s.at == s.end)
		return "has no closing \"";
	*at = s.at + 1;
	return NULL;
}
