// SPDX-License-Identifier: GPL-2.0-only
/* What kxlog says to its user: one sentence, one line, on stderr. */
#include "tell.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/* In one piece: others write to the same terminal. */
static void say(const char *fmt, va_list args)
{
	char text[2048];
	ssize_t written;

	vsnprintf(text, sizeof(text), fmt, args);
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	written = dprintf(STDERR_FILENO, "kxlog: %s\n", text);
	(void)written;	/* there is nobody left to tell */
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
