// SPDX-License-Identifier: GPL-2.0-only
/* -ff -o FILE: a file for each task, FILE.PID, however many there are. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "options.h"

#define NR_BUCKETS	4096
#define PID_MAX		(1u << 22)	/* the kernel's own limit */
#define KEEP_MAX	(16 << 10)	/* bytes of a task that wait to be written */
#define SPARE_FDS	64		/* for all else that kxtrace opens */

struct file {
	uint32_t tid;
	int fd;			/* -1: closed for now */
	char *text;		/* not yet written */
	size_t len, cap;
	struct file *next;	/* in its bucket */
	struct file *older, *newer;	/* among those that are open */
	struct file *next_dirty;
	bool dirty;
};

struct files {
	char *prefix;
	bool append;
	struct file *buckets[NR_BUCKETS];
	struct file *oldest, *newest;	/* of the open ones, by their last write */
	unsigned int nr_open, max_open;
	struct file *dirty;
	/* Bits of numbers that have a file already: they may come again. */
	uint8_t *made;
};

/* Before anything runs: a directory that cannot be written to is found at once. */
static int check_directory(const char *prefix)
{
	char *copy = strdup(prefix);
	int err = 0;

	if (!copy || access(dirname(copy), W_OK | X_OK)) {
		err = copy ? -errno : -ENOMEM;
		complain("%s.PID: cannot be written: %s", prefix, strerror(-err));
	}
	free(copy);
	return err;
}

static unsigned int most_open(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur < 2 * SPARE_FDS)
		return SPARE_FDS / 4;
	return limit.rlim_cur > 1u << 20 ? 1u << 20 : limit.rlim_cur - SPARE_FDS;
}

int files_open(struct files **out, const char *prefix, bool append)
{
	struct files *files;
	int err;

	err = check_directory(prefix);
	if (err)
		return err;
	files = calloc(1, sizeof(*files));
	if (files) {
		files->prefix = strdup(prefix);
		files->made = calloc(1, PID_MAX / 8);
		files->append = append;
		files->max_open = most_open();
	}
	if (!files || !files->prefix || !files->made) {
		complain("out of memory");
		files_close(files);
		return -ENOMEM;
	}
	*out = files;
	return 0;
}

static void unlink_open(struct files *files, struct file *file)
{
	*(file->older ? &file->older->newer : &files->oldest) = file->newer;
	*(file->newer ? &file->newer->older : &files->newest) = file->older;
	file->older = file->newer = NULL;
}

static void link_open(struct files *files, struct file *file)
{
	file->older = files->newest;
	file->newer = NULL;
	*(files->newest ? &files->newest->newer : &files->oldest) = file;
	files->newest = file;
}

static void close_file(struct files *files, struct file *file)
{
	if (file->fd < 0)
		return;
	unlink_open(files, file);
	close(file->fd);
	file->fd = -1;
	files->nr_open--;
}

static bool was_made(const struct files *files, uint32_t tid)
{
	return tid < PID_MAX && files->made[tid / 8] & 1 << tid % 8;
}

static int complain_file(const struct files *files, uint32_t tid, int err)
{
	complain("%s.%u: cannot be written: %s", files->prefix, tid, strerror(-err));
	return err;
}

/* Another program may have set a lower limit, or used up the system's. */
static int open_path(struct files *files, const char *path, int flags)
{
	int fd = open(path, flags, 0666);

	while (fd < 0 && (errno == EMFILE || errno == ENFILE) && files->oldest) {
		close_file(files, files->oldest);
		files->max_open = files->nr_open + 1;
		fd = open(path, flags, 0666);
	}
	return fd < 0 ? -errno : fd;
}

static int open_file(struct files *files, struct file *file)
{
	bool append = files->append || was_made(files, file->tid);
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND | (append ? 0 : O_TRUNC);
	char *path;
	int fd;

	if (files->nr_open >= files->max_open)
		close_file(files, files->oldest);
	if (asprintf(&path, "%s.%u", files->prefix, file->tid) < 0)
		return complain_file(files, file->tid, -ENOMEM);
	fd = open_path(files, path, flags);
	free(path);
	if (fd < 0)
		return complain_file(files, file->tid, fd);
	file->fd = fd;
	files->nr_open++;
	link_open(files, file);
	if (file->tid < PID_MAX)
		files->made[file->tid / 8] |= 1 << file->tid % 8;
	return 0;
}

static int write_text(struct files *files, struct file *file)
{
	size_t done = 0;
	ssize_t n;
	int err;

	if (file->fd < 0) {
		err = open_file(files, file);
		if (err)
			return err;
	} else {
		unlink_open(files, file);
		link_open(files, file);
	}
	while (done < file->len) {
		n = write(file->fd, file->text + done, file->len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return complain_file(files, file->tid, -errno);
		done += n;
	}
	file->len = 0;
	return 0;
}

static struct file **place_of(struct files *files, uint32_t tid)
{
	struct file **place = &files->buckets[tid % NR_BUCKETS];

	while (*place && (*place)->tid != tid)
		place = &(*place)->next;
	return place;
}

static struct file *file_of(struct files *files, uint32_t tid)
{
	struct file **place = place_of(files, tid);

	if (*place)
		return *place;
	*place = calloc(1, sizeof(**place));
	if (*place) {
		(*place)->tid = tid;
		(*place)->fd = -1;
	}
	return *place;
}

static int make_room(struct file *file, size_t len)
{
	size_t cap = file->cap ? file->cap : 1024;
	char *text;

	while (cap < file->len + len)
		cap *= 2;
	text = realloc(file->text, cap);
	if (!text)
		return -ENOMEM;
	file->text = text;
	file->cap = cap;
	return 0;
}

int files_add(struct files *files, uint32_t tid, const char *text, size_t len)
{
	struct file *file = file_of(files, tid);
	int err = 0;

	if (!file || (file->cap - file->len < len && make_room(file, len)))
		return complain_file(files, tid, -ENOMEM);
	memcpy(file->text + file->len, text, len);
	file->len += len;
	if (!file->dirty) {
		file->dirty = true;
		file->next_dirty = files->dirty;
		files->dirty = file;
	}
	if (file->len > KEEP_MAX)
		err = write_text(files, file);
	return err;
}

/* A task that is quiet for a while needs no room. */
static int flush_file(struct files *files, struct file *file)
{
	int err = file->len ? write_text(files, file) : 0;

	free(file->text);
	file->text = NULL;
	file->len = file->cap = 0;
	file->dirty = false;
	return err;
}

int files_flush(struct files *files)
{
	struct file *file, *next;
	int err, first = 0;

	for (file = files->dirty; file; file = next) {
		next = file->next_dirty;
		err = first ? 0 : flush_file(files, file);
		if (err)
			first = err;
	}
	files->dirty = NULL;
	return first;
}

int files_end(struct files *files, uint32_t tid)
{
	struct file **place = place_of(files, tid), *file = *place;
	int err;

	if (!file)
		return 0;
	/* All that is dirty goes, so that the list has no hole. */
	err = file->dirty ? files_flush(files) : 0;
	close_file(files, file);
	*place = file->next;
	free(file->text);
	free(file);
	return err;
}

void files_close(struct files *files)
{
	struct file *file, *next;
	unsigned int i;

	if (!files)
		return;
	(void)files_flush(files);	/* what failed has been said */
	for (i = 0; i < NR_BUCKETS; i++) {
		for (file = files->buckets[i]; file; file = next) {
			next = file->next;
			if (file->fd >= 0)
				close(file->fd);
			free(file->text);
			free(file);
		}
	}
	free(files->prefix);
	free(files->made);
	free(files);
}
