/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A 32-bit program that makes calls of each family, by their i386 numbers, with
 * good and bad arguments; compat.t compares how kxtrace and strace show them.
 * Given a command, it only executes that.
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BAD	((void *)-1)

/* Large enough for any structure here; the calls find it filled with zeros. */
static union {
	char bytes[4096];
	uint32_t words[1024];
	uint64_t longs[512];
} room;

static long call(long nr, long a, long b, long c, long d, long e, long f)
{
	return syscall(nr, a, b, c, d, e, f);
}

#define CALL_(nr, a, b, c, d, e, f, ...)				\
	call(SYS_##nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define CALL(...)	CALL_(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define ROOM		(memset(&room, 0, sizeof(room)), room.bytes)

static void make_mappings(void)
{
	uint32_t args[] = { 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 };
	long page;

	CALL(mmap, args);
	CALL(mmap, BAD);
	page = CALL(mmap2, 0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 3);
	CALL(mprotect, page, 4096, PROT_READ);
	CALL(madvise, page, 4096, MADV_DONTNEED);
	CALL(mremap, page, 8192, 4096, 0);
	CALL(munmap, page, 4096);
	CALL(brk, 0);
}

static void look_at_files(const char *name)
{
	int fd;

	CALL(open, name, O_RDWR | O_CREAT | O_LARGEFILE, 0600);
	fd = CALL(openat, AT_FDCWD, name, O_RDWR);
	CALL(oldstat, name, ROOM);
	CALL(oldlstat, name, ROOM);
	CALL(oldfstat, fd, ROOM);
	CALL(stat, name, ROOM);
	CALL(lstat, "/dev/null", ROOM);
	CALL(fstat, fd, ROOM);
	CALL(stat64, name, ROOM);
	CALL(lstat64, "/dev/null", ROOM);
	CALL(fstat64, fd, ROOM);
	CALL(fstatat64, AT_FDCWD, name, ROOM, 0);
	CALL(stat64, name, BAD);
	CALL(stat64, BAD, ROOM);
	CALL(statfs, "/proc", ROOM);
	CALL(fstatfs, fd, BAD);
	CALL(statfs64, "/proc", 84, ROOM);
	CALL(statfs64, "/proc", 1, ROOM);
	CALL(fstatfs64, 99, 84, ROOM);
	CALL(utime, name, ROOM);
	CALL(utimes, name, ROOM);
	CALL(futimesat, AT_FDCWD, name, ROOM);
	CALL(utimensat, AT_FDCWD, name, ROOM, 0);
	CALL(utimensat_time64, AT_FDCWD, name, ROOM, 0);
	CALL(access, name, R_OK);
	CALL(readlink, "/proc/self/cwd", BAD, 1);
	CALL(umount, "/nosuch");
	CALL(umount2, "/nosuch", 1);
}

static void move_in_files(const char *name)
{
	struct iovec vec[2] = { { "abc", 3 }, { "defg", 4 } }, in = { ROOM, 8 };
	int fd = CALL(open, name, O_RDWR), null = CALL(open, "/dev/null", O_WRONLY);

	CALL(write, fd, "hello, world", 12);
	CALL(writev, fd, vec, 2);
	CALL(writev, 99, BAD, 2);
	CALL(lseek, fd, -3, SEEK_END);
	CALL(_llseek, fd, 0, 5, ROOM, SEEK_SET);
	CALL(_llseek, fd, -1, -1, ROOM, SEEK_SET);
	CALL(pread64, fd, ROOM, 4, 3, 0);
	CALL(pread64, fd, ROOM, 4, 3, 1);
	CALL(pwrite64, fd, "xy", 2, 1, 0);
	CALL(preadv, fd, &in, 1, 2, 0);
	CALL(pwritev, fd, vec, 2, 0, 0);
	CALL(preadv2, fd, &in, 1, 2, 0, 0);
	CALL(sendfile, null, fd, memset(&room, 0, 8), 2);
	CALL(sendfile64, null, fd, memset(&room, 0, 8), 2);
	CALL(truncate64, name, 7, 0);
	CALL(ftruncate64, fd, 9, 0);
	CALL(ftruncate, fd, -1);
	CALL(fallocate, fd, 0, 1, 0, 5, 0);
	CALL(sync_file_range, fd, 1, 0, 2, 0, 1);
	CALL(fadvise64, fd, 1, 0, 2, 4);
	CALL(fadvise64_64, fd, 1, 0, 2, 0, 4);
	CALL(readahead, fd, 1, 0, 3);
	CALL(fanotify_mark, -1, 1, 8, 0, AT_FDCWD, "/tmp");
	CALL(splice, -1, 0, fd, BAD, 3, 0);
}

static void lock_files(const char *name)
{
	struct { int16_t type, whence; int32_t start, len, pid; } lock = { 1, 0, 5, 10, 0 };
	struct __attribute__((packed)) {
		int16_t type, whence;
		int64_t start, len;
		int32_t pid;
	} lock64 = { 0, 0, 5, 1ll << 33, 0 };
	int fd = CALL(open, name, O_RDWR), dir = CALL(open, "/proc/self/fdinfo", O_DIRECTORY);

	CALL(fcntl, fd, F_SETLK, &lock);
	CALL(fcntl, fd, 5 /* F_GETLK */, &lock);
	CALL(fcntl64, fd, 13 /* F_SETLK64 */, &lock64);
	CALL(fcntl64, fd, 12 /* F_GETLK64 */, &lock64);
	CALL(fcntl64, fd, F_OFD_SETLK, &lock64);
	CALL(fcntl64, fd, F_GETFL);
	CALL(fcntl64, fd, F_SETFD, 1);
	CALL(fcntl, 99, F_SETLK, BAD);
	CALL(getdents, dir, ROOM, 512);
	CALL(lseek, dir, 0, SEEK_SET);
	CALL(getdents64, dir, ROOM, 512);
	CALL(getdents, dir, BAD, 512);
	CALL(readdir, 99, ROOM, 1);
	CALL(close, dir);
}

static void send_messages(int a, int b)
{
	char control[CMSG_SPACE(sizeof(int))] = "", name[8];
	struct iovec vec = { "abc", 3 };
	struct msghdr msg = {
		.msg_iov = &vec, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct mmsghdr many = { .msg_hdr = { .msg_iov = &vec, .msg_iovlen = 1 } };
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);
	int32_t time[2] = { 0, 1000 };

	*head = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(head), &a, sizeof(a));
	CALL(sendmsg, a, &msg, 0);
	vec.iov_base = name;
	CALL(recvmsg, b, &msg, 0);
	CALL(sendmmsg, a, &many, 1, 0);
	CALL(recvmmsg, b, &many, 1, MSG_DONTWAIT, time);
	CALL(sendmsg, a, BAD, 0);
	CALL(sendto, a, "hi", 2, 0, 0, 0);
	CALL(recvfrom, b, ROOM, 2, 0, 0, 0);
	CALL(getsockname, a, ROOM, memset(name, 0, sizeof(name)));
	CALL(setsockopt, a, SOL_SOCKET, SO_KEEPALIVE, &(int){ 1 }, 4);
}

static void use_sockets(void)
{
	uint32_t args[6] = { 1 /* AF_UNIX */, SOCK_STREAM, 0 };
	int pair[2] = { -1, -1 };
	uint32_t len = 2;

	args[3] = (long)pair;
	CALL(socketcall, 8 /* SYS_SOCKETPAIR */, args);
	memcpy(args, (uint32_t[]){ pair[0], (long)"hello", 5, 0 }, 16);
	CALL(socketcall, 9 /* SYS_SEND */, args);
	memcpy(args, (uint32_t[]){ pair[1], (long)ROOM, 5, 0 }, 16);
	CALL(socketcall, 10 /* SYS_RECV */, args);
	memcpy(args, (uint32_t[]){ pair[1], (long)room.bytes, (long)&len }, 12);
	CALL(socketcall, 5 /* SYS_ACCEPT */, args);
	memcpy(args, (uint32_t[]){ 1, SOCK_DGRAM, 0 }, 12);
	CALL(socketcall, 1 /* SYS_SOCKET */, args);
	CALL(socketcall, 1, BAD);
	CALL(socketcall, 77, args);
	CALL(socket, 1, SOCK_DGRAM, 0);
	CALL(connect, 99, BAD, 16);
	send_messages(pair[0], pair[1]);
}

static void wait_for_files(void)
{
	struct pollfd fds = { .fd = 0, .events = POLLIN };
	int32_t time[2] = { 0, 5 };
	int64_t time64[2] = { 0, 5 };
	struct { uint32_t set, len; } pack = { 0, 8 };
	uint32_t set = 1, args[] = { 1, (long)&set, 0, 0, (long)time };
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = 7 };
	int epoll = CALL(epoll_create1, 0), null = CALL(open, "/dev/null", O_RDONLY);

	fds.fd = null;
	CALL(select, args);
	CALL(select, BAD);
	set = 1;
	CALL(_newselect, 1, &set, 0, 0, time);
	CALL(pselect6, 0, 0, 0, 0, time, &pack);
	CALL(pselect6_time64, 0, 0, 0, 0, time64, &pack);
	CALL(poll, &fds, 1, 0);
	CALL(ppoll, &fds, 1, time, 0, 8);
	CALL(ppoll_time64, &fds, 1, time64, 0, 8);
	CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, null, &event);
	CALL(epoll_wait, epoll, ROOM, 1, 0);
	CALL(epoll_pwait2, epoll, ROOM, 1, time64, 0, 8);
}

/* Both by ipc, as the C library does it, and by the calls of their own. */
static void share(void)
{
	struct { long type; char text[8]; } msg = { 1, "abc" };
	struct sembuf up = { 0, 1, 0 };
	struct timespec soon = { 0, 5 };
	int id = shmget(IPC_PRIVATE, 4096, 0600);
	void *mem = shmat(id, NULL, 0);

	shmdt(mem);
	shmctl(id, IPC_STAT, (void *)ROOM);
	CALL(shmctl, id, IPC_STAT, ROOM);
	CALL(shmctl, id, IPC_STAT, BAD);
	shmctl(id, IPC_RMID, NULL);
	id = msgget(IPC_PRIVATE, 0600);
	msgsnd(id, &msg, 4, 0);
	msgrcv(id, &msg, 4, 0, 0);
	CALL(msgsnd, id, &msg, 4, 0);
	CALL(msgrcv, id, &msg, 4, 0, 0);
	msgctl(id, IPC_STAT, (void *)ROOM);
	msgctl(id, IPC_RMID, NULL);
	id = semget(IPC_PRIVATE, 1, 0600);
	semop(id, &up, 1);
	up.sem_op = -1;
	semtimedop(id, &up, 1, &soon);
	semctl(id, 0, IPC_STAT, ROOM);
	semctl(id, 0, GETVAL);
	CALL(semctl, id, 0, IPC_STAT | 0x100, ROOM);
	semctl(id, 0, IPC_RMID);
	CALL(ipc, 99, 1, 2, 3, 4, 5);
	CALL(ipc, 3, 1, 2, 3, BAD, 5);
}

static void use_signals(void)
{
	uint32_t old[4] = { 1 /* SIG_IGN */, 0xf0, 0x10000000, 0 }, mask = 0x30;
	uint32_t action[5] = { 1, 0x10000000, 0, 0xf0, 0 };
	int32_t now[2] = { 0, 0 };
	sigset_t set;

	CALL(sigaction, SIGUSR1, old, old);
	CALL(rt_sigaction, SIGUSR1, action, action, 8);
	CALL(sigaction, SIGUSR1, BAD, 0);
	CALL(signal, SIGUSR2, 1);
	CALL(signal, SIGUSR2, 0);
	CALL(sigprocmask, SIG_BLOCK, &mask, &mask);
	CALL(sigpending, &mask);
	CALL(sgetmask);
	CALL(ssetmask, 0x10);
	CALL(ssetmask, 0);
	CALL(sigaltstack, 0, ROOM);
	CALL(rt_sigpending, ROOM, 8);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	CALL(tgkill, getpid(), getpid(), SIGUSR2);
	CALL(rt_sigtimedwait, &set, ROOM, now, 8);
	CALL(rt_sigtimedwait_time64, &set, ROOM, memset(&room.longs[64], 0, 16), 8);
	CALL(rt_sigqueueinfo, getpid(), SIGUSR2, BAD);
	CALL(rt_sigsuspend, BAD, 8);
}

static void tell_time(void)
{
	int32_t brief[2] = { 0, 1000 };
	int64_t brief64[2] = { 0, 1000 };
	uint32_t event[5] = { 7, SIGUSR1, 0 /* SIGEV_SIGNAL */ }, id = 0;

	CALL(time, ROOM);
	CALL(stime, BAD);
	CALL(times, ROOM);
	CALL(gettimeofday, ROOM, 0);
	CALL(clock_gettime, CLOCK_MONOTONIC, ROOM);
	CALL(clock_gettime64, CLOCK_MONOTONIC, ROOM);
	CALL(clock_getres, CLOCK_MONOTONIC, ROOM);
	CALL(clock_getres_time64, CLOCK_MONOTONIC, ROOM);
	CALL(nanosleep, brief, 0);
	CALL(nanosleep, BAD, 0);
	CALL(clock_nanosleep, CLOCK_MONOTONIC, 0, brief, ROOM);
	CALL(clock_nanosleep_time64, CLOCK_MONOTONIC, 0, brief64, 0);
	CALL(setitimer, 0, memset(&room, 0, 64), &room.words[32]);
	CALL(getitimer, 0, ROOM);
	CALL(timer_create, CLOCK_MONOTONIC, event, &id);
	CALL(timer_settime, id, 0, memset(&room, 0, 64), &room.words[32]);
	CALL(timer_gettime, id, ROOM);
	CALL(timer_gettime64, id, ROOM);
	CALL(timer_delete, id);
	CALL(futex, &id, 0x80, 1, brief, 0, 0);
	CALL(futex_time64, &id, 0x80, 1, brief64, 0, 0);
	CALL(adjtimex, BAD);
	CALL(clock_adjtime64, CLOCK_REALTIME, BAD);
	CALL(sched_rr_get_interval, 0, BAD);
}

static void name_ids(const char *name)
{
	CALL(chown, name, -1, 0xffff);
	CALL(chown32, name, -1, 0xffffffff);
	CALL(lchown, "/nosuch", 1, 2);
	CALL(fchown, 99, 1, 2);
	CALL(getuid);
	CALL(getuid32);
	CALL(getgroups, 0, 0);
	CALL(getgroups32, 64, BAD);
	CALL(getresuid, &room.words[0], &room.words[1], &room.words[2]);
	CALL(getresgid32, &room.words[0], &room.words[1], &room.words[2]);
	CALL(setreuid, -1, -1);
	CALL(setresuid32, -1, -1, -1);
	CALL(setfsuid, 0);
}

static void tell_limits(void)
{
	CALL(getrlimit, 3, ROOM);
	CALL(ugetrlimit, 3, ROOM);
	CALL(setrlimit, 3, BAD);
	CALL(prlimit64, 0, 3, 0, ROOM);
	CALL(sysinfo, BAD);
	CALL(getrusage, 0, ROOM);
	CALL(uname, ROOM);
	CALL(olduname, BAD);
	CALL(get_robust_list, 0, ROOM, &room.words[8]);
	CALL(sched_getaffinity, 0, 4, BAD);
	CALL(getcpu, BAD, 0, 0);
	CALL(vm86, 1, 2, 3, 4, 5);
	CALL(break);
	CALL(ulimit, 1, 2);
	CALL(bdflush, 1, 2);
	CALL(lookup_dcookie, 1, 2, BAD, 4);
	CALL(modify_ldt, 1, BAD, 16);
	syscall(500, 1, 2, 3, 4, 5, 6);
	CALL(mq_open, BAD, O_CREAT, 0600, BAD);
	CALL(io_setup, 1, BAD);
	CALL(kexec_load, 0, 1, BAD, 0);
	CALL(process_vm_readv, 1, BAD, 1, BAD, 1, 0);
}

static void make_children(void)
{
	int status, tid;
	pid_t pid;

	pid = CALL(clone, 0x01200000 | SIGCHLD, 0, 0, 0, &tid);
	if (!pid)
		_exit(3);
	CALL(waitpid, pid, &status, 0);
	pid = CALL(fork);
	if (!pid)
		_exit(4);
	CALL(waitid, 1 /* P_PID */, pid, ROOM, WEXITED, &room.words[64]);
	CALL(wait4, -1, &status, WNOHANG, ROOM);
	CALL(execve, BAD, 0, 0);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (argc > 2)
		return execv(argv[2], argv + 2);
	if (argc < 2)
		return CALL(getuid32) != 0;
	make_mappings();
	look_at_files(name);
	move_in_files(name);
	lock_files(name);
	use_sockets();
	wait_for_files();
	share();
	use_signals();
	tell_time();
	name_ids(name);
	tell_limits();
	make_children();
	return 0;
}
