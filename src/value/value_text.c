// SPDX-License-Identifier: GPL-2.0-only
/* Bytes to text and to JSON: one walk, two styles. */
#include <inttypes.h>
#include <string.h>

#include "value/value_internal.h"

struct writer {
	const struct btf *btf;
	const unsigned char *bytes;
	const struct style *style;
	struct value_out out;
	uint32_t steps;
	int depth;		/* 0: the outermost value */
};

/* Writes a value of one shape; false: it cannot be written. */
typedef bool (*write_fn)(struct writer *w, const struct value_form *form,
			 const struct value_place *place);

struct style {
	const char *list_begin, *list_end;
	const char *key_begin, *key_end;
	const char *nothing;	/* for what cannot be written */
	bool bare;		/* nothing around a list that is outermost */
	write_fn writers[NR_SHAPES];
};

static u128 load(const struct writer *w, const struct value_place *place)
{
	return value_load(place, w->bytes);
}

static bool put_int(struct writer *w, const struct value_form *form,
		    const struct value_place *place)
{
	struct value_number number =
		value_signed(load(w, place), value_bits(place), form->is_signed);

	value_put_number(&w->out, &number);
	return true;
}

static bool put_switch(struct writer *w, const struct value_form *form,
		       const struct value_place *place)
{
	(void)form;
	value_puts(&w->out, load(w, place) ? "on" : "off");
	return true;
}

static bool put_bool(struct writer *w, const struct value_form *form,
		     const struct value_place *place)
{
	(void)form;
	value_puts(&w->out, load(w, place) ? "true" : "false");
	return true;
}

static bool put_char(struct writer *w, const struct value_form *form,
		     const struct value_place *place)
{
	int c = (int)load(w, place);

	if (c < ' ' || c > '~')
		return put_int(w, form, place);
	value_putf(&w->out, c == '\'' || c == '\\' ? "'\\%c'" : "'%c'", c);
	return true;
}

static bool put_enum(struct writer *w, const struct value_form *form,
		     const struct value_place *place)
{
	return value_put_enum(w->btf, form, load(w, place), value_bits(place),
			      &w->steps, &w->out) ||
	       put_int(w, form, place);
}

static bool put_enum_json(struct writer *w, const struct value_form *form,
			  const struct value_place *place)
{
	size_t len = w->out.len;

	value_puts(&w->out, "\"");
	if (value_put_enum(w->btf, form, load(w, place), value_bits(place),
			   &w->steps, &w->out)) {
		value_puts(&w->out, "\"");
		return true;
	}
	if (!w->out.failed)
		w->out.len = len;
	return put_int(w, form, place);
}

static bool put_pointer(struct writer *w, const struct value_form *form,
			const struct value_place *place)
{
	(void)form;
	value_putf(&w->out, "0x%" PRIx64, (uint64_t)load(w, place));
	return true;
}

static bool put_pointer_json(struct writer *w, const struct value_form *form,
			     const struct value_place *place)
{
	value_puts(&w->out, "\"");
	put_pointer(w, form, place);
	value_puts(&w->out, "\"");
	return true;
}

/* The caller's locale may have a decimal comma. */
static bool put_float(struct writer *w, const struct value_form *form,
		      const struct value_place *place)
{
	const unsigned char *at = w->bytes + place->offset;
	char text[40], *comma;
	double value;
	float small;

	if (form->size == sizeof(small)) {
		memcpy(&small, at, sizeof(small));
		value = small;
	} else if (form->size == sizeof(value)) {
		memcpy(&value, at, sizeof(value));
	} else {
		return false;
	}
	snprintf(text, sizeof(text), form->size == 4 ? "%.9g" : "%.17g", value);
	comma = strpbrk(text, ",");
	if (comma)
		*comma = '.';
	value_puts(&w->out, text);
	return true;
}

static bool put_float_json(struct writer *w, const struct value_form *form,
			   const struct value_place *place)
{
	size_t len = w->out.len;

	if (!put_float(w, form, place))
		return false;
	if (w->out.failed || !memchr(w->out.text + len, 'n', w->out.len - len))
		return true;
	w->out.len = len;	/* neither "inf" nor "nan" is JSON */
	return false;
}

/* What value_parse() takes back is terminated, so the last byte does not count. */
static bool put_string(struct writer *w, const struct value_form *form,
		       const struct value_place *place)
{
	const unsigned char *at = w->bytes + place->offset;
	size_t len = form->size ? strnlen((const char *)at, form->size - 1) : 0;

	if (!value_step(&w->steps, form->size))
		return false;
	if (!w->depth && value_is_plain(at, len))
		value_put(&w->out, (const char *)at, len);
	else
		value_put_quoted(&w->out, at, len);
	return true;
}

static bool put_string_json(struct writer *w, const struct value_form *form,
			    const struct value_place *place)
{
	const unsigned char *at = w->bytes + place->offset;

	if (!value_step(&w->steps, form->size))
		return false;
	value_put_json(&w->out, at, strnlen((const char *)at, form->size));
	return true;
}

static bool put_list(struct writer *w, const struct value_form *form,
		     const struct value_place *place);
static bool put_struct(struct writer *w, const struct value_form *form,
		       const struct value_place *place);

static const struct style text_style = {
	.list_begin = "{", .list_end = "}", .key_begin = ".", .key_end = "=",
	.nothing = "?", .bare = true,
	.writers = {
		[SHAPE_INT] = put_int,
		[SHAPE_BOOL] = put_switch,
		[SHAPE_CHAR] = put_char,
		[SHAPE_ENUM] = put_enum,
		[SHAPE_FLOAT] = put_float,
		[SHAPE_POINTER] = put_pointer,
		[SHAPE_TEXT] = put_string,
		[SHAPE_ARRAY] = put_list,
		[SHAPE_STRUCT] = put_struct,
		[SHAPE_UNION] = put_struct,
	},
};

static const struct style json_style = {
	.list_begin = "[", .list_end = "]", .key_begin = "\"", .key_end = "\":",
	.nothing = "null",
	.writers = {
		[SHAPE_INT] = put_int,
		[SHAPE_BOOL] = put_bool,
		[SHAPE_CHAR] = put_int,
		[SHAPE_ENUM] = put_enum_json,
		[SHAPE_FLOAT] = put_float_json,
		[SHAPE_POINTER] = put_pointer_json,
		[SHAPE_TEXT] = put_string_json,
		[SHAPE_ARRAY] = put_list,
		[SHAPE_STRUCT] = put_struct,
		[SHAPE_UNION] = put_struct,
	},
};

static void put(struct writer *w, const struct value_place *place)
{
	struct value_form form;
	write_fn write;

	value_form(w->btf, place->type_id, &form);
	write = w->style->writers[form.shape];
	if (w->depth > VALUE_DEPTH || w->out.len > VALUE_TEXT_MAX)
		w->steps = 0;
	if (!write || !value_step(&w->steps, 1) || !write(w, &form, place))
		value_puts(&w->out, w->style->nothing);
}

static bool put_list(struct writer *w, const struct value_form *form,
		     const struct value_place *place)
{
	bool bare = w->style->bare && !w->depth;
	struct value_form elem;
	struct value_place part;

	value_form(w->btf, form->elem_id, &elem);
	if (!value_place(&elem, place->offset, &part))
		return false;
	w->depth++;
	value_puts(&w->out, bare ? "" : w->style->list_begin);
	for (uint32_t i = 0; i < form->nr && w->steps; i++) {
		value_puts(&w->out, i ? "," : "");
		put(w, &part);
		part.offset += elem.size;
	}
	value_puts(&w->out, bare ? "" : w->style->list_end);
	w->depth--;
	return true;
}

/* A union is its first member; members without a name are the structure's own. */
static bool put_members(struct writer *w, const struct value_form *form,
			const struct value_place *place, bool some)
{
	struct value_place part;
	struct value_form own;

	for (uint32_t i = 0; i < form->nr && value_step(&w->steps, 1); i++) {
		const char *name = value_name(w->btf, btf_members(form->type)[i].name_off);
		size_t len = w->out.len;

		if (!value_member(w->btf, form, i, place->offset, &part))
			continue;
		value_form(w->btf, part.type_id, &own);
		if (*name) {
			value_putf(&w->out, "%s%s%s%s", some ? "," : "",
				   w->style->key_begin, name, w->style->key_end);
			put(w, &part);
			some = true;
		} else if ((own.shape == SHAPE_STRUCT || own.shape == SHAPE_UNION) &&
			   w->depth < VALUE_DEPTH) {
			w->depth++;
			some = put_members(w, &own, &part, some);
			w->depth--;
		}
		if (form->shape == SHAPE_UNION && w->out.len != len)
			break;
	}
	return some;
}

static bool put_struct(struct writer *w, const struct value_form *form,
		       const struct value_place *place)
{
	value_puts(&w->out, "{");
	w->depth++;
	put_members(w, form, place, false);
	w->depth--;
	value_puts(&w->out, "}");
	return true;
}

static char *write_value(const struct btf *btf, const struct value_place *place,
			 const void *bytes, const struct style *style)
{
	struct value_place from_zero = *place;
	struct writer w = {
		.btf = btf, .bytes = bytes, .style = style, .steps = VALUE_STEPS,
	};
	char *text;

	from_zero.offset = 0;
	put(&w, &from_zero);
	text = value_taken(&w.out);
	value_out_done(&w.out);
	return text;
}

char *value_text(const struct btf *btf, const struct value_place *place,
		 const void *bytes)
{
	return write_value(btf, place, bytes, &text_style);
}

char *value_json(const struct btf *btf, const struct value_place *place,
		 const void *bytes)
{
	return write_value(btf, place, bytes, &json_style);
}
