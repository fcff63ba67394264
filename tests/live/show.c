// SPDX-License-Identifier: GPL-2.0-only
/* Calls with many kinds of constants, whose lines are compared with strace's. */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static void files(const char *dir)
{
	struct timespec times[2] = { { 0, UTIME_NOW }, { 0, UTIME_OMIT } };
	char path[256];
	struct stat st;
	int fd;

	chdir(dir);
	umask(022);
	fd = open("file", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	open("nothing", O_RDONLY | O_NOFOLLOW | O_DIRECTORY);
	openat(fd, "nothing", O_WRONLY | O_APPEND | O_NONBLOCK | O_SYNC);
	stat("file", &st);
	stat("/dev/null", &st);
	lstat("/tmp", &st);
	syscall(SYS_access, "file", R_OK | W_OK);
	syscall(SYS_access, "file", F_OK);
	faccessat(AT_FDCWD, "nothing", X_OK, AT_EACCESS);
	chmod("file", 04711);
	fchmodat(AT_FDCWD, "nothing", 0600, 0);
	mknod("device", S_IFCHR | 0600, makedev(300, 400000));
	mknod("fifo", S_IFIFO | S_ISGID | 0600, 0);
	mkdir("sub", 01755);
	rename("sub", "directory");
	syscall(SYS_renameat2, AT_FDCWD, "file", AT_FDCWD, "fifo", 1 /* RENAME_NOREPLACE */);
	unlinkat(AT_FDCWD, "directory", AT_REMOVEDIR);
	utimensat(AT_FDCWD, "file", times, AT_SYMLINK_NOFOLLOW);
	flock(fd, LOCK_SH | LOCK_NB);
	fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 4096);
	lseek(fd, 0, SEEK_END);
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	fcntl(fd, F_GETFD);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_GETFL);
	fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND);
	fcntl(fd, F_SETLK, &(struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET });
	fcntl(fd, F_SETSIG, SIGIO);
	fcntl(fd, F_GETSIG);
	fcntl(fd, F_DUPFD_CLOEXEC, 20);
	fcntl(fd, F_NOTIFY, DN_ACCESS);
	fcntl(fd, 9999, 0);
	ioctl(fd, FIONREAD, path);
	ioctl(fd, TCGETS, path);
	ioctl(fd, _IOWR('k', 77, int), 0);
	statx(AT_FDCWD, "file", AT_STATX_FORCE_SYNC, STATX_MODE | STATX_SIZE, (void *)path);
	mount("none", dir, "nofs", MS_RDONLY | MS_NOSUID, "data");
	umount2(dir, 0x40000000);
	inotify_add_watch(inotify_init1(IN_NONBLOCK), dir, IN_CREATE | IN_DELETE | IN_ONLYDIR);
	preadv2(fd, &(struct iovec){ path, 10 }, 1, 0, RWF_NOWAIT);
	sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	syscall(SYS_name_to_handle_at, -1, "", path, path, AT_EMPTY_PATH);
	syscall(SYS_open, "file", O_PATH | 0x40000000);
	dup3(fd, 30, O_CLOEXEC);
	unlink("file");
	unlink("device");
	unlink("fifo");
}

static void memory(void)
{
	void *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	mmap(NULL, 1 << 21, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | 21 << 26, -1, 0);
	mprotect(p, 4096, PROT_READ | PROT_EXEC);
	madvise(p, 4096, MADV_DONTNEED);
	msync(p, 4096, MS_SYNC);
	mremap(p, 8192, 4096, MREMAP_MAYMOVE);
	mlockall(0x100);
	memfd_create("m", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	shmctl(shmget(IPC_PRIVATE, 4096, IPC_CREAT | IPC_EXCL | 0600), IPC_RMID, NULL);
	shmget(0x1234567, 4096, 0);
	syscall(SYS_membarrier, 0, 0, 0);
	syscall(SYS_mbind, p, 4096, 2, NULL, 0, 1);
}

static void signals(void)
{
	struct sigaction act = { .sa_handler = SIG_IGN, .sa_flags = SA_RESTART | SA_NODEFER };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGRTMIN + 3);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigaction(SIGUSR2, &act, NULL);
	kill(getpid(), SIGUSR2);
	tgkill(getpid(), gettid(), SIGUSR1);
	sigtimedwait(&set, NULL, &(struct timespec){ 1, 0 });
	sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 5 });
	sigpending(&set);
	signal(SIGUSR1, SIG_IGN);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void processes(void)
{
	struct sched_param param = { 0 };
	struct rlimit limit = { 1000, 4096 * 1024 };
	int status;
	pid_t pid;

	prlimit(0, RLIMIT_CORE, &limit, NULL);
	getrlimit(RLIMIT_AS, &limit);
	getpriority(PRIO_PROCESS, 0);
	sched_setscheduler(0, SCHED_BATCH | SCHED_RESET_ON_FORK, &param);
	sched_getscheduler(0);
	personality(0xffffffff);
	personality(PER_LINUX | ADDR_NO_RANDOMIZE);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	prctl(PR_SET_NAME, "named\1\351");
	prctl(PR_GET_DUMPABLE);
	prctl(12345, 1);
	ptrace(PTRACE_PEEKUSER, 1, 0, 0);
	unshare(CLONE_FILES | CLONE_FS);
	syscall(SYS_futex, &status, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
	syscall(SYS_futex, &status, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 99, NULL, NULL,
		FUTEX_BITSET_MATCH_ANY);
	syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
	syscall(SYS_getrandom, &status, 0, 1);
	syscall(SYS_getcpu, NULL, NULL, NULL);
	syscall(SYS_reboot, 1, 2, 3, 0);
	getrusage(RUSAGE_SELF, &(struct rusage){});
	pid = fork();
	if (!pid)
		raise(SIGKILL);
	waitid(P_PID, pid, NULL, WEXITED | WNOWAIT);
	wait4(pid, &status, __WALL, NULL);
}

static void sockets(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(1),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(1),
				    .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	struct pollfd pollfd = { 40, POLLIN | POLLOUT };
	int pair[2], one = 1, s, e;
	socklen_t len = sizeof(one);

	s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(s, IPPROTO_TCP, 1, &one, sizeof(one));
	connect(s, (void *)&in, sizeof(in));
	getsockopt(s, SOL_SOCKET, SO_ERROR, &one, &len);
	getsockopt(s, SOL_SOCKET, SO_TYPE, &one, &len);
	shutdown(s, SHUT_RDWR);
	s = socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
	connect(s, (void *)&in6, sizeof(in6));
	socket(AF_NETLINK, SOCK_RAW, 0);
	socket(AF_PACKET, SOCK_RAW, htons(3));
	socket(99, 77, 55);
	socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair);
	send(pair[0], "\1\2three\"\n", 9, MSG_NOSIGNAL | MSG_DONTWAIT);
	dup2(pair[1], 40);
	e = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(e, EPOLL_CTL_ADD, 40, &event);
	epoll_wait(e, &event, 1, 0);
	poll(&pollfd, 1, 0);
	recv(40, &in6, sizeof(in6), MSG_PEEK);
	recvmsg(40, &(struct msghdr){ .msg_iov = &(struct iovec){ &in6, 8 }, .msg_iovlen = 1 },
		MSG_TRUNC);
}

static void clocks(void)
{
	struct itimerval none = {};
	struct timespec now;
	timer_t timer;

	syscall(SYS_clock_getres, CLOCK_BOOTTIME, &now);
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &(struct timespec){ 0, 1 }, NULL);
	setitimer(ITIMER_REAL, &none, NULL);
	syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &timer);
	timerfd_settime(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), TFD_TIMER_ABSTIME,
			&(struct itimerspec){ { 0, 0 }, { 5, 0 } }, NULL);
}

/* show DIRECTORY: makes and removes files there. */
int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	files(argv[1]);
	memory();
	signals();
	processes();
	sockets();
	clocks();
	return 0;
}
