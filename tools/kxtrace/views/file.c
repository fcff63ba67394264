// SPDX-License-Identifier: GPL-2.0-only
/* A file that a view writes besides the trace's own output. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define FILE_OUT_SIZE	(256 << 10)

static int complain_write(const struct view_file *file, int err)
{
	complain("%s: cannot be written: %s", file->path, strerror(-err));
	return err;
}

int view_file_open(struct view_file *file, const char *path)
{
	int fd;

	*file = (struct view_file){ .path = path, .out.fd = -1 };
	file->made = access(path, F_OK) != 0;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return complain_write(file, -errno);
	if (out_init(&file->out, fd, FILE_OUT_SIZE)) {
		close(fd);
		file->out.fd = -1;
		return -ENOMEM;
	}
	return 0;
}

void view_file_begin(struct view_file *file)
{
	int ignored;

	if (file->begun)
		return;
	file->begun = true;
	/* A pipe or a device has nothing to lose. */
	ignored = ftruncate(file->out.fd, 0);
	(void)ignored;
}

int view_file_finish(struct view_file *file)
{
	view_file_begin(file);
	out_flush(&file->out);
	return file->out.error ? complain_write(file, file->out.error) : 0;
}

void view_file_close(struct view_file *file)
{
	if (file->out.fd < 0)
		return;
	close(file->out.fd);
	if (file->made && !file->begun)
		unlink(file->path);
	out_done(&file->out);
}
