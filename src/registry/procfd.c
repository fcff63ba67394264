// SPDX-License-Identifier: GPL-2.0-only
/* The walk through /proc for maps and programs that are open. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "registry/procfd.h"

#define _cleanup_dir_	_cleanup_(close_dir)

static void close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* Kernel threads, most of /proc on a small machine, execute no file and open none. */
static bool is_kernel_thread(const char *pid)
{
	char path[64], byte;

	snprintf(path, sizeof(path), "/proc/%.16s/exe", pid);
	return readlink(path, &byte, sizeof(byte)) < 0 && errno == ENOENT;
}

/* 1: something of bpf(2). -EACCES: this process is nobody's business here. */
static int is_bpf(int fds, const char *name)
{
	char target[14];
	ssize_t len = readlinkat(fds, name, target, sizeof(target));

	if (len < 0)
		return -errno;
	return len == sizeof(target) && !memcmp(target, "anon_inode:bpf", sizeof(target));
}

/* Its lines in fdinfo. */
static bool describe(int fds, const char *name, struct procfd *out)
{
	_cleanup_close_ int fd = -1;
	char path[32], text[1024];
	const char *map, *prog;
	ssize_t len;

	snprintf(path, sizeof(path), "../fdinfo/%.10s", name);
	fd = openat(fds, path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (len < 0)
		return false;
	text[len] = '\0';
	map = strstr(text, "map_id:");
	prog = strstr(text, "prog_id:");
	if (!map && !prog)
		return false;
	out->is_link = strstr(text, "link_id:");
	out->is_map = map && !out->is_link;
	if (out->is_link && !prog)
		return false;
	map = out->is_map ? map : NULL;
	out->id = strtoul(map ? map + 7 : prog + 8, NULL, 10);
	if (map) {
		const char *type = strstr(text, "map_type:"), *size = strstr(text, "value_size:");

		out->map_type = type ? strtoul(type + 9, NULL, 10) : 0;
		out->value_size = size ? strtoul(size + 11, NULL, 10) : 0;
	}
	return true;
}

static int walk_process(const char *pid, procfd_fn fn, void *ctx)
{
	struct procfd found = { .pid = strtoul(pid, NULL, 10) };
	_cleanup_dir_ DIR *dir = NULL;
	struct dirent *each;
	char path[64];
	int bpf = 0, err = 0;

	if (is_kernel_thread(pid))
		return 0;
	snprintf(path, sizeof(path), "/proc/%.16s/fd", pid);
	dir = opendir(path);
	/* The kernel refuses to tell of all descriptors of a process, or of none. */
	while (dir && !err && bpf != -EACCES && (each = readdir(dir))) {
		if (!isdigit((unsigned char)each->d_name[0]))
			continue;
		bpf = is_bpf(dirfd(dir), each->d_name);
		if (bpf > 0 && describe(dirfd(dir), each->d_name, &found))
			err = fn(ctx, &found);
	}
	return err;
}

int procfd_walk(procfd_fn fn, void *ctx)
{
	_cleanup_dir_ DIR *dir = opendir("/proc");
	struct dirent *each;
	int err = 0;

	while (dir && !err && (each = readdir(dir)))
		if (isdigit((unsigned char)each->d_name[0]))
			err = walk_process(each->d_name, fn, ctx);
	return err;
}
