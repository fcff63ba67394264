// SPDX-License-Identifier: GPL-2.0-only
/* Output to files and pipes, in pieces that do not block. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../verb.h"
#include "out.h"

#define PIECE		4096	/* a pipe that is ready takes as much at once */
#define WAIT_MS		200

int out_open(struct out *out, const char *path)
{
	bool is_stdout = !strcmp(path, "-");
	struct stat about;

	out->name = is_stdout ? "standard output" : path;
	/* For its owner: what people send each other is in it. */
	out->fd = is_stdout ? STDOUT_FILENO :
			      open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (out->fd < 0 || fstat(out->fd, &about)) {
		tell("%s: cannot be written: %s", out->name, strerror(errno));
		return -errno;
	}
	out->is_file = S_ISREG(about.st_mode);
	return 0;
}

void out_close(struct out *out)
{
	free(out->buf);
	if (out->fd > STDERR_FILENO)
		close(out->fd);
}

static bool reserve(struct out *out, size_t len)
{
	size_t room = out->room ?: 4096;
	char *buf;

	while (room < out->len + len)
		room *= 2;
	if (room == out->room)
		return true;
	buf = realloc(out->buf, room);
	if (!buf) {
		out->err = out->err ?: -ENOMEM;
		return false;
	}
	out->buf = buf;
	out->room = room;
	return true;
}

void out_put(struct out *out, const void *bytes, size_t len)
{
	if (!reserve(out, len))
		return;
	memcpy(out->buf + out->len, bytes, len);
	out->len += len;
}

void out_text(struct out *out, const char *fmt, ...)
{
	va_list args;
	int len;

	if (!reserve(out, 1024))
		return;
	va_start(args, fmt);
	len = vsnprintf(out->buf + out->len, 1024, fmt, args);
	va_end(args);
	out->len += len < 1024 ? len : 1023;
}

/* 0: it takes a piece. */
static int wait_ready(struct out *out)
{
	struct pollfd ready = { .fd = out->fd, .events = POLLOUT };

	while (!out->is_file && poll(&ready, 1, WAIT_MS) <= 0)
		if (out->wait && !out->wait(out->ctx))
			return -EINTR;
	return 0;
}

int out_flush(struct out *out)
{
	size_t at = 0;

	while (!out->err && at < out->len) {
		size_t len = out->len - at;
		ssize_t nr;

		out->err = wait_ready(out);
		if (out->err)
			break;
		nr = write(out->fd, out->buf + at, out->is_file || len < PIECE ? len : PIECE);
		if (nr >= 0)
			at += nr;
		else if (errno != EINTR && errno != EAGAIN)
			out->err = -errno;
	}
	out->written += at;
	if (out->err)
		out->done = at;
	else
		out->len = 0;
	return out->err;
}
