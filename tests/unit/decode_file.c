/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls on files, descriptors and memory are shown as strace 6.1 shows them. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "record.h"

#define ENTER	KXT_AT_ENTER
#define EXIT	KXT_AT_EXIT
#define PTR	0x7ffd00001000ul
#define ARGS(...) ((const uint64_t[KXT_NR_ARGS]){ __VA_ARGS__ })

static struct record r;
static int nr_tests, nr_failed;

static void shows(const char *what, const char *expected)
{
	char *text = record_text(&r);
	bool same = !strcmp(text, expected);

	printf("%sok %d - %s\n", same ? "" : "not ", ++nr_tests, what);
	if (!same) {
		printf("#  shown: %s\n# wanted: %s\n", text, expected);
		nr_failed++;
	}
	free(text);
}

static void begin(const char *name, int64_t ret, const uint64_t *args)
{
	record_start(&r, name, ret, args);
}

static void text(unsigned int arg, const char *s)
{
	record_chunk(&r, arg, EXIT, 0, s, strlen(s) + 1);
}

static void bytes(unsigned int arg, unsigned int when, const void *data,
		  size_t len)
{
	record_chunk(&r, arg, when, 0, data, len);
}

static void test_open(void)
{
	const uint64_t how[] = { O_RDWR | O_CREAT | O_CLOEXEC, 0777, 0x28 };
	const uint64_t plain[] = { 0, 0, 0 };

	begin("openat", 3, ARGS(AT_FDCWD, PTR, O_RDONLY | O_CLOEXEC, 0x1b6));
	text(1, "/etc/passwd");
	shows("open without a mode",
	      "AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC");
	begin("openat", 3, ARGS((uint32_t)AT_FDCWD, PTR,
				O_WRONLY | O_CREAT | O_TRUNC, 0644));
	text(1, "x");
	shows("open with a mode",
	      "AT_FDCWD, \"x\", O_WRONLY|O_CREAT|O_TRUNC, 0644");
	begin("openat", -EFAULT, ARGS(7, 0x1, 010, 0));
	record_chunk(&r, 1, EXIT, KXT_FAULT, "", 0);
	shows("an unreadable path and an unknown flag", "7, 0x1, O_RDONLY|0x8");
	begin("open", -ENOENT, ARGS(0, 0xffffffff, 0177777));
	shows("every flag",
	      "NULL, O_ACCMODE|O_CREAT|O_EXCL|O_NOCTTY|O_TRUNC|O_APPEND|"
	      "O_NONBLOCK|O_SYNC|O_DIRECT|O_LARGEFILE|O_NOFOLLOW|O_NOATIME|"
	      "O_CLOEXEC|O_PATH|O_TMPFILE|FASYNC|0xff80003c, 0177777");
	begin("openat", 3, ARGS(AT_FDCWD, PTR, O_WRONLY | O_TMPFILE, 0600));
	text(1, "/tmp");
	shows("a file without a name",
	      "AT_FDCWD, \"/tmp\", O_WRONLY|O_TMPFILE, 0600");
	begin("openat2", 3, ARGS(AT_FDCWD, PTR, PTR, 24));
	text(1, "x");
	bytes(2, EXIT, how, sizeof(how));
	shows("openat2", "AT_FDCWD, \"x\", {flags=O_RDWR|O_CREAT|O_CLOEXEC, "
	      "mode=0777, resolve=RESOLVE_BENEATH|RESOLVE_CACHED}, 24");
	begin("openat2", 3, ARGS(AT_FDCWD, PTR, PTR, 24));
	text(1, "x");
	bytes(2, EXIT, plain, sizeof(plain));
	shows("openat2, to read",
	      "AT_FDCWD, \"x\", {flags=O_RDONLY, resolve=0}, 24");
	begin("access", 0, ARGS(PTR, 4));
	text(0, "x");
	shows("access", "\"x\", R_OK");
	begin("access", -EINVAL, ARGS(PTR, 8));
	text(0, "x");
	shows("access in an unknown mode", "\"x\", 0x8 /* ?_OK */");
}

static void test_strings(void)
{
	begin("memfd_create", 3, ARGS(PTR, 3));
	record_chunk(&r, 0, EXIT, KXT_MORE,
		     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 33);
	shows("a string that was cut",
	      "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"..., "
	      "MFD_CLOEXEC|MFD_ALLOW_SEALING");
	begin("memfd_create", 3, ARGS(PTR, 0));
	text(0, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	shows("a string of just the limit",
	      "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\", 0");
	begin("chdir", 0, ARGS(PTR));
	text(0, "/a/path/of/more/than/thirty-two/characters");
	shows("a path is shown whole",
	      "\"/a/path/of/more/than/thirty-two/characters\"");
}

static void test_buffers(void)
{
	begin("read", 5, ARGS(3, PTR, 4096));
	bytes(1, EXIT, "abc\n\0", 5);
	shows("read", "3, \"abc\\n\\0\", 4096");
	begin("read", 0, ARGS(3, PTR, 4096));
	shows("read at the end", "3, \"\", 4096");
	begin("read", 0, ARGS(3, 0, 0));
	shows("read to nowhere", "3, NULL, 0");
	begin("read", -EAGAIN, ARGS(3, PTR, 4096));
	shows("read that failed", "3, 0x7ffd00001000, 4096");
	begin("write", 40, ARGS(1, PTR, 40));
	bytes(1, EXIT, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 32);
	shows("write, cut",
	      "1, \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"..., 40");
	begin("write", -EFAULT, ARGS((uint32_t)-1, PTR, 40));
	record_chunk(&r, 1, EXIT, KXT_FAULT, "", 0);
	shows("write of unreadable memory", "-1, 0x7ffd00001000, 40");
	begin("readlink", 4, ARGS(PTR, PTR, 4));
	text(0, "y");
	bytes(1, EXIT, "/etc", 4);
	shows("readlink", "\"y\", \"/etc\", 4");
	begin("getcwd", 7, ARGS(PTR, 100));
	text(0, "/tmp/o");
	shows("getcwd", "\"/tmp/o\", 100");
}

static void test_iovecs(void)
{
	begin("writev", 4, ARGS(1, PTR, 2));
	record_chunk(&r, 1, EXIT, 0, "", 0);
	record_item(&r, PTR, 3, 0, "abc", 3);
	record_item(&r, PTR, 1, 0, "d", 1);
	shows("writev", "1, [{iov_base=\"abc\", iov_len=3}, "
	      "{iov_base=\"d\", iov_len=1}], 2");
	begin("readv", 1, ARGS(4, PTR, 2));
	record_chunk(&r, 1, EXIT, 0, "", 0);
	record_item(&r, PTR, 2, 0, "ab", 2);
	record_item(&r, PTR, 5, 0, "", 0);
	shows("readv shows only what was read", "4, [{iov_base=\"a\", "
	      "iov_len=2}, {iov_base=\"\", iov_len=5}], 2");
	begin("writev", -EBADF, ARGS(9, PTR, 1));
	record_chunk(&r, 1, EXIT, 0, "", 0);
	record_item(&r, 0x1, 2, KXT_FAULT, "", 0);
	shows("writev of unreadable memory",
	      "9, [{iov_base=0x1, iov_len=2}], 1");
	begin("writev", 0, ARGS(1, PTR, 0));
	shows("writev of nothing", "1, [], 0");
	begin("preadv", 2, ARGS(3, PTR, 1, 7, 0));
	record_chunk(&r, 1, EXIT, 0, "", 0);
	record_item(&r, PTR, 2, 0, "ab", 2);
	shows("preadv has one position",
	      "3, [{iov_base=\"ab\", iov_len=2}], 1, 7");
	/* An item that claims more than its chunk has. */
	begin("writev", 4, ARGS(1, PTR, 2));
	record_chunk(&r, 1, EXIT, 0, "", 0);
	record_item(&r, PTR, 3, 0, "abc", 3);
	((struct kxt_item *)(r.chunk + 1))->len = 1000;
	shows("an item beyond its chunk", "1, [...], 2");
}

static void test_stat(void)
{
	struct stat st = { .st_mode = S_IFREG | 0644, .st_size = 1221,
			   .st_dev = makedev(0, 6), .st_ino = 3, .st_nlink = 1,
			   .st_blksize = 4096 };
	struct statx stx = { .stx_mask = 0x17ff, .stx_mode = S_IFCHR | 0666 };

	begin("stat", 0, ARGS(PTR, PTR));
	text(0, "x");
	bytes(1, EXIT, &st, sizeof(st));
	shows("stat", "\"x\", {st_mode=S_IFREG|0644, st_size=1221, ...}");
	r.abbrev = false;
	shows("stat, in full", "\"x\", {st_dev=makedev(0, 0x6), st_ino=3, "
	      "st_mode=S_IFREG|0644, st_nlink=1, st_uid=0, st_gid=0, "
	      "st_blksize=4096, st_blocks=0, st_size=1221, st_atime=0, "
	      "st_atime_nsec=0, st_mtime=0, st_mtime_nsec=0, st_ctime=0, "
	      "st_ctime_nsec=0}");
	st.st_mode = S_IFDIR | S_ISVTX | 0777;
	begin("newfstatat", 0, ARGS(AT_FDCWD, PTR, PTR, 0x100));
	text(1, "/tmp");
	bytes(2, EXIT, &st, sizeof(st));
	shows("newfstatat", "AT_FDCWD, \"/tmp\", {st_mode=S_IFDIR|S_ISVTX|0777, "
	      "st_size=1221, ...}, AT_SYMLINK_NOFOLLOW");
	st.st_mode = S_IFCHR | 0666;
	st.st_rdev = makedev(1, 3);
	begin("fstat", 0, ARGS(1, PTR));
	bytes(1, EXIT, &st, sizeof(st));
	shows("fstat of a device", "1, {st_mode=S_IFCHR|0666, "
	      "st_rdev=makedev(0x1, 0x3), ...}");
	begin("stat", -ENOENT, ARGS(PTR, PTR));
	text(0, "/nonex");
	shows("stat that failed", "\"/nonex\", 0x7ffd00001000");
	begin("statx", 0, ARGS(AT_FDCWD, PTR, 0x4000, 0x7ff, PTR));
	text(1, "/dev/null");
	bytes(4, EXIT, &stx, sizeof(stx));
	shows("statx", "AT_FDCWD, \"/dev/null\", AT_STATX_DONT_SYNC, "
	      "STATX_BASIC_STATS, {stx_mask=STATX_BASIC_STATS|STATX_MNT_ID, "
	      "stx_attributes=0, stx_mode=S_IFCHR|0666, stx_size=0, ...}");
	begin("mknod", 0, ARGS(PTR, S_IFCHR | 0644, 0x103));
	text(0, "x");
	shows("mknod of a device", "\"x\", S_IFCHR|0644, makedev(0x1, 0x3)");
	begin("mknod", 0, ARGS(PTR, 0644, 0x103));
	text(0, "x");
	shows("mknod of a file", "\"x\", 0644");
	begin("chown", 0, ARGS(PTR, 0xffffffff, 5));
	text(0, "x");
	shows("chown", "\"x\", -1, 5");
}

static void test_times(void)
{
	const int64_t now[] = { 1000000000, 500, 0, UTIME_NOW };
	const int64_t us[] = { 1000000000, 5000000, 1000000001, 6 };

	begin("utimensat", 0, ARGS(AT_FDCWD, PTR, PTR, 0x100));
	text(1, "x");
	bytes(2, EXIT, now, sizeof(now));
	shows("utimensat", "AT_FDCWD, \"x\", [{tv_sec=1000000000, tv_nsec=500} "
	      "/* 2001-09-09T01:46:40.000000500+0000 */, UTIME_NOW], "
	      "AT_SYMLINK_NOFOLLOW");
	begin("utimes", -EINVAL, ARGS(PTR, PTR));
	text(0, "x");
	bytes(1, EXIT, us, sizeof(us));
	shows("utimes", "\"x\", [{tv_sec=1000000000, tv_usec=5000000}, "
	      "{tv_sec=1000000001, tv_usec=6} "
	      "/* 2001-09-09T01:46:41.000006+0000 */]");
}

static void test_fcntl(void)
{
	const struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_CUR,
				    .l_start = 2, .l_len = 3 };

	begin("fcntl", 0x8002, ARGS(1, F_GETFL));
	shows("F_GETFL", "1, F_GETFL = flags O_RDWR|O_LARGEFILE");
	begin("fcntl", 0, ARGS(1, F_GETFD));
	shows("F_GETFD without flags", "1, F_GETFD");
	begin("fcntl", 1, ARGS(1, F_GETFD));
	shows("F_GETFD", "1, F_GETFD = flags FD_CLOEXEC");
	begin("fcntl", 0, ARGS(1, F_SETFD, 6));
	shows("F_SETFD", "1, F_SETFD, 0x6 /* FD_??? */");
	begin("fcntl", 9, ARGS(1, F_GETSIG));
	shows("F_GETSIG", "1, F_GETSIG = SIGKILL");
	begin("fcntl", -EAGAIN, ARGS(1, F_OFD_SETLKW, PTR));
	bytes(2, EXIT, &lock, sizeof(lock));
	shows("F_OFD_SETLKW", "1, F_OFD_SETLKW, {l_type=F_WRLCK, "
	      "l_whence=SEEK_CUR, l_start=2, l_len=3}");
	begin("fcntl", 0, ARGS(1, F_GETLK, PTR));
	bytes(2, EXIT, &lock, sizeof(lock));
	shows("F_GETLK", "1, F_GETLK, {l_type=F_WRLCK, l_whence=SEEK_CUR, "
	      "l_start=2, l_len=3, l_pid=0}");
	begin("fcntl", -EINVAL, ARGS(1, 999, 5));
	shows("an unknown command", "1, 0x3e7 /* F_??? */, 0x5");
}

static void test_waits(void)
{
	const struct pollfd fds[] = {
		{ .fd = 3, .events = POLLIN, .revents = POLLIN }, { .fd = -1 },
	};
	const int64_t in_time[] = { 1, 5 }, left[] = { 0, 999998 };
	const uint64_t in_set = 0xf, out_set = 0x9, none = 0;
	const struct epoll_event event = { EPOLLIN | EPOLLET, { .u64 = 7 } };

	begin("poll", 1, ARGS(PTR, 2, 100));
	bytes(0, EXIT, fds, sizeof(fds));
	shows("poll", "[{fd=3, events=POLLIN}, {fd=-1}], 2, 100 = "
	      "[{fd=3, revents=POLLIN}]");
	begin("poll", 0, ARGS(PTR, 1, (uint32_t)-1));
	bytes(0, EXIT, fds, sizeof(fds[0]));
	shows("poll in vain", "[{fd=3, events=POLLIN}], 1, -1 = Timeout");
	begin("select", 2, ARGS(4, PTR, 0, PTR, PTR));
	bytes(1, ENTER, &in_set, 8);
	bytes(1, EXIT, &out_set, 8);
	bytes(3, ENTER, &none, 8);
	bytes(3, EXIT, &none, 8);
	bytes(4, ENTER, in_time, 16);
	bytes(4, EXIT, left, 16);
	shows("select", "4, [0 1 2 3], NULL, [], {tv_sec=1, tv_usec=5} = "
	      "in [0 3], left {tv_sec=0, tv_usec=999998}");
	begin("select", -EINVAL, ARGS((uint32_t)-1, PTR));
	bytes(1, ENTER, &in_set, 8);
	shows("select of a negative number",
	      "-1, 0x7ffd00001000, NULL, NULL, NULL");
	begin("epoll_ctl", 0, ARGS(3, EPOLL_CTL_ADD, 4, PTR));
	bytes(3, EXIT, &event, sizeof(event));
	shows("epoll_ctl", "3, EPOLL_CTL_ADD, 4, {events=EPOLLIN|EPOLLET, "
	      "data={u32=7, u64=7}}");
	begin("epoll_wait", 1, ARGS(3, PTR, 8, 0));
	bytes(1, EXIT, &event, sizeof(event));
	shows("epoll_wait", "3, [{events=EPOLLIN|EPOLLET, "
	      "data={u32=7, u64=7}}], 8, 0");
	begin("epoll_wait", 0, ARGS(3, PTR, 8, 0));
	shows("epoll_wait in vain", "3, [], 8, 0");
}

static void test_ioctl(void)
{
	const uint32_t termios[] = { 0x500, 0x5, 0xbf, 0x8a3b, 0, 0, 0, 0, 0, 0, 0 };
	const uint16_t size[22] = { 25, 80 };
	const uint32_t number[11] = { 16347 };

	begin("ioctl", 0, ARGS(0, 0x5401, PTR));
	bytes(2, EXIT, termios, sizeof(termios));
	shows("TCGETS", "0, TCGETS, {c_iflag=ICRNL|IXON, c_oflag=NL0|CR0|TAB0|"
	      "BS0|VT0|FF0|OPOST|ONLCR, c_cflag=B38400|CS8|CREAD, c_lflag="
	      "ISIG|ICANON|ECHO|ECHOE|ECHOK|IEXTEN|ECHOCTL|ECHOKE, ...}");
	begin("ioctl", -ENOTTY, ARGS(1, 0x5413, PTR));
	bytes(2, EXIT, size, sizeof(size));
	shows("TIOCGWINSZ that failed", "1, TIOCGWINSZ, 0x7ffd00001000");
	begin("ioctl", 0, ARGS(1, 0x5414, PTR));
	bytes(2, EXIT, size, sizeof(size));
	shows("TIOCSWINSZ", "1, TIOCSWINSZ, {ws_row=25, ws_col=80, "
	      "ws_xpixel=0, ws_ypixel=0}");
	begin("ioctl", 0, ARGS(1, 0x540f, PTR));
	bytes(2, EXIT, number, sizeof(number));
	shows("TIOCGPGRP", "1, TIOCGPGRP, [16347]");
	begin("ioctl", 0, ARGS(1, 0x5451));
	shows("FIOCLEX", "1, FIOCLEX");
	begin("ioctl", -ENOTTY, ARGS(1, 0x80081234, PTR));
	shows("an unknown command",
	      "1, _IOC(_IOC_READ, 0x12, 0x34, 0x8), 0x7ffd00001000");
}

static void test_memory(void)
{
	begin("mmap", 0, ARGS(0, 4096, 3, 0x22, (uint32_t)-1, 0));
	shows("mmap", "NULL, 4096, PROT_READ|PROT_WRITE, "
	      "MAP_PRIVATE|MAP_ANONYMOUS, -1, 0");
	begin("mmap", 0, ARGS(0x1000, 4096, 0, 0x54040032, (uint64_t)-1, 0x1000));
	shows("mmap of huge pages", "0x1000, 4096, PROT_NONE, MAP_PRIVATE|"
	      "MAP_FIXED|MAP_ANONYMOUS|MAP_HUGETLB|21<<MAP_HUGE_SHIFT, -1, 0x1000");
	begin("mmap", -EINVAL, ARGS(0, 4096, 0x10, 0x60f, 3, 0));
	shows("mmap with unknown flags",
	      "NULL, 4096, 0x10 /* PROT_??? */, 0xf /* MAP_??? */|0x600, 3, 0");
	begin("mremap", 0, ARGS(0x1000, 4096, 8192, MREMAP_MAYMOVE, 0x5000));
	shows("mremap", "0x1000, 4096, 8192, MREMAP_MAYMOVE");
	begin("madvise", -EINVAL, ARGS(0x1000, 4096, 99));
	shows("madvise", "0x1000, 4096, 0x63 /* MADV_??? */");
	begin("brk", 0, ARGS(0));
	shows("brk", "NULL");
}

static void test_pairs(void)
{
	const int32_t pair[] = { 3, 4 };
	const int64_t before = 0, after = 5;

	begin("pipe2", 0, ARGS(PTR, O_NONBLOCK | O_CLOEXEC));
	bytes(0, EXIT, pair, sizeof(pair));
	shows("pipe2", "[3, 4], O_NONBLOCK|O_CLOEXEC");
	begin("sendfile", 5, ARGS(4, 3, PTR, 5));
	bytes(2, ENTER, &before, 8);
	bytes(2, EXIT, &after, 8);
	shows("sendfile", "4, 3, [0] => [5], 5");
	begin("sendfile", -EBADF, ARGS(4, 3, PTR, 5));
	bytes(2, ENTER, &after, 8);
	shows("sendfile that failed", "4, 3, [5], 5");
	begin("copy_file_range", 3, ARGS(6, PTR, 7, 0, 3, 0));
	bytes(1, ENTER, &after, 8);
	shows("copy_file_range", "6, [5], 7, NULL, 3, 0");
}

static void test_vectors(void)
{
	const uint32_t one = 1;
	char name[3] = "s";
	int n;

	begin("execve", -ENOENT, ARGS(PTR, PTR, PTR));
	record_chunk(&r, 0, ENTER, 0, "ls", 3);
	record_chunk(&r, 1, ENTER, 0, "", 0);
	record_item(&r, PTR, 0, 0, "ls", 3);
	record_item(&r, 0x1, 0, KXT_FAULT, "", 0);
	record_item(&r, 0, 0, 0, "", 0);
	bytes(2, ENTER, &one, 4);
	shows("execve", "\"ls\", [\"ls\", 0x1], 0x7ffd00001000 /* 1 var */");
	begin("execve", -ENOENT, ARGS(PTR, PTR, 0));
	record_chunk(&r, 0, ENTER, 0, "x", 2);
	record_chunk(&r, 1, ENTER, KXT_MORE, "", 0);
	for (n = 0; n < KXT_MAX_ITEMS; n++)
		record_item(&r, PTR, 0, 0, name, 2);
	r.strsize = 2;
	shows("a long vector", "\"x\", [\"s\", \"s\", ...], NULL");
}

static void test_mount(void)
{
	begin("mount", 0, ARGS(PTR, PTR, PTR, 0xc0ed0001, PTR));
	text(0, "/dev/x");
	text(1, "/mnt");
	text(2, "ext4");
	text(4, "data");
	shows("mount", "\"/dev/x\", \"/mnt\", \"ext4\", MS_MGC_VAL|MS_RDONLY, "
	      "\"data\"");
	begin("mount", 0, ARGS(PTR, PTR, PTR, 0x1000, PTR));
	text(0, "/a");
	text(1, "/b");
	text(2, "none");
	shows("a bind mount", "\"/a\", \"/b\", 0x7ffd00001000, MS_BIND, "
	      "0x7ffd00001000");
	begin("quotactl", 0, ARGS(0x80000301, PTR, 1, PTR));
	text(1, "/dev/x");
	shows("quotactl", "QCMD(Q_QUOTAOFF, GRPQUOTA), \"/dev/x\"");
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	test_open();
	test_strings();
	test_buffers();
	test_iovecs();
	test_stat();
	test_times();
	test_fcntl();
	test_waits();
	test_ioctl();
	test_memory();
	test_pairs();
	test_vectors();
	test_mount();
	free(r.call);
	printf("1..%d\n", nr_tests);
	return nr_failed != 0;
}
