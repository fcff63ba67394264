// SPDX-License-Identifier: GPL-2.0-only
/* How an entry looks: a line for people, in a file or on a terminal, or an object. */
#include <string.h>
#include <time.h>

#include "sinks.h"
#include "lines.h"

#define SECOND		1000000000ULL
#define LEVEL_WIDTH	8

/* The time up to its second is the same for many. */
static void clock_put(struct lines *text, uint64_t ns,
		      struct tm *(*how)(const time_t *, struct tm *), const char *format)
{
	time_t second = ns / SECOND;
	struct tm tm;

	if (!text->clock_len || text->second != second) {
		text->clock_len = how(&second, &tm) ?
			strftime(text->clock, sizeof(text->clock), format, &tm) : 0;
		text->second = second;
	}
	lines_put(text, text->clock, text->clock_len);
}

static void fraction_put(struct lines *text, uint64_t value, int digits)
{
	char out[10] = ".";

	for (int i = digits; i; i--, value /= 10)
		out[i] = '0' + value % 10;
	lines_put(text, out, digits + 1);
}

static void name_put(struct lines *text, const struct entry *entry)
{
	lines_str(text, entry->instance);
	if (strcmp(entry->stream, "log")) {
		lines_put(text, ".", 1);
		lines_str(text, entry->stream);
	}
}

static void loss_put(struct lines *text, const struct entry *entry)
{
	if (!entry->lost)
		return;
	lines_str(text, "-- ");
	lines_number(text, entry->lost);
	lines_str(text, entry->lost == 1 ? " record of " : " records of ");
	lines_str(text, entry->instance);
	lines_put(text, ".", 1);
	lines_str(text, entry->stream);
	lines_str(text, " lost --\n");
}

static void level_put(struct lines *text, const struct entry *entry)
{
	static const char blanks[] = "         ";
	const char *name = level_name(entry->level);
	size_t len = strlen(name);

	lines_put(text, name, len);
	lines_put(text, blanks, LEVEL_WIDTH - len);
}

void lines_plain(struct lines *text, const struct entry *entry)
{
	loss_put(text, entry);
	clock_put(text, entry->time_ns, gmtime_r, "%FT%T");
	fraction_put(text, entry->time_ns % SECOND / 1000, 6);
	lines_put(text, "Z ", 2);
	level_put(text, entry);
	name_put(text, entry);
	lines_put(text, ": ", 2);
	lines_str(text, entry->text);
	lines_put(text, "\n", 1);
}

static void screen_put(struct lines *text, const struct entry *entry, const char *colour)
{
	loss_put(text, entry);
	clock_put(text, entry->time_ns, localtime_r, "%T");
	fraction_put(text, entry->time_ns % SECOND / 1000000, 3);
	lines_put(text, " ", 1);
	lines_str(text, colour);
	level_put(text, entry);
	lines_str(text, colour[0] ? "\033[m" : "");
	name_put(text, entry);
	lines_put(text, ": ", 2);
	lines_str(text, colour);
	lines_str(text, entry->text);
	lines_str(text, colour[0] ? "\033[m\n" : "\n");
}

void lines_screen(struct lines *text, const struct entry *entry)
{
	screen_put(text, entry, "");
}

void lines_colour(struct lines *text, const struct entry *entry)
{
	/* From emerg to debug; what is usual has none. */
	static const char *const colours[] = {
		"\033[1;31m", "\033[1;31m", "\033[1;31m", "\033[31m", "\033[33m", "\033[1m", "",
		"\033[2m",
	};

	screen_put(text, entry, entry->level >= 0 && entry->level < 8 ? colours[entry->level] : "");
}

static void member_number(struct lines *text, const char *key, uint64_t value)
{
	lines_str(text, key);
	lines_number(text, value);
}

static void member_string(struct lines *text, const char *key, const char *value)
{
	lines_str(text, key);
	lines_json_string(text, value);
}

void lines_json(struct lines *text, const struct entry *entry)
{
	lines_str(text, "{\"time\":\"");
	clock_put(text, entry->time_ns, gmtime_r, "%FT%T");
	fraction_put(text, entry->time_ns % SECOND, 9);
	member_string(text, "Z\",\"id\":", entry->id);
	member_string(text, ",\"host\":", entry->host);
	member_string(text, ",\"instance\":", entry->instance);
	member_string(text, ",\"extension\":", entry->extension);
	member_string(text, ",\"stream\":", entry->stream);
	if (entry->level >= 0)
		member_string(text, ",\"level\":", level_name(entry->level));
	else
		lines_str(text, ",\"level\":null");
	member_string(text, ",\"text\":", entry->text);
	lines_str(text, ",\"record\":");
	lines_str(text, entry->json);
	member_number(text, ",\"lost\":", entry->lost);
	member_number(text, ",\"kmid\":", entry->kmid);
	member_number(text, ",\"generation\":", entry->generation);
	member_number(text, ",\"cpu\":", entry->cpu);
	member_number(text, ",\"nr\":", entry->nr);
	member_number(text, ",\"boot_ns\":", entry->boot_ns);
	member_number(text, ",\"time_ns\":", entry->time_ns);
	member_number(text, ",\"position\":", entry->position);
	lines_put(text, "}\n", 2);
}
