/* SPDX-License-Identifier: GPL-2.0-only */
/* Values by their BTF type: text to bytes, bytes to text and JSON. */
#ifndef KX_VALUE_H
#define KX_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btf;

/* What is allowed of an integer; ends included. */
struct value_range {
	bool set;
	bool negative;		/* lowest is below zero: compare as signed */
	int64_t lowest;		/* as bits; uint64_t when not negative */
	uint64_t highest;	/* as bits; int64_t when negative */
};

/* A piece of typed memory, relative to the variable it is a part of. */
struct value_place {
	uint32_t type_id;	/* without typedef, const, volatile, tags */
	uint32_t offset;	/* bytes */
	uint32_t size;		/* bytes; at least the bit-field's storage */
	uint32_t bit_offset;	/* within the storage */
	uint32_t bit_size;	/* 0: not a bit-field */
};

/*
 * Follow a path such as "", ".rate", "[2]", ".limits[1].rate" into a variable of
 * type @type_id. @btf has passed btf_check(), but may be hostile in content:
 * types nested deeply, arrays of 2^32, members that overlap.
 *
 * Return: 0; -ENOENT: no such member; -ERANGE: beyond the array; -EINVAL: not a
 * path, or a type that has no parts; @why receives a piece of a sentence.
 */
int value_find(const struct btf *btf, uint32_t type_id, const char *path,
	       struct value_place *out, char *why, size_t why_len);

/*
 * Text to bytes. @bytes has place->size bytes and the old value; it changes on
 * success only. Accepts, by type: decimal, 0x, 0 (octal), 0b, 'c', a sign for signed
 * ones; 1/0, true/false, yes/no, on/off for bool; enumerators by name (full, or
 * without the prefix that all share, in any case) or number, several joined by |
 * for enums whose values are single bits; text up to the room for char arrays, with
 * "..." and C escapes allowed; 1,2,3 or {1,2,3} for arrays, the rest becomes zero;
 * {.name=value, ...} for structures, the others stay; floats are refused.
 *
 * Return: 0; -EINVAL: not such a value; -ERANGE: does not fit the type or
 * @range; @why receives a piece of a sentence that has what is allowed:
 * "2000 is out of range, 1..1000 is allowed".
 */
int value_parse(const struct btf *btf, const struct value_place *place,
		const struct value_range *range, const char *text, void *bytes,
		char *why, size_t why_len);

/* Bytes to text that value_parse() takes back, for free(); NULL: no memory. */
char *value_text(const struct btf *btf, const struct value_place *place,
		 const void *bytes);

/* Bytes to a JSON value, for free(): numbers, true, "text", [..], {..}. */
char *value_json(const struct btf *btf, const struct value_place *place,
		 const void *bytes);

/* A type as C spells it, for free(): "u32", "char[16]", "enum verdict". */
char *value_type_text(const struct btf *btf, uint32_t type_id);

/* What a parameter may be, for free(): "1..1000", "PASS|DROP", "at most 15 bytes". */
char *value_range_text(const struct btf *btf, uint32_t type_id,
		       const struct value_range *range);

/*
 * "1..1000", "-5..(0x10U)": two integer literals as C writes them with ".."
 * between; a sign, parentheses and suffixes are allowed. Return: 0; -EINVAL.
 */
int value_range_parse(const char *text, struct value_range *out);

/* Bytes of a type; 0 when it has none or more than 1 MiB. */
uint32_t value_size(const struct btf *btf, uint32_t type_id);

#endif
