// SPDX-License-Identifier: GPL-2.0-only
/* Reads a line as Prometheus does (text format 0.0.4), and rather less than more. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "exposition_line.h"

struct reading {
	const char *at;
	const char *end;
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool take(struct reading *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

/* Blanks; how many. */
static size_t skip(struct reading *r)
{
	const char *begin = r->at;

	while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
		r->at++;
	return r->at - begin;
}

/* Of a metric with colons, of a label without. Its length. */
static size_t take_name(struct reading *r, bool colons)
{
	const char *begin = r->at;

	while (r->at < r->end && (is_letter(*r->at) || (colons && *r->at == ':') ||
				  (r->at > begin && is_digit(*r->at))))
		r->at++;
	return r->at - begin;
}

static bool take_quoted(struct reading *r)
{
	if (!take(r, '"'))
		return false;
	while (r->at < r->end && *r->at != '"') {
		if (*r->at == '\\') {
			r->at++;
			if (r->at == r->end || !strchr("\\\"n", *r->at) || !*r->at)
				return false;
		}
		r->at++;
	}
	return take(r, '"');
}

#define LABELS	32

struct seen {
	const char *name[LABELS];
	size_t len[LABELS];
	size_t nr;
};

/* No label comes twice, and none is one that is added. */
static bool is_free(struct seen *seen, const char *name, size_t len)
{
	if (seen->nr == LABELS || (len == 2 && !memcmp(name, "kx", 2)) ||
	    (len >= 2 && !memcmp(name, "__", 2)))
		return false;
	for (size_t i = 0; i < seen->nr; i++)
		if (seen->len[i] == len && !memcmp(seen->name[i], name, len))
			return false;
	seen->name[seen->nr] = name;
	seen->len[seen->nr++] = len;
	return true;
}

/* Behind the brace. */
static bool take_labels(struct reading *r, struct line *out)
{
	struct seen seen = { .nr = 0 };

	skip(r);
	out->labels = r->at;
	while (r->at < r->end && *r->at != '}') {
		const char *name = r->at;
		size_t len = take_name(r, false);

		skip(r);
		if (!len || !is_free(&seen, name, len) || !take(r, '='))
			return false;
		skip(r);
		if (!take_quoted(r))
			return false;
		out->labels_len = r->at - out->labels;
		skip(r);
		if (take(r, ','))
			skip(r);
		else if (r->at == r->end || *r->at != '}')
			return false;
	}
	return take(r, '}');
}

/* A number as strtod() has it, but for those in other notations. */
static bool is_value(const char *text, size_t len)
{
	char copy[64], *end;

	if (!len || len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (!strcmp(copy, "NaN") || !strcmp(copy, "+Inf") || !strcmp(copy, "-Inf") ||
	    !strcmp(copy, "Inf"))
		return true;
	if (strspn(copy, "0123456789+-.eE") != len)
		return false;
	strtod(copy, &end);
	return !*end;
}

static enum line_kind read_sample(struct reading *r, struct line *out)
{
	out->name = r->at;
	out->name_len = take_name(r, true);
	skip(r);
	if (!out->name_len || (take(r, '{') && !take_labels(r, out)))
		return LINE_WRONG;
	skip(r);
	out->rest = r->at;
	while (r->at < r->end && *r->at != ' ' && *r->at != '\t')
		r->at++;
	out->rest_len = r->at - out->rest;
	skip(r);
	return r->at == r->end && is_value(out->rest, out->rest_len) ? LINE_SAMPLE : LINE_WRONG;
}

/* A name follows, then the rest. */
static enum line_kind read_about(struct reading *r, struct line *out, enum line_kind kind)
{
	skip(r);
	out->name = r->at;
	out->name_len = take_name(r, true);
	if (!out->name_len || !skip(r))
		return LINE_WRONG;
	out->rest = r->at;
	out->rest_len = r->end - r->at;
	return kind;
}

static bool begins(struct reading *r, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(r->end - r->at) <= len || memcmp(r->at, word, len) ||
	    (r->at[len] != ' ' && r->at[len] != '\t'))
		return false;
	r->at += len;
	return true;
}

/* Only what every reader takes in the same way. */
static bool is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = text[i];

		if ((c < 0x20 && c != '\t') || c >= 0x7f)
			return false;
	}
	return true;
}

enum line_kind line_read(const char *text, size_t len, struct line *out)
{
	struct reading r = { text, text + len };

	*out = (struct line){ .labels = text };
	if (!is_plain(text, len))
		return LINE_WRONG;
	skip(&r);
	if (r.at == r.end)
		return LINE_EMPTY;
	if (!take(&r, '#'))
		return read_sample(&r, out);
	skip(&r);
	if (begins(&r, "HELP"))
		return read_about(&r, out, LINE_HELP);
	if (begins(&r, "TYPE"))
		return read_about(&r, out, LINE_TYPE);
	return LINE_EMPTY;
}
