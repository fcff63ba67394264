// SPDX-License-Identifier: GPL-2.0-only
/* The calls that the matrix leaves out: memory, waiting, descriptors, time, tasks, limits. */
#include "family.h"

#include <asm/ldt.h>
#include <asm/prctl.h>
#include <linux/futex.h>
#include <linux/kcmp.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/shm.h>

static const struct timespec soon = { 0, 1000 }, wrong = { 1, -1 };

static void memory(void)
{
	char *at = mmap((void *)0x7c0012340000, 8 * 4096, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	struct iovec iov[2] = { { at, 4096 }, { NULL, 0 } };
	int i;

	for (i = 0; i < 27; i++)
		if (i < 12 || i > 13)
			CALL(madvise, at, 4096, i);
	CALL(madvise, BAD, 7, 99);
	for (i = 0; i < 32; i++)
		CALL(mprotect, at, 4096, 1 << i);
	CALL(pkey_mprotect, at, 4096, PROT_READ | PROT_EXEC, -1);
	CALL(pkey_mprotect, at, 0, 8, 5);
	CALL(mprotect, at, 8 * 4096, PROT_READ | PROT_WRITE);
	for (i = 0; i < 32; i++)
		CALL(mmap, BAD, 0, PROT_NONE, 1 << i, -1, 0);
	CALL(mmap, NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | 21 << 26,
	     -1, 0);
	CALL(mmap, NULL, 4096, -1L, -1L, -1, 0x12345);
	CALL(mremap, at, 4096, 8192, 0, BAD);
	CALL(mremap, BAD, 4096, 8192, MREMAP_MAYMOVE | MREMAP_FIXED, at);
	CALL(mremap, 1, 0, -1L, -1L, 3);
	CALL(remap_file_pages, at, 4096, PROT_READ, 1, MAP_SHARED | MAP_NONBLOCK);
	CALL(process_madvise, -1, iov, 2, MADV_COLD, 0);
	CALL(process_madvise, -1, BAD, 1, 99, 7);
	CALL(munlockall);
	CALL(munmap, at, 4096);
	CALL(munmap, 1, 0);
	CALL(brk, 0);
	CALL(shmat, -1, NULL, SHM_RDONLY | SHM_RND);
	CALL(shmat, -1, BAD, -1);
	CALL(shmdt, BAD);
}

static void descriptors(void)
{
	struct epoll_event one = { EPOLLIN | EPOLLET | EPOLLONESHOT, { .u64 = 77 } };
	int pair[2], fd = open("file", O_RDWR | O_CREAT, 0644);
	int i;

	CALL(pipe, pair);
	for (i = 0; i < 16; i++)
		CALL(flock, fd, i);
	CALL(dup2, fd, 30);
	CALL(dup2, -1, -1);
	CALL(dup3, fd, 31, O_CLOEXEC);
	CALL(dup3, fd, 31, -1);
	CALL(close, 30);
	CALL(close, -1);
	CALL(close_range, 31, 40, 0);
	CALL(close_range, 5, 1, 2 | 4 | 8);
	CALL(close_range, -1, -1, -1);
	CALL(userfaultfd, -1);
	CALL(userfaultfd, O_CLOEXEC | O_NONBLOCK | 64);
	CALL(sync);
	CALL(syncfs, fd);
	CALL(syncfs, -1);
	CALL(epoll_ctl, fd, EPOLL_CTL_ADD, 1, &one);
	CALL(epoll_ctl, -1, 99, -1, BAD);
}

static void waits(void)
{
	fd_set in, out;
	struct pollfd fds[3] = { { 0, POLLIN | POLLRDNORM }, { 1, POLLOUT }, { -1, -1, 7 } };
	struct { const void *set; size_t size; } pack = { "\1\2\3\4\5\6\7", 8 }, none = { NULL, 8 };
	struct timeval tv = { 0, 10 };
	uint64_t set = 0x8000;

	FD_ZERO(&in);
	FD_SET(0, &in);
	out = in;
	CALL(select, 1, NULL, &out, NULL, &tv);
	CALL(select, 0, NULL, NULL, NULL, &tv);
	CALL(select, -1, &in, &out, BAD, BAD);
	CALL(select, 1, BAD, NULL, NULL, &tv);
	CALL(pselect6, 1, NULL, &out, NULL, &soon, &pack);
	CALL(pselect6, 0, NULL, NULL, NULL, &soon, &none);
	CALL(pselect6, 0, NULL, NULL, NULL, &wrong, BAD);
	CALL(poll, fds + 1, 1, 5);
	CALL(poll, fds, 3, 0);
	CALL(poll, BAD, 2, 0);
	CALL(poll, NULL, 0, 1);
	CALL(ppoll, fds + 1, 2, &soon, &set, 8);
	CALL(ppoll, NULL, 0, &soon, NULL, 0);
	CALL(ppoll, fds, -1, &wrong, BAD, 5);
	CALL(nanosleep, &soon, NULL);
	CALL(nanosleep, &wrong, BAD);
	CALL(nanosleep, BAD, NULL);
	CALL(clock_nanosleep, CLOCK_MONOTONIC, 0, &soon, NULL);
	CALL(clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &soon, BAD);
	CALL(clock_nanosleep, 99, 7, &wrong, NULL);
	CALL(rt_sigtimedwait, &set, NULL, &soon, 8);
	CALL(rt_sigtimedwait, BAD, BAD, &wrong, 8);
	CALL(rt_sigtimedwait, &set, NULL, BAD, 4);
}

static void futexes(void)
{
	static uint32_t word = 5, other;
	struct { uint64_t val, addr; uint32_t flags, reserved; } waiters[2] = {
		{ 3, (uintptr_t)&word, 2 | 128, 0 }, { 1, BAD, 77, 9 },
	};
	int op;

	for (op = 0; op < 14; op++) {
		if (op == FUTEX_LOCK_PI || op == FUTEX_LOCK_PI2 || op == FUTEX_TRYLOCK_PI)
			continue;
		CALL(futex, &word, op, 1, NULL, &other, 0);
		CALL(futex, &word, op | FUTEX_PRIVATE_FLAG, 7, &soon, &other, 0x12345678);
		CALL(futex, &word, op | FUTEX_CLOCK_REALTIME, -1, &wrong, BAD, -1);
		CALL(futex, BAD, op, 0, BAD, NULL, 0xf0fff00f);
	}
	CALL(futex, &word, 99, 1, 2, 3, 4);
	CALL(futex_waitv, waiters, 2, 0, &soon, CLOCK_MONOTONIC);
	CALL(futex_waitv, BAD, 1, 1, NULL, 99);
	CALL(futex_waitv, waiters, 0, 0, NULL, 0);
	CALL(set_robust_list, BAD, 24);
	CALL(set_robust_list, NULL, 1);
	CALL(get_robust_list, 0, BAD, BAD);
	CALL(rseq, BAD, 32, 0, 0x53053053);
	CALL(rseq, NULL, -1, -1, -1);
}

static void signals(void)
{
	struct { uint64_t handler, flags, restorer, mask; } old,
		act = { 1, 0x14000004, BAD, 0x200 };
	uint64_t set = 0x1ff, before;
	stack_t stack = { .ss_sp = (void *)BAD, .ss_size = 8192 }, was;
	siginfo_t info = { .si_signo = SIGUSR1, .si_code = SI_QUEUE };
	int how, i;

	CALL(rt_sigaction, SIGUSR1, &act, NULL, 8);
	for (i = 0; i < 32; i++) {
		act.flags = 1u << i;
		CALL(rt_sigaction, 99, &act, &old, 8);
	}
	act.handler = 0;
	CALL(rt_sigaction, SIGUSR1, &act, BAD, 8);
	CALL(rt_sigaction, SIGUSR1, NULL, &old, 8);
	CALL(rt_sigaction, SIGUSR1, BAD, BAD, 8);
	CALL(rt_sigaction, 64, NULL, NULL, 4);
	act.handler = 1;
	act.flags = 0;
	CALL(rt_sigaction, SIGUSR1, &act, NULL, 8);
	CALL(rt_sigaction, 34, &act, NULL, 8);
	for (how = 0; how < 5; how++)
		CALL(rt_sigprocmask, how, &set, &before, 8);
	CALL(rt_sigprocmask, SIG_SETMASK, &before, &before, 8);
	CALL(rt_sigprocmask, SIG_SETMASK, BAD, BAD, 8);
	CALL(rt_sigprocmask, 0, NULL, NULL, 7);
	CALL(rt_sigpending, &set, 8);
	CALL(rt_sigpending, BAD, 8);
	CALL(sigaltstack, &stack, &was);
	CALL(sigaltstack, BAD, BAD);
	CALL(kill, getpid(), 0);
	CALL(kill, getpid(), SIGUSR1);
	CALL(kill, 0x7ffffff0, 99);
	CALL(tkill, 0x7ffffff0, SIGRTMIN);
	CALL(tgkill, 0x7ffffff0, 0x7ffffff1, 34);
	CALL(rt_sigqueueinfo, 0x7ffffff0, SIGUSR1, &info);
	CALL(rt_tgsigqueueinfo, 0x7ffffff0, 0x7ffffff0, SIGUSR2, BAD);
	CALL(pidfd_send_signal, -1, SIGTERM, &info, 0);
	CALL(pidfd_send_signal, -1, 0, NULL, 7);
	CALL(alarm, 0);
	CALL(alarm, 100);
	CALL(alarm, 0);
}

static void times_(void)
{
	struct itimerval interval = { { 0, 5 }, { 100, 7 } }, now;
	struct itimerspec spec = { { 0, 5 }, { 100, 7 } }, left;
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct rusage usage;
	int timer = 99, i;
	uint64_t words[16];

	for (i = 0; i < 4; i++) {
		CALL(setitimer, i, &interval, i == 1 ? NULL : &now);
		CALL(setitimer, i, NULL, NULL);
	}
	CALL(setitimer, 0, BAD, BAD);
	CALL(timer_create, CLOCK_MONOTONIC, &event, &timer);
	CALL(timer_settime, timer, 0, &spec, NULL);
	CALL(timer_settime, timer, TIMER_ABSTIME, BAD, &left);
	CALL(timer_settime, 77, -1, NULL, NULL);
	CALL(timer_gettime, 77, &left);
	CALL(timer_delete, timer);
	for (i = 0; i < 14; i++)
		CALL(clock_gettime, i, BAD);
	CALL(clock_gettime, -6, BAD);
	CALL(gettimeofday, BAD, BAD);
	CALL(gettimeofday, NULL, NULL);
	CALL(time, NULL);
	CALL(time, BAD);
	CALL(times, BAD);
	CALL(getrusage, RUSAGE_SELF, BAD);
	CALL(getrusage, 99, &usage);
	CALL(sysinfo, BAD);
	CALL(getcpu, NULL, NULL, NULL);
	CALL(getcpu, BAD, BAD, BAD);
	CALL(getrandom, words, 0, 7);
	CALL(getrandom, BAD, 16, 8);
}

static void tasks(void)
{
	struct rlimit limit = { 100, RLIM_INFINITY }, was;
	struct user_desc desc = {
		.entry_number = -1, .base_addr = 0x1000, .limit = 7, .seg_32bit = 1
	};
	struct { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority;
		 uint64_t runtime, deadline, period; uint32_t min, max; } attr = { 48, 0, 1, 5 };
	struct sched_param param = { 0 };
	struct iovec iov = { &limit, 16 }, far = { (void *)BAD, 8 };
	struct { uint32_t efd, tfd, toff; } slot = { 1, 2, 3 };
	int i;

	for (i = 0; i < 18; i++)
		CALL(prlimit64, 0, i, NULL, i == 3 ? BAD : (long)&was);
	CALL(prlimit64, 0x7ffffff0, RLIMIT_NOFILE, &limit, BAD);
	CALL(setrlimit, RLIMIT_CORE, &limit);
	CALL(setrlimit, 99, BAD);
	for (i = 0; i < 8; i++)
		CALL(sched_setscheduler, 0x7ffffff0, i | 0x40000000 * (i & 1), &param);
	CALL(sched_setscheduler, 0, 0, BAD);
	CALL(sched_setattr, 0x7ffffff0, &attr, 0);
	attr.flags = 0x7f;
	attr.size = 56;
	CALL(sched_setattr, 0x7ffffff0, &attr, 1);
	CALL(sched_setattr, 0, BAD, -1);
	CALL(setpriority, PRIO_PROCESS, 0x7ffffff0, 5);
	CALL(setpriority, 99, -1, -1);
	CALL(getpgid, 0x7ffffff0);
	CALL(getsid, 0x7ffffff0);
	CALL(getpgrp);
	CALL(getppid);
	CALL(getpid);
	CALL(gettid);
	CALL(unshare, 0x80000000);
	CALL(unshare, -1L);
	CALL(setns, -1, 0x40000000);
	CALL(setns, -1, 5);
	CALL(iopl, 9);
	CALL(ioperm, -1, -1, 3);
	for (i = 0; i < 10; i++)
		CALL(kcmp, 0x7ffffff0, 0x7ffffff1, i, 4, i == 7 ? (long)&slot : 5);
	CALL(kcmp, 1, 1, KCMP_EPOLL_TFD, 3, BAD);
	CALL(process_vm_readv, 0x7ffffff0, &iov, 1, &far, 1, 0);
	CALL(process_vm_writev, 0x7ffffff0, &iov, 1, &far, 1, 7);
	CALL(process_vm_readv, 0, BAD, 1, BAD, 1, 0);
	CALL(modify_ldt, 1, &desc, sizeof(desc));
	CALL(modify_ldt, 0, BAD, 0);
	CALL(set_thread_area, &desc);
	CALL(set_thread_area, BAD);
	CALL(arch_prctl, ARCH_GET_FS, BAD);
	CALL(arch_prctl, ARCH_GET_CPUID, 0);
	CALL(arch_prctl, 0x9999, 5);
	CALL(seccomp, 0, 1, NULL);
	CALL(seccomp, SECCOMP_SET_MODE_FILTER, 0x40, BAD);
	CALL(seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &(uint32_t){ SECCOMP_RET_ERRNO });
	CALL(seccomp, SECCOMP_GET_NOTIF_SIZES, 0, BAD);
	CALL(seccomp, 99, -1, 5);
	CALL(wait4, 0x7ffffff0, NULL, WNOHANG | __WALL, NULL);
	CALL(wait4, -1, BAD, -1, BAD);
	CALL(waitid, P_PID, 0x7ffffff0, BAD, WEXITED | WNOWAIT, NULL);
	CALL(waitid, 99, -1, NULL, -1, BAD);
	CALL(restart_syscall);
	CALL(set_tid_address, 0);
	CALL(ptrace, 0x4206, 0x7ffffff0, 0, 0x3000ff);
}

static void children(void)
{
	char *const args[] = { "no", "such", NULL };
	struct { uint64_t word[11]; } clone = { { 0x4000000 | SIGCHLD } };
	int status;
	pid_t pid;

	CALL(execve, "/nosuch", args, args);
	CALL(execve, BAD, BAD, BAD);
	CALL(execve, "/nosuch", NULL, NULL);
	CALL(execveat, -1, "nosuch", args, NULL, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
	CALL(execveat, AT_FDCWD, "", BAD, args, -1);
	CALL(clone3, &clone, 88);
	CALL(clone3, &clone, 7);
	CALL(clone3, BAD, 88);
	CALL(clone, CLONE_THREAD, NULL, NULL, NULL, NULL);
	CALL(clone, 0x7f000000 | SIGUSR1 | CLONE_THREAD, BAD, BAD, BAD, BAD);
	pid = CALL(fork);
	if (!pid)
		CALL(exit_group, 7);
	CALL(wait4, pid, &status, 0, NULL);
	if (!vfork())
		_exit(3);
	CALL(waitid, P_ALL, 0, NULL, WEXITED, NULL);
	pid = CALL(fork);
	if (!pid)
		CALL(kill, getpid(), SIGKILL);
	CALL(wait4, pid, &status, 0, NULL);
	pid = CALL(fork);
	if (!pid)
		CALL(exit, 5);
	CALL(wait4, pid, &status, 0, NULL);
}

int main(void)
{
	memory();
	descriptors();
	waits();
	futexes();
	signals();
	times_();
	tasks();
	children();
	return 0;
}
