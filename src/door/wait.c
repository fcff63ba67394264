// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that blocks who reads it: a file of a FUSE of our own, mounted nowhere, and mapped
 * by the keeper. The hook of the task that asks reads the page of its slot out of the
 * keeper's memory, and sleeps in the page fault until the file's server answers; it
 * answers with an error, so that the page is never there. When the last process that
 * has the server's descriptor ends, however, the kernel lets all go on.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "door/door.h"

#define PAGE		4096U
#define READ_ROOM	16384
#define FOREVER_S	(1ULL << 40)

static void reply(int fd, uint64_t unique, int err, const void *body, size_t len)
{
	struct fuse_out_header head = {
		.len = sizeof(head) + len, .error = err, .unique = unique,
	};
	struct iovec io[] = { { &head, sizeof(head) }, { (void *)body, len } };

	(void)!writev(fd, io, len ? 2 : 1);
}

static void reply_init(int fd, uint64_t unique, const struct fuse_init_in *in)
{
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION,
		.minor = in->minor < FUSE_KERNEL_MINOR_VERSION ? in->minor :
								 FUSE_KERNEL_MINOR_VERSION,
		.max_write = PAGE, .max_background = KX_DOOR_SLOTS, .time_gran = 1,
	};

	reply(fd, unique, 0, &out, sizeof(out));
}

/* The root is the file. */
static void reply_attr(int fd, uint64_t unique)
{
	struct fuse_attr_out out = {
		.attr_valid = FOREVER_S,
		.attr = { .ino = 1, .size = DOOR_WAIT_LEN, .mode = S_IFREG | 0400, .nlink = 1,
			  .blksize = PAGE },
	};

	reply(fd, unique, 0, &out, sizeof(out));
}

static void wake(const struct door_side *side, uint32_t i)
{
	uint64_t unique = __atomic_exchange_n(&side->reads[i], 0, __ATOMIC_SEQ_CST);

	if (unique)
		reply(side->fuse_fd, unique, -EIO, NULL, 0);
}

/* Somebody sleeps at a page. Its question may be decided by now; or it is no question. */
static void read_begins(const struct door_side *side, uint64_t unique,
			const struct fuse_read_in *in)
{
	uint64_t i = in->offset / PAGE;
	uint32_t state;

	if (i >= KX_DOOR_SLOTS || in->size > PAGE || side->reads[i]) {
		reply(side->fuse_fd, unique, -EIO, NULL, 0);
		return;
	}
	__atomic_store_n(&side->reads[i], unique, __ATOMIC_SEQ_CST);
	state = __atomic_load_n(&door_slot(side, i)->state, __ATOMIC_SEQ_CST);
	if (state != KX_DOOR_ASKED && state != KX_DOOR_ANSWERING)
		wake(side, i);
}

bool door_wait_serve(const struct door_side *side)
{
	char request[READ_ROOM] __attribute__((aligned(8)));
	const struct fuse_in_header *head = (const struct fuse_in_header *)request;
	const struct fuse_open_out opened = { .open_flags = FOPEN_KEEP_CACHE | FOPEN_NOFLUSH };
	ssize_t got = side->fuse_fd < 0 ? -1 : read(side->fuse_fd, request, sizeof(request));

	if (got < (ssize_t)sizeof(*head))
		return false;
	switch (head->opcode) {
	case FUSE_INIT:
		reply_init(side->fuse_fd, head->unique, (const void *)(head + 1));
		break;
	case FUSE_GETATTR:
		reply_attr(side->fuse_fd, head->unique);
		break;
	case FUSE_OPEN:
		reply(side->fuse_fd, head->unique, 0, &opened, sizeof(opened));
		break;
	case FUSE_READ:
		read_begins(side, head->unique, (const void *)(head + 1));
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:	/* what waits ends by its deadline */
		break;
	case FUSE_FLUSH:
	case FUSE_RELEASE:
		reply(side->fuse_fd, head->unique, 0, NULL, 0);
		break;
	default:
		reply(side->fuse_fd, head->unique, -ENOSYS, NULL, 0);
	}
	return true;
}

/* Mounted nowhere: the descriptor is the mount. */
static int mount_make(int fuse_fd)
{
	_cleanup_close_ int fs = fsopen("fuse", FSOPEN_CLOEXEC);
	char number[16];
	int fd;

	if (fs < 0)
		return -errno;
	snprintf(number, sizeof(number), "%d", fuse_fd);
	if (fsconfig(fs, FSCONFIG_SET_STRING, "fd", number, 0) ||
	    fsconfig(fs, FSCONFIG_SET_STRING, "rootmode", "100400", 0) ||
	    fsconfig(fs, FSCONFIG_SET_STRING, "user_id", "0", 0) ||
	    fsconfig(fs, FSCONFIG_SET_STRING, "group_id", "0", 0) ||
	    fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -errno;
	fd = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

/* Requests of the open() below are served meanwhile. */
static void *serve_open(void *ctx)
{
	const struct door_side *side = ctx;
	struct pollfd ready = { .fd = side->fuse_fd, .events = POLLIN };

	while (!__atomic_load_n(&side->opened, __ATOMIC_ACQUIRE))
		if (poll(&ready, 1, 10) > 0)
			(void)door_wait_serve(side);
	return NULL;
}

static int file_open(struct door_side *side, int mount_fd)
{
	char path[40];
	pthread_t server;
	struct stat stat;
	int err;

	side->opened = false;
	err = pthread_create(&server, NULL, serve_open, side);
	if (err)
		return -err;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", mount_fd);
	side->file_fd = open(path, O_RDONLY | O_CLOEXEC);
	/* With fstat() its size gets known: behind its end nobody sleeps. */
	err = side->file_fd < 0 || fstat(side->file_fd, &stat) ? -errno : 0;
	__atomic_store_n(&side->opened, true, __ATOMIC_RELEASE);
	pthread_join(server, NULL);
	return err;
}

void door_wait_make(struct door_side *side)
{
	_cleanup_close_ int mount_fd = -1;
	void *reads;

	side->file_fd = -1;
	side->fuse_fd = open("/dev/fuse", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (side->fuse_fd < 0)
		return;
	reads = mmap(NULL, KX_DOOR_SLOTS * sizeof(uint64_t), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	side->reads = reads == MAP_FAILED ? NULL : reads;
	mount_fd = mount_make(side->fuse_fd);
	if (!side->reads || mount_fd < 0 || file_open(side, mount_fd))
		door_wait_done(side);
}

int door_wait_map(struct door_side *side)
{
	void *at;

	if (side->fuse_fd < 0)
		return 0;
	at = mmap(NULL, DOOR_WAIT_LEN, PROT_READ, MAP_SHARED, side->file_fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	/* A page at a time: what is read beside it would wait for others' answers. */
	(void)madvise(at, DOOR_WAIT_LEN, MADV_RANDOM);
	side->wait = (uintptr_t)at;
	return 0;
}

void door_wait_unmap(struct door_side *side)
{
	if (side->wait)
		munmap((void *)(uintptr_t)side->wait, DOOR_WAIT_LEN);
	side->wait = 0;
}

void door_wait_done(struct door_side *side)
{
	/* The server last: it is asked whether the file may be closed. */
	cleanup_close(&side->file_fd);
	cleanup_close(&side->fuse_fd);
	side->fuse_fd = side->file_fd = -1;
	if (side->reads)
		munmap(side->reads, KX_DOOR_SLOTS * sizeof(uint64_t));
	side->reads = NULL;
}

void door_release(const struct door_side *side, uint32_t i)
{
	const struct kx_door_slot *slot = door_slot(side, i);
	uint32_t state = __atomic_load_n(&slot->state, __ATOMIC_SEQ_CST);

	if (state != KX_DOOR_ANSWERED && state != KX_DOOR_DEFAULTED)
		return;
	if (slot->way == KX_DOOR_STOP)
		(void)kill(slot->tgid, SIGCONT);
	else if (side->reads)
		wake(side, i);
}
