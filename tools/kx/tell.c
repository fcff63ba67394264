// SPDX-License-Identifier: GPL-2.0-only
/* What the command says to its user: one sentence, one line. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "text.h"
#include "verb.h"

static void say(const char *fmt, va_list args)
{
	char text[4096];

	vsnprintf(text, sizeof(text), fmt, args);
	text_clean(text);
	fprintf(stderr, "kx: %s\n", text);
}

int tell(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
	return FAILED;
}

int tell_wrong(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
	return WRONG;
}
