// SPDX-License-Identifier: GPL-2.0-only
/* Complaints: a sentence, where, the line; and the word that was probably meant. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language.h"

#define MAX_SENTENCE	512
#define MAX_LINE	1000	/* of a longer one what is around the place */
#define MAX_WORD	32

struct token piece(const struct token *of, size_t from, size_t len)
{
	struct token part = *of;

	part.at += from;
	part.len = len;
	return part;
}

/* How much of a word a sentence has. */
int shown(const struct token *word)
{
	return word->len < 64 ? word->len : 64;
}

char *line_of(const struct token *at, unsigned int *column)
{
	const char *start = at->at, *text = at->source->text;
	const char *end = text + at->source->len;
	const char *stop = at->at;

	while (start > text && start[-1] != '\n' && at->at - start < MAX_LINE)
		start--;
	while (stop < end && *stop != '\n' && *stop && stop - at->at < MAX_LINE)
		stop++;
	if (stop > start && stop[-1] == '\r')
		stop--;
	*column = at->at - start + 1;
	return strndup(start, stop - start);
}

/* What is not printable must not reach a terminal. */
static void clean(char *text)
{
	for (; text && *text; text++)
		if ((unsigned char)*text < ' ' ? *text != '\t' : *text == 0x7f)
			*text = '?';
}

static bool is_too_many(struct reader *r)
{
	r->nr_complaints++;
	return r->nr_complaints > MAX_COMPLAINTS;
}

static void say(struct reader *r, bool is_warning, const struct token *at, char *text)
{
	struct complaint complaint = { .is_warning = is_warning, .line = at->line,
				       .file = at->source->name, .text = text };
	char *line;

	r->nr_errors += !is_warning;
	if (is_too_many(r))
		return;
	if (r->nr_complaints == MAX_COMPLAINTS)
		complaint.text = "there are still more errors: they are not shown";
	line = line_of(at, &complaint.column);
	clean(line);
	clean(text);
	complaint.source = line ? line : "";
	complaint.width = at->len ? at->len : 1;
	if (complaint.column - 1 + complaint.width > strlen(complaint.source))
		complaint.width = 1;
	r->fn(r->ctx, &complaint);
	free(line);
}

static void add_variable(const struct token *at, char *text)
{
	size_t len = strlen(text);

	if (at->through && len < MAX_SENTENCE)
		snprintf(text + len, MAX_SENTENCE - len, " (this is in %.*s, used in line %u)",
			 (int)(at->through_len < MAX_WORD ? at->through_len : MAX_WORD),
			 at->through, at->through_line);
}

int wrong(struct reader *r, const struct token *at, const char *format, ...)
{
	char text[MAX_SENTENCE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	add_variable(at, text);
	say(r, false, at, text);
	return -EINVAL;
}

void doubtful(struct reader *r, const struct token *at, const char *format, ...)
{
	char text[MAX_SENTENCE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	add_variable(at, text);
	say(r, true, at, text);
}

int wrong_file(struct reader *r, int err, const char *format, ...)
{
	struct complaint complaint = { .file = r->rules->files[0] };
	char text[MAX_SENTENCE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	clean(text);
	r->nr_errors++;
	complaint.text = text;
	r->fn(r->ctx, &complaint);
	return err;
}

int wrong_rule(struct reader *r, const struct rule *rule, const char *format, ...)
{
	struct complaint complaint = {
		.file = rule->file, .line = rule->line, .column = rule->column,
		.width = rule->width, .source = rule->source,
	};
	char text[MAX_SENTENCE];
	va_list args;

	r->nr_errors++;
	if (is_too_many(r))
		return -EINVAL;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	complaint.text = text;
	r->fn(r->ctx, &complaint);
	return -EINVAL;
}

struct guess guess_for(const struct token *word)
{
	return (struct guess){ .word = word->at, .len = word->len, .distance = UINT32_MAX };
}

static unsigned int least(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int low = a < b ? a : b;

	return low < c ? low : c;
}

/* Letters to change, to add, to take away or to swap. */
static unsigned int distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned int rows[3][MAX_WORD + 1];

	for (size_t j = 0; j <= b_len; j++)
		rows[1][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		rows[2][0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			rows[2][j] = least(rows[1][j] + 1, rows[2][j - 1] + 1,
					   rows[1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				rows[2][j] = least(rows[2][j], rows[0][j - 2] + 1, UINT32_MAX);
		}
		memcpy(rows[0], rows[1], sizeof(rows[0]));
		memcpy(rows[1], rows[2], sizeof(rows[1]));
	}
	return rows[1][b_len];
}

void guess_try(struct guess *guess, const char *name)
{
	size_t len = strlen(name), most = len < 6 ? 1 : len < 10 ? 2 : 3;
	unsigned int far;

	if (!guess->len || guess->len > MAX_WORD || len > MAX_WORD)
		return;
	/* No nearer than their lengths are. */
	if (len > guess->len + most || guess->len > len + most)
		return;
	far = distance(guess->word, guess->len, name, len);
	if (far >= guess->distance || far > most || far >= guess->len)
		return;
	guess->distance = far;
	guess->best = name;
}

const char *guess_text(struct guess *guess)
{
	if (!guess->best)
		return "";
	snprintf(guess->text, sizeof(guess->text), ": did you mean %s?", guess->best);
	return guess->text;
}
