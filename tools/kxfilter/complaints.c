// SPDX-License-Identifier: GPL-2.0-only
/* A complaint: the place, the sentence, the line, and a mark below what is meant. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "complaints.h"
#include "verb.h"

#define SHOWN	160	/* of a longer line the part around the place */

static bool in_colour(void)
{
	static int known = -1;

	if (known < 0)
		known = isatty(STDERR_FILENO) && !getenv("NO_COLOR");
	return known;
}

static void tell_json(const struct complaint *it)
{
	printf("{\"severity\":\"%s\",\"file\":", it->is_warning ? "warning" : "error");
	json_string(it->file ?: "");
	printf(",\"line\":%u,\"column\":%u,\"text\":", it->line, it->column);
	json_string(it->text);
	puts("}");
}

/* Nothing that a file has in it moves the cursor or changes colours. */
static void put_plain(const char *text, size_t len, FILE *to)
{
	for (size_t i = 0; i < len; i++) {
		bool shown = (unsigned char)text[i] >= 0x20 && text[i] != 0x7f;

		putc(shown || text[i] == '\t' ? text[i] : '?', to);
	}
}

/* A tab stays one, so that the mark is below the letter however wide tabs are. */
static void put_mark(const char *line, size_t before, size_t width, const char *colour,
		     const char *plain)
{
	for (size_t i = 0; i < before; i++)
		putc(line[i] == '\t' ? '\t' : ' ', stderr);
	fprintf(stderr, "%s^", colour);
	for (size_t i = 1; i < width; i++)
		putc('~', stderr);
	fprintf(stderr, "%s\n", plain);
}

static void show_line(const struct complaint *it, const char *colour, const char *plain)
{
	size_t at = it->column ? it->column - 1 : 0, from = 0, len = strlen(it->source), width;

	if (at > len)
		at = len;
	if (at > SHOWN / 2)
		from = at - SHOWN / 2;
	if (len - from > SHOWN)
		len = from + SHOWN;
	width = it->width ?: 1;
	if (width > len - at)
		width = len > at ? len - at : 1;
	fprintf(stderr, "%5u | ", it->line);
	put_plain(it->source + from, len - from, stderr);
	fputs("\n      | ", stderr);
	put_mark(it->source + from, at - from, width, colour, plain);
}

void complaints_tell(void *ctx, const struct complaint *it)
{
	struct complaints *all = ctx;
	const char *colour = "", *plain = "";

	if (it->is_warning)
		all->warnings++;
	else
		all->errors++;
	if (all->json) {
		tell_json(it);
		return;
	}
	if (in_colour()) {
		colour = it->is_warning ? "\033[35m" : "\033[31m";
		plain = "\033[0m";
	}
	if (it->file)
		fprintf(stderr, "%s:", it->file);
	if (it->file && it->line)
		fprintf(stderr, "%u:%u:", it->line, it->column);
	fprintf(stderr, "%s%s%s:%s ", it->file ? " " : "", colour,
		it->is_warning ? "warning" : "error", plain);
	put_plain(it->text, strlen(it->text), stderr);
	putc('\n', stderr);
	if (it->source && it->line && it->column)
		show_line(it, colour, plain);
}

static const char *ending(size_t nr)
{
	return nr == 1 ? "" : "s";
}

void complaints_sum(const struct complaints *all, char *out, size_t len)
{
	*out = '\0';
	if (all->errors && all->warnings)
		snprintf(out, len, "%zu error%s, %zu warning%s", all->errors, ending(all->errors),
			 all->warnings, ending(all->warnings));
	else if (all->errors || all->warnings)
		snprintf(out, len, "%zu %s%s", all->errors + all->warnings,
			 all->errors ? "error" : "warning", ending(all->errors + all->warnings));
}
