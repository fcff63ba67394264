// SPDX-License-Identifier: GPL-2.0-only
/* Old files of a log: numbered, compressed and removed without holding up who writes. */
#include "rotate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "cli/own.h"
#include "cli/tell.h"

#define PACKED		".gz"
#define PARTIAL		".gz.partial"
#define KEEP_DEFAULT	7

struct tidy {
	char *path;
	struct rotation rotation;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool work;
	bool end;
};

/* A number with a unit's letter; 0: not one. */
static uint64_t quantity(const char *text, const char *units, const uint64_t *factors)
{
	char *end;
	uint64_t value, factor = 1;

	if (!text || *text < '0' || *text > '9')
		return 0;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (*end) {
		const char *unit = strchr(units, *end);

		if (!unit || end[1])
			return 0;
		factor = factors[unit - units];
	}
	return errno || value > UINT64_MAX / factor ? 0 : value * factor;
}

int rotation_option(struct rotation *rotation, const char *key, const char *value)
{
	static const uint64_t bytes[] = { 1 << 10, 1 << 20, 1 << 30 };
	static const uint64_t seconds[] = { 1, 60, 3600, 86400 };
	uint64_t keep;

	if (!rotation->keep)
		rotation->keep = KEEP_DEFAULT;
	if (!strcmp(key, "size"))
		return (rotation->size = quantity(value, "KMG", bytes)) ? 0 : -EINVAL;
	if (!strcmp(key, "time"))
		return (rotation->seconds = quantity(value, "smhd", seconds)) ? 0 : -EINVAL;
	if (!strcmp(key, "compress")) {
		rotation->compress = true;
		return value ? -EINVAL : 0;
	}
	if (strcmp(key, "keep"))
		return -ENOENT;
	keep = quantity(value, "", NULL);
	rotation->keep = keep;
	return keep && keep <= 100000 ? 0 : -EINVAL;
}

/* Numbers of the old files; @packed: 1 where it is compressed. */
struct old {
	uint64_t number;
	bool packed;
};

static int by_number(const void *a, const void *b)
{
	const struct old *left = a, *right = b;

	return left->number < right->number ? 1 : left->number > right->number ? -1 : 0;
}

static bool old_parse(const char *name, const char *base, struct old *out)
{
	size_t len = strlen(base);
	char *end;

	if (strncmp(name, base, len) || name[len] != '.' || name[len + 1] < '0' ||
	    name[len + 1] > '9')
		return false;
	out->number = strtoull(name + len + 1, &end, 10);
	out->packed = !strcmp(end, PACKED);
	return !*end || out->packed;
}

/* The newest first. */
static int olds_read(const char *path, struct old **out, size_t *nr)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	_cleanup_free_ char *name = slash ? strndup(path, slash - path + 1) : strdup(".");
	_cleanup_dir_ DIR *dir = name ? opendir(name) : NULL;
	_cleanup_free_ struct old *olds = NULL;
	const struct dirent *entry;
	size_t used = 0;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		struct old *grown, old;

		if (!old_parse(entry->d_name, base, &old))
			continue;
		grown = reallocarray(olds, used + 1, sizeof(*olds));
		if (!grown)
			return -ENOMEM;
		olds = grown;
		olds[used++] = old;
	}
	if (used)
		qsort(olds, used, sizeof(*olds), by_number);
	*out = take_ptr(olds);
	*nr = used;
	return 0;
}

int rotate(const char *path)
{
	_cleanup_free_ struct old *olds = NULL;
	_cleanup_free_ char *to = NULL;
	size_t nr;
	int err = olds_read(path, &olds, &nr);

	if (err)
		return err;
	if (asprintf(&to, "%s.%06" PRIu64, path, nr ? olds[0].number + 1 : 1) < 0)
		return -ENOMEM;
	return rename(path, to) ? -errno : 0;
}

static int copy_packed(int from, gzFile to)
{
	char buf[65536];
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		if (gzwrite(to, buf, n) != n)
			return -EIO;
	return n < 0 ? -errno : 0;
}

/* Whole or not at all: by another name, until it is done. */
static int pack(const char *path)
{
	_cleanup_close_ int from = open(path, O_RDONLY | O_CLOEXEC), to = -1;
	_cleanup_free_ char *partial = NULL, *packed = NULL;
	gzFile file;
	int err;

	if (from < 0)
		return errno == ENOENT ? 0 : -errno;
	if (asprintf(&partial, "%s" PARTIAL, path) < 0 || asprintf(&packed, "%s" PACKED, path) < 0)
		return -ENOMEM;
	to = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	file = to < 0 ? NULL : gzdopen(to, "wb6");
	if (!file)
		return to < 0 ? -errno : -ENOMEM;
	to = dup(take_fd(to));	/* gzclose() takes the other one */
	err = copy_packed(from, file);
	if (gzclose(file) != Z_OK && !err)
		err = -ENOSPC;
	if (!err && (fdatasync(to) || rename(partial, packed) || unlink(path)))
		err = -errno;
	if (err)
		(void)unlink(partial);
	return err;
}

static int old_tidy(const struct tidy *tidy, const struct old *old, bool surplus)
{
	_cleanup_free_ char *path = NULL;
	int err = 0;

	if (asprintf(&path, "%s.%06" PRIu64 "%s", tidy->path, old->number,
		     old->packed ? PACKED : "") < 0)
		return -ENOMEM;
	if (surplus)
		err = unlink(path) && errno != ENOENT ? -errno : 0;
	else if (tidy->rotation.compress && !old->packed)
		err = pack(path);
	if (err)
		tell("%s: cannot be %s: %s", path, surplus ? "removed" : "compressed",
		     strerror(-err));
	return err;
}

static void tidy_all(const struct tidy *tidy)
{
	_cleanup_free_ struct old *olds = NULL;
	size_t nr = 0;

	if (olds_read(tidy->path, &olds, &nr))
		return;
	for (size_t i = 0; i < nr; i++)
		(void)old_tidy(tidy, &olds[i], i >= tidy->rotation.keep);
}

static void *tidy_run(void *ctx)
{
	struct tidy *tidy = ctx;

	pthread_mutex_lock(&tidy->lock);
	while (tidy->work || !tidy->end) {
		if (!tidy->work) {
			pthread_cond_wait(&tidy->wake, &tidy->lock);
			continue;
		}
		tidy->work = false;
		pthread_mutex_unlock(&tidy->lock);
		tidy_all(tidy);
		pthread_mutex_lock(&tidy->lock);
	}
	pthread_mutex_unlock(&tidy->lock);
	return NULL;
}

int tidy_open(const char *path, const struct rotation *rotation, struct tidy **out)
{
	struct tidy *tidy = calloc(1, sizeof(*tidy));
	int err;

	if (!tidy)
		return -ENOMEM;
	tidy->path = strdup(path);
	tidy->rotation = *rotation;
	tidy->work = true;	/* what was left over by another run */
	pthread_mutex_init(&tidy->lock, NULL);
	pthread_cond_init(&tidy->wake, NULL);
	err = tidy->path ? pthread_create(&tidy->thread, NULL, tidy_run, tidy) : ENOMEM;
	if (err) {
		free(tidy->path);
		free(tidy);
		return -err;
	}
	*out = tidy;
	return 0;
}

void tidy_wake(struct tidy *tidy)
{
	pthread_mutex_lock(&tidy->lock);
	tidy->work = true;
	pthread_cond_signal(&tidy->wake);
	pthread_mutex_unlock(&tidy->lock);
}

void tidy_close(struct tidy *tidy)
{
	if (!tidy)
		return;
	pthread_mutex_lock(&tidy->lock);
	tidy->end = true;
	pthread_cond_signal(&tidy->wake);
	pthread_mutex_unlock(&tidy->lock);
	pthread_join(tidy->thread, NULL);
	free(tidy->path);
	free(tidy);
}
