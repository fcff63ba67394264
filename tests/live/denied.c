// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes one call that a policy may refuse, without a shell or a library between, and
 * prints "done", or the name of its error. The caller looks at what became of it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sockaddr_in address_of(const char *port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return in;
}

static int do_connect(char **args, int type)
{
	struct sockaddr_in in = address_of(args[0]);
	int fd = socket(AF_INET, type, 0);

	return type == SOCK_STREAM ? connect(fd, (void *)&in, sizeof(in)) :
				     (int)sendto(fd, "x", 1, 0, (void *)&in, sizeof(in));
}

static int do_bind(char **args)
{
	struct sockaddr_in in = address_of(args[0]);

	return bind(socket(AF_INET, SOCK_STREAM, 0), (void *)&in, sizeof(in));
}

static int do_bind6(char **args)
{
	struct sockaddr_in6 in = { .sin6_family = AF_INET6, .sin6_port = htons(atoi(args[0])),
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };

	return bind(socket(AF_INET6, SOCK_STREAM, 0), (void *)&in, sizeof(in));
}

static int do_open(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	return fd < 0 ? -1 : 0;
}

static int do_exec(char **args)
{
	execv(args[0], args);
	return -1;
}

static int do_bpf(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4,
				.max_entries = 1 };

	return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
}

static int do_attach(char **args)
{
	pid_t pid = atoi(args[0]);

	if (ptrace(PTRACE_ATTACH, pid, 0, 0))
		return -1;
	waitpid(pid, NULL, 0);
	return ptrace(PTRACE_DETACH, pid, 0, 0);
}

static void *map_ring(int fd, size_t size, off_t what)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, what);
}

/* openat and unlinkat by a ring, which has threads of its own for them. */
static int do_ring(const char *path, int opcode)
{
	struct io_uring_params p = {};
	int fd = syscall(SYS_io_uring_setup, 4, &p), result;
	struct io_uring_sqe *sqes;
	char *sq, *cq;

	if (fd < 0)
		return -1;
	sq = map_ring(fd, p.sq_off.array + p.sq_entries * 4, IORING_OFF_SQ_RING);
	cq = map_ring(fd, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe),
		      IORING_OFF_CQ_RING);
	sqes = map_ring(fd, p.sq_entries * sizeof(*sqes), IORING_OFF_SQES);
	sqes[0] = (struct io_uring_sqe){
		.opcode = opcode, .fd = AT_FDCWD, .addr = (unsigned long)path,
		.flags = IOSQE_ASYNC,
	};
	*(unsigned int *)(sq + p.sq_off.array) = 0;
	__atomic_store_n((unsigned int *)(sq + p.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		return -1;
	result = ((struct io_uring_cqe *)(cq + p.cq_off.cqes))->res;
	errno = result < 0 ? -result : 0;
	return result < 0 ? -1 : 0;
}

/* The name that a call is given is changed to another and back by a thread. */
static char name[256];
static const char *first, *second;
static volatile bool over;

static void *change(void *nothing)
{
	size_t len = strlen(first);

	while (!over) {
		memcpy(name, second, len);
		memcpy(name, first, len);
	}
	return nothing;
}

/* Says what the file was that an open() got which began with the first name. */
static int do_race(char **args)
{
	unsigned int seconds_name = 0, firsts = 0;
	struct stat forbidden, st;
	pthread_t thread;
	int i, fd;

	first = args[0];
	second = args[1];
	if (strlen(first) != strlen(second) || strlen(first) >= sizeof(name) ||
	    stat(second, &forbidden))
		return -1;
	strcpy(name, first);
	pthread_create(&thread, NULL, change, NULL);
	for (i = 0; i < atoi(args[2]); i++) {
		fd = open(name, O_RDONLY);
		if (fd < 0)
			continue;
		fstat(fd, &st);
		seconds_name += st.st_ino == forbidden.st_ino;
		firsts++;
		close(fd);
	}
	over = true;
	pthread_join(thread, NULL);
	printf("%u opened, %u of them forbidden\n", firsts, seconds_name);
	return 0;
}

/* Two sockets that wait, and the address whose port leads to the one or the other. */
static struct sockaddr_in target;
static in_port_t ports[2];

static void *change_port(void *nothing)
{
	volatile in_port_t *port = &target.sin_port;

	/* One store each time round: an emulator may change tasks between rounds only. */
	for (unsigned int i = 0; !over; i++)
		*port = ports[i & 1];
	return nothing;
}

static int wait_at(const char *port, int type)
{
	struct sockaddr_in in = address_of(port);
	int fd = socket(AF_INET, type | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (void *)&in, sizeof(in)) ||
	    (type == SOCK_STREAM && listen(fd, 4096)))
		return -1;
	return fd;
}

/* How many connections, or datagrams, have come. */
static unsigned int came(int fd, int type)
{
	unsigned int nr = 0;
	int got;
	char byte;

	for (;; nr++) {
		got = type == SOCK_STREAM ? accept(fd, NULL, NULL) : recv(fd, &byte, 1, 0);
		if (got < 0)
			return nr;
		if (type == SOCK_STREAM)
			close(got);
	}
}

/* Says where the calls came to that were given an address which changes under them. */
static int do_port_race(char **args, int type)
{
	struct linger at_once = { .l_onoff = 1 };
	unsigned int refused = 0, to[2] = {};
	int listeners[2], fd, result;
	pthread_t thread;

	target = address_of(args[0]);
	for (int i = 0; i < 2; i++) {
		ports[i] = htons(atoi(args[i]));
		listeners[i] = wait_at(args[i], type);
		if (listeners[i] < 0)
			return -1;
	}
	pthread_create(&thread, NULL, change_port, NULL);
	for (int i = 0; i < atoi(args[2]); i++) {
		fd = socket(AF_INET, type, 0);
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		result = type == SOCK_STREAM ?
			 connect(fd, (void *)&target, sizeof(target)) :
			 (int)sendto(fd, "x", 1, 0, (void *)&target, sizeof(target));
		refused += result < 0 && errno == EACCES;
		for (int j = 0; j < 2; j++)
			to[j] += came(listeners[j], type);
		close(fd);
	}
	over = true;
	pthread_join(thread, NULL);
	printf("%u came, %u refused, %u came to the forbidden port\n", to[0], refused, to[1]);
	return 0;
}

static int act(const char *what, char **args)
{
	if (!strcmp(what, "read"))
		return do_open(args[0], O_RDONLY);
	if (!strcmp(what, "write"))
		return do_open(args[0], O_WRONLY | O_TRUNC);
	if (!strcmp(what, "truncate"))
		return truncate(args[0], 0);
	if (!strcmp(what, "create"))
		return do_open(args[0], O_WRONLY | O_CREAT | O_EXCL);
	if (!strcmp(what, "mkdir"))
		return mkdir(args[0], 0700);
	if (!strcmp(what, "mkfifo"))
		return mkfifo(args[0], 0600);
	if (!strcmp(what, "symlink"))
		return symlink("x", args[0]);
	if (!strcmp(what, "exec"))
		return do_exec(args);
	if (!strcmp(what, "unlink"))
		return unlink(args[0]);
	if (!strcmp(what, "rmdir"))
		return rmdir(args[0]);
	if (!strcmp(what, "rename"))
		return rename(args[0], args[1]);
	if (!strcmp(what, "link"))
		return link(args[0], args[1]);
	if (!strcmp(what, "chmod"))
		return chmod(args[0], 0777);
	if (!strcmp(what, "chown"))
		return chown(args[0], 1, 1);
	if (!strcmp(what, "mount"))
		return mount("none", args[0], "tmpfs", 0, NULL);
	if (!strcmp(what, "umount"))
		return umount2(args[0], MNT_DETACH);
	if (!strcmp(what, "ptrace"))
		return do_attach(args);
	if (!strcmp(what, "kill"))
		return kill(atoi(args[0]), SIGTERM);
	if (!strcmp(what, "connect"))
		return do_connect(args, SOCK_STREAM);
	if (!strcmp(what, "send"))
		return do_connect(args, SOCK_DGRAM) < 0 ? -1 : 0;
	if (!strcmp(what, "bind"))
		return do_bind(args);
	if (!strcmp(what, "bind6"))
		return do_bind6(args);
	if (!strcmp(what, "bpf"))
		return do_bpf() < 0 ? -1 : 0;
	if (!strcmp(what, "ring-open"))
		return do_ring(args[0], IORING_OP_OPENAT);
	if (!strcmp(what, "ring-unlink"))
		return do_ring(args[0], IORING_OP_UNLINKAT);
	if (!strcmp(what, "race"))
		return do_race(args);
	if (!strcmp(what, "race-connect"))
		return do_port_race(args, SOCK_STREAM);
	if (!strcmp(what, "race-send"))
		return do_port_race(args, SOCK_DGRAM);
	errno = ENOSYS;
	return -1;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	if (act(argv[1], argv + 2)) {
		puts(strerrorname_np(errno));
		return 1;
	}
	puts("done");
	return 0;
}
