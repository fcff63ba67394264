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
 * type @type_id. Members of a member without a name are found as if they were the
 * structure's own. Text (an array of char) has no parts: its last byte stays 0.
 * @btf has passed btf_check(), but may be hostile in content: types nested deeply,
 * arrays of 2^32, members that overlap; more than 32 levels, or 1 MiB, is refused.
 *
 * Return: 0; -ENOENT: no such member, or one that is not within its structure;
 * -ERANGE: beyond the array; -EINVAL: not a path, or a type that has no parts, or no
 * value; @why receives a piece of a sentence, may be NULL when @why_len is 0.
 */
int value_find(const struct btf *btf, uint32_t type_id, const char *path,
	       struct value_place *out, char *why, size_t why_len);

/*
 * Text to bytes. @bytes has place->size bytes and the old value; it changes on
 * success only. Of a bit-field the other bits in place->size are written as they
 * were. Accepts, by type:
 *
 * integers: decimal, 0x, 0 (octal), 0b, 'c', a sign; char is one of them;
 * bool: 1/0, true/false, yes/no, on/off;
 * enums: enumerators by name (full, or without what all begin with up to a "_", in
 *	any case) or number; several joined by | where the values are single bits;
 * arrays of char: text up to one byte less than the room. Outermost and without
 *	quotes it is taken as it is, blanks and backslashes too; within quotes C's
 *	escapes count;
 * arrays: 1,2,3 or {1,2,3}, the rest becomes zero; the inner ones need their braces;
 * structures: {.name=value,.path[1].to=value}, the others stay; of a union one;
 * pointers, floats: nothing but the text that they have now, so that a structure
 *	with such a member is taken back; so too a number that is no enumerator.
 *
 * @range, or NULL, is said of an integer, or of each in an array, not of members.
 *
 * Return: 0; -EINVAL: not such a value; -ERANGE: does not fit the type or
 * @range; -ENOMEM; @why receives a piece of a sentence that has what is allowed:
 * "2000 is out of range, 1..1000 is allowed"; NULL when @why_len is 0.
 */
int value_parse(const struct btf *btf, const struct value_place *place,
		const struct value_range *range, const char *text, void *bytes,
		char *why, size_t why_len);

/*
 * Bytes to text that value_parse() takes back, for free(); NULL: no memory. A union
 * is shown by its first member, enumerators by their full names, text up to its end
 * or one byte less than its room; what types beyond all measure hold is "?".
 */
char *value_text(const struct btf *btf, const struct value_place *place,
		 const void *bytes);

/*
 * Bytes to a JSON value, for free(): numbers (of any size, plain), true, "text",
 * "ENUMERATOR", [..], {..}; pointers are "0x1f". Bytes that are not UTF-8 are
 * \u00XX. NULL: no memory.
 */
char *value_json(const struct btf *btf, const struct value_place *place,
		 const void *bytes);

/*
 * A JSON value to bytes: strict JSON. @bytes has value_size() bytes and the old value;
 * members that are not given keep theirs, elements that are not become zero. Integers
 * take whole numbers, enumerators their names or numbers, arrays of char text of up to
 * one byte less than the room; pointers and floats as value_parse(). Nothing is
 * given twice.
 *
 * Return: 0; -EINVAL: not JSON, or not of the type; -ERANGE: does not fit; -ENOENT: no
 * such member; -ENOMEM; @bytes is as it was then, and @why receives a piece of a
 * sentence, with the place: "limits[1].rate: 300 does not fit u8, 0..255 is allowed".
 */
int value_from_json(const struct btf *btf, uint32_t type_id, const char *json, void *bytes,
		    char *why, size_t why_len);

/*
 * A type as C spells it, without const and volatile, for free(): "u32", "char[16]",
 * "enum verdict", "struct limits *"; "?" for none. NULL: no memory.
 */
char *value_type_text(const struct btf *btf, uint32_t type_id);

/*
 * What a parameter may be, for free(): "1..1000", "PASS|DROP", "on|off", "at most 15
 * bytes", "at most 4 of 0..65535", "{.rate,.burst}"; "nothing" for pointers, floats
 * and what has no value. @range may be NULL. NULL: no memory.
 */
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
