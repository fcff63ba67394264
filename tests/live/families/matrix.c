// SPDX-License-Identifier: GPL-2.0-only
/* Every call of the tables with many combinations of arguments, the same in each run. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/calls/nr.h"

/* CALLS is a header that the test makes of the tables: { "read", __NR_read }, ... */
static const struct {
	const char *name;
	long nr;
} calls[] = {
#include CALLS
};

#define NR_COMBINATIONS	40
#define PAGE		4096

static uint8_t *zeros, *ones, *counted, *end_of_page;

/*
 * Not here: what ends or multiplies the task, waits for ever, hits tasks of others, makes
 * another run differ (keys, times), or is not the same for a task that strace traces.
 */
static const char *const skipped[] = {
	"exit", "exit_group", "fork", "vfork", "clone", "clone3", "execve", "execveat",
	"rt_sigreturn", "pause", "rt_sigsuspend", "kill", "tkill", "tgkill", "rt_sigqueueinfo",
	"rt_tgsigqueueinfo", "pidfd_send_signal", "ptrace", "restart_syscall", "wait4", "waitid",
	"nanosleep", "clock_nanosleep", "seccomp", "munmap", "mremap", "brk", "alarm",
	"setitimer", "timer_settime", "rt_sigprocmask", "rt_sigaction", "sched_setattr",
	"sched_setscheduler", "rseq", "set_tid_address", "set_robust_list", "arch_prctl",
	"uretprobe", "uprobe", "prlimit64", "setrlimit", "select", "pselect6", "poll", "ppoll",
	"map_shadow_stack", "set_thread_area", "modify_ldt", "close", "close_range", "dup2",
	"dup3", "rt_sigtimedwait", "futex", "futex_wait", "futex_waitv", "mprotect", "mmap",
	"pkey_mprotect", "madvise", "mseal", "remap_file_pages", "shmat", "shmdt", "prctl",
	"sigaltstack", "kcmp", "getrandom", "rseq_slice_yield", "setpriority",
	"iopl", "ioperm", "munlockall", "process_madvise", "flock", "userfaultfd",
	"getrusage", "sysinfo", "times", "time", "gettimeofday", "clock_gettime", "getcpu",
	"timer_gettime", "getppid", "getpid", "gettid", "getpgrp", "getpgid", "getsid", "unshare",
	"setns", "vhangup", "sync", "syncfs", "process_vm_readv", "process_vm_writev",
};

static uint64_t seed;

static uint64_t any(void)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return seed >> 33;
}

static long argument(void)
{
	switch (any() % 20) {
	case 0 ... 1:
		return 0;
	case 2:
		return -1;
	case 3:
		return 1L << any() % 32;
	case 4 ... 6:
		return any() % 40;
	case 7:
		return 0xfffffff7deadbeef;
	case 8:
		return 16;
	case 9 ... 11:
		return (long)zeros;
	case 12:
		return (long)ones;
	case 13 ... 14:
		return (long)counted;
	case 15:
		return (long)end_of_page;
	case 16:
		return 0x10;
	case 17:
		return -100;
	case 18:
		return 8;
	default:
		return 0x7fffffff;
	}
}

static void refill(void)
{
	unsigned int i;

	memset(zeros, 0, PAGE);
	memset(ones, 0xff, PAGE);
	ones[PAGE] = 0;
	for (i = 0; i < PAGE; i++)
		counted[i] = i % 64;
	memset(end_of_page, 'e', 6);
}

static void combinations(unsigned int which)
{
	long a[6];
	int i, j;

	setresgid(12345, 12345, 12345);
	setresuid(12345, 12345, 12345);
	seed = which * 77777 + 1;
	for (i = 0; i < NR_COMBINATIONS; i++) {
		refill();
		for (j = 0; j < 6; j++)
			a[j] = i == 0 ? 0 : i == 1 ? -1 : i == 2 && j ? (long)zeros : argument();
		syscall(calls[which].nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	}
	_exit(0);
}

static int is_skipped(const char *name)
{
	unsigned int i;

	for (i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		if (!strcmp(skipped[i], name))
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int i;
	pid_t child;
	int status;

	zeros = mmap((void *)0x7e0012340000, 8 * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	ones = zeros + 2 * PAGE;
	counted = zeros + 4 * PAGE;
	end_of_page = zeros + 7 * PAGE - 6;
	munmap(zeros + 7 * PAGE, PAGE);
	setgroups(0, NULL);
	dup2(open("/dev/null", O_RDWR), 0);
	dup2(0, 1);
	dup2(0, 2);
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (argc > 1 ? strcmp(argv[1], calls[i].name) : is_skipped(calls[i].name))
			continue;
		child = fork();
		if (!child) {
			/* What waits after all is ended; that is the same in each run. */
			alarm(2);
			combinations(i);
		}
		waitpid(child, &status, 0);
	}
	return 0;
}
