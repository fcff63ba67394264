// SPDX-License-Identifier: GPL-2.0-only
/* Texts: files of rules and of sets, read whole; where a file that is named is. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "language.h"

#define FIRST_ROOM	65536

/* The name stays as long as the rule set. */
static const char *keep_name(struct reader *r, const char *path)
{
	struct rules *rules = r->rules;
	char **grown = reallocarray(rules->files, rules->nr_files + 1, sizeof(*grown));

	if (!grown)
		return NULL;
	rules->files = grown;
	grown[rules->nr_files] = strdup(path);
	return grown[rules->nr_files] ? grown[rules->nr_files++] : NULL;
}

static struct source *source_new(struct reader *r, const char *path)
{
	struct source *source = calloc(1, sizeof(*source));

	if (!source)
		return NULL;
	source->name = keep_name(r, path);
	source->next = r->sources;
	r->sources = source;
	return source;
}

/* All that comes; -EFBIG: more than a text of rules has. */
static int read_all(int fd, struct source *source)
{
	size_t room = 0;
	ssize_t len;

	do {
		if (source->len + 1 >= room) {
			char *grown = realloc(source->text, room ? 2 * room : FIRST_ROOM);

			if (!grown)
				return -ENOMEM;
			source->text = grown;
			room = room ? 2 * room : FIRST_ROOM;
		}
		len = read(fd, source->text + source->len, room - source->len - 1);
		if (len < 0 && errno != EINTR)
			return -errno;
		source->len += len > 0 ? len : 0;
		if (source->len > MAX_FILE)
			return -EFBIG;
	} while (len);
	source->text[source->len] = 0;
	return 0;
}

/* What is included is a file: a device or a pipe may never end. */
static int open_source(struct source *source, const char *path, bool is_first)
{
	struct stat stat;
	int fd, err = 0;

	if (is_first && !strcmp(path, "-"))
		return dup(STDIN_FILENO);
	fd = open(path, O_RDONLY | O_CLOEXEC | (is_first ? 0 : O_NONBLOCK));
	if (fd < 0)
		return -errno;
	if (fstat(fd, &stat))
		err = -errno;
	else if (S_ISDIR(stat.st_mode))
		err = -EISDIR;
	else if (!is_first && !S_ISREG(stat.st_mode))
		err = -EINVAL;
	if (err) {
		close(fd);
		return err;
	}
	source->dev = stat.st_dev;
	source->ino = stat.st_ino;
	return fd;
}

static int load(struct source *source, const char *path, bool is_first)
{
	int fd = open_source(source, path, is_first);
	int err;

	if (fd < 0)
		return fd;
	err = read_all(fd, source);
	close(fd);
	/* One sentence instead of hundreds about a file that was not meant. */
	return !err && memchr(source->text, 0, source->len) ? -EILSEQ : err;
}

static const char *reason(int err)
{
	switch (err) {
	case -EFBIG:
		return "it is larger than 256 MiB";
	case -EINVAL:
		return "it is not a file";
	case -EILSEQ:
		return "it is no text: it has bytes of 0";
	default:
		return strerror(-err);
	}
}

int source_read(struct reader *r, const char *path, const struct token *at, struct source **out)
{
	struct source *source = source_new(r, path);
	int err;

	if (!source || !source->name)
		return -ENOMEM;
	err = load(source, path, !at);
	if (err == -ENOMEM)
		return err;
	if (err && !at)
		return wrong_file(r, err, "it cannot be read: %s", reason(err));
	if (err)
		return wrong(r, at, "%.200s cannot be read: %s", path, reason(err));
	*out = source;
	return 0;
}

int source_text(struct reader *r, const char *path, const char *text, struct source **out)
{
	struct source *source = source_new(r, path);

	if (!source || !source->name)
		return -ENOMEM;
	source->len = strlen(text);
	source->text = strdup(text);
	if (!source->text)
		return -ENOMEM;
	*out = source;
	return 0;
}

/* A name without / in front is one beside the file that names it. */
int source_path(struct reader *r, const struct token *at, char **out)
{
	const char *slash = strrchr(at->source->name, '/');
	int folder = slash && at->at[0] != '/' ? slash + 1 - at->source->name : 0;

	if (!at->len)
		return wrong(r, at, "the name of a file is missing between the quotes");
	if (memchr(at->at, 0, at->len))
		return wrong(r, at, "no file has such a name");
	if (asprintf(out, "%.*s%.*s", folder, at->source->name, (int)at->len, at->at) >= 0)
		return 0;
	*out = NULL;
	return -ENOMEM;
}

void sources_free(struct reader *r)
{
	while (r->sources) {
		struct source *next = r->sources->next;

		free(r->sources->text);
		free(r->sources);
		r->sources = next;
	}
}
