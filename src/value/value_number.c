// SPDX-License-Identifier: GPL-2.0-only
/* Numbers of up to 128 bits: in memory, in text, in bounds. */
#include <errno.h>
#include <string.h>

#include "value/value_internal.h"

#define PARENTHESES_MAX	16

static const bool is_big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

uint32_t value_bits(const struct value_place *place)
{
	return place->bit_size ? place->bit_size : place->size * 8;
}

u128 value_mask(uint32_t bits)
{
	return bits >= 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
}

/* Where bit @nr of a bit-field lies, the lowest is 0; byte and bit in one. */
static uint32_t bit_at(const struct value_place *place, uint32_t nr)
{
	if (is_big)
		return (place->bit_offset + place->bit_size - 1 - nr) ^ 7;
	return place->bit_offset + nr;
}

u128 value_load(const struct value_place *place, const void *bytes)
{
	const unsigned char *at = (const unsigned char *)bytes + place->offset;
	u128 bits = 0;

	if (!place->bit_size) {
		memcpy((char *)&bits + (is_big ? 16 - place->size : 0), at, place->size);
		return bits;
	}
	for (uint32_t i = 0; i < place->bit_size; i++) {
		uint32_t bit = bit_at(place, i);

		bits |= (u128)(at[bit / 8] >> bit % 8 & 1) << i;
	}
	return bits;
}

void value_store(const struct value_place *place, void *bytes, u128 bits)
{
	unsigned char *at = (unsigned char *)bytes + place->offset;

	if (!place->bit_size) {
		memcpy(at, (char *)&bits + (is_big ? 16 - place->size : 0), place->size);
		return;
	}
	for (uint32_t i = 0; i < place->bit_size; i++) {
		uint32_t bit = bit_at(place, i);

		at[bit / 8] &= ~(1u << bit % 8);
		at[bit / 8] |= (unsigned int)(bits >> i & 1) << bit % 8;
	}
}

struct value_number value_signed(u128 bits, uint32_t nr_bits, bool is_signed)
{
	u128 mask = value_mask(nr_bits);

	bits &= mask;
	if (is_signed && bits >> (nr_bits - 1))
		return (struct value_number){ .negative = true, .size = -bits & mask };
	return (struct value_number){ .size = bits };
}

u128 value_unsigned(const struct value_number *number, uint32_t nr_bits)
{
	return (number->negative ? -number->size : number->size) & value_mask(nr_bits);
}

void value_put_number(struct value_out *out, const struct value_number *number)
{
	u128 left = number->size;
	char text[48], *at = text + sizeof(text);

	do {
		*--at = '0' + (int)(left % 10);
		left /= 10;
	} while (left);
	if (number->negative)
		*--at = '-';
	value_put(out, at, text + sizeof(text) - at);
}

/*
 * Text
 */

/* Return: the value of a digit; 16: it is none. */
static unsigned int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

static size_t scan_digits(const char *at, size_t len, unsigned int base,
			  struct value_number *out)
{
	size_t i = 0;

	for (; i < len && digit(at[i]) < base; i++)
		if (__builtin_mul_overflow(out->size, (u128)base, &out->size) ||
		    __builtin_add_overflow(out->size, (u128)digit(at[i]), &out->size))
			out->huge = true;
	return i;
}

static size_t scan_prefixed(const char *at, size_t len, struct value_number *out)
{
	char kind = len > 2 && at[0] == '0' ? at[1] | 0x20 : 0;
	unsigned int base = kind == 'x' ? 16 : kind == 'b' ? 2 : 0;
	size_t used;

	if (!base)
		return scan_digits(at, len, len && at[0] == '0' ? 8 : 10, out);
	used = scan_digits(at + 2, len - 2, base, out);
	return used ? used + 2 : 0;
}

/* \NNN and \xNN: at most as many digits as a byte has. */
static int scan_code(const char *at, size_t len, unsigned int base, size_t max,
		     size_t *used)
{
	struct value_number number = { 0 };

	*used = scan_digits(at, len < max ? len : max, base, &number);
	return *used && number.size <= 255 ? (int)number.size : -1;
}

int value_scan_char(const char *at, size_t len, size_t *used)
{
	static const char letters[] = "abfnrtv\\\"'?", bytes[] = "\a\b\f\n\r\t\v\\\"'?";
	const char *letter;
	int byte;

	*used = 1;
	if (!len)
		return -1;
	if (at[0] != '\\')
		return (unsigned char)at[0];
	if (len < 2)
		return -1;
	letter = at[1] ? strchr(letters, at[1]) : NULL;
	if (letter) {
		*used = 2;
		return bytes[letter - letters];
	}
	if (at[1] != 'x') {
		byte = scan_code(at + 1, len - 1, 8, 3, used);
		*used += 1;
		return byte;
	}
	byte = scan_code(at + 2, len - 2, 16, 2, used);
	*used += 2;
	return byte;
}

static size_t scan_quoted(const char *at, size_t len, struct value_number *out)
{
	size_t used;
	int byte;

	if (len < 3 || at[0] != '\'' || at[1] == '\'')
		return 0;
	byte = value_scan_char(at + 1, len - 1, &used);
	if (byte < 0 || used + 2 > len || at[1 + used] != '\'')
		return 0;
	out->size = byte;
	return used + 2;
}

size_t value_scan(const char *at, size_t len, struct value_number *out)
{
	size_t sign = len && (at[0] == '-' || at[0] == '+'), used;

	*out = (struct value_number){ .negative = sign && at[0] == '-' };
	used = scan_quoted(at + sign, len - sign, out);
	if (!used)
		used = scan_prefixed(at + sign, len - sign, out);
	if (!out->size && !out->huge)
		out->negative = false;
	return used ? used + sign : 0;
}

/*
 * Bounds
 */

static bool is_less(const struct value_number *a, const struct value_number *b)
{
	if (a->negative != b->negative)
		return a->negative;
	if (a->huge != b->huge)
		return a->negative == a->huge;
	return a->negative ? a->size > b->size : a->size < b->size;
}

struct value_bounds value_bounds_type(uint32_t bits, bool is_signed)
{
	u128 half = (u128)1 << (bits - 1);

	if (!is_signed)
		return (struct value_bounds){ .highest.size = value_mask(bits) };
	return (struct value_bounds){
		.lowest = { .negative = true, .size = half },
		.highest.size = half - 1,
	};
}

struct value_bounds value_bounds_range(const struct value_range *range)
{
	return (struct value_bounds){
		.lowest = value_signed(range->lowest, 64, range->negative),
		.highest = value_signed(range->highest, 64, range->negative),
	};
}

struct value_bounds value_bounds_both(const struct value_bounds *a,
				      const struct value_bounds *b)
{
	return (struct value_bounds){
		.lowest = is_less(&a->lowest, &b->lowest) ? b->lowest : a->lowest,
		.highest = is_less(&a->highest, &b->highest) ? a->highest : b->highest,
	};
}

bool value_within(const struct value_bounds *bounds,
		  const struct value_number *number)
{
	return !is_less(number, &bounds->lowest) && !is_less(&bounds->highest, number);
}

void value_put_bounds(struct value_out *out, const struct value_bounds *bounds)
{
	if (is_less(&bounds->highest, &bounds->lowest))
		return value_puts(out, "nothing");
	value_put_number(out, &bounds->lowest);
	value_puts(out, "..");
	value_put_number(out, &bounds->highest);
}

/*
 * Ranges in a tag: the compiler has pasted what the author wrote
 */

static void skip(const char **at, const char *what)
{
	*at += strspn(*at, what);
}

/* One literal; signs and parentheses around it in any order. */
static bool scan_literal(const char **at, struct value_number *out)
{
	int open = 0, minus = 0;
	size_t used;

	for (skip(at, " "); **at && strchr("(+-", **at); skip(at, " ")) {
		open += **at == '(';
		minus += **at == '-';
		++*at;
	}
	used = value_scan(*at, strlen(*at), out);
	if (!used || out->huge || open > PARENTHESES_MAX)
		return false;
	*at += used;
	skip(at, "uUlL");
	for (skip(at, " "); **at == ')'; skip(at, " ")) {
		open--;
		++*at;
	}
	out->negative = minus % 2 && out->size;
	return !open;
}

int value_range_parse(const char *text, struct value_range *out)
{
	static const struct value_range all_signed = {
		.negative = true, .lowest = INT64_MIN, .highest = INT64_MAX,
	}, all_unsigned = { .highest = UINT64_MAX };
	struct value_number lowest, highest;
	struct value_bounds bounds;

	if (!scan_literal(&text, &lowest) || strncmp(text, "..", 2))
		return -EINVAL;
	text += 2;
	if (!scan_literal(&text, &highest) || *text || is_less(&highest, &lowest))
		return -EINVAL;

	bounds = value_bounds_range(lowest.negative ? &all_signed : &all_unsigned);
	if (!value_within(&bounds, &lowest) || !value_within(&bounds, &highest))
		return -EINVAL;
	*out = (struct value_range){
		.set = true,
		.negative = lowest.negative,
		.lowest = (int64_t)value_unsigned(&lowest, 64),
		.highest = (uint64_t)value_unsigned(&highest, 64),
	};
	return 0;
}
