// SPDX-License-Identifier: GPL-2.0-only
/* Text to the bytes of what has no parts: numbers, names, strings. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "value/value_reader.h"

/* A piece of the text. */
struct word {
	const char *at;
	size_t len;
};

/* A scalar outermost is the whole text; else it ends where the next one begins. */
static struct word take_word(struct value_reader *r)
{
	struct value_number number;
	struct word word;

	value_skip_blanks(r);
	word.at = r->at;
	if (r->at < r->end && *r->at == '\'')
		r->at += value_scan(r->at, r->end - r->at, &number);
	while (r->at < r->end && (!r->depth || (*r->at != ',' && *r->at != '}')))
		r->at++;
	word.len = r->at - word.at;
	while (word.len && value_is_blank(word.at[word.len - 1]))
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
static bool is_unchanged(const struct value_reader *r, const struct value_place *place,
			 struct word word)
{
	_cleanup_free_ char *now = value_text(r->btf, place, r->bytes + place->offset);

	return now && strlen(now) == word.len && !memcmp(now, word.at, word.len);
}

static int refuse_number(struct value_reader *r, const struct value_bounds *allowed, int err,
			 struct word word, const char *what)
{
	const char *mark = err == -EINVAL ? "`" : "";
	_cleanup_out_ struct value_out list = { 0 };

	value_put_bounds(&list, allowed);
	return value_fail(&r->why, err, "%s%s%s %s, %s is allowed", mark, shown(word).text,
			  mark, what, listed(&list));
}

static int refuse_size(struct value_reader *r, const struct value_bounds *allowed, struct word word,
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

int value_read_int(struct value_reader *r, const struct value_form *form,
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

int value_read_bool(struct value_reader *r, const struct value_form *form,
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

int value_read_enum(struct value_reader *r, const struct value_form *form,
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
int value_read_none(struct value_reader *r, const struct value_form *form,
		     const struct value_place *place)
{
	struct word word = take_word(r);

	if (is_unchanged(r, place, word))
		return 0;
	return value_fail(&r->why, -EINVAL, "%s cannot be set as text",
			  form->shape == SHAPE_POINTER ? "a pointer" :
			  form->shape == SHAPE_FLOAT ? "a float" : "a value of this type");
}

static int read_quoted(struct value_reader *r, struct value_out *out)
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
static int read_text(struct value_reader *r, struct value_out *out)
{
	struct word word;

	if (r->depth)
		value_skip_blanks(r);
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

int value_read_string(struct value_reader *r, const struct value_form *form,
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
