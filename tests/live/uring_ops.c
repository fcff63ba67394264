// SPDX-License-Identifier: GPL-2.0-only
/* Does each operation of io_uring once, and prints the line that a tracer must show. */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <linux/time_types.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

struct ring {
	int fd;
	unsigned int *sq_tail, *sq_mask, *sq_array, *sq_flags;
	unsigned int *cq_head, *cq_tail, *cq_mask;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	int polled;		/* a thread of the kernel submits */
};

static struct ring ring;
static unsigned int user_data = 0x100;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void *map(size_t size, off_t what)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd,
		       what);

	if (p == MAP_FAILED)
		die("mmap of the ring");
	return p;
}

static void open_ring(unsigned int flags)
{
	struct io_uring_params p = { .flags = flags, .sq_thread_idle = 1000 };
	char *sq, *cq;

	ring.fd = syscall(__NR_io_uring_setup, 8, &p);
	if (ring.fd < 0)
		die("io_uring_setup");
	sq = map(p.sq_off.array + p.sq_entries * 4, IORING_OFF_SQ_RING);
	cq = map(p.cq_off.cqes + p.cq_entries * sizeof(*ring.cqes), IORING_OFF_CQ_RING);
	ring.sqes = map(p.sq_entries * sizeof(*ring.sqes), IORING_OFF_SQES);
	ring.sq_tail = (void *)(sq + p.sq_off.tail);
	ring.sq_mask = (void *)(sq + p.sq_off.ring_mask);
	ring.sq_flags = (void *)(sq + p.sq_off.flags);
	ring.sq_array = (void *)(sq + p.sq_off.array);
	ring.cq_head = (void *)(cq + p.cq_off.head);
	ring.cq_tail = (void *)(cq + p.cq_off.tail);
	ring.cq_mask = (void *)(cq + p.cq_off.ring_mask);
	ring.cqes = (void *)(cq + p.cq_off.cqes);
	ring.polled = flags & IORING_SETUP_SQPOLL;
}

static void push(struct io_uring_sqe sqe)
{
	unsigned int tail = *ring.sq_tail, index = tail & *ring.sq_mask;

	sqe.user_data = ++user_data;
	ring.sqes[index] = sqe;
	ring.sq_array[index] = index;
	__atomic_store_n(ring.sq_tail, tail + 1, __ATOMIC_RELEASE);
}

static void enter(unsigned int submit, unsigned int wait)
{
	unsigned int flags = wait ? IORING_ENTER_GETEVENTS : 0;

	if (ring.polled)
		flags |= IORING_ENTER_SQ_WAKEUP;
	if (syscall(__NR_io_uring_enter, ring.fd, submit, wait, flags, NULL, 0) < 0)
		die("io_uring_enter");
}

static int take(unsigned int *flags)
{
	unsigned int head = *ring.cq_head;
	struct io_uring_cqe *cqe;
	int res;

	while (head == __atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE))
		enter(0, 1);
	cqe = &ring.cqes[head & *ring.cq_mask];
	res = cqe->res;
	if (flags)
		*flags = cqe->flags;
	__atomic_store_n(ring.cq_head, head + 1, __ATOMIC_RELEASE);
	return res;
}

static const char *result(int res)
{
	static char text[64];
	const char *name = res == -ENOENT ? "ENOENT" : res == -ECANCELED ? "ECANCELED" :
			   res == -ETIME ? "ETIME" : res == -EINVAL ? "EINVAL" :
			   res == -EALREADY ? "EALREADY" : NULL;

	if (res >= 0)
		snprintf(text, sizeof(text), "%d", res);
	else
		snprintf(text, sizeof(text), "-1 %s (%s)", name ? name : "?", strerror(-res));
	return text;
}

/* What must be shown; @ stands for an address. */
static void expect(const char *call, int res, unsigned int data, const char *more)
{
	printf("io_uring: %s = %s <ring=%d, user_data=0x%x%s>\n", call, result(res), ring.fd, data,
	       more);
	fflush(stdout);
}

static int run(struct io_uring_sqe sqe, const char *call)
{
	int res;

	push(sqe);
	enter(1, 1);
	res = take(NULL);
	expect(call, res, user_data, "");
	return res;
}

static const char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
#include <stdarg.h>
static const char *text(const char *format, ...)
{
	static char buf[4][512];
	static int next;
	char *to = buf[next++ % 4];
	va_list ap;

	va_start(ap, format);
	vsnprintf(to, sizeof(buf[0]), format, ap);
	va_end(ap);
	return to;
}

#define SQE(...)	((struct io_uring_sqe){ __VA_ARGS__ })
#define ADDR(p)		((unsigned long)(p))

static void files(void)
{
	struct open_how how = { .flags = O_RDONLY };
	char data[64] = "hello ring";
	struct iovec iov = { data, 10 };
	struct statx stx;
	int fd, fd2;

	fd = run(SQE(.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = ADDR("made"),
		     .open_flags = O_RDWR | O_CREAT, .len = 0644),
		 "openat(AT_FDCWD, \"made\", O_RDWR|O_CREAT, 0644)");
	run(SQE(.opcode = IORING_OP_WRITE, .fd = fd, .addr = ADDR(data), .len = 10),
	    text("write(%d, \"hello ring\", 10, 0, 0)", fd));
	run(SQE(.opcode = IORING_OP_WRITEV, .fd = fd, .addr = ADDR(&iov), .len = 1, .off = 10),
	    text("writev(%d, [{iov_base=\"hello ring\", iov_len=10}], 1, 10, 0)", fd));
	memset(data, 0, sizeof(data));
	run(SQE(.opcode = IORING_OP_READ, .fd = fd, .addr = ADDR(data), .len = 5, .off = 6),
	    text("read(%d, \"ringh\", 5, 6, 0)", fd));
	run(SQE(.opcode = IORING_OP_READV, .fd = fd, .addr = ADDR(&iov), .len = 1, .off = 0),
	    text("readv(%d, [{iov_base=\"hello ring\", iov_len=10}], 1, 0, 0)", fd));
	run(SQE(.opcode = IORING_OP_FSYNC, .fd = fd, .fsync_flags = IORING_FSYNC_DATASYNC),
	    text("fsync(%d, IORING_FSYNC_DATASYNC)", fd));
	run(SQE(.opcode = IORING_OP_FALLOCATE, .fd = fd, .addr = 4096, .off = 100, .len = 1),
	    text("fallocate(%d, FALLOC_FL_KEEP_SIZE, 100, 4096)", fd));
	run(SQE(.opcode = IORING_OP_CLOSE, .fd = fd), text("close(%d)", fd));
	fd2 = run(SQE(.opcode = IORING_OP_OPENAT2, .fd = AT_FDCWD, .addr = ADDR("made"),
		      .addr2 = ADDR(&how), .len = sizeof(how)),
		  "openat2(AT_FDCWD, \"made\", {flags=O_RDONLY, resolve=0}, 24)");
	close(fd2);
	run(SQE(.opcode = IORING_OP_STATX, .fd = AT_FDCWD, .addr = ADDR("made"),
		.addr2 = ADDR(&stx), .len = STATX_SIZE),
	    "statx(AT_FDCWD, \"made\", AT_STATX_SYNC_AS_STAT, STATX_SIZE, {*})");
	run(SQE(.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = ADDR("missing"),
		.open_flags = O_RDONLY), "openat(AT_FDCWD, \"missing\", O_RDONLY)");
	run(SQE(.opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .addr = ADDR("dir"), .len = 0700),
	    "mkdirat(AT_FDCWD, \"dir\", 0700)");
	run(SQE(.opcode = IORING_OP_LINKAT, .fd = AT_FDCWD, .addr = ADDR("made"), .len = AT_FDCWD,
		.addr2 = ADDR("linked")),
	    "linkat(AT_FDCWD, \"made\", AT_FDCWD, \"linked\", 0)");
	run(SQE(.opcode = IORING_OP_SYMLINKAT, .fd = AT_FDCWD, .addr = ADDR("made"),
		.addr2 = ADDR("symbolic")), "symlinkat(\"made\", AT_FDCWD, \"symbolic\")");
	run(SQE(.opcode = IORING_OP_RENAMEAT, .fd = AT_FDCWD, .addr = ADDR("linked"),
		.len = AT_FDCWD, .addr2 = ADDR("renamed"), .rename_flags = 1),
	    "renameat2(AT_FDCWD, \"linked\", AT_FDCWD, \"renamed\", RENAME_NOREPLACE)");
	run(SQE(.opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = ADDR("dir"),
		.unlink_flags = AT_REMOVEDIR), "unlinkat(AT_FDCWD, \"dir\", AT_REMOVEDIR)");
}

static void fixed(void)
{
	static char page[4096] __attribute__((aligned(4096)));
	struct iovec iov = { page, sizeof(page) };
	int fd = open("made", O_RDWR);

	if (syscall(__NR_io_uring_register, ring.fd, IORING_REGISTER_BUFFERS, &iov, 1) ||
	    syscall(__NR_io_uring_register, ring.fd, IORING_REGISTER_FILES, &fd, 1))
		die("io_uring_register");
	memcpy(page, "fixed", 5);
	run(SQE(.opcode = IORING_OP_WRITE_FIXED, .fd = fd, .addr = ADDR(page), .len = 5),
	    text("write_fixed(%d, \"fixed\", 5, 0, 0)", fd));
	run(SQE(.opcode = IORING_OP_READ_FIXED, .fd = fd, .addr = ADDR(page), .len = 5),
	    text("read_fixed(%d, \"fixed\", 5, 0, 0)", fd));
	push(SQE(.opcode = IORING_OP_READ, .flags = IOSQE_FIXED_FILE, .addr = ADDR(page),
		 .len = 5));
	enter(1, 1);
	expect("read(0, \"fixed\", 5, 0, 0)", take(NULL), user_data, ", IOSQE_FIXED_FILE");
	close(fd);
}

static void memory_and_pipes(void)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int from[2], to[2];

	if (page == MAP_FAILED || pipe(from) || pipe(to) || write(from[1], "abc", 3) != 3)
		die("pipes");
	run(SQE(.opcode = IORING_OP_MADVISE, .addr = ADDR(page), .len = 4096,
		.fadvise_advice = MADV_DONTNEED), text("madvise(%p, 4096, MADV_DONTNEED)", page));
	run(SQE(.opcode = IORING_OP_SPLICE, .fd = to[1], .off = -1, .splice_off_in = -1, .len = 3,
		.splice_fd_in = from[0], .splice_flags = 1),
	    text("splice(%d, -1, %d, -1, 3, SPLICE_F_MOVE)", from[0], to[1]));
}

static void sockets(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "socket" };
	char out[] = "ping", in[16] = "";
	struct iovec iov = { out, 4 }, iov_in = { in, 4 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct msghdr msg_in = { .msg_iov = &iov_in, .msg_iovlen = 1 };
	int server, client, peer;

	server = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(server, (void *)&addr, sizeof(addr)) || listen(server, 5))
		die("socket");
	client = run(SQE(.opcode = IORING_OP_SOCKET, .fd = AF_UNIX, .off = SOCK_STREAM),
		     "socket(AF_UNIX, SOCK_STREAM, 0)");
	run(SQE(.opcode = IORING_OP_CONNECT, .fd = client, .addr = ADDR(&addr),
		.off = sizeof(addr)),
	    text("connect(%d, {sa_family=AF_UNIX, sun_path=\"socket\"}, 110)", client));
	peer = run(SQE(.opcode = IORING_OP_ACCEPT, .fd = server, .accept_flags = SOCK_CLOEXEC),
		   text("accept4(%d, NULL, NULL, SOCK_CLOEXEC)", server));
	run(SQE(.opcode = IORING_OP_SEND, .fd = client, .addr = ADDR(out), .len = 4),
	    text("send(%d, \"ping\", 4, 0, NULL, 0)", client));
	run(SQE(.opcode = IORING_OP_RECV, .fd = peer, .addr = ADDR(in), .len = 16),
	    text("recv(%d, \"ping\", 16, 0)", peer));
	run(SQE(.opcode = IORING_OP_SENDMSG, .fd = client, .addr = ADDR(&msg)),
	    text("sendmsg(%d, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"ping\", "
		 "iov_len=4}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0)", client));
	run(SQE(.opcode = IORING_OP_RECVMSG, .fd = peer, .addr = ADDR(&msg_in)),
	    text("recvmsg(%d, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"ping\", "
		 "iov_len=4}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0)", peer));
	run(SQE(.opcode = IORING_OP_POLL_ADD, .fd = client, .poll32_events = POLLOUT),
	    text("poll_add(%d, POLLOUT, 0)", client));
	run(SQE(.opcode = IORING_OP_SHUTDOWN, .fd = client, .len = SHUT_WR),
	    text("shutdown(%d, SHUT_WR)", client));
}

/* A link that fails cancels what comes after it. */
static void links(void)
{
	struct __kernel_timespec ts = { .tv_nsec = 1000000 }, long_ts = { .tv_sec = 100 };
	unsigned int first;

	run(SQE(.opcode = IORING_OP_TIMEOUT, .addr = ADDR(&ts), .len = 1),
	    "timeout({tv_sec=0, tv_nsec=1000000}, 0, 0)");
	push(SQE(.opcode = IORING_OP_OPENAT, .flags = IOSQE_IO_LINK, .fd = AT_FDCWD,
		 .addr = ADDR("missing")));
	first = user_data;
	push(SQE(.opcode = IORING_OP_NOP));
	enter(2, 2);
	expect("openat(AT_FDCWD, \"missing\", O_RDONLY)", take(NULL), first, ", IOSQE_IO_LINK");
	expect("nop()", take(NULL), first + 1, "");
	push(SQE(.opcode = IORING_OP_TIMEOUT, .addr = ADDR(&long_ts), .len = 1));
	first = user_data;
	push(SQE(.opcode = IORING_OP_TIMEOUT_REMOVE, .addr = first));
	enter(2, 2);
	(void)take(NULL);
	(void)take(NULL);
	expect("timeout({tv_sec=100, tv_nsec=0}, 0, 0)", -ECANCELED, first, "");
	expect(text("timeout_remove(%#x, NULL, 0)", first), 0, first + 1, "");
	run(SQE(.opcode = IORING_OP_ASYNC_CANCEL, .addr = 0x77), "async_cancel(0, 0x77, 0)");
}

/* One submission, two completions. */
static void multishot(void)
{
	unsigned int first, flags;
	int fds[2], i, res;
	char c;

	if (pipe(fds))
		die("pipe");
	push(SQE(.opcode = IORING_OP_POLL_ADD, .fd = fds[0], .len = IORING_POLL_ADD_MULTI,
		 .poll32_events = POLLIN));
	first = user_data;
	enter(1, 0);
	for (i = 0; i < 2; i++) {
		if (write(fds[1], "x", 1) != 1)
			die("write");
		res = take(&flags);
		if (read(fds[0], &c, 1) != 1 || !(flags & IORING_CQE_F_MORE))
			die("multishot");
		expect(text("poll_add(%d, POLLIN, IORING_POLL_ADD_MULTI)", fds[0]), res, first,
		       ", IORING_CQE_F_MORE");
	}
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "polled")) {
		open_ring(IORING_SETUP_SQPOLL);
		files();
		return 0;
	}
	open_ring(0);
	run(SQE(.opcode = IORING_OP_NOP), "nop()");
	files();
	fixed();
	memory_and_pipes();
	sockets();
	links();
	multishot();
	return 0;
}
