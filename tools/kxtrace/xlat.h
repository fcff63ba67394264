/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of constants: one table per set of flags or of values. */
#ifndef KXTRACE_XLAT_H
#define KXTRACE_XLAT_H

#include <stdint.h>

#include "out.h"

struct xlat_entry {
	uint64_t value;
	const char *name;
};

struct xlat {
	const struct xlat_entry *entries;
	unsigned int nr;
	const char *unknown;	/* "O_???", printed in a comment */
};

/* XLAT(open_flags, "O_???", X(O_CREAT), X(O_EXCL)); */
#define X(constant)		{ (uint64_t)(constant), #constant }
#define XLAT(id, unknown_name, ...)					\
	static const struct xlat_entry id##_entries[] = { __VA_ARGS__ };	\
	const struct xlat id = {						\
		id##_entries,						\
		sizeof(id##_entries) / sizeof(id##_entries[0]),		\
		unknown_name,						\
	}

/* NULL when the table has no such value. */
const char *xlat_name(const struct xlat *x, uint64_t value);

/* Whether one of its flags is in the value. */
static inline bool xlat_knows_any(const struct xlat *x, uint64_t value)
{
	const struct xlat_entry *entry = x->entries, *end = entry + x->nr;

	for (; entry < end; entry++)
		if (entry->value && (value & entry->value) == entry->value)
			return true;
	return false;
}

/* A|B|0x40; nothing known: 0x40 and the comment O_???; zero: its name, or 0. */
void xlat_flags(struct out *o, const struct xlat *x, uint64_t value);

/* A; unknown: 0x40 and the comment O_???. */
void xlat_value(struct out *o, const struct xlat *x, uint64_t value);

#endif
