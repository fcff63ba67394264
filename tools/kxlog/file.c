// SPDX-License-Identifier: GPL-2.0-only
/* Small files that are replaced as a whole: cursors, what is known of streams. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/own.h"

#define FILE_MAX	(16L << 20)

int file_read(int dir_fd, const char *name, char **out)
{
	_cleanup_close_ int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *text = NULL;
	struct stat st;
	ssize_t len;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (st.st_size > FILE_MAX)
		return -EFBIG;
	text = malloc(st.st_size + 1);
	if (!text)
		return -ENOMEM;
	len = read(fd, text, st.st_size);
	if (len < 0)
		return -errno;
	text[len] = '\0';
	*out = take_ptr(text);
	return 0;
}

int file_replace(int dir_fd, const char *name, const char *text, size_t len, int safe)
{
	_cleanup_close_ int fd = -1;
	char new[300];
	ssize_t n;

	snprintf(new, sizeof(new), "%s.new", name);
	fd = openat(dir_fd, new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	n = write(fd, text, len);
	if (n < 0)
		return -errno;
	if ((size_t)n < len)
		return -ENOSPC;
	if (safe && fdatasync(fd))
		return -errno;
	return renameat(dir_fd, new, dir_fd, name) ? -errno : 0;
}
