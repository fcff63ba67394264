// SPDX-License-Identifier: GPL-2.0-only
/* A record of a log or of events as a line of text or of JSON. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "follow_line.h"
#include "cli/json.h"
#include "cli/own.h"
#include "text.h"
#include "verb.h"

#define LINE_ROOM	4096	/* at first */
#define LINE_HEAD	1024	/* room for what stands before a record's content, and after */

/* A line that waits for earlier ones of other streams. */
struct line {
	uint64_t time_ns;
	size_t seq;		/* those of one time stay in their order */
	char *text;
};

static const struct {
	const char *name;
	const char *also;
	const char *colour;
} levels[] = {
	{ "emerg", "panic", "\033[1;41m" }, { "alert", NULL, "\033[1;31m" },
	{ "crit", NULL, "\033[1;31m" }, { "err", "error", "\033[31m" },
	{ "warning", "warn", "\033[33m" }, { "notice", NULL, "\033[1m" },
	{ "info", NULL, "" }, { "debug", NULL, "\033[2m" },
};

#define NR_LEVELS	((int)(sizeof(levels) / sizeof(levels[0])))

int level_parse(const char *word)
{
	for (int i = 0; i < NR_LEVELS; i++)
		if (!strcasecmp(word, levels[i].name) ||
		    (levels[i].also && !strcasecmp(word, levels[i].also)) ||
		    (word[0] == '0' + i && !word[1]))
			return i;
	return -1;
}

const char *level_text(int level)
{
	return level >= 0 && level < NR_LEVELS ? levels[level].name : "";
}

static bool is_coloured(void)
{
	static int coloured = -1;

	if (coloured < 0)
		coloured = isatty(STDOUT_FILENO);
	return coloured;
}

/* Digits of a number, at least @width of them with zeros before. */
static char *put_number(char *at, uint64_t number, int width)
{
	char digits[20];
	int nr = 0;

	do {
		digits[nr++] = '0' + number % 10;
		number /= 10;
	} while (number);
	while (width-- > nr)
		*at++ = '0';
	while (nr)
		*at++ = digits[--nr];
	return at;
}

/* "[  123.456789] ", as dmesg has it. */
static char *put_time(const struct follow *follow, uint64_t boot_ns, char *at)
{
	char text[TEXT_LEN];

	*at++ = '[';
	if (follow->local_time) {
		text_local_time(boot_ns + follow->wall_ns, text);
		at = stpcpy(at, text);
	} else {
		uint64_t seconds = boot_ns / 1000000000;

		for (uint64_t least = 10000; least > 1 && seconds < least; least /= 10)
			*at++ = ' ';
		at = put_number(at, seconds, 1);
		*at++ = '.';
		at = put_number(at, boot_ns % 1000000000 / 1000, 6);
	}
	*at++ = ']';
	*at++ = ' ';
	return at;
}

static int line_grow(struct follow *follow, size_t room)
{
	char *line;

	if (room <= follow->line_room)
		return 0;
	line = realloc(follow->line, room);
	if (!line)
		return -ENOMEM;
	follow->line = line;
	follow->line_room = room;
	return 0;
}

/* What stands before the content; its length. */
static size_t head_text(const struct follow *follow, struct kx_stream *stream,
			const struct kx_event *event, char *line)
{
	char *at = put_time(follow, event->time_ns, line);

	if (follow->tells) {
		at = stpcpy(at, kx_stream_instance(stream));
		at = stpcpy(at, ": ");
	}
	if (is_coloured() && event->level >= 0)
		at = stpcpy(at, levels[event->level].colour);
	return at - line;
}

static size_t head_json(const struct follow *follow, struct kx_stream *stream,
			const struct kx_event *event, char *line)
{
	char wall[TEXT_LEN];

	text_time(event->time_ns + follow->wall_ns, wall);
	return snprintf(line, LINE_HEAD, "{\"time\":\"%s\",\"boot_ns\":%" PRIu64
			",\"instance\":\"%s\",\"kmid\":%" PRIu64 ",\"stream\":\"%s\","
			"\"generation\":%" PRIu32 ",\"cpu\":%" PRIu32 ",\"nr\":%" PRIu64
			",\"lost\":%" PRIu64 "%s%s%s,\"record\":", wall, event->time_ns,
			kx_stream_instance(stream), kx_stream_kmid(stream),
			kx_stream_name(stream), event->generation, event->cpu, event->nr,
			event->lost, event->level >= 0 ? ",\"level\":\"" : "",
			level_text(event->level), event->level >= 0 ? "\"" : "");
}

static const char *tail_of(const struct follow *follow, const struct kx_event *event)
{
	if (follow->json)
		return "}\n";
	return is_coloured() && event->level >= 0 && levels[event->level].colour[0] ?
		"\033[0m\n" : "\n";
}

/* follow->line, with its end. Return: its length; -ENOMEM. */
static ssize_t line_make(struct follow *follow, struct kx_stream *stream,
			 const struct kx_event *event)
{
	size_t (*content)(struct kx_stream *, const struct kx_event *, char *, size_t) =
		follow->json ? kx_event_json : kx_event_text;
	size_t head, len = 0;

	/* Once more when it was too long. */
	for (size_t room = LINE_ROOM; ; room = LINE_HEAD + len + LINE_HEAD) {
		if (line_grow(follow, room))
			return -ENOMEM;
		head = follow->json ? head_json(follow, stream, event, follow->line) :
				      head_text(follow, stream, event, follow->line);
		room = follow->line_room - head - LINE_HEAD;
		len = content(stream, event, follow->line + head, room);
		if (len < room)
			break;
	}
	return stpcpy(follow->line + head + len, tail_of(follow, event)) - follow->line;
}

static int line_keep(struct source *source, uint64_t time_ns, const char *text, size_t len)
{
	struct line *line;

	if (source->nr_lines == source->room) {
		size_t room = source->room ? 2 * source->room : 64;
		struct line *lines = realloc(source->lines, room * sizeof(*lines));

		if (!lines)
			return -ENOMEM;
		source->lines = lines;
		source->room = room;
	}
	line = &source->lines[source->nr_lines];
	*line = (struct line){ .time_ns = time_ns, .seq = source->nr_lines };
	line->text = strndup(text, len);
	if (!line->text)
		return -ENOMEM;
	source->nr_lines++;
	return 0;
}

struct reading {
	struct follow *follow;
	struct source *source;
	bool alone;
};

static int emit(struct reading *r, uint64_t time_ns, const char *line, size_t len)
{
	if (!r->alone)
		return line_keep(r->source, time_ns, line, len);
	return fwrite_unlocked(line, 1, len, stdout) == len ? 0 : SOURCE_ENOUGH;
}

/* Something is missing here: in JSON it is a member of the next record. */
static int emit_gap(struct reading *r, const struct kx_event *event)
{
	char line[256];
	int len = snprintf(line, sizeof(line), "-- %" PRIu64 " records of %s.%s lost on CPU "
			   "%" PRIu32 " --\n", event->lost,
			   kx_stream_instance(r->source->stream),
			   kx_stream_name(r->source->stream), event->cpu);

	return emit(r, event->time_ns, line, len);
}

static int take(void *ctx, struct kx_stream *stream, const struct kx_event *event)
{
	struct reading *r = ctx;
	struct follow *follow = r->follow;
	ssize_t len;
	int err = 0;

	if (event->lost && !follow->json)
		err = emit_gap(r, event);
	if (err < 0 || event->level > follow->level)
		return err;
	len = line_make(follow, stream, event);
	if (len < 0)
		return len;
	err = emit(r, event->time_ns, follow->line, len);
	if (err < 0)
		return err;
	follow->shown++;
	return follow->most && follow->shown >= follow->most ? SOURCE_ENOUGH : 0;
}

int source_read(struct follow *follow, struct source *source)
{
	struct reading r = {
		.follow = follow, .source = source, .alone = follow->nr_sources == 1,
	};

	return kx_stream_dispatch(source->stream, take, &r);
}

void source_done(struct source *source)
{
	while (source->nr_lines)
		free(source->lines[--source->nr_lines].text);
	free(source->lines);
	kx_stream_close(source->stream);
	*source = (struct source){};
}

static int by_time(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

void lines_print(struct follow *follow)
{
	_cleanup_free_ struct line *lines = NULL;
	size_t nr = 0;

	for (size_t i = 0; i < follow->nr_sources; i++)
		nr += follow->sources[i].nr_lines;
	lines = nr ? malloc(nr * sizeof(*lines)) : NULL;
	if (!lines)
		return;
	nr = 0;
	for (size_t i = 0; i < follow->nr_sources; i++) {
		struct source *source = &follow->sources[i];

		memcpy(lines + nr, source->lines, source->nr_lines * sizeof(*lines));
		nr += source->nr_lines;
		source->nr_lines = 0;
	}
	qsort(lines, nr, sizeof(*lines), by_time);
	for (size_t i = 0; i < nr; i++) {
		fputs(lines[i].text, stdout);
		free(lines[i].text);
	}
}
