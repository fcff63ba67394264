/* SPDX-License-Identifier: GPL-2.0-only */
/* What reads lists and structures and what reads their parts share. */
#ifndef KX_VALUE_READER_H
#define KX_VALUE_READER_H

#include "value/value_internal.h"

struct value_reader {
	const struct btf *btf;
	const struct value_range *range;
	const char *at, *end;
	unsigned char *bytes;
	uint32_t steps;
	int depth;		/* 0: the outermost value */
	struct value_why why;
};

/* Reads a value of one shape. Return: 0, or the reason is said. */
typedef int (*value_read_fn)(struct value_reader *r, const struct value_form *form,
			     const struct value_place *place);

int value_read_int(struct value_reader *r, const struct value_form *form,
		   const struct value_place *place);
int value_read_bool(struct value_reader *r, const struct value_form *form,
		    const struct value_place *place);
int value_read_enum(struct value_reader *r, const struct value_form *form,
		    const struct value_place *place);
int value_read_none(struct value_reader *r, const struct value_form *form,
		    const struct value_place *place);
int value_read_string(struct value_reader *r, const struct value_form *form,
		      const struct value_place *place);

static inline bool value_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static inline void value_skip_blanks(struct value_reader *r)
{
	while (r->at < r->end && value_is_blank(*r->at))
		r->at++;
}

#endif
