// SPDX-License-Identifier: GPL-2.0-only
/* JSON to bytes, by their BTF type: RFC 8259 and nothing beyond it. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "value/value_internal.h"

#define PATH_ROOM	160

struct json_reader {
	const struct btf *btf;
	const char *at, *end;
	unsigned char *bytes;	/* of the whole value */
	unsigned char *given;	/* its bits that members were read into */
	uint32_t steps;
	int depth;
	char path[PATH_ROOM];	/* where the reader is, for sentences: "limits[1].rate" */
	struct value_why why;
};

typedef int (*read_fn)(struct json_reader *r, const struct value_form *form,
		       const struct value_place *place);

static int read_value(struct json_reader *r, const struct value_place *place);

/* Ends a read that fails: the reason, behind the place where it is. */
__attribute__((format(printf, 3, 4)))
static int refuse(struct json_reader *r, int err, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return value_fail(&r->why, err, "%s%s%s", r->path, r->path[0] ? ": " : "", text);
}

static void skip_blanks(struct json_reader *r)
{
	while (r->at < r->end && strchr(" \t\n\r", *r->at))
		r->at++;
}

static bool take(struct json_reader *r, char c)
{
	skip_blanks(r);
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static struct value_word here(const struct json_reader *r)
{
	return value_word(r->at, r->end - r->at);
}

static int refuse_kind(struct json_reader *r, const char *wanted)
{
	if (r->at == r->end)
		return refuse(r, -EINVAL, "the JSON ends too early, %s is missing", wanted);
	return refuse(r, -EINVAL, "`%s` is not %s", here(r).text, wanted);
}

/* A string's bytes, without its quotes; none of them is 0. */
static int read_text(struct json_reader *r, struct value_out *out)
{
	const char *wrong = value_scan_json(&r->at, r->end, out);

	if (wrong)
		return refuse(r, -EINVAL, "`%s` %s", here(r).text, wrong);
	return out->failed ? refuse(r, -ENOMEM, "no memory") : 0;
}

/*
 * Scalars: what value_parse() does with their text
 */

static bool skip_digits(struct json_reader *r)
{
	const char *begin = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return r->at > begin;
}

static bool skip_number(struct json_reader *r)
{
	if (r->at < r->end && *r->at == '-')
		r->at++;
	if (r->at < r->end && *r->at == '0')
		r->at++;
	else if (!skip_digits(r))
		return false;
	if (r->at < r->end && *r->at == '.') {
		r->at++;
		if (!skip_digits(r))
			return false;
	}
	if (r->at < r->end && (*r->at == 'e' || *r->at == 'E')) {
		r->at++;
		if (r->at < r->end && (*r->at == '-' || *r->at == '+'))
			r->at++;
		if (!skip_digits(r))
			return false;
	}
	/* "012" and "1x" are none. */
	return r->at == r->end || !value_is_letter(*r->at);
}

static int store(struct json_reader *r, const struct value_place *place, const char *text)
{
	char why[200] = "";
	int err = value_parse(r->btf, place, NULL, text, r->bytes + place->offset, why,
			      sizeof(why));

	return err ? refuse(r, err, "%s", why) : 0;
}

static int store_number(struct json_reader *r, const struct value_place *place)
{
	_cleanup_free_ char *text = NULL;
	const char *begin = r->at;

	if (!skip_number(r)) {
		r->at = begin;
		return refuse_kind(r, "a number");
	}
	text = strndup(begin, r->at - begin);
	return text ? store(r, place, text) : refuse(r, -ENOMEM, "no memory");
}

static int store_text(struct json_reader *r, const struct value_place *place)
{
	_cleanup_out_ struct value_out text = { 0 };
	int err = read_text(r, &text);

	if (err)
		return err;
	value_put(&text, "", 1);
	return text.failed ? refuse(r, -ENOMEM, "no memory") : store(r, place, text.text);
}

static int read_number(struct json_reader *r, const struct value_form *form,
		       const struct value_place *place)
{
	(void)form;
	return store_number(r, place);
}

static int read_bool(struct json_reader *r, const struct value_form *form,
		     const struct value_place *place)
{
	static const char *const words[] = { "false", "true" };

	(void)form;
	for (size_t i = 0; i < 2; i++) {
		size_t len = strlen(words[i]), left = r->end - r->at;

		if (left < len || memcmp(r->at, words[i], len) ||
		    (left > len && value_is_letter(r->at[len])))
			continue;
		r->at += len;
		value_store(place, r->bytes, i);
		return 0;
	}
	return refuse_kind(r, "true or false");
}

/* Names, and what has no better form: a number it is too. */
static int read_word(struct json_reader *r, const struct value_form *form,
		     const struct value_place *place)
{
	if (form->shape == SHAPE_NONE)
		return refuse(r, -EINVAL, "its type has no value");
	if (r->at < r->end && *r->at == '"')
		return store_text(r, place);
	if (r->at < r->end && strchr("-0123456789", *r->at))
		return store_number(r, place);
	return refuse_kind(r, form->shape == SHAPE_ENUM ? "a name in quotes, or a number" :
			      "a number");
}

static int read_string(struct json_reader *r, const struct value_form *form,
		       const struct value_place *place)
{
	_cleanup_out_ struct value_out text = { 0 };
	size_t most = form->size ? form->size - 1 : 0;
	int err;

	if (r->at == r->end || *r->at != '"')
		return refuse_kind(r, "text in quotes");
	err = read_text(r, &text);
	if (err)
		return err;
	if (text.len > most)
		return refuse(r, -ERANGE, "%zu bytes are too long, at most %zu bytes are allowed",
			      text.len, most);
	memset(r->bytes + place->offset, 0, form->size);
	if (text.len)
		memcpy(r->bytes + place->offset, text.text, text.len);
	return 0;
}

/*
 * Lists and structures
 */

/* Adds to the path; what to cut it to afterwards. */
__attribute__((format(printf, 2, 3)))
static size_t enter(struct json_reader *r, const char *fmt, ...)
{
	size_t len = strlen(r->path);
	va_list args;

	va_start(args, fmt);
	vsnprintf(r->path + len, PATH_ROOM - len, fmt, args);
	va_end(args);
	return len;
}

static int read_list(struct json_reader *r, const struct value_form *form,
		     const struct value_place *place)
{
	struct value_place part;
	struct value_form elem;
	uint32_t nr = 0;

	if (!take(r, '['))
		return refuse_kind(r, "a list: [1,2]");
	value_form(r->btf, form->elem_id, &elem);
	if (!value_place(&elem, place->offset, &part))
		return refuse(r, -EINVAL, "its elements have no value");
	if (take(r, ']')) {
		memset(r->bytes + place->offset, 0, form->size);
		return 0;
	}
	do {
		size_t outer = enter(r, "[%u]", nr);
		int err;

		if (nr++ == form->nr) {
			r->path[outer] = '\0';
			return refuse(r, -ERANGE, "too many values, %u are allowed", form->nr);
		}
		err = read_value(r, &part);
		if (err)
			return err;
		r->path[outer] = '\0';
		part.offset += elem.size;
	} while (take(r, ','));
	if (!take(r, ']'))
		return refuse_kind(r, "a , or ]");
	memset(r->bytes + part.offset, 0, (form->nr - nr) * elem.size);
	return 0;
}

/* Twice the same member, or two of a union: their bits were given before. */
static bool is_given(struct json_reader *r, const struct value_place *place, bool set)
{
	uint64_t at = place->offset * 8ull + place->bit_offset;
	uint64_t end = at + (place->bit_size ? place->bit_size : place->size * 8ull);
	bool was = false;

	while (at < end) {
		bool whole = at % 8 == 0 && end - at >= 8;
		unsigned char mask = whole ? 0xff : 1 << at % 8;

		was = was || (r->given[at / 8] & mask);
		if (set)
			r->given[at / 8] |= mask;
		else if (was)
			break;
		at += whole ? 8 : 1;
	}
	return was;
}

/* The member that a key names. */
static int find_member(struct json_reader *r, const struct value_place *place,
		       struct value_place *out)
{
	_cleanup_out_ struct value_out key = { 0 };
	struct value_why unsaid = { NULL, 0 };
	int err;

	if (r->at == r->end || *r->at != '"')
		return refuse_kind(r, "a member's name in quotes");
	value_puts(&key, ".");
	err = read_text(r, &key);
	if (err)
		return err;
	value_put(&key, "", 1);
	if (key.failed)
		return refuse(r, -ENOMEM, "no memory");
	/* A name, no path into it. */
	for (const char *c = key.text + 1; *c; c++)
		err = value_is_letter(*c) ? err : -ENOENT;
	if (err || value_walk(r->btf, place, key.text, strlen(key.text), &r->steps, out, &unsaid))
		return refuse(r, -ENOENT, "it has no member `%s`",
			      value_word(key.text + 1, key.len - 2).text);
	enter(r, "%s%s", r->path[0] ? "." : "", key.text + 1);
	if (!value_step(&r->steps, 1 + out->size / 8) || is_given(r, out, false))
		return refuse(r, -EINVAL, "is given twice, or with another of a union");
	return 0;
}

static int read_member(struct json_reader *r, const struct value_place *place)
{
	size_t outer = strlen(r->path);
	struct value_place part;
	int err;

	skip_blanks(r);
	err = find_member(r, place, &part);
	if (err)
		return err;
	if (!take(r, ':'))
		return refuse_kind(r, "a :");
	err = read_value(r, &part);
	if (err)
		return err;
	(void)is_given(r, &part, true);
	r->path[outer] = '\0';
	return 0;
}

static int read_struct(struct json_reader *r, const struct value_form *form,
		       const struct value_place *place)
{
	(void)form;
	if (!take(r, '{'))
		return refuse_kind(r, "a structure: {\"name\":value}");
	if (take(r, '}'))
		return 0;
	do {
		int err = read_member(r, place);

		if (err)
			return err;
	} while (take(r, ','));
	return take(r, '}') ? 0 : refuse_kind(r, "a , or }");
}

static int read_value(struct json_reader *r, const struct value_place *place)
{
	static const read_fn readers[NR_SHAPES] = {
		[SHAPE_NONE] = read_word,
		[SHAPE_INT] = read_number,
		[SHAPE_BOOL] = read_bool,
		[SHAPE_CHAR] = read_number,
		[SHAPE_ENUM] = read_word,
		[SHAPE_FLOAT] = read_word,
		[SHAPE_POINTER] = read_word,
		[SHAPE_TEXT] = read_string,
		[SHAPE_ARRAY] = read_list,
		[SHAPE_STRUCT] = read_struct,
		[SHAPE_UNION] = read_struct,
	};
	struct value_form form;
	int err;

	if (r->depth > VALUE_DEPTH)
		return refuse(r, -EINVAL, "its type is nested too deeply");
	skip_blanks(r);
	value_form(r->btf, place->type_id, &form);
	r->depth++;
	err = readers[form.shape](r, &form, place);
	r->depth--;
	return err;
}

int value_from_json(const struct btf *btf, uint32_t type_id, const char *json, void *bytes,
		    char *why, size_t why_len)
{
	_cleanup_free_ unsigned char *copy = NULL, *given = NULL;
	struct json_reader r = {
		.btf = btf, .at = json, .end = json + strlen(json), .steps = VALUE_STEPS,
		.why = { why, why_len },
	};
	struct value_place place;
	int err = value_find(btf, type_id, "", &place, why, why_len);

	if (err)
		return err;
	r.bytes = copy = malloc(place.size + 1);
	r.given = given = calloc(1, place.size + 1);
	if (!copy || !given)
		return refuse(&r, -ENOMEM, "no memory");
	memcpy(copy, bytes, place.size);
	err = read_value(&r, &place);
	if (err)
		return err;
	skip_blanks(&r);
	if (r.at < r.end)
		return refuse(&r, -EINVAL, "`%s` is left over", here(&r).text);
	memcpy(bytes, copy, place.size);
	return 0;
}
