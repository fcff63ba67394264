// SPDX-License-Identifier: GPL-2.0-only
/* Elements of a live set, a line each, as users and saved files give them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "language.h"

#define MAX_LIST_ERRORS	20

struct list {
	struct reader *reader;
	struct element *rows;
	size_t nr;
	size_t room;
};

/* The next word of a line; false: there is none. */
static bool next_word(struct token *rest, struct token *word)
{
	while (rest->len && strchr(" \t\r", *rest->at)) {
		rest->at++;
		rest->len--;
	}
	*word = *rest;
	for (word->len = 0; word->len < rest->len && !strchr(" \t\r", rest->at[word->len]);)
		word->len++;
	rest->at += word->len;
	rest->len -= word->len;
	return word->len;
}

static int add_row(struct list *list, const struct range *range, uint64_t timeout_ns, bool has)
{
	if (list->nr == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		struct element *grown = reallocarray(list->rows, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		list->rows = grown;
		list->room = room;
	}
	list->rows[list->nr++] = (struct element){ *range, timeout_ns, has };
	return 0;
}

/* ADDRESSES [timeout TIME|timeout never] */
static int add_line(struct list *list, struct token *line, struct set *set)
{
	struct values values = { .reader = list->reader, .kind = &kind_address, .set = set,
				 .live = -1 };
	struct token word, after;
	uint64_t timeout_ns = 0;
	bool has = false;
	int err;

	if (!next_word(line, &word))
		return 0;
	set->nr = 0;
	err = kind_address.add(&values, &word);
	if (!err && next_word(line, &after)) {
		has = token_is(&after, "timeout");
		if (!has || !next_word(line, &word))
			return wrong(list->reader, &after, "one element a line, and behind it \"timeout\" and a time if it has one: 192.0.2.1 timeout 10m");
		if (!token_is(&word, "never"))
			err = read_duration(list->reader, &word, &timeout_ns);
		if (!err && next_word(line, &after))
			err = wrong(list->reader, &after, "nothing is expected behind the time");
	}
	for (size_t i = 0; i < set->nr && !err; i++)
		err = add_row(list, &set->ranges[i], timeout_ns, has);
	return err;
}

static int add_lines(struct list *list, const struct source *source, struct set *set)
{
	const char *end = source->text + source->len;
	struct token line = { .source = source, .kind = TOKEN_WORD, .at = source->text };
	unsigned int nr_errors = 0;
	int err = 0;

	while (line.at < end && err != -ENOMEM && nr_errors < MAX_LIST_ERRORS) {
		const char *stop = memchr(line.at, '\n', end - line.at);
		struct token rest;

		stop = stop ? stop : end;
		line.line++;
		line.len = stop - line.at;
		rest = line;
		for (unsigned int i = 0; i < rest.len; i++)
			if (rest.at[i] == '#' || rest.at[i] == ';')
				rest.len = i;
		err = add_line(list, &rest, set);
		nr_errors += err != 0;
		line.at = stop + 1;
	}
	return err == -ENOMEM ? err : nr_errors ? -EINVAL : 0;
}

int elements_parse(const char *path, const char *text, complaint_fn *fn, void *ctx,
		  struct element **out, size_t *nr)
{
	struct reader reader = { .fn = fn, .ctx = ctx, .rules = calloc(1, sizeof(struct rules)) };
	struct list list = { .reader = &reader };
	struct set *set = set_new();
	struct source *source;
	int err = reader.rules && set ? 0 : -ENOMEM;

	if (!err)
		err = text ? source_text(&reader, path, text, &source) :
			     source_read(&reader, path, NULL, &source);
	if (!err)
		err = add_lines(&list, source, set);
	set_drop(set);
	reader_done(&reader);
	if (err) {
		free(list.rows);
		return err;
	}
	*out = list.rows;
	*nr = list.nr;
	return 0;
}

void duration_print(FILE *out, uint64_t ns)
{
	print_duration(out, ns);
}

static void ignore(void *ctx, const struct complaint *complaint)
{
	(void)ctx;
	(void)complaint;
}

int duration_read(const char *text, uint64_t *ns)
{
	struct reader reader = { .fn = ignore };
	struct source source = { .name = "time", .text = (char *)text, .len = strlen(text) };
	struct token word = { .kind = TOKEN_WORD, .at = text, .len = source.len, .line = 1,
			      .source = &source };

	return read_duration(&reader, &word, ns);
}

void address_print(FILE *out, const struct range *range)
{
	print_address_range(out, range);
}
