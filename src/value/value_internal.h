/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of value.h share: types in one form, numbers, growing text. */
#ifndef KX_VALUE_INTERNAL_H
#define KX_VALUE_INTERNAL_H

#include <bpf/btf.h>

#include "base/cleanup.h"
#include "value/value.h"

/* Against hostile types: how deep, how much, and how often anything is looked at. */
#define VALUE_DEPTH	32
#define VALUE_SIZE_MAX	(1u << 20)
#define VALUE_TEXT_MAX	(64u << 20)
#define VALUE_STEPS	(1u << 22)
#define VALUE_NAME_MAX	128

__extension__ typedef unsigned __int128 u128;

/* Who asked, for a piece of a sentence. */
struct value_why {
	char *text;
	size_t len;
};

/* Return: @err. */
int value_fail(const struct value_why *why, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A user's word, made fit to be shown. */
struct value_word {
	char text[44];
};

struct value_word value_word(const char *at, size_t len);

/* Text that grows; after a failure it takes nothing more. */
struct value_out {
	char *text;
	size_t len;
	size_t room;
	bool failed;
};

void value_put(struct value_out *out, const char *text, size_t len);
void value_puts(struct value_out *out, const char *text);
void value_putf(struct value_out *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The text, for free(); NULL: no memory. Nothing stays in @out. */
char *value_taken(struct value_out *out);
void value_out_done(struct value_out *out);

#define _cleanup_out_	_cleanup_(value_out_done)

/* Take @nr of the steps that are left; false: none is, for good. */
static inline bool value_step(uint32_t *steps, uint64_t nr)
{
	if (nr > *steps) {
		*steps = 0;
		return false;
	}
	*steps -= nr;
	return true;
}

/*
 * Types
 */

enum value_shape {
	SHAPE_NONE,		/* nothing that has a value */
	SHAPE_INT,
	SHAPE_BOOL,
	SHAPE_CHAR,
	SHAPE_ENUM,
	SHAPE_FLOAT,
	SHAPE_POINTER,
	SHAPE_TEXT,		/* an array of char */
	SHAPE_ARRAY,
	SHAPE_STRUCT,
	SHAPE_UNION,
	NR_SHAPES,
};

/* A type without its modifiers, reduced to what matters for values. */
struct value_form {
	enum value_shape shape;
	uint32_t id;
	const struct btf_type *type;
	uint64_t size;		/* bytes */
	bool is_signed;
	uint32_t bit_offset;	/* of an int that is less than its bytes */
	uint32_t bits;		/* of that; 0: all */
	uint32_t nr;		/* elements, members or enumerators */
	uint32_t elem_id;	/* of an array */
	uint64_t elem_size;
};

/* Never fails: what has no value is SHAPE_NONE. */
void value_form(const struct btf *btf, uint32_t id, struct value_form *form);

/* Whatever the caller's locale takes for a letter. */
static inline bool value_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (c >= '0' && c <= '9');
}

/* An identifier of sensible length, or "". */
const char *value_name(const struct btf *btf, uint32_t offset);

/* A type at @offset. Return: false: no value, too large, or not at that place. */
bool value_place(const struct value_form *form, uint64_t offset,
		 struct value_place *out);

/* A member of a structure at @offset. Return: false: it does not fit in it. */
bool value_member(const struct btf *btf, const struct value_form *form,
		  uint32_t nr, uint64_t offset, struct value_place *out);

/* value_find() from @from on, for a path that need not be terminated. */
int value_walk(const struct btf *btf, const struct value_place *from,
	       const char *path, size_t len, uint32_t *steps,
	       struct value_place *out, const struct value_why *why);

/*
 * Numbers
 */

struct value_number {
	bool negative;
	bool huge;		/* more than 128 bits */
	u128 size;		/* without the sign */
};

/* The bits of a number or enumerator at @place within @bytes, and back. */
u128 value_load(const struct value_place *place, const void *bytes);
void value_store(const struct value_place *place, void *bytes, u128 bits);

uint32_t value_bits(const struct value_place *place);
u128 value_mask(uint32_t bits);
struct value_number value_signed(u128 bits, uint32_t nr_bits, bool is_signed);
u128 value_unsigned(const struct value_number *number, uint32_t nr_bits);
void value_put_number(struct value_out *out, const struct value_number *number);

/* Return: bytes of @at that are a number in C, sign included; 0: none. */
size_t value_scan(const char *at, size_t len, struct value_number *out);

/* Return: the byte that begins at @at, an escape or not; -1; @used: its length. */
int value_scan_char(const char *at, size_t len, size_t *used);

/* What a range and a type leave together. */
struct value_bounds {
	struct value_number lowest;
	struct value_number highest;
};

struct value_bounds value_bounds_type(uint32_t bits, bool is_signed);
struct value_bounds value_bounds_range(const struct value_range *range);
struct value_bounds value_bounds_both(const struct value_bounds *a,
				      const struct value_bounds *b);
bool value_within(const struct value_bounds *bounds,
		  const struct value_number *number);
void value_put_bounds(struct value_out *out, const struct value_bounds *bounds);

/*
 * Enumerators
 */

/* Their names for @bits of @nr_bits. Return: false: it is no such value. */
bool value_put_enum(const struct btf *btf, const struct value_form *form,
		    u128 bits, uint32_t nr_bits, uint32_t *steps,
		    struct value_out *out);
bool value_scan_enum(const struct btf *btf, const struct value_form *form,
		     const char *at, size_t len, uint32_t nr_bits,
		     uint32_t *steps, u128 *out);
void value_put_names(const struct btf *btf, const struct value_form *form,
		     struct value_out *out);

/*
 * Text
 */

/* Bytes of @at that are one character of UTF-8; 0: they are not. */
size_t value_utf8(const unsigned char *at, size_t len, uint32_t *code);

/* Neither a control character nor what turns the direction of a line. */
bool value_is_shown(uint32_t code);

/* Bytes that show as they are; @quoted: in quotes and with escapes. */
bool value_is_plain(const unsigned char *at, size_t len);
void value_put_quoted(struct value_out *out, const unsigned char *at, size_t len);
void value_put_json(struct value_out *out, const unsigned char *at, size_t len);

/*
 * A string of JSON that begins at *@at, without its quotes; none of its bytes is 0. NULL:
 * *@at is behind it; else what is wrong, from *@at on.
 */
const char *value_scan_json(const char **at, const char *end, struct value_out *out);

#endif
