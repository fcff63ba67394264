// SPDX-License-Identifier: GPL-2.0-only
/* Text to bytes. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "value_internal.h"

struct reader {
	const struct btf *btf;
	const struct value_range *range;
	const char *at, *end;
	unsigned char *bytes;
	uint32_t steps;
	int depth;		/* 0: the outermost value */
	struct value_why why;
};

/* A piece of the text. */
struct word {
	const char *at;
	size_t len;
};

typedef int (*read_fn)(struct reader *r, const struct value_form *form,
		       const struct value_place *place);

static int read_value(struct reader *r, const struct value_place *place);

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->end && is_blank(*r->at))
		r->at++;
}

static bool take(struct reader *r, char c)
{
	skip_blanks(r);
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

/* A scalar outermost is the whole text; else it ends where the next one begins. */
static struct word take_word(struct reader *r)
{
	struct value_number number;
	struct word word;

	skip_blanks(r);
	word.at = r->at;
	if (r->at < r->end && *r->at == '\'')
		r->at += value_scan(r->at, r->end - r->at, &number);
	while (r->at < r->end && (!r->depth || (*r->at != ',' && *r->at != '}')))
		r->at++;
	word.len = r->at - word.at;
	while (word.len && is_blank(word.at[word.len - 1]))
		word.len--;
	return word;
}

static struct value_word shown(struct word word)
{
	return value_word(word.at, word.len);
}

/* A list as text within a sentence. */
static const char *listed(struct value_out *out)
{
	value_put(out, "", 1);
	return out->failed ? "something else" : out->text;
}

/* What cannot be said in text may stay what it is: a part of a structure, mostly. */
static bool is_unchanged(const struct reader *r, const struct value_place *place,
			 struct word word)
{
	_cleanup_free_ char *now = value_text(r->btf, place, r->bytes + place->offset);

	return now && strlen(now) == word.len && !memcmp(now, word.at, word.len);
}

static int refuse_number(struct reader *r, const struct value_bounds *allowed, int err,
			 struct word word, const char *what)
{
	const char *mark = err == -EINVAL ? "`" : "";
	_cleanup_out_ struct value_out list = { 0 };

	value_put_bounds(&list, allowed);
	return value_fail(&r->why, err, "%s%s%s %s, %s is allowed", mark, shown(word).text,
			  mark, what, listed(&list));
}

static int refuse_size(struct reader *r, const struct value_bounds *allowed, struct word word,
		       const struct value_form *form, const struct value_place *place)
{
	char what[40];

	if (place->bit_size)
		snprintf(what, sizeof(what), "does not fit %u bits", place->bit_size);
	else
		snprintf(what, sizeof(what), "does not fit %c%u", form->is_signed ? 's' : 'u',
			 place->size * 8);
	return refuse_number(r, allowed, -ERANGE, word, what);
}

static int read_int(struct reader *r, const struct value_form *form,
		    const struct value_place *place)
{
	struct value_bounds type = value_bounds_type(value_bits(place), form->is_signed);
	struct value_bounds range = type, both = type;
	struct word word = take_word(r);
	struct value_number number;
	bool ranged = r->range && r->range->set;

	if (ranged) {
		range = value_bounds_range(r->range);
		both = value_bounds_both(&type, &range);
	}
	if (!word.len || value_scan(word.at, word.len, &number) != word.len)
		return refuse_number(r, &both, -EINVAL, word, "is not a number");
	if (ranged && !value_within(&range, &number))
		return refuse_number(r, &both, -ERANGE, word, "is out of range");
	if (!value_within(&type, &number))
		return refuse_size(r, &both, word, form, place);
	value_store(place, r->bytes, value_unsigned(&number, value_bits(place)));
	return 0;
}

static int read_bool(struct reader *r, const struct value_form *form,
		     const struct value_place *place)
{
	static const char *const words[] = {
		"off", "on", "false", "true", "no", "yes", "0", "1",
	};
	struct word word = take_word(r);

	(void)form;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (word.len != strlen(words[i]) || strncasecmp(words[i], word.at, word.len))
			continue;
		value_store(place, r->bytes, i % 2);
		return 0;
	}
	return value_fail(&r->why, -EINVAL, "`%s` is not a bool: on or off", shown(word).text);
}

static int read_enum(struct reader *r, const struct value_form *form,
		     const struct value_place *place)
{
	_cleanup_out_ struct value_out list = { 0 };
	struct word word = take_word(r);
	u128 bits;

	if (value_scan_enum(r->btf, form, word.at, word.len, value_bits(place), &r->steps,
			    &bits)) {
		value_store(place, r->bytes, bits);
		return 0;
	}
	if (is_unchanged(r, place, word))
		return 0;
	value_put_names(r->btf, form, &list);
	return value_fail(&r->why, -EINVAL, "`%s` is unknown, %s is allowed", shown(word).text,
			  listed(&list));
}

/* Pointers, floats, and what has no value at all. */
static int read_none(struct reader *r, const struct value_form *form,
		     const struct value_place *place)
{
	struct word word = take_word(r);

	if (is_unchanged(r, place, word))
		return 0;
	return value_fail(&r->why, -EINVAL, "%s cannot be set as text",
			  form->shape == SHAPE_POINTER ? "a pointer" :
			  form->shape == SHAPE_FLOAT ? "a float" : "a value of this type");
}

static int read_quoted(struct reader *r, struct value_out *out)
{
	struct word rest = { r->at, r->end - r->at };

	for (r->at++; r->at < r->end && *r->at != '"'; ) {
		size_t used;
		int byte = value_scan_char(r->at, r->end - r->at, &used);
		char c = byte;

		if (byte < 0)
			return value_fail(&r->why, -EINVAL, "`%s` begins with no known escape",
					  value_word(r->at, r->end - r->at).text);
		if (!byte)
			return value_fail(&r->why, -EINVAL, "text cannot have a zero byte in it");
		value_put(out, &c, 1);
		r->at += used;
	}
	if (r->at == r->end)
		return value_fail(&r->why, -EINVAL, "`%s` has no closing \"", shown(rest).text);
	r->at++;
	return 0;
}

/* Without quotes it is taken as it is, outermost with all its blanks. */
static int read_text(struct reader *r, struct value_out *out)
{
	struct word word;

	if (r->depth)
		skip_blanks(r);
	if (r->at < r->end && *r->at == '"')
		return read_quoted(r, out);
	if (r->depth) {
		word = take_word(r);
	} else {
		word = (struct word){ r->at, r->end - r->at };
		r->at = r->end;
	}
	value_put(out, word.at, word.len);
	return 0;
}

static int read_string(struct reader *r, const struct value_form *form,
		       const struct value_place *place)
{
	_cleanup_out_ struct value_out text = { 0 };
	size_t most = form->size ? form->size - 1 : 0;
	int err = read_text(r, &text);

	if (err)
		return err;
	if (text.failed)
		return value_fail(&r->why, -ENOMEM, "no memory");
	if (text.len > most)
		return value_fail(&r->why, -ERANGE,
				  "%zu bytes are too long, at most %zu bytes are allowed",
				  text.len, most);
	memset(r->bytes + place->offset, 0, form->size);
	if (text.len)
		memcpy(r->bytes + place->offset, text.text, text.len);
	return 0;
}

static bool ends(struct reader *r)
{
	skip_blanks(r);
	return r->at == r->end || *r->at == '}';
}

static int read_elements(struct reader *r, const struct value_form *form,
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

static int braces_ahead(const struct reader *r)
{
	int braces = 0;

	for (const char *at = r->at; at < r->end && (is_blank(*at) || *at == '{'); at++)
		braces += *at == '{';
	return braces;
}

/* Outermost, its own braces may be left out. */
static int read_list(struct reader *r, const struct value_form *form,
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

static int read_member(struct reader *r, const struct value_place *place)
{
	const char *equals = memchr(r->at, '=', r->end - r->at);
	struct word path = { r->at, equals ? equals - r->at : 0 };
	struct value_place part;
	int err;

	if (!equals || *path.at != '.')
		return value_fail(&r->why, -EINVAL, "`%s` is not .name=value",
				  value_word(r->at, r->end - r->at).text);
	while (is_blank(path.at[path.len - 1]))
		path.len--;
	err = value_walk(r->btf, place, path.at, path.len, &r->steps, &part, &r->why);
	if (err)
		return err == -ENOENT ? -EINVAL : err;
	r->at = equals + 1;
	return read_value(r, &part);
}

static int read_members(struct reader *r, const struct value_form *form,
			const struct value_place *place)
{
	int err = 0;

	for (int nr = 0; !err && (nr ? take(r, ',') : !ends(r)); nr++) {
		if (nr && form->shape == SHAPE_UNION)
			return value_fail(&r->why, -EINVAL, "of a union one member can be set");
		skip_blanks(r);
		err = read_member(r, place);
	}
	return err;
}

/* A range is said of integers and lists of them, not of what has members. */
static int read_struct(struct reader *r, const struct value_form *form,
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

static int read_value(struct reader *r, const struct value_place *place)
{
	static const read_fn readers[NR_SHAPES] = {
		[SHAPE_NONE] = read_none,
		[SHAPE_INT] = read_int,
		[SHAPE_BOOL] = read_bool,
		[SHAPE_CHAR] = read_int,
		[SHAPE_ENUM] = read_enum,
		[SHAPE_FLOAT] = read_none,
		[SHAPE_POINTER] = read_none,
		[SHAPE_TEXT] = read_string,
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
	struct reader r = {
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
