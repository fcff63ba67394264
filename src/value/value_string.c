// SPDX-License-Identifier: GPL-2.0-only
/* Text as people and JSON want it: UTF-8 stays, the rest is escaped. */
#include <string.h>

#include "value/value_internal.h"

size_t value_utf8(const unsigned char *at, size_t len, uint32_t *code)
{
	static const uint32_t lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t need = at[0] < 0x80 ? 1 : at[0] < 0xc0 ? 0 : at[0] < 0xe0 ? 2 :
		      at[0] < 0xf0 ? 3 : at[0] < 0xf8 ? 4 : 0;

	if (!need || need > len)
		return 0;
	*code = need == 1 ? at[0] : at[0] & (0x7f >> need);
	for (size_t i = 1; i < need; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (at[i] & 0x3f);
	}
	if (*code < lowest[need] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return need;
}

bool value_is_shown(uint32_t code)
{
	return code >= ' ' && (code < 0x7f || code >= 0xa0) &&
	       !(code >= 0x200b && code <= 0x200f) && !(code >= 0x2028 && code <= 0x202e) &&
	       !(code >= 0x2060 && code <= 0x206f) && code != 0x061c && code != 0xfeff;
}

bool value_is_plain(const unsigned char *at, size_t len)
{
	uint32_t code = 0;
	size_t used;

	if (!len)
		return true;
	if (at[0] == '"' || at[0] == ' ' || at[len - 1] == ' ')
		return false;
	for (; len; at += used, len -= used) {
		used = value_utf8(at, len, &code);
		if (!used || !value_is_shown(code))
			return false;
	}
	return true;
}

/* Return: the letter of an escape such as \n; 0: there is none. */
static char letter_of(unsigned char byte)
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
		return byte;
	}
	return 0;
}

void value_put_quoted(struct value_out *out, const unsigned char *at, size_t len)
{
	value_puts(out, "\"");
	while (len) {
		char letter = letter_of(*at);
		uint32_t code = 0;
		size_t used = value_utf8(at, len, &code);

		if (letter)
			value_putf(out, "\\%c", letter);
		else if (used && value_is_shown(code))
			value_put(out, (const char *)at, used);
		else
			value_putf(out, "\\x%02x", *at);
		if (letter || !used || !value_is_shown(code))
			used = 1;
		at += used;
		len -= used;
	}
	value_puts(out, "\"");
}

void value_put_json(struct value_out *out, const unsigned char *at, size_t len)
{
	value_puts(out, "\"");
	while (len) {
		char letter = letter_of(*at);
		uint32_t code = 0;
		size_t used = value_utf8(at, len, &code);

		if (letter)
			value_putf(out, "\\%c", letter);
		else if (used && code >= ' ' && code != 0x7f)
			value_put(out, (const char *)at, used);
		else
			value_putf(out, "\\u%04x", *at);
		used = used ? used : 1;
		at += used;
		len -= used;
	}
	value_puts(out, "\"");
}
