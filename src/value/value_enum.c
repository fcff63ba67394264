// SPDX-License-Identifier: GPL-2.0-only
/* Enumerators: by value, by name, by name without what all begin with. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "value/value_internal.h"

#define NAMES_MAX	100	/* bytes of a list that somebody is to read */

static uint32_t name_of(const struct value_form *form, uint32_t nr)
{
	return btf_is_enum64(form->type) ? btf_enum64(form->type)[nr].name_off :
					   btf_enum(form->type)[nr].name_off;
}

/*
 * An enumerator's bits in @nr_bits. Return: false: they have no room for it. Old
 * compilers do not mark enums as signed: both readings count.
 */
static bool bits_of(const struct value_form *form, uint32_t nr, uint32_t nr_bits,
		    u128 *bits)
{
	uint32_t full = btf_is_enum64(form->type) ? 64 : 32;
	u128 value = full == 64 ? btf_enum64_value(&btf_enum64(form->type)[nr]) :
				  (uint32_t)btf_enum(form->type)[nr].val;
	struct value_number narrow = value_signed(value, nr_bits, true);

	if (full <= nr_bits) {
		struct value_number wide = value_signed(value, full, form->is_signed);

		*bits = value_unsigned(&wide, nr_bits);
		return true;
	}
	*bits = value & value_mask(nr_bits);
	return *bits == value || value_unsigned(&narrow, full) == value;
}

/* Bytes that all names begin with, up to a last "_"; what follows is no number. */
static size_t prefix_len(const struct btf *btf, const struct value_form *form)
{
	const char *first = form->nr ? value_name(btf, name_of(form, 0)) : "";
	size_t len = strlen(first);

	for (uint32_t i = 1; i < form->nr && len; i++) {
		const char *name = value_name(btf, name_of(form, i));
		size_t same = 0;

		while (same < len && name[same] == first[same])
			same++;
		len = same;
	}
	while (len && first[len - 1] != '_')
		len--;
	for (uint32_t i = 0; i < form->nr; i++)
		if (isdigit((unsigned char)value_name(btf, name_of(form, i))[len]))
			return 0;
	return len;
}

/* All bits that flags have; 0: not an enum of flags. */
static u128 flags_of(const struct value_form *form, uint32_t nr_bits)
{
	u128 all = 0, bits;

	for (uint32_t i = 0; i < form->nr; i++) {
		if (!bits_of(form, i, nr_bits, &bits) || bits & (bits - 1) || bits & all)
			return 0;
		all |= bits;
	}
	return all & (all - 1) ? all : 0;
}

static bool put_one(const struct btf *btf, const struct value_form *form, u128 bits,
		    uint32_t nr_bits, struct value_out *out)
{
	u128 own;

	for (uint32_t i = 0; i < form->nr; i++) {
		const char *name = value_name(btf, name_of(form, i));

		if (*name && bits_of(form, i, nr_bits, &own) && own == bits) {
			value_puts(out, name);
			return true;
		}
	}
	return false;
}

bool value_put_enum(const struct btf *btf, const struct value_form *form, u128 bits,
		    uint32_t nr_bits, uint32_t *steps, struct value_out *out)
{
	_cleanup_out_ struct value_out names = { 0 };
	u128 left;

	if (!value_step(steps, form->nr))
		return false;
	if (put_one(btf, form, bits, nr_bits, out))
		return true;
	left = bits;
	if (!bits || bits & ~flags_of(form, nr_bits))
		return false;
	for (; left; left &= left - 1) {
		if (left != bits)
			value_puts(&names, "|");
		if (!put_one(btf, form, left & -left, nr_bits, &names))
			return false;
	}
	value_put(out, names.text, names.len);
	return true;
}

/* As it is written before in any case, the whole name before its end. */
static bool scan_name(const struct btf *btf, const struct value_form *form,
		      const char *at, size_t len, uint32_t nr_bits, u128 *out)
{
	size_t prefix = prefix_len(btf, form);

	for (int pass = 0; pass < 4; pass++) {
		int (*differ)(const char *, const char *, size_t) =
			pass < 2 ? strncmp : strncasecmp;
		size_t cut = pass % 2 ? prefix : 0;

		for (uint32_t i = 0; i < form->nr; i++) {
			const char *name = value_name(btf, name_of(form, i));
			size_t name_len = strlen(name);

			if (name_len == len + cut && len && !differ(name + cut, at, len) &&
			    bits_of(form, i, nr_bits, out))
				return true;
		}
	}
	return false;
}

static bool scan_number(const struct value_form *form, const char *at, size_t len,
			uint32_t nr_bits, u128 *out)
{
	struct value_bounds low = value_bounds_type(nr_bits, true);
	struct value_bounds high = value_bounds_type(nr_bits, false);
	struct value_number number;
	u128 bits;

	if (value_scan(at, len, &number) != len || !len)
		return false;
	if (!value_within(&low, &number) && !value_within(&high, &number))
		return false;
	*out = value_unsigned(&number, nr_bits);
	for (uint32_t i = 0; i < form->nr; i++)
		if (bits_of(form, i, nr_bits, &bits) && bits == *out)
			return true;
	return false;
}

/* A number of several flags at once, 0 included. */
static bool scan_flags(const char *at, size_t len, u128 all, u128 *out)
{
	struct value_number number;

	if (!all || value_scan(at, len, &number) != len || !len)
		return false;
	*out = number.size;
	return !number.negative && !number.huge && !(number.size & ~all);
}

static void trim(const char **at, size_t *len)
{
	while (*len && **at == ' ')
		++*at, --*len;
	while (*len && (*at)[*len - 1] == ' ')
		--*len;
}

bool value_scan_enum(const struct btf *btf, const struct value_form *form,
		     const char *at, size_t len, uint32_t nr_bits,
		     uint32_t *steps, u128 *out)
{
	u128 all = flags_of(form, nr_bits), bits;

	*out = 0;
	for (const char *end = at + len; ; at += len + 1) {
		const char *bar = all ? memchr(at, '|', end - at) : NULL;
		const char *word = at;
		size_t word_len;

		len = (bar ? bar : end) - at;
		word_len = len;
		trim(&word, &word_len);
		if (!value_step(steps, form->nr) ||
		    (!scan_name(btf, form, word, word_len, nr_bits, &bits) &&
		     !scan_number(form, word, word_len, nr_bits, &bits) &&
		     !scan_flags(word, word_len, all, &bits)))
			return false;
		*out |= bits;
		if (!bar)
			return true;
	}
}

void value_put_names(const struct btf *btf, const struct value_form *form,
		     struct value_out *out)
{
	size_t prefix = prefix_len(btf, form), begin = out->len;
	uint32_t i = 0;

	for (; i < form->nr && out->len - begin < NAMES_MAX; i++) {
		const char *name = value_name(btf, name_of(form, i));

		if (!*name)
			continue;
		value_puts(out, out->len > begin ? "|" : "");
		value_puts(out, name + (name[prefix] ? prefix : 0));
	}
	if (i < form->nr)
		value_puts(out, "|...");
	if (out->len == begin)
		value_puts(out, "nothing");
}
