// SPDX-License-Identifier: GPL-2.0-only
/* Descriptors of every kind, used once: what a tracer says of them is compared. */
#include <fcntl.h>
#include <linux/bpf.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* The results do not matter, only that the calls are made. */
static void touch(int fd)
{
	char byte;

	(void)!read(fd, &byte, 1);
	(void)!write(fd, "x", 1);
}

static void names(void)
{
	int fd;

	fd = open("strange <\303\244>\t\"q\0011", O_CREAT | O_RDWR | O_TRUNC, 0600);
	touch(fd);
	unlink("strange <\303\244>\t\"q\0011");
	touch(fd);
	close(fd);
	fd = open("file (deleted)", O_CREAT | O_RDWR, 0600);
	touch(fd);
	unlink("file (deleted)");
	close(fd);
	fd = open(".", O_TMPFILE | O_RDWR, 0600);
	touch(fd);
	close(fd);
	mkdir("left", 0755);
	fd = open("left", O_RDONLY);
	(void)!chdir("left");
	rmdir("../left");
	touch(fd);
	close(fd);
	open("x", O_RDONLY);
	(void)!chdir("..");
	fchdir(open("/", O_RDONLY));
}

static void files(void)
{
	int fd, other;

	fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	other = fcntl(fd, F_DUPFD, 100);
	fcntl(fd, F_GETFD);
	dup2(fd, 50);
	dup2(STDOUT_FILENO, 50);
	dup3(fd, 51, O_CLOEXEC);
	mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	close(other);
	close(other);
	fd = open("/etc", O_RDONLY | O_DIRECTORY);
	openat(fd, "passwd", O_RDONLY);
	faccessat(fd, "nothing", R_OK, 0);
	close(fd);
	touch(open("/dev/null", O_RDWR));
	touch(open("/proc/self/status", O_RDONLY));
	open("/proc/self/ns/net", O_RDONLY);
	touch(memfd_create("memory", 0));
	mkfifo("fifo", 0600);
	touch(open("fifo", O_RDWR | O_NONBLOCK));
	unlink("fifo");
	close(12345);
	read(-1, NULL, 0);
}

static void terminal(void)
{
	int main = open("/dev/ptmx", O_RDWR), other;

	if (main < 0 || unlockpt(main) || !ptsname(main))
		return;
	other = open(ptsname(main), O_RDWR | O_NOCTTY);
	(void)!write(other, "x", 1);
	touch(main);
}

static void events(void)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = 1 };
	int pipes[2], epoll, timer, watch;
	struct pollfd poll_them[2];
	struct timeval soon = {};
	sigset_t set;
	fd_set in, out;

	(void)!pipe2(pipes, O_NONBLOCK);
	touch(pipes[0]);
	touch(pipes[1]);
	epoll = epoll_create1(0);
	epoll_ctl(epoll, EPOLL_CTL_ADD, pipes[0], &event);
	epoll_wait(epoll, &event, 1, 0);
	poll_them[0] = (struct pollfd){ pipes[0], POLLIN, 0 };
	poll_them[1] = (struct pollfd){ 999, POLLIN, 0 };
	poll(poll_them, 2, 0);
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(pipes[0], &in);
	FD_SET(pipes[1], &out);
	FD_SET(STDIN_FILENO, &out);
	select(pipes[1] + 1, &in, &out, NULL, &soon);
	touch(eventfd(3, EFD_NONBLOCK));
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGINT);
	touch(signalfd(-1, &set, SFD_NONBLOCK));
	timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	touch(timer);
	watch = inotify_init1(IN_NONBLOCK);
	inotify_add_watch(watch, ".", IN_CREATE);
	touch(watch);
}

static void make_map(void)
{
	union bpf_attr map = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
			       .value_size = 4, .max_entries = 1 };

	close(STDIN_FILENO);
	syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof(map));
}

static void pidfds(void)
{
	int fd = syscall(SYS_pidfd_open, getpid(), 0);
	pid_t child;

	syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0);
	child = fork();
	if (!child)
		_exit(0);
	fd = syscall(SYS_pidfd_open, child, 0);
	waitid(P_PID, child, NULL, WEXITED | WNOWAIT);
	waitid(P_PIDFD, fd, NULL, WEXITED);
	close(fd);
}

/* One side of a connection each, and what listens. */
static void connection(int family, struct sockaddr *addr, socklen_t len)
{
	int listener = socket(family, SOCK_STREAM, 0), client, server;

	bind(listener, addr, len);
	listen(listener, 1);
	getsockname(listener, addr, &len);
	client = socket(family, SOCK_STREAM, 0);
	connect(client, addr, len);
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	send(client, "x", 1, 0);
	touch(server);
	close(client);
	close(listener);
}

static void sockets(void)
{
	struct sockaddr_in in = { AF_INET, 0, { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_in6 in6 = { AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_un un = { AF_UNIX, "socket" };
	int fd;

	signal(SIGPIPE, SIG_IGN);
	connection(AF_INET, (struct sockaddr *)&in, sizeof(in));
	connection(AF_INET6, (struct sockaddr *)&in6, sizeof(in6));
	unlink("socket");
	connection(AF_UNIX, (struct sockaddr *)&un, sizeof(un));
	memcpy(un.sun_path, "\0abstract \"name", 15);
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	bind(fd, (struct sockaddr *)&un, offsetof(struct sockaddr_un, sun_path) + 15);
	getsockname(fd, NULL, NULL);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	in.sin_port = htons(9);
	connect(fd, (struct sockaddr *)&in, sizeof(in));
	(void)!write(fd, "x", 1);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	in.sin_port = htons(1);
	connect(fd, (struct sockaddr *)&in, sizeof(in));
	close(fd);
	(void)!write(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), "x", 1);
	(void)!write(socket(AF_PACKET, SOCK_RAW, 0), "x", 1);
	fd = socket(AF_NETLINK, SOCK_RAW, 0);
	bind(fd, (struct sockaddr *)&(struct sockaddr_in){ AF_NETLINK }, 12);
	close(fd);
}

/* A descriptor that travels in a message. */
static void pass(void)
{
	char control[CMSG_SPACE(sizeof(int))] = {}, byte = 'x';
	struct iovec data = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);
	int fd = open("/etc/hosts", O_RDONLY), pair[2];

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	*head = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	sendmsg(pair[0], &msg, 0);
	recvmsg(pair[1], &msg, 0);
	sendfile(pair[0], fd, NULL, 5);
}

static void mounts(void)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return;
	mkdir("mnt", 0755);
	mkdir("up", 0755);
	mount("/etc", "mnt", NULL, MS_BIND, NULL);
	touch(open("mnt/passwd", O_RDONLY));
	umount2("mnt", MNT_DETACH);
	mount("up", "up", "tmpfs", 0, NULL);
	mkdir("up/up", 0755);
	mkdir("up/work", 0755);
	if (!mount("o", "mnt", "overlay", 0, "lowerdir=/etc,upperdir=up/up,workdir=up/work"))
		touch(open("mnt/passwd", O_RDWR | O_APPEND));
	umount2("mnt", MNT_DETACH);
	mount("/", "mnt", NULL, MS_BIND | MS_REC, NULL);
	if (chroot("mnt") || chdir("/etc"))
		return;
	touch(open("passwd", O_RDONLY));
	touch(open("/", O_RDONLY));
}

static void deep(void)
{
	char name[201];
	int i;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (i = 0; i < 18; i++) {
		mkdir(name, 0755);
		if (chdir(name))
			return;
	}
	touch(open("end", O_CREAT | O_RDWR, 0600));
	unlink("end");
	for (i = 0; i < 18 && !chdir(".."); i++)
		rmdir(name);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} parts[] = {
		{ "names", names }, { "files", files }, { "terminal", terminal },
		{ "events", events }, { "pidfds", pidfds }, { "sockets", sockets },
		{ "pass", pass }, { "mounts", mounts }, { "deep", deep },
		{ "make_map", make_map },
	};
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (argc != 2 || strcmp(parts[i].name, argv[1]))
			continue;
		parts[i].run();
		return 0;
	}
	fprintf(stderr, "usage: fds PART\n");
	return 2;
}
