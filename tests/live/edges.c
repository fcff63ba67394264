/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs that do what tracers get wrong: `edges NAME`. edges.t compares how
 * kxtrace and strace show them.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE	4096
#define BAD	bad

/* The compiler is not to know that it points nowhere. */
static void *volatile bad = (void *)16;
static char *const no_environment[] = { NULL };

/* Pages that nothing has touched when the kernel half looks at them. */
static const char untouched[2 * PAGE] __attribute__((aligned(PAGE))) = {
	[0] = '/', [1] = 'n', [2] = 'o',
	[PAGE] = '/', [PAGE + 1] = 'd', [PAGE + 2] = 'e', [PAGE + 3] = 'v', [PAGE + 4] = '/',
	[PAGE + 5] = 'n', [PAGE + 6] = 'u', [PAGE + 7] = 'l', [PAGE + 8] = 'l',
};

static char *two_pages(void)
{
	char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(page + PAGE, PAGE);
	return page;
}

/* A page of a file with a text in it, dropped from memory in one way or another. */
static char *dropped_page(const char *text, int advice)
{
	char name[] = "/tmp/kx-test-edges-XXXXXX";
	int fd = mkstemp(name);
	char *page;

	unlink(name);
	if (ftruncate(fd, PAGE) || pwrite(fd, text, strlen(text), 0) < 0)
		return NULL;
	fsync(fd);
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page[0])
		madvise(page, PAGE, advice);
	close(fd);
	return page;
}

static void cold(void)
{
	char *page;

	access(untouched, F_OK);
	close(open(untouched + PAGE, O_RDONLY));
	page = dropped_page("/no/dropped", MADV_DONTNEED);
	access(page, F_OK);
	page = dropped_page("/no/paged/out", MADV_PAGEOUT);
	access(page, F_OK);
	page = dropped_page("/no/program", MADV_PAGEOUT);
	execve(page, (char *[]){ page, NULL }, no_environment);
}

static void long_arguments(void)
{
	static char many[500][24], long_one[PAGE + 10], whole_page[PAGE];
	char *argv[502] = { "true" };
	int i;

	for (i = 0; i < 500; i++) {
		snprintf(many[i], sizeof(many[i]), "argument-number-%d", i);
		argv[i + 1] = many[i];
	}
	execve("/no/many", argv, no_environment);
	memset(long_one, 'a', sizeof(long_one) - 1);
	memset(whole_page, 'b', sizeof(whole_page) - 1);
	execve("/no/long", (char *[]){ long_one, whole_page, "end", NULL }, no_environment);
	execve("/bin/true", argv, no_environment);
}

static void long_paths(void)
{
	static char path[PAGE + 16];
	int len;

	for (len = PAGE - 2; len <= PAGE + 1; len++) {
		memset(path, 0, sizeof(path));
		memset(path, '/', len);
		access(path, F_OK);
		path[len - 1] = 'x';
		access(path, F_OK);
	}
}

static void faults(void)
{
	struct msghdr msg = { .msg_iov = BAD, .msg_iovlen = 1 };
	struct iovec vec = { BAD, 5 };
	int pair[2];

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	access(BAD, F_OK);
	open(BAD, O_RDONLY);
	syscall(SYS_stat, "/", BAD);
	syscall(SYS_read, 0, BAD, 5);
	write(pair[0], BAD, 5);
	writev(pair[0], &vec, 1);
	writev(pair[0], BAD, 1);
	syscall(SYS_readv, pair[0], BAD, 1);
	sendmsg(pair[0], &msg, 0);
	sendmsg(pair[0], BAD, 0);
	syscall(SYS_recvmsg, pair[0], BAD, MSG_DONTWAIT);
	bind(pair[0], BAD, 16);
	syscall(SYS_getsockname, pair[0], pair, BAD);
	syscall(SYS_execve, BAD, NULL, NULL);
	execve("/no/argv", BAD, NULL);
	execve("/no/string", (char *[]){ BAD, NULL }, NULL);
	syscall(SYS_rt_sigaction, SIGUSR1, BAD, NULL, 8);
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, BAD, NULL, 8);
	syscall(SYS_nanosleep, BAD, NULL);
	syscall(SYS_poll, BAD, 1, 0);
	syscall(SYS_select, 1, BAD, NULL, NULL, NULL);
	syscall(SYS_pipe, BAD);
	syscall(SYS_gettimeofday, BAD, NULL);
	syscall(SYS_wait4, -1, BAD, WNOHANG, NULL);
	syscall(SYS_clone3, BAD, 64);
	syscall(SYS_epoll_ctl, 0, 1, 0, BAD);
	syscall(SYS_futex, BAD, 0, 0, NULL, NULL, 0);
	syscall(SYS_getdents64, pair[0], BAD, 100);
	syscall(SYS_getcwd, BAD, 4096);
	syscall(SYS_uname, BAD);
	syscall(SYS_setsockopt, pair[0], SOL_SOCKET, SO_KEEPALIVE, BAD, 4);
	syscall(SYS_openat2, AT_FDCWD, "/", BAD, 24);
}

/* What ends with the last byte before a page that is not there, or would go on. */
static void page_ends(void)
{
	char *end = two_pages() + PAGE;
	struct iovec vec;
	int pair[2];

	pipe(pair);
	access(strcpy(end - 8, "/no/end"), F_OK);
	memcpy(end - 7, "/no/end", 7);
	access(end - 7, F_OK);
	write(pair[1], end - 3, 3);
	write(pair[1], end - 3, 4);
	vec = (struct iovec){ end - 3, 3 };
	writev(pair[1], memcpy(end - sizeof(vec), &vec, sizeof(vec)), 1);
	writev(pair[1], (void *)(end - sizeof(vec)), 2);
	syscall(SYS_nanosleep, memset(end - 16, 0, 16), NULL);
	syscall(SYS_nanosleep, end - 8, NULL);
	syscall(SYS_stat, "/", end - 8);
	execve("/no/vector", memset(end - 8, 0, 8), NULL);
	memcpy(end - 8, &(char *){ "one" }, 8);
	execve("/no/endless", (void *)(end - 8), NULL);
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void alarm_soon(int flags)
{
	struct sigaction act = { .sa_handler = on_alarm, .sa_flags = flags };
	struct itimerval soon = { .it_value = { 0, 20000 } };

	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
}

static void *write_later(void *fd)
{
	poll(NULL, 0, 200);
	write(*(int *)fd, "x", 1);
	return NULL;
}

static void restarted_read(void)
{
	int pair[2];
	char byte;

	pipe(pair);
	if (!fork()) {
		write_later(&pair[1]);
		_exit(0);
	}
	alarm_soon(SA_RESTART);
	read(pair[0], &byte, 1);
	wait(NULL);
}

/* A stop without a handler: the call goes on as restart_syscall. */
static void stop_parent(void)
{
	pid_t parent = getppid();
	char path[64], state[256] = "";
	int fd, tries;

	poll(NULL, 0, 50);
	kill(parent, SIGSTOP);
	snprintf(path, sizeof(path), "/proc/%d/stat", parent);
	/* T, or t where it has a tracer. */
	for (tries = 0; tries < 1000 && !strcasestr(state, ") t "); tries++) {
		fd = open(path, O_RDONLY);
		state[read(fd, state, sizeof(state) - 1)] = '\0';
		close(fd);
	}
	kill(parent, SIGCONT);
	_exit(0);
}

static void restarted_sleep(void)
{
	struct timespec time = { 0, 300000000 };

	if (!fork())
		stop_parent();
	nanosleep(&time, NULL);
	wait(NULL);
}

static void restarted_poll(void)
{
	if (!fork())
		stop_parent();
	poll(NULL, 0, 300);
	wait(NULL);
}

static void interrupted(void)
{
	struct timespec time = { 10, 0 }, left;

	alarm_soon(0);
	nanosleep(&time, &left);
	alarm_soon(0);
	poll(NULL, 0, 10000);
}

static pthread_barrier_t ready;

static void *sleep_in(void *kind)
{
	static int pair[2];
	char byte;

	if (!pair[1])
		pipe(pair);
	pthread_barrier_wait(&ready);
	if (kind == (void *)0)
		pause();
	else if (kind == (void *)1)
		read(pair[0], &byte, 1);
	else
		sleep(1000);
	return NULL;
}

/* Four threads in calls; then the process ends by one of them, or from outside. */
static void end_with_threads(bool killed)
{
	pthread_t thread;
	long i;

	pthread_barrier_init(&ready, NULL, 4);
	for (i = 0; i < 3; i++)
		pthread_create(&thread, NULL, sleep_in, (void *)i);
	pthread_barrier_wait(&ready);
	poll(NULL, 0, 100);
	if (killed)
		kill(getpid(), SIGKILL);
	_exit(7);
}

static void ended(void)
{
	end_with_threads(false);
}

static void killed(void)
{
	end_with_threads(true);
}

static void stopped(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		raise(SIGSTOP);
		raise(SIGTSTP);
		_exit(5);
	}
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGCONT);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
}

/* A debugger of our own, as any tracee may have one. */
static void debugged(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		access("/no/debugged", F_OK);
		_exit(6);
	}
	waitpid(pid, &status, 0);
	while (!ptrace(PTRACE_SYSCALL, pid, NULL, NULL) && waitpid(pid, &status, 0) == pid &&
	       !WIFEXITED(status))
		;
}

static void make_child(int flags)
{
	pid_t pid = syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);

	if (!pid) {
		access("/no/child", F_OK);
		_exit(0);
	}
	waitpid(pid, NULL, __WALL);
}

static void sharing(void)
{
	make_child(CLONE_FILES);
	make_child(CLONE_FS | CLONE_SYSVSEM);
	make_child(CLONE_IO);
}

static void untraced(void)
{
	make_child(CLONE_UNTRACED);
}

static void spawned(void)
{
	char *argv[] = { "true", "spawned", NULL };
	pid_t pid;

	if (!posix_spawn(&pid, "/bin/true", NULL, NULL, argv, no_environment))
		waitpid(pid, NULL, 0);
	posix_spawn(&pid, "/no/program", NULL, NULL, argv, no_environment);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "cold", cold }, { "long_arguments", long_arguments }, { "long_paths", long_paths },
	{ "faults", faults }, { "page_ends", page_ends }, { "interrupted", interrupted },
	{ "restarted_read", restarted_read }, { "restarted_sleep", restarted_sleep },
	{ "restarted_poll", restarted_poll }, { "ended", ended }, { "killed", killed },
	{ "stopped", stopped }, { "debugged", debugged }, { "sharing", sharing },
	{ "untraced", untraced }, { "spawned", spawned },
};

int main(int argc, char **argv)
{
	size_t i;

	/* Its page would come in with its neighbours, or not: what is cold is so on purpose. */
	(void)*(char *const volatile *)no_environment;
	for (i = 0; argc > 1 && i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!strcmp(argv[1], cases[i].name)) {
			cases[i].run();
			return 0;
		}
	}
	return 2;
}
