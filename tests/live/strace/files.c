// SPDX-License-Identifier: GPL-2.0-only
/* Files in the ways that programs seldom use: mapped, with holes, watched, locked, copied. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#define SIZE	(1 << 16)

static void map(int fd)
{
	char *at;

	ftruncate(fd, SIZE);
	at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	madvise(at, SIZE, MADV_SEQUENTIAL);
	memset(at + 4096, 'x', 4096);
	msync(at, SIZE, MS_SYNC);
	mprotect(at, 4096, PROT_READ);
	munmap(at, SIZE);
}

static void holes(int fd)
{
	fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 4096, 4096);
	lseek(fd, 0, SEEK_DATA);
	lseek(fd, 0, SEEK_HOLE);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

static void copies(int fd)
{
	int to = open("copy", O_RDWR | O_CREAT | O_TRUNC, 0640), pipes[2];
	off_t from = 8192;
	struct iovec iov[2] = { { "one", 3 }, { "three", 5 } };

	sendfile(to, fd, &from, 4096);
	from = 0;
	copy_file_range(fd, &from, to, NULL, 4096, 0);
	pwritev2(to, iov, 2, 100, RWF_DSYNC);
	pipe2(pipes, O_CLOEXEC);
	splice(to, &from, pipes[1], NULL, 512, SPLICE_F_MOVE);
	tee(pipes[0], pipes[1], 0, 0);
	vmsplice(pipes[1], iov, 2, 0);
	fsync(to);
	close(to);
}

static void locks(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 10 };

	fcntl(fd, F_SETLK, &lock);
	fcntl(fd, F_OFD_SETLK, &lock);
	fcntl(fd, F_GETLK, &lock);
	flock(fd, LOCK_EX | LOCK_NB);
	fcntl(fd, F_SETLEASE, F_WRLCK);
	fcntl(fd, F_GETLEASE);
}

int main(void)
{
	int watcher = inotify_init1(IN_CLOEXEC), fd, wd;
	struct statvfs vfs;
	char events[4096];

	wd = inotify_add_watch(watcher, ".", IN_CREATE | IN_DELETE | IN_MOVE);
	fd = open("mapped", O_RDWR | O_CREAT | O_TRUNC, 0600);
	map(fd);
	holes(fd);
	copies(fd);
	locks(fd);
	fsetxattr(fd, "user.note", "some text", 9, XATTR_CREATE);
	fgetxattr(fd, "user.note", events, sizeof(events));
	flistxattr(fd, events, sizeof(events));
	fstatvfs(fd, &vfs);
	rename("copy", "moved");
	unlink("moved");
	read(watcher, events, sizeof(events));
	inotify_rm_watch(watcher, wd);
	return 0;
}
