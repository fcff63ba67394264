// SPDX-License-Identifier: GPL-2.0-only
/* What the parts of values are built from: reasons, words, and text that grows. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "value/value_internal.h"

int value_fail(const struct value_why *why, int err, const char *fmt, ...)
{
	va_list args;

	if (!why->len)
		return err;
	va_start(args, fmt);
	vsnprintf(why->text, why->len, fmt, args);
	va_end(args);
	return err;
}

struct value_word value_word(const char *at, size_t len)
{
	struct value_word word;
	size_t shown = len < 40 ? len : 40;

	for (size_t i = 0; i < shown; i++)
		word.text[i] = at[i] >= ' ' && at[i] <= '~' ? at[i] : '?';
	strcpy(word.text + shown, shown < len ? "..." : "");
	return word;
}

static bool reserve(struct value_out *out, size_t len)
{
	size_t room = out->room ? out->room : 64;
	char *text;

	if (out->failed)
		return false;
	while (room <= out->len + len)
		room *= 2;
	if (room == out->room)
		return true;
	text = realloc(out->text, room);
	if (!text) {
		out->failed = true;
		return false;
	}
	out->text = text;
	out->room = room;
	return true;
}

void value_put(struct value_out *out, const char *text, size_t len)
{
	if (!len || !reserve(out, len))
		return;
	memcpy(out->text + out->len, text, len);
	out->len += len;
}

void value_puts(struct value_out *out, const char *text)
{
	value_put(out, text, strlen(text));
}

void value_putf(struct value_out *out, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	value_puts(out, text);
}

char *value_taken(struct value_out *out)
{
	if (!reserve(out, 0))
		return NULL;
	out->text[out->len] = '\0';
	return take_ptr(out->text);
}

void value_out_done(struct value_out *out)
{
	free(out->text);
}
