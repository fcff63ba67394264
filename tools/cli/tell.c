// SPDX-License-Identifier: GPL-2.0-only
/* One sentence, one line, on stderr. */
#include "tell.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static const char *name = "kx";

void tell_as(const char *program)
{
	name = program;
}

/* In one piece: others write to the same terminal. */
static void say(const char *fmt, va_list args)
{
	char text[4096];

	vsnprintf(text, sizeof(text), fmt, args);
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	/* Where it fails there is nobody left to tell. */
	(void)!dprintf(STDERR_FILENO, "%s: %s\n", name, text);
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

void tell_note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
}
