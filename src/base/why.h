/* SPDX-License-Identifier: GPL-2.0-only */
/* What the checks of an object file share: how they say what is wrong. */
#ifndef KX_WHY_H
#define KX_WHY_H

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

/* Where the piece of a sentence goes. */
struct why {
	char *text;
	size_t len;
};

/* Ends a check that fails: `return bad(why, "...")`. */
__attribute__((format(printf, 2, 3)))
static inline int bad(const struct why *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why->text, why->len, fmt, args);
	va_end(args);
	return -EINVAL;
}

static inline int out_of_memory(const struct why *why)
{
	bad(why, "out of memory");
	return -ENOMEM;
}

#endif
