// SPDX-License-Identifier: GPL-2.0-only
/* Texts of a generation's messages: from its description, ready to be filled in. */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "stream/format_record.h"
#include "value/value_internal.h"

/* Fields of a line "format", as formats_describe() writes it. */
enum field {
	FIELD_ID,
	FIELD_LEVEL,
	FIELD_LINE,
	FIELD_ARGS,
	FIELD_FILE,
	FIELD_TEXT,
};

static bool read_number(const char *text, unsigned long most, unsigned long *out)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*out = strtoul(text, &end, 10);
	return !errno && !*end && *out <= most;
}

static bool read_args(const char *text, uint8_t args[KX_LOG_ARGS])
{
	size_t len = strlen(text);

	if (len > KX_LOG_ARGS)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] <= '0' || text[i] > '0' + KX_ARG_16)
			return false;
		args[i] = text[i] - '0';
	}
	return true;
}

/* Takes the escapes out of @text in place. */
static bool unescape(char *text)
{
	size_t len = strlen(text), used;
	char *to = text;

	for (; len; text += used, len -= used) {
		int byte = value_scan_char(text, len, &used);

		if (byte <= 0)
			return false;
		*to++ = byte;
	}
	*to = '\0';
	return true;
}

static struct piece put_piece(struct line *line, const char *at, size_t len)
{
	size_t from = line->len;

	line_put_escaped(line, (const unsigned char *)at, len);
	return (struct piece){ from, line->len - from };
}

/* Literals in both forms, and the source. */
static void put_bytes(struct format *format, struct line *line, const char *literals,
		      const char *source)
{
	for (size_t i = 0; i < format->nr_ops; i++) {
		struct format_op *op = &format->ops[i];

		if (op->kind != OP_LITERAL)
			continue;
		for (int json = 0; json < 2; json++) {
			line->json = json;
			op->shown[json] = put_piece(line, literals + op->literal.at,
						    op->literal.len);
		}
	}
	line->json = true;
	format->source = put_piece(line, source, strlen(source));
}

/* With room for all it refers to. */
static struct format *format_finish(const struct format *head, const char *literals,
				    const char *source)
{
	struct format copy = *head, *format;
	struct line line = {};

	put_bytes(&copy, &line, literals, source);
	format = malloc(sizeof(*format) + line.len);
	if (!format)
		return NULL;
	*format = copy;
	line = (struct line){ .buf = format->bytes, .room = line.len };
	put_bytes(format, &line, literals, source);
	return format;
}

/* Return: 0, @out stays NULL when the line is wrong; -ENOMEM. */
static int format_read(const struct meta_line *line, unsigned long *id, struct format **out)
{
	_cleanup_free_ char *text = strdup(line->fields[FIELD_TEXT]);
	_cleanup_free_ char *source = NULL, *file = strdup(line->fields[FIELD_FILE]);
	unsigned long level, number;
	struct format head = {};
	char reason[256];
	const struct why why = { reason, sizeof(reason) };
	size_t nr;

	if (!text || !file)
		return -ENOMEM;
	if (!read_number(line->fields[FIELD_ID], KX_RECORD_PAD - 1, id) ||
	    !read_number(line->fields[FIELD_LEVEL], KX_LEVEL_DEBUG, &level) ||
	    !read_number(line->fields[FIELD_LINE], UINT32_MAX, &number) ||
	    !read_args(line->fields[FIELD_ARGS], head.args) || !unescape(text) ||
	    !unescape(file) || format_parse(text, head.args, head.ops, &nr, &why))
		return 0;
	if (asprintf(&source, "%s:%lu", file, number) < 0)
		return -ENOMEM;
	head.level = level;
	head.nr_ops = nr;
	head.nr_args = format_nr_args(head.args);
	*out = format_finish(&head, text, source);
	return *out ? 0 : -ENOMEM;
}

/* The first of a number stays. */
static int add(struct formats *formats, unsigned long id, struct format *format)
{
	if (id >= formats->nr) {
		size_t nr = 2 * id + 16;
		struct format **rows = realloc(formats->rows, nr * sizeof(*rows));

		if (!rows) {
			free(format);
			return -ENOMEM;
		}
		memset(rows + formats->nr, 0, (nr - formats->nr) * sizeof(*rows));
		formats->rows = rows;
		formats->nr = nr;
	}
	if (formats->rows[id])
		free(format);
	else
		formats->rows[id] = format;
	return 0;
}

static void cleanup_formats(struct formats **formats)
{
	formats_free(*formats);
}

int formats_read(const struct meta *meta, struct formats **out)
{
	_cleanup_(cleanup_formats) struct formats *formats = calloc(1, sizeof(*formats));
	const struct meta_line *line = NULL;
	int err = 0;

	if (!formats)
		return -ENOMEM;
	while (!err && (line = meta_next(meta, "format", line))) {
		struct format *format = NULL;
		unsigned long id;

		err = format_read(line, &id, &format);
		if (!err && format)
			err = add(formats, id, format);
	}
	if (err)
		return err;
	*out = take_ptr(formats);
	return 0;
}

void formats_free(struct formats *formats)
{
	if (!formats)
		return;
	for (size_t i = 0; i < formats->nr; i++)
		free(formats->rows[i]);
	free(formats->rows);
	symbols_free(formats->symbols);
	free(formats);
}

int formats_level(const struct formats *formats, uint32_t id)
{
	return formats && id < formats->nr && formats->rows[id] ? formats->rows[id]->level : -1;
}
