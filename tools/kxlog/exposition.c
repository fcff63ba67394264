// SPDX-License-Identifier: GPL-2.0-only
/* Families of metrics: lines of text are checked, sorted by family, and put out again. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "exposition.h"
#include "exposition_line.h"
#include "cli/own.h"

#define NAME_LEN	200

enum type { TYPE_NONE, TYPE_COUNTER, TYPE_GAUGE, TYPE_UNTYPED, TYPE_HISTOGRAM, TYPE_SUMMARY };

static const char *const types[] = {
	[TYPE_COUNTER] = "counter", [TYPE_GAUGE] = "gauge", [TYPE_UNTYPED] = "untyped",
	[TYPE_HISTOGRAM] = "histogram", [TYPE_SUMMARY] = "summary",
};

struct family {
	char *name;
	char *help;
	enum type type;
	bool foreign;		/* who speaks now has said another type */
	struct lines samples;
	size_t nr;
};

static bool is_same(const struct family *family, const char *name, size_t len)
{
	return strlen(family->name) == len && !memcmp(family->name, name, len);
}

static struct family *family_find(struct exposition *all, const char *name, size_t len)
{
	for (size_t i = all->nr; i--;)
		if (is_same(&all->families[i], name, len))
			return &all->families[i];
	return NULL;
}

static struct family *family_add(struct exposition *all, const char *name, size_t len)
{
	struct family *more;

	if (all->nr == all->room) {
		more = reallocarray(all->families, 2 * all->room + 16, sizeof(*more));
		if (!more)
			return all->failed = -ENOMEM, NULL;
		all->families = more;
		all->room = 2 * all->room + 16;
	}
	more = &all->families[all->nr];
	*more = (struct family){ .name = strndup(name, len) };
	if (!more->name)
		return all->failed = -ENOMEM, NULL;
	all->nr++;
	return more;
}

static struct family *family_get(struct exposition *all, const char *name, size_t len)
{
	struct family *found;

	/* kxlog's own are its own. */
	if (!len || len > NAME_LEN || (len >= 6 && !memcmp(name, "kxlog_", 6)))
		return NULL;
	found = family_find(all, name, len);
	return found ?: family_add(all, name, len);
}

/* "a_bucket" belongs to a histogram "a". */
static struct family *family_of_sample(struct exposition *all, const char *name, size_t len)
{
	static const char *const ends[] = { "_bucket", "_count", "_sum" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t end = strlen(ends[i]);
		struct family *found = NULL;

		if (len > end && !memcmp(name + len - end, ends[i], end))
			found = family_find(all, name, len - end);
		if (found && found->type >= TYPE_HISTOGRAM)
			return found;
	}
	return family_get(all, name, len);
}

static bool add_help(struct exposition *all, const struct line *line)
{
	struct family *family = family_get(all, line->name, line->name_len);

	if (!family)
		return false;
	if (!family->help)
		family->help = strndup(line->rest, line->rest_len);
	return true;
}

static bool add_type(struct exposition *all, const struct line *line)
{
	struct family *family = family_get(all, line->name, line->name_len);
	enum type type = TYPE_SUMMARY;

	while (type && (strlen(types[type]) != line->rest_len ||
			memcmp(types[type], line->rest, line->rest_len)))
		type--;
	if (!family || !type)
		return false;
	if (!family->type && !family->nr)
		family->type = type;
	family->foreign = family->type != type;
	return !family->foreign;
}

static uint64_t hash(uint64_t seed, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		seed = (seed ^ (unsigned char)bytes[i]) * 0x100000001b3;
	return seed;
}

static bool known_grow(struct exposition *all)
{
	size_t room = all->known_room ? 2 * all->known_room : 1024;
	uint64_t *more = calloc(room, sizeof(*more));

	if (!more)
		return all->failed = -ENOMEM, false;
	for (size_t i = 0; i < all->known_room; i++) {
		size_t at = all->known[i] & (room - 1);

		while (all->known[i] && more[at])
			at = (at + 1) & (room - 1);
		if (all->known[i])
			more[at] = all->known[i];
	}
	free(all->known);
	all->known = more;
	all->known_room = room;
	return true;
}

/* False: there is one of that name and these labels. */
static bool known_add(struct exposition *all, uint64_t key)
{
	size_t at, mask;

	if (2 * all->samples >= all->known_room && !known_grow(all))
		return false;
	key = key ?: 1;
	mask = all->known_room - 1;
	for (at = key & mask; all->known[at]; at = (at + 1) & mask)
		if (all->known[at] == key)
			return false;
	all->known[at] = key;
	return true;
}

static void put_label(struct lines *out, const char *value)
{
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			lines_put(out, "\\", 1);
		lines_put(out, *value == '\n' ? " " : value, 1);
	}
}

static bool add_sample(struct exposition *all, const char *instance, const struct line *line)
{
	struct family *family = family_of_sample(all, line->name, line->name_len);
	struct lines *out;
	uint64_t key;

	if (!family || family->foreign || all->samples >= EXPOSITION_SAMPLES)
		return false;
	key = hash(0xcbf29ce484222325, instance, strlen(instance) + 1);
	key = hash(key, line->name, line->name_len + 1);
	if (!known_add(all, hash(key, line->labels, line->labels_len)))
		return false;
	out = &family->samples;
	lines_put(out, line->name, line->name_len);
	lines_str(out, "{kx=\"");
	put_label(out, instance);
	lines_str(out, line->labels_len ? "\"," : "\"");
	lines_put(out, line->labels, line->labels_len);
	lines_str(out, "} ");
	lines_put(out, line->rest, line->rest_len);
	lines_put(out, "\n", 1);
	all->samples++;
	family->nr++;
	return true;
}

void exposition_add(struct exposition *all, const char *instance, const char *text, size_t len)
{
	for (size_t i = 0; i < all->nr; i++)
		all->families[i].foreign = false;
	while (len && !all->failed) {
		const char *end = memchr(text, '\n', len);
		size_t nr = end ? (size_t)(end - text) : len;
		struct line line;
		bool taken = true;

		switch (end ? line_read(text, nr, &line) : LINE_WRONG) {
		case LINE_HELP:
			taken = add_help(all, &line);
			break;
		case LINE_TYPE:
			taken = add_type(all, &line);
			break;
		case LINE_SAMPLE:
			taken = add_sample(all, instance, &line);
			break;
		case LINE_EMPTY:
			break;
		default:
			taken = false;
		}
		all->refused += !taken;
		nr += !!end;
		text += nr;
		len -= nr;
	}
}

/* A family of which nobody has a sample is not there. */
void exposition_put(const struct exposition *all, struct lines *out)
{
	for (size_t i = 0; i < all->nr; i++) {
		const struct family *family = &all->families[i];

		if (!family->nr)
			continue;
		if (family->help) {
			const char *const words[] = { "# HELP ", family->name, " ", family->help, "\n" };

			for (size_t j = 0; j < sizeof(words) / sizeof(words[0]); j++)
				lines_str(out, words[j]);
		}
		if (family->type) {
			const char *const words[] = {
				"# TYPE ", family->name, " ", types[family->type], "\n",
			};

			for (size_t j = 0; j < sizeof(words) / sizeof(words[0]); j++)
				lines_str(out, words[j]);
		}
		lines_put(out, family->samples.buf, family->samples.len);
		out->failed |= family->samples.failed;
	}
}

void exposition_done(struct exposition *all)
{
	for (size_t i = 0; i < all->nr; i++) {
		free(all->families[i].name);
		free(all->families[i].help);
		lines_done(&all->families[i].samples);
	}
	free(all->families);
	free(all->known);
	*all = (struct exposition){};
}
