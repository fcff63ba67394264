// SPDX-License-Identifier: GPL-2.0-only
/* Text to bytes: lists and structures, and the whole value at once. */
#include <errno.h>
#include <string.h>

#include "value/value_reader.h"

static int read_value(struct value_reader *r, const struct value_place *place);

static bool take(struct value_reader *r, char c)
{
	value_skip_blanks(r);
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static bool ends(struct value_reader *r)
{
	value_skip_blanks(r);
	return r->at == r->end || *r->at == '}';
}

static int read_elements(struct value_reader *r, const struct value_form *form,
			 const struct value_place *place)
{
	struct value_place part;
	struct value_form elem;
	uint32_t nr = 0;

	value_form(r->btf, form->elem_id, &elem);
	if (!value_place(&elem, place->offset, &part))
		return value_fail(&r->why, -EINVAL, "its elements have no value");
	while (nr ? take(r, ',') : !ends(r)) {
		int err;

		if (nr++ == form->nr)
			return value_fail(&r->why, -ERANGE, "too many values, %u are allowed",
					  form->nr);
		err = read_value(r, &part);
		if (err)
			return err;
		part.offset += elem.size;
	}
	memset(r->bytes + part.offset, 0, (form->nr - nr) * elem.size);
	return 0;
}

/* How many { a value of this type begins with, as a part of another. */
static int braces_of(const struct btf *btf, const struct value_form *form)
{
	struct value_form part = *form;
	int braces = 0;

	for (; part.shape == SHAPE_ARRAY; braces++)
		value_form(btf, part.elem_id, &part);
	return braces + (part.shape == SHAPE_STRUCT || part.shape == SHAPE_UNION);
}

static int braces_ahead(const struct value_reader *r)
{
	int braces = 0;

	for (const char *at = r->at; at < r->end && (value_is_blank(*at) || *at == '{'); at++)
		braces += *at == '{';
	return braces;
}

/* Outermost, its own braces may be left out. */
static int read_list(struct value_reader *r, const struct value_form *form,
		     const struct value_place *place)
{
	bool braced = r->depth || braces_ahead(r) == braces_of(r->btf, form);
	int err;

	if (braced && !take(r, '{'))
		return value_fail(&r->why, -EINVAL, "`%s` is not a list: {1,2,3}",
				  value_word(r->at, r->end - r->at).text);
	r->depth++;
	err = read_elements(r, form, place);
	r->depth--;
	if (!err && braced && !take(r, '}'))
		return value_fail(&r->why, -EINVAL, "a } is missing");
	return err;
}

static int read_member(struct value_reader *r, const struct value_place *place,
		       struct value_place *part)
{
	const char *equals = memchr(r->at, '=', r->end - r->at);
	const char *path = r->at;
	size_t len = equals ? equals - path : 0;
	int err;

	if (!equals || *path != '.')
		return value_fail(&r->why, -EINVAL, "`%s` is not .name=value",
				  value_word(r->at, r->end - r->at).text);
	while (value_is_blank(path[len - 1]))
		len--;
	err = value_walk(r->btf, place, path, len, &r->steps, part, &r->why);
	if (err)
		return err == -ENOENT ? -EINVAL : err;
	r->at = equals + 1;
	return read_value(r, part);
}

/* Bits that members take, from the first to the last. */
struct extent {
	uint64_t from, to;
};

/* Members of a structure without a name in a union may be set together. */
static bool overlaps(struct extent *all, const struct value_place *part)
{
	uint64_t from = part->offset * 8ull + part->bit_offset;
	uint64_t to = from + value_bits(part);

	if (from < all->to && to > all->from)
		return true;
	all->from = from < all->from ? from : all->from;
	all->to = to > all->to ? to : all->to;
	return false;
}

static int read_members(struct value_reader *r, const struct value_form *form,
			const struct value_place *place)
{
	struct extent all = { UINT64_MAX, 0 };
	struct value_place part;

	for (int nr = 0; nr ? take(r, ',') : !ends(r); nr++) {
		int err;

		value_skip_blanks(r);
		err = read_member(r, place, &part);
		if (err)
			return err;
		if (form->shape == SHAPE_UNION && overlaps(&all, &part))
			return value_fail(&r->why, -EINVAL, "of a union one member can be set");
	}
	return 0;
}

/* A range is said of integers and lists of them, not of what has members. */
static int read_struct(struct value_reader *r, const struct value_form *form,
		       const struct value_place *place)
{
	const struct value_range *range = r->range;
	int err;

	if (!take(r, '{'))
		return value_fail(&r->why, -EINVAL, "`%s` is not a structure: {.name=value,...}",
				  value_word(r->at, r->end - r->at).text);
	r->range = NULL;
	r->depth++;
	err = read_members(r, form, place);
	r->depth--;
	r->range = range;
	if (!err && !take(r, '}'))
		return value_fail(&r->why, -EINVAL, "a } is missing");
	return err;
}

static int read_value(struct value_reader *r, const struct value_place *place)
{
	static const value_read_fn readers[NR_SHAPES] = {
		[SHAPE_NONE] = value_read_none,
		[SHAPE_INT] = value_read_int,
		[SHAPE_BOOL] = value_read_bool,
		[SHAPE_CHAR] = value_read_int,
		[SHAPE_ENUM] = value_read_enum,
		[SHAPE_FLOAT] = value_read_none,
		[SHAPE_POINTER] = value_read_none,
		[SHAPE_TEXT] = value_read_string,
		[SHAPE_ARRAY] = read_list,
		[SHAPE_STRUCT] = read_struct,
		[SHAPE_UNION] = read_struct,
	};
	struct value_form form;

	if (r->depth > VALUE_DEPTH)
		return value_fail(&r->why, -EINVAL, "its type is nested too deeply");
	value_form(r->btf, place->type_id, &form);
	return readers[form.shape](r, &form, place);
}

int value_parse(const struct btf *btf, const struct value_place *place,
		const struct value_range *range, const char *text, void *bytes,
		char *why, size_t why_len)
{
	_cleanup_free_ unsigned char *copy = malloc(place->size + 1);
	struct value_place from_zero = *place;
	struct value_reader r = {
		.btf = btf, .range = range, .at = text, .end = text + strlen(text),
		.bytes = copy, .steps = VALUE_STEPS, .why = { why, why_len },
	};
	int err;

	if (!copy)
		return value_fail(&r.why, -ENOMEM, "no memory");
	memcpy(copy, bytes, place->size);
	from_zero.offset = 0;
	err = read_value(&r, &from_zero);
	if (err)
		return err;
	if (!ends(&r) || r.at < r.end)
		return value_fail(&r.why, -EINVAL, "`%s` is left over",
				  value_word(r.at, r.end - r.at).text);
	memcpy(bytes, copy, place->size);
	return 0;
}
