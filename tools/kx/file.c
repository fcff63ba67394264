// SPDX-License-Identifier: GPL-2.0-only
/* Files read and written as a whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "author.h"
#include "verb.h"

/* mkstemp() makes private files: these are as open() would make them. */
static int open_beside(char *path)
{
	mode_t mask = umask(0);
	int fd;

	umask(mask);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0 && fchmod(fd, 0666 & ~mask)) {
		close(fd);
		unlink(path);
		return -1;
	}
	return fd;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t done = write(fd, data, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		data += done;
		len -= done;
	}
	return 0;
}

/* A device, or a directory, is never replaced by a file. */
static bool is_other(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISREG(st.st_mode);
}

int file_write(const char *path, const void *data, size_t len)
{
	int fd, err = 0;
	char *beside;

	if (is_other(path))
		return tell("%s: cannot be written: not a regular file", path);
	if (asprintf(&beside, "%s.XXXXXX", path) < 0)
		return tell("out of memory");

	fd = open_beside(beside);
	if (fd < 0 || write_all(fd, data, len))
		err = errno;
	if (fd >= 0 && close(fd) && !err)
		err = errno;
	if (!err && rename(beside, path))
		err = errno;
	if (err && fd >= 0)
		unlink(beside);
	free(beside);
	return err ? tell("%s: cannot be written: %s", path, strerror(err)) :
		     DONE;
}

/* Reads to the end: files of the kernel do not say how long they are. */
static int read_all(FILE *file, char **out, size_t *len)
{
	size_t room = 1 << 16, used = 0, got;
	char *text = malloc(room);

	while (text && (got = fread(text + used, 1, room - used - 1, file))) {
		char *more;

		used += got;
		if (room - used > 1)
			continue;
		more = realloc(text, room *= 2);
		if (!more)
			free(text);
		text = more;
	}
	if (!text || ferror(file)) {
		free(text);
		return -1;
	}
	text[used] = '\0';
	*out = text;
	if (len)
		*len = used;
	return 0;
}

int file_read(const char *path, char **out, size_t *len)
{
	FILE *file = fopen(path, "re");
	int err = 0;

	if (!file || read_all(file, out, len))
		err = errno;
	if (file)
		fclose(file);
	return err ? tell("%s: cannot be read: %s", path, strerror(err)) : DONE;
}
