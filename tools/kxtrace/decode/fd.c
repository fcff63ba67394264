/* SPDX-License-Identifier: GPL-2.0-only */
/* Descriptors, and the files behind them: 3</etc/passwd>. */
#include "fd.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "sigset.h"

#ifndef PID_FS_MAGIC
#define PID_FS_MAGIC	0x50494446
#endif
#define DMA_BUF_MAGIC_	0x444d4142
#define SOCKFS_MAGIC_	0x534f434b
#define MINOR_BITS	20

const struct kxt_fd *fd_of_chunk(const struct kxt_chunk *chunk, const char **rest,
				 size_t *len)
{
	const struct kxt_fd *fd = (const void *)(chunk + 1);

	if (chunk->len < sizeof(*fd))
		return NULL;
	*rest = (const char *)(fd + 1);
	*len = chunk->len - sizeof(*fd);
	return fd;
}

/* Names come from the file upwards, so the path is filled from its end. */
static size_t path_of_names(const char *names, size_t len, bool cut, char *path,
			    size_t size)
{
	size_t at = size - 1, n;

	path[at] = '\0';
	while (len) {
		n = strnlen(names, len);
		if (n + 1 > at) {
			cut = true;
			break;
		}
		at -= n;
		memcpy(path + at, names, n);
		path[--at] = '/';
		n += n < len;
		names += n;
		len -= n;
	}
	if (at == size - 1)
		path[--at] = '/';
	if (cut && at >= 3) {
		at -= 3;
		memcpy(path + at, "...", 3);
	}
	memmove(path, path + at, size - at);
	return size - 1 - at;
}

static size_t path_of_name(const struct kxt_fd *fd, const char *name, int len,
			   char *path, size_t size)
{
	unsigned long long ino = fd->ino;

	switch (fd->magic) {
	case PIPEFS_MAGIC:
		return snprintf(path, size, "pipe:[%llu]", ino);
	case NSFS_MAGIC:
		return snprintf(path, size, "%.*s:[%llu]", len, name, ino);
	case PID_FS_MAGIC:
		return snprintf(path, size, "anon_inode:[pidfd]");
	case ANON_INODE_FS_MAGIC:
		return snprintf(path, size, "anon_inode:%.*s", len, name);
	case DMA_BUF_MAGIC_:
		return snprintf(path, size, "/dmabuf:%.*s", len, name);
	}
	return snprintf(path, size, "/%.*s", len, name);
}

size_t fd_path(const struct kxt_fd *fd, const char *rest, size_t len, char *path,
	       size_t size)
{
	size_t n;

	if (fd->kind == KXT_FILE_PATH)
		return path_of_names(rest, len, fd->flags & KXT_FILE_CUT, path, size);
	if (fd->kind == KXT_FILE_SOCKET)
		n = snprintf(path, size, "socket:[%llu]", (unsigned long long)fd->ino);
	else
		n = path_of_name(fd, rest, strnlen(rest, len), path, size);
	return n < size ? n : size - 1;
}

/* A file that has no name in a directory looks as if it had been deleted. */
static bool is_deleted(const struct kxt_fd *fd)
{
	if (fd->kind != KXT_FILE_NAMED)
		return fd->flags & KXT_FILE_UNLINKED && fd->kind == KXT_FILE_PATH;
	return fd->magic != PIPEFS_MAGIC && fd->magic != NSFS_MAGIC &&
	       fd->magic != PID_FS_MAGIC && fd->magic != ANON_INODE_FS_MAGIC &&
	       fd->magic != DMA_BUF_MAGIC_;
}

void out_fd_text(struct out *o, const char *text, size_t len)
{
	static const char letters[] = "\t\n\v\f\r";
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = text[i];
		bool digit = i + 1 < len && text[i + 1] >= '0' && text[i + 1] <= '7';

		if (c >= '\t' && c <= '\r') {
			out_char(o, '\\');
			out_char(o, "tnvfr"[c - letters[0]]);
		} else if (c == '"' || c == '\\') {
			out_char(o, '\\');
			out_char(o, c);
		} else if (c < ' ' || c > '~' || c == '<' || c == '>') {
			out_printf(o, digit ? "\\%03o" : "\\%o", c);
		} else {
			out_char(o, c);
		}
	}
}

static void out_path(struct out *o, const struct kxt_fd *fd, const char *rest,
		     size_t len)
{
	char path[PATH_MAX + 512];

	out_fd_text(o, path, fd_path(fd, rest, len, path, sizeof(path)));
}

static void out_device(struct out *o, const struct kxt_fd *fd)
{
	out_str(o, S_ISCHR(fd->mode) ? "<char " : "<block ");
	out_udec(o, fd->rdev >> MINOR_BITS);
	out_char(o, ':');
	out_udec(o, fd->rdev & ((1u << MINOR_BITS) - 1));
	out_char(o, '>');
}

static bool is_anonymous(const struct kxt_fd *fd, const char *rest, size_t len,
			 const char *name)
{
	return fd->kind == KXT_FILE_NAMED && fd->magic == ANON_INODE_FS_MAGIC &&
	       strnlen(rest, len) == strlen(name) && !memcmp(rest, name, strlen(name));
}

static bool out_pidfd(struct out *o, const struct kxt_fd *fd, const char *rest,
		      size_t len)
{
	if (!fd->value || (fd->magic != PID_FS_MAGIC &&
			   !is_anonymous(fd, rest, len, "[pidfd]")))
		return false;
	out_mem(o, "pid:", 4);
	out_udec(o, fd->value);
	return true;
}

static bool out_eventfd(struct out *o, const struct kxt_fd *fd, const char *rest,
			size_t len)
{
	if (!is_anonymous(fd, rest, len, "[eventfd]"))
		return false;
	out_str(o, "{eventfd-count=");
	out_hex(o, fd->value);
	out_str(o, ", eventfd-id=");
	out_udec(o, fd->extra & ~(1u << 31));
	out_str(o, ", eventfd-semaphore=");
	out_udec(o, fd->extra >> 31);
	out_char(o, '}');
	return true;
}

/* The kernel keeps those that are not waited for. */
static bool out_signalfd(struct out *o, const struct kxt_fd *fd, const char *rest,
			 size_t len)
{
	uint64_t set = ~fd->value;

	if (!is_anonymous(fd, rest, len, "[signalfd]"))
		return false;
	out_str(o, "signalfd:");
	out_sigset(o, &set, sizeof(set));
	return true;
}

/* What is between the brackets; false: nothing, as asked for. */
static bool out_known(struct out *o, unsigned int show, const struct kxt_fd *fd,
		      const char *rest, size_t len)
{
	bool device = S_ISCHR(fd->mode) || S_ISBLK(fd->mode);

	if (fd->kind == KXT_FILE_SOCKET && show & FD_SHOW_SOCKET) {
		if (!out_fd_socket(o, fd, rest, len))
			out_path(o, fd, rest, len);
		return true;
	}
	if (device && show & FD_SHOW_DEV) {
		out_path(o, fd, rest, len);
		out_device(o, fd);
		return true;
	}
	if (show & FD_SHOW_EVENTFD && out_eventfd(o, fd, rest, len))
		return true;
	if (show & FD_SHOW_PIDFD && out_pidfd(o, fd, rest, len))
		return true;
	if (show & FD_SHOW_SIGNALFD && out_signalfd(o, fd, rest, len))
		return true;
	if (show & FD_SHOW_PATH)
		out_path(o, fd, rest, len);
	return show & FD_SHOW_PATH;
}

void out_fd_chunk(struct out *o, const struct call *c, const struct kxt_chunk *chunk)
{
	const struct kxt_fd *fd;
	const char *rest;
	size_t len, from = o->len;

	fd = c->decode_fds ? fd_of_chunk(chunk, &rest, &len) : NULL;
	if (!fd)
		return;
	out_char(o, '<');
	if (!out_known(o, c->decode_fds, fd, rest, len)) {
		o->len = from;
		return;
	}
	/* A directory that is left is shown as the kernel names it. */
	if (fd->fd == AT_FDCWD && is_deleted(fd))
		out_mem(o, " (deleted)>", 11);
	else
		out_str(o, is_deleted(fd) ? ">(deleted)" : ">");
}

/* A call that goes on was found by user space, whose view is /proc. */
static void out_from_proc(struct out *o, const struct call *c, int32_t fd)
{
	char link[64], path[PATH_MAX];
	ssize_t len;

	if (!(c->rec->head.flags & KXT_F_GOING_ON) || !(c->decode_fds & FD_ASK_PROC) ||
	    !(c->decode_fds & FD_SHOW_PATH))
		return;
	snprintf(link, sizeof(link), fd == AT_FDCWD ? "/proc/%u/cwd" : "/proc/%u/fd/%d",
		 c->rec->head.tid, fd);
	len = readlink(link, path, sizeof(path));
	if (len <= 0)
		return;
	out_char(o, '<');
	out_fd_text(o, path, len);
	out_char(o, '>');
}

static void out_arg_fd(struct out *o, const struct call *c, unsigned int i)
{
	if (c->fds[i])
		out_fd_chunk(o, c, c->fds[i]);
	else if (c->decode_fds)
		out_from_proc(o, c, c->rec->args[i]);
}

void print_fd(struct out *o, const struct call *c, unsigned int i,
	      const struct arg *arg)
{
	print_int(o, c, i, arg);
	if ((int32_t)c->rec->args[i] >= 0)
		out_arg_fd(o, c, i);
}

void print_fd_at(struct out *o, const struct call *c, unsigned int i,
		 const struct arg *arg)
{
	if ((int32_t)c->rec->args[i] == AT_FDCWD) {
		out_name_dec(o, AT_FDCWD, "AT_FDCWD");
		out_arg_fd(o, c, i);
	} else {
		print_fd(o, c, i, arg);
	}
}

/* The chunks were checked when the record was taken apart. */
void out_fd(struct out *o, const struct call *c, int32_t fd)
{
	const struct kxt_chunk *chunk = c->fds_within;
	size_t left = c->fds_within_len, size, len;
	const struct kxt_fd *file;
	const char *rest;

	out_dec(o, fd);
	while (chunk && left) {
		file = chunk->arg == KXT_ARG_FD_WITHIN ? fd_of_chunk(chunk, &rest, &len)
						       : NULL;
		if (file && file->fd == fd) {
			out_fd_chunk(o, c, chunk);
			return;
		}
		size = (sizeof(*chunk) + chunk->len + 7) & ~7ul;
		if (size >= left)
			return;
		chunk = (const void *)((const char *)chunk + size);
		left -= size;
	}
}

void print_int_pair(struct out *o, const struct call *c, unsigned int i,
		    const struct arg *arg)
{
	const int32_t *pair = call_out(c, i, 8);

	(void)arg;
	if (!pair) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	out_fd(o, c, pair[0]);
	out_mem(o, ", ", 2);
	out_fd(o, c, pair[1]);
	out_char(o, ']');
}
