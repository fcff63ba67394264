// SPDX-License-Identifier: GPL-2.0-only
/* Lines into a file, a pipe or a terminal, without waiting for it. */
#include "outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"
#include "cli/own.h"
#include "record.h"

#define TEXT_MAX	(256U << 10)	/* written at once */
#define RETRY_MS	1000
#define SYNC_MS		1000		/* what may come twice after a power cut */

/* A line that a crash has torn comes again, whole. */
static int torn_cut(int fd, uint64_t *size)
{
	_cleanup_free_ char *buf = NULL;
	_cleanup_close_ int reading = -1;
	size_t len = *size < 2 * RECORD_MAX ? *size : 2 * RECORD_MAX;
	const char *end;
	char path[32];
	ssize_t n;

	if (!len)
		return 0;
	buf = malloc(len);
	if (!buf)
		return -ENOMEM;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	reading = open(path, O_RDONLY | O_CLOEXEC);
	n = pread(reading, buf, len, *size - len);
	end = n == (ssize_t)len ? memrchr(buf, '\n', len) : NULL;
	if (!end || end == buf + len - 1)
		return 0;
	*size -= buf + len - 1 - end;
	return ftruncate(fd, *size) ? -errno : 0;
}

static int64_t birth(int fd)
{
	struct statx stx;

	if (!statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &stx) && (stx.stx_mask & STATX_BTIME))
		return stx.stx_btime.tv_sec;
	return time(NULL);
}

/* A pipe is opened for writing alone: else it would have a reader, namely us. */
static int file_open(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640);
}

/*
 * Another description of the same: not waiting for it is a thing of ours alone. A file's
 * position belongs to all who write there.
 */
static int stdout_open(void)
{
	struct stat st;
	int fd = -1;

	if (!fstat(STDOUT_FILENO, &st) && !S_ISREG(st.st_mode))
		fd = open("/proc/self/fd/1", O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return fd < 0 ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3) : fd;
}

static const char *why(int err)
{
	return err == -ENXIO ? "nobody reads it" : strerror(-err);
}

static int fail(struct sink *sink, int err, const char *what)
{
	sink->retry_ms = RETRY_MS;
	return sink_fail(sink, err, "%s: cannot be %s: %s", sink->name, what, why(err));
}

static int ensure_open(struct sink *sink)
{
	struct outlet *outlet = sink->state;
	struct stat st;
	int err = 0;

	if (outlet->fd >= 0)
		return 0;
	outlet->fd = outlet->path ? file_open(outlet->path) : stdout_open();
	if (outlet->fd < 0 || fstat(outlet->fd, &st))
		return fail(sink, -errno, "opened");
	outlet->regular = S_ISREG(st.st_mode);
	outlet->size = outlet->regular ? st.st_size : 0;
	if (outlet->regular && outlet->path) {
		err = torn_cut(outlet->fd, &outlet->size);
		outlet->begun = birth(outlet->fd);
	}
	return err ? fail(sink, err, "written") : 0;
}

static void sync_now(struct sink *sink)
{
	struct outlet *outlet = sink->state;

	outlet->sync_at = NEVER;
	if (fdatasync(outlet->fd) && errno != EINVAL && errno != EROFS) {
		(void)fail(sink, -errno, "made safe");
		outlet->sync_at = loop_now() + SYNC_MS;
		return;
	}
	sink->synced = sink->done;
}

/* All lines are out. */
static void text_is_out(struct sink *sink)
{
	struct outlet *outlet = sink->state;

	outlet->text.len = outlet->written = 0;
	sink->done = outlet->last;
	sink->fd = -1;
	sink->want_write = false;
	sink->error[0] = '\0';
	if (!outlet->regular)
		sink->synced = sink->done;
	else if (outlet->sync_at == NEVER)
		outlet->sync_at = loop_now() + SYNC_MS;
	sink->retry_ms = outlet->regular ? SYNC_MS : -1;
}

/* Who writes to a description that is not his own must not be held up by it. */
static bool may_wait(const struct outlet *outlet)
{
	struct pollfd poll_fd = { .fd = outlet->fd, .events = POLLOUT };

	return !outlet->regular && poll(&poll_fd, 1, 0) != 1;
}

static void wait_for_room(struct sink *sink)
{
	struct outlet *outlet = sink->state;

	sink->fd = outlet->fd;
	sink->want_write = true;
	sink->retry_ms = -1;
}

/* 0: all is out; 1: not yet; negative errno: not at all. */
static int text_write(struct sink *sink)
{
	struct outlet *outlet = sink->state;

	while (outlet->written < outlet->text.len) {
		size_t len = outlet->text.len - outlet->written;
		ssize_t n;

		if (may_wait(outlet)) {
			wait_for_room(sink);
			return 1;
		}
		if (!outlet->regular && len > 4096)
			len = 4096;	/* what a pipe that is ready takes at once */
		n = write(outlet->fd, outlet->text.buf + outlet->written, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			wait_for_room(sink);
			return 1;
		}
		if (n < 0)
			return -errno;
		outlet->written += n;
		outlet->size += n;
		sink->bytes += n;
	}
	text_is_out(sink);
	return 0;
}

static void leave(struct outlet *outlet, struct sink *sink)
{
	own_close(&outlet->fd);
	outlet->fd = -1;
	sink->fd = -1;
	sink->want_write = false;
}

/* A file keeps what it has, the rest follows when there is room; others begin anew. */
static int write_failed(struct sink *sink, int err)
{
	struct outlet *outlet = sink->state;

	(void)fail(sink, err, "written");
	if (outlet->regular)
		return 0;
	outlet->text.len = outlet->written = 0;
	leave(outlet, sink);
	return err;
}

static bool is_due(const struct outlet *outlet)
{
	if (!outlet->regular || !outlet->path || !outlet->size)
		return false;
	return (outlet->rotation.size && outlet->size >= outlet->rotation.size) ||
	       (outlet->rotation.seconds &&
		time(NULL) - outlet->begun >= (int64_t)outlet->rotation.seconds);
}

static int file_next(struct sink *sink)
{
	struct outlet *outlet = sink->state;
	int err;

	sync_now(sink);
	err = rotate(outlet->path);
	if (err == -ENOENT)
		err = 0;	/* somebody took it away */
	if (err)
		return fail(sink, err, "rotated");
	leave(outlet, sink);
	tidy_wake(outlet->tidy);
	return ensure_open(sink);
}

/* Lines that are left over, then a place for others. 0; 1: not yet; negative errno. */
static int outlet_ready(struct sink *sink)
{
	struct outlet *outlet = sink->state;
	int err = ensure_open(sink);

	if (err)
		return err;
	if (outlet->text.len) {
		err = text_write(sink);
		if (err < 0)
			return write_failed(sink, err) ?: 1;
		if (err)
			return 1;
	}
	return is_due(outlet) ? file_next(sink) : 0;
}

long outlet_put(struct sink *sink, const struct entry *entries, size_t nr)
{
	struct outlet *outlet = sink->state;
	uint64_t room = outlet->rotation.size ? outlet->rotation.size : UINT64_MAX;
	int err = outlet_ready(sink);
	size_t i;

	if (err)
		return err < 0 ? err : 0;
	for (i = 0; i < nr && outlet->text.len < TEXT_MAX &&
	     (!i || outlet->size + outlet->text.len < room); i++) {
		outlet->format(&outlet->text, &entries[i]);
		outlet->last = entries[i].position;
	}
	if (outlet->text.failed) {
		outlet->text.failed = false;
		outlet->text.len = 0;
		return fail(sink, -ENOMEM, "written");
	}
	err = text_write(sink);
	return err < 0 ? write_failed(sink, err) ?: (long)i : (long)i;
}

int outlet_work(struct sink *sink)
{
	struct outlet *outlet = sink->state;
	int err = 0;

	sink->retry_ms = -1;
	if (outlet->text.len || outlet->fd < 0)
		err = outlet_ready(sink);
	if (outlet->fd >= 0 && outlet->sync_at <= loop_now())
		sync_now(sink);
	if (outlet->sync_at != NEVER && sink->retry_ms < 0)
		sink->retry_ms = SYNC_MS;
	return err < 0 ? err : 0;
}

int outlet_reopen(struct sink *sink)
{
	struct outlet *outlet = sink->state;

	if (!outlet->path || outlet->fd < 0)
		return 0;
	/* What is half written is finished where it was begun. */
	if (outlet->text.len && text_write(sink))
		return 0;
	if (outlet->regular)
		sync_now(sink);
	leave(outlet, sink);
	return ensure_open(sink);
}

int outlet_flush(struct sink *sink, int timeout_ms)
{
	struct outlet *outlet = sink->state;
	uint64_t until = loop_now() + timeout_ms;
	int err = 0;

	while (outlet->fd >= 0 && outlet->text.len && (err = text_write(sink)) == 1) {
		struct pollfd poll_fd = { .fd = outlet->fd, .events = POLLOUT };
		uint64_t now = loop_now();

		if (now >= until || poll(&poll_fd, 1, until - now) <= 0)
			break;
	}
	if (err < 0)
		(void)write_failed(sink, err);
	if (outlet->fd >= 0 && outlet->regular)
		sync_now(sink);
	return outlet->text.len ? -ETIMEDOUT : 0;
}

void outlet_close(struct sink *sink)
{
	struct outlet *outlet = sink->state;

	if (!outlet)
		return;
	own_close(&outlet->fd);
	tidy_close(outlet->tidy);
	lines_done(&outlet->text);
	free(outlet->path);
	free(outlet);
	sink->state = NULL;
}

int outlet_open(struct sink *sink, const char *path, lines_format format,
		const struct rotation *rotation)
{
	struct outlet *outlet = calloc(1, sizeof(*outlet));
	int err = 0;

	if (!outlet)
		return -ENOMEM;
	sink->state = outlet;
	outlet->fd = -1;
	outlet->format = format;
	outlet->sync_at = NEVER;
	if (rotation)
		outlet->rotation = *rotation;
	if (path) {
		outlet->path = strdup(path);
		sink->synced = 0;
	}
	if (path && !outlet->path)
		err = -ENOMEM;
	if (!err && path && rotation && (rotation->size || rotation->seconds))
		err = tidy_open(path, rotation, &outlet->tidy);
	if (err)
		outlet_close(sink);
	return err;
}

int outlet_open_where(struct sink *sink, const char *where, lines_format format)
{
	struct rotation rotation = {};
	char path[4096], option[64];
	const char *key, *value;
	int err;

	if (!where_next(&where, path, sizeof(path), &key, NULL) || !path[0])
		return sink_fail(sink, -EINVAL, "--to %s: a path is missing", sink->name);
	while (where_next(&where, option, sizeof(option), &key, &value)) {
		err = rotation_option(&rotation, key, value);
		if (err == -ENOENT)
			return sink_fail(sink, -EINVAL, "--to %s: %s: no such option; size=, time=, keep=, compress, level=",
					 sink->name, key);
		if (err)
			return sink_fail(sink, -EINVAL, "--to %s: %s=%s: not understood; as in size=10M, time=1d, keep=7, compress",
					 sink->name, key, value ? value : "");
	}
	if (rotation.keep && !rotation.size && !rotation.seconds)
		return sink_fail(sink, -EINVAL, "--to %s: keep= and compress need size= or time=, which make old files",
				 sink->name);
	return outlet_open(sink, path, format, &rotation);
}
