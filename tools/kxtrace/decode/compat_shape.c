/* SPDX-License-Identifier: GPL-2.0-only */
/* Structures of 32-bit programs, and how they become those of 64-bit ones. */
#include "compat.h"

#include <fcntl.h>
#include <linux/msg.h>
#include <linux/shm.h>
#include <signal.h>
#include <string.h>

#include "compat_print.h"
#include "desc.h"
#include "file.h"
#include "ipc.h"
#include "memory.h"
#include "misc.h"
#include "process.h"
#include "signal.h"
#include "time.h"

#define PERM		"7wp2u"		/* struct ipc64_perm */

struct stat_narrow {
	uint32_t dev;
	uint32_t ino;
	uint16_t mode, nlink, uid, gid;
	uint32_t rdev;
	uint32_t size;
	uint32_t blksize;
	uint32_t blocks;
	uint32_t atime, atime_nsec, mtime, mtime_nsec, ctime, ctime_nsec;
	uint32_t unused[2];
};

struct stat64_narrow {
	uint64_t dev;
	uint32_t pad;
	uint32_t low_ino;
	uint32_t mode, nlink, uid, gid;
	uint64_t rdev;
	uint32_t pad2;
	int64_t size;
	uint32_t blksize;
	uint64_t blocks;
	uint32_t atime, atime_nsec, mtime, mtime_nsec, ctime, ctime_nsec;
	uint64_t ino;
} __attribute__((packed));

struct old_stat_narrow {
	uint16_t dev, ino, mode, nlink, uid, gid, rdev, pad;
	uint32_t size, atime, mtime, ctime;
};

#define TAKE_STAT(to, from)						\
	(to)->st_dev = (from)->dev;					\
	(to)->st_ino = (from)->ino;					\
	(to)->st_mode = (from)->mode;					\
	(to)->st_nlink = (from)->nlink;					\
	(to)->st_uid = (from)->uid;					\
	(to)->st_gid = (from)->gid;					\
	(to)->st_rdev = (from)->rdev;					\
	(to)->st_size = (from)->size;					\
	(to)->st_atim.tv_sec = (int32_t)(from)->atime;			\
	(to)->st_mtim.tv_sec = (int32_t)(from)->mtime;			\
	(to)->st_ctim.tv_sec = (int32_t)(from)->ctime

#define TAKE_STAT_MORE(to, from)					\
	(to)->st_blksize = (from)->blksize;				\
	(to)->st_blocks = (from)->blocks;				\
	(to)->st_atim.tv_nsec = (from)->atime_nsec;			\
	(to)->st_mtim.tv_nsec = (from)->mtime_nsec;			\
	(to)->st_ctim.tv_nsec = (from)->ctime_nsec

static void widen_stat(void *to, const void *from)
{
	const struct stat_narrow *narrow = from;
	struct stat *st = to;

	TAKE_STAT(st, narrow);
	TAKE_STAT_MORE(st, narrow);
}

static void widen_stat64(void *to, const void *from)
{
	const struct stat64_narrow *narrow = from;
	struct stat *st = to;

	TAKE_STAT(st, narrow);
	TAKE_STAT_MORE(st, narrow);
}

static void widen_old_stat(void *to, const void *from)
{
	const struct old_stat_narrow *narrow = from;
	struct stat *st = to;

	TAKE_STAT(st, narrow);
}

static bool is_fault(int signo)
{
	return signo == SIGSEGV || signo == SIGBUS || signo == SIGILL ||
	       signo == SIGFPE || signo == SIGTRAP;
}

/* The fields begin at 12, not at 16, and what they are depends on the code. */
static void widen_siginfo(void *to, const void *from)
{
	const int32_t *narrow = from, *fields = narrow + 3;
	struct ksiginfo *info = to;
	bool kernels = narrow[2] > 0;

	info->signo = narrow[0];
	info->err = narrow[1];
	info->code = narrow[2];
	if (kernels && info->signo == SIGCHLD) {
		memcpy(info->fields, fields, 12);
		info->fields[2] = (int64_t)fields[3];
		info->fields[3] = (int64_t)fields[4];
	} else if (kernels && info->signo == SIGPOLL) {
		info->fields[0] = (int64_t)fields[0];
		info->fields[1] = (uint32_t)fields[1];
	} else if (kernels && is_fault(info->signo)) {
		info->fields[0] = (uint32_t)fields[0];
		info->fields[1] = (uint32_t)fields[1];
	} else if (kernels && info->signo == SIGSYS) {
		info->fields[0] = (uint32_t)fields[0];
		memcpy(&info->fields[1], fields + 1, 8);
	} else {
		memcpy(info->fields, fields, 8);
		info->fields[1] = (uint32_t)fields[2];
	}
}

static const char *pick_fcntl(const struct kxt_call *rec)
{
	switch ((uint32_t)rec->args[1]) {
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
		return "wp2lw";
	case 12:	/* F_GETLK64, F_SETLK64, F_SETLKW64 */
	case 13:
	case 14:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return "wp2qw";
	default:
		return "6w";
	}
}

static const char *pick_shm(const struct kxt_call *rec)
{
	switch ((uint32_t)rec->args[1] & ~(uint32_t)IPC_64) {
	case IPC_INFO:
		return "9u5w";
	case SHM_INFO:
		return "wp5u11w";
	default:
		return PERM "u3q2wu2u";
	}
}

static const char *pick_sem(const struct kxt_call *rec)
{
	uint32_t cmd = rec->args[2] & ~(uint64_t)IPC_64;

	return cmd == IPC_INFO || cmd == 19 /* SEM_INFO */ ? "16w" :
							     PERM "qppqppu2u";
}

static const char *pick_msq(const struct kxt_call *rec)
{
	uint32_t cmd = rec->args[1] & ~(uint64_t)IPC_64;

	return cmd == IPC_INFO || cmd == MSG_INFO ? "22w" : PERM "3q3u2w2u";
}

const struct shape old_stat_shape = {
	print_stat, .widen = widen_old_stat, .size = sizeof(struct old_stat_narrow),
	.wide = sizeof(struct stat),
};
const struct shape stat64_shape = {
	print_stat, .widen = widen_stat64, .size = sizeof(struct stat64_narrow),
	.wide = sizeof(struct stat),
};
const struct shape statfs64_shape = { print_statfs, "2u5q2w3u4u" };
const struct shape dirent_shape = { print_dirents, .size = 8 };
const struct shape wide_offset_shape = { print_copy_offset, "q" };
const struct shape wide_limit_shape = { print_rlimit, "2q" };
const struct shape size_shape = { print_long_pointer, "l" };

static const struct shape shapes[] = {
	{ print_timespec, "lu", .is_time = true },
	{ print_remaining, "lu", .is_time = true },
	{ print_itimerspec, "lulu", .is_time = true },
	{ print_pselect_time, "lu", .is_time = true },
	{ print_futex_timeout, "lu", .is_time = true },
	{ print_utimensat, "lulu", .is_time = true },
	{ print_timex, "wp4lwp3l2l3lwp5l12w", .is_time = true },
	{ print_timeval, "lu" }, { print_itimerval, "lulu" },
	{ print_select_time, "lu" }, { print_utimes, "lulu" },
	{ print_utimbuf, "2l" }, { print_time, "l" }, { print_tms, "4l" },
	{ print_sigevent, "u2w2u" },
	{ print_rusage, "lulu14u" }, { print_wait_rusage, "lulu14u" },
	{ print_rlimit, "2r" },
	{ print_stat, .widen = widen_stat, .size = sizeof(struct stat_narrow),
	  .wide = sizeof(struct stat) },
	{ print_statfs, "7u2w3u4u" },
	{ print_sigaction, "3uq" }, { print_sigaltstack, "uwpu" },
	{ print_siginfo, .widen = widen_siginfo, .size = 32,
	  .wide = sizeof(struct ksiginfo) },
	{ print_waitid_info, .widen = widen_siginfo, .size = 32,
	  .wide = sizeof(struct ksiginfo) },
	{ print_fcntl_arg, .pick = pick_fcntl, .size = 24, .wide = 32 },
	{ print_copy_offset, "l" },
	{ print_iovec_addrs, "2u" }, { print_iov_pointers, "2u" },
	{ print_aio_context_out, "u" },
	{ print_sigset_argpack, "2u" },
	{ print_kexec_segments, "4u" }, { print_pages, "u" },
	{ print_addr_pointer, "u" },
	{ print_mq_attr, "8l" }, { print_mq_open_attr, "8l" },
	{ print_msgbuf_in, "l32b" }, { print_msgbuf_out, "l32b" },
	{ print_shm_struct, .pick = pick_shm, .size = 84, .wide = 112 },
	{ print_msq_struct, .pick = pick_msq, .size = 88, .wide = 120 },
	{ print_sem_arg, .pick = pick_sem, .size = 64, .wide = 104 },
	{ print_sem_within, .pick = pick_sem, .size = 64, .wide = 104 },
	{ print_sysinfo, "l3u6uwp2uwp" },
	{ print_seccomp_arg, "wpu" },
};

/* Ids of 16 bits. */
static const struct shape id_shapes[] = {
	{ print_id_pointer, "h" }, { print_id_list, "h" },
};

static const struct shape *find(const struct shape *list, size_t nr, arg_printer *print)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (list[i].print == print)
			return &list[i];
	return NULL;
}

#define FIND(list, print)	find(list, sizeof(list) / sizeof((list)[0]), print)

const struct shape *shape_find(const struct compat_row *row, const struct arg *arg)
{
	const struct shape *shape;

	if (arg->op.kind == KXT_CAP_NONE)
		return NULL;
	if (row->shape && row->shape->print == arg->print)
		return row->shape;
	if (row->flags & COMPAT_ID16 && (shape = FIND(id_shapes, arg->print)))
		return shape;
	shape = FIND(shapes, arg->print);
	return shape && shape->is_time && row->flags & COMPAT_TIME64 ? NULL : shape;
}

/* The next letter of a layout, and how often; false at its end. */
static bool next_member(const char **layout, char *letter, unsigned int *times)
{
	*times = 0;
	while (**layout >= '0' && **layout <= '9')
		*times = *times * 10 + *(*layout)++ - '0';
	if (!*times)
		*times = 1;
	*letter = **layout;
	if (!*letter)
		return false;
	(*layout)++;
	return true;
}

static unsigned int narrow_size(char letter)
{
	switch (letter) {
	case 'p':
		return 0;
	case 'b':
		return 1;
	case 's':
	case 'h':
		return 2;
	case 'q':
		return 8;
	default:
		return 4;
	}
}

static unsigned int wide_size(char letter)
{
	switch (letter) {
	case 'b':
		return 1;
	case 's':
		return 2;
	case 'h':
	case 'w':
	case 'p':
		return 4;
	default:
		return 8;
	}
}

static size_t layout_size(const char *layout, unsigned int (*size_of)(char letter))
{
	unsigned int times;
	size_t size = 0;
	char letter;

	while (next_member(&layout, &letter, &times))
		size += times * size_of(letter);
	return size;
}

static void widen_member(char letter, void *to, const void *from)
{
	uint64_t wide = 0;
	uint16_t id;

	memcpy(&wide, from, narrow_size(letter));
	if (letter == 'l')
		wide = (int64_t)(int32_t)wide;
	if (letter == 'r' && wide == UINT32_MAX)
		wide = UINT64_MAX;
	if (letter == 'h') {
		id = wide;
		wide = id == UINT16_MAX ? UINT32_MAX : id;
	}
	memcpy(to, &wide, wide_size(letter));
}

/* One structure; where the bytes end, so does what is made of them. */
static size_t widen_layout(const char *layout, char *to, size_t room, const char *from,
			   size_t len)
{
	const char *end = from + len;
	unsigned int times;
	size_t made = 0;
	char letter;

	while (next_member(&layout, &letter, &times)) {
		for (; times; times--) {
			if ((size_t)(end - from) < narrow_size(letter) ||
			    room - made < wide_size(letter))
				return made;
			widen_member(letter, to + made, from);
			from += narrow_size(letter);
			made += wide_size(letter);
		}
	}
	return made;
}

size_t shape_size(const struct shape *shape)
{
	return shape->layout ? layout_size(shape->layout, narrow_size) : shape->size;
}

static size_t widen_array(const char *layout, char *to, size_t room, const char *from,
			  size_t len)
{
	size_t element = layout_size(layout, narrow_size), made = 0;

	while (len >= element) {
		made += widen_layout(layout, to + made, room - made, from, element);
		from += element;
		len -= element;
	}
	return made;
}

size_t shape_widen(const struct shape *shape, const struct arg *arg,
		   const struct kxt_call *rec, void *to, size_t room,
		   const void *from, size_t len)
{
	size_t made;

	if (arg->op.kind == KXT_CAP_ARRAY)
		return widen_array(shape->layout, to, room, from, len);
	if (shape->layout)
		return widen_layout(shape->layout, to, room, from, len);
	if (room < shape->wide)
		return 0;
	memset(to, 0, shape->wide);
	if (shape->pick) {
		made = widen_layout(shape->pick(rec), to, shape->wide, from, len);
		return len < shape->size ? made : shape->wide;
	}
	if (len < shape->size)
		return 0;
	shape->widen(to, from);
	return shape->wide;
}
