// SPDX-License-Identifier: GPL-2.0-only
/* Finding a spool as somebody left it: the lock, the segments, torn and damaged records. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/own.h"
#include "spool.h"
#include "cli/tell.h"

/* A file in memory; @len 0: nothing to unmap. */
struct mapped {
	char *at;
	size_t len;
};

static void mapped_done(struct mapped *mapped)
{
	if (mapped->len)
		munmap(mapped->at, mapped->len);
}

/* The directory and those above it that are not there. */
static int directory_make(const char *dir)
{
	_cleanup_free_ char *path = strdup(dir);

	if (!path)
		return -ENOMEM;
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

static int lock_refuse(struct spool *spool)
{
	char pid[16] = "";
	ssize_t len = pread(spool->lock_fd, pid, sizeof(pid) - 1, 0);

	pid[len > 0 ? strcspn(pid, "\n") : 0] = '\0';
	tell("spool %s: another kxlog writes it (pid %s); --spool DIR takes another one",
	     spool->dir, pid[0] ? pid : "unknown");
	return -EBUSY;
}

static int fail(struct spool *spool, const char *what)
{
	int err = -errno;

	tell("spool %s: %s: %s", spool->dir, what, strerror(errno));
	return err;
}

int spool_lock(struct spool *spool)
{
	int err = directory_make(spool->dir);

	if (err) {
		errno = -err;
		return fail(spool, "cannot be made");
	}
	spool->dir_fd = open(spool->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (spool->dir_fd < 0)
		return fail(spool, "cannot be opened");
	spool->lock_fd = openat(spool->dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (spool->lock_fd < 0)
		return fail(spool, "its lock cannot be opened");
	if (flock(spool->lock_fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? lock_refuse(spool) :
					      fail(spool, "cannot be locked");
	/* For people; a disk that is full does not matter. */
	if (ftruncate(spool->lock_fd, 0) || dprintf(spool->lock_fd, "%d\n", getpid()) < 0)
		return 0;
	return 0;
}

/* The position in a segment's name; 0: it is none. */
static uint64_t segment_first(const char *name)
{
	char again[32];
	uint64_t first = strtoull(name, NULL, 10);

	segment_path(first, again);
	return strcmp(name, again) ? 0 : first;
}

static int by_position(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

static int names_read(struct spool *spool, uint64_t **out, size_t *nr)
{
	_cleanup_free_ uint64_t *firsts = NULL;
	_cleanup_dir_ DIR *dir = NULL;
	const struct dirent *entry;
	size_t used = 0;
	int fd = openat(spool->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return fail(spool, "cannot be read");
	while ((entry = readdir(dir))) {
		uint64_t first = segment_first(entry->d_name), *grown;

		if (!first)
			continue;
		grown = reallocarray(firsts, used + 1, sizeof(*firsts));
		if (!grown)
			return -ENOMEM;
		firsts = grown;
		firsts[used++] = first;
	}
	if (used)
		qsort(firsts, used, sizeof(*firsts), by_position);
	*out = take_ptr(firsts);
	*nr = used;
	return 0;
}

/*
 * Each record that is whole and where it belongs; @end: positions from it on are in the
 * next segment. Return: where the last one ends.
 */
static size_t records_find(struct spool *spool, const struct mapped *file, uint64_t end,
			   struct segment *segment)
{
	size_t at = sizeof(struct segment_head), behind = at;
	struct entry entry;
	long len;

	while (at < file->len) {
		len = record_parse(file->at + at, file->len - at, &entry);
		if (len <= 0 || entry.position <= segment->last || entry.position >= end) {
			at += record_skip(file->at + at, file->len - at);
			continue;
		}
		spool->damaged += entry.position - segment->last - 1;
		segment->last = entry.position;
		spool->ops.found(spool->ops.ctx, &entry);
		at += len;
		behind = at;
	}
	return behind;
}

static int version_check(struct spool *spool, const char *path, const struct mapped *file)
{
	struct segment_head head;

	if (file->len < sizeof(head))
		return 0;
	memcpy(&head, file->at, sizeof(head));
	if (memcmp(head.magic, SEGMENT_MAGIC, sizeof(head.magic)) ||
	    head.version == SEGMENT_VERSION)
		return 0;	/* a damaged head does not matter */
	tell("spool %s: %s is of version %u, this kxlog knows %u; move it away, or use --spool DIR",
	     spool->dir, path, head.version, SEGMENT_VERSION);
	return -EPROTONOSUPPORT;
}

static int file_map(int fd, struct mapped *out)
{
	struct stat st;
	void *at;

	if (fstat(fd, &st))
		return -errno;
	if (!st.st_size)
		return 0;
	at = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	*out = (struct mapped){ at, st.st_size };
	return 0;
}

/* @end: the next segment's first position; UINT64_MAX: it is the last one. */
static int segment_recover(struct spool *spool, uint64_t first, uint64_t end)
{
	_cleanup_(mapped_done) struct mapped file = {};
	struct segment segment = { .first = first, .last = first - 1 };
	_cleanup_close_ int fd = -1;
	size_t behind;
	char path[32];
	int err;

	segment_path(first, path);
	fd = openat(spool->dir_fd, path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || file_map(fd, &file))
		return fail(spool, "a segment cannot be read");
	err = version_check(spool, path, &file);
	if (err)
		return err;
	behind = records_find(spool, &file, end, &segment);
	if (file.len > behind && end == UINT64_MAX) {
		spool->cut += file.len - behind;
		if (ftruncate(fd, behind))
			return fail(spool, "a torn record cannot be cut off");
	}
	if (end != UINT64_MAX)
		spool->damaged += end - segment.last - 1;
	spool_pass(spool, segment.last);
	if (segment.last < segment.first)
		return unlinkat(spool->dir_fd, path, 0) ? fail(spool, "cannot be written") : 0;
	segment.bytes = end == UINT64_MAX ? behind : file.len;
	return segment_add(spool, &segment);
}

int segments_recover(struct spool *spool)
{
	_cleanup_free_ uint64_t *firsts = NULL;
	size_t nr = 0;
	int err = names_read(spool, &firsts, &nr);

	for (size_t i = 0; i < nr && !err; i++)
		err = segment_recover(spool, firsts[i], i + 1 < nr ? firsts[i + 1] : UINT64_MAX);
	return err;
}
