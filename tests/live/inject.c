// SPDX-License-Identifier: GPL-2.0-only
/* Programs whose calls are tampered with; they print what their calls returned. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void caught(int sig)
{
	(void)sig;
}

/* One write each, so that texts of several tasks do not mix. */
static void say(const char *who, long result)
{
	char text[64];
	int len;

	len = snprintf(text, sizeof(text), "%s %s %ld\n", who,
		       result < 0 ? strerror(errno) : result > 1 << 20 ? "large" :
		       result > 100 ? "called" : "value", result > 100 || result < 0 ? 0 : result);
	if (write(1, text, len) != len)
		_exit(9);
}

static void call(const char *who, int times)
{
	while (times--)
		say(who, syscall(SYS_getppid));
}

static void *call_in_thread(void *who)
{
	call(who, 3);
	return NULL;
}

static void join(void *(*fn)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, fn, arg))
		_exit(8);
	pthread_join(thread, NULL);
}

/* Each task has counts of its own, which stay when it executes a program. */
static void tree(char *self)
{
	pid_t pid;

	call("first", 3);
	join(call_in_thread, "thread");
	pid = fork();
	if (!pid) {
		call("child", 1);
		execl(self, self, "calls", "3", NULL);
		_exit(7);
	}
	waitpid(pid, NULL, 0);
	pid = vfork();
	if (!pid) {
		(void)syscall(SYS_getppid);
		(void)syscall(SYS_getppid);
		_exit(3);
	}
	waitpid(pid, NULL, 0);
	call("first", 3);
}

/* Until it is killed; says each time that the result is another. */
static void forever(void)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	long last = -1, now;

	for (;;) {
		errno = 0;
		(void)syscall(SYS_getppid);
		now = errno;
		if (now != last) {
			printf("errno %ld\n", now);
			fflush(stdout);
		}
		last = now;
		nanosleep(&pause, NULL);
	}
}

static void *wait_in_call(void *arg)
{
	(void)arg;
	(void)syscall(SYS_getppid);
	return NULL;
}

/* One task is held for long; the others must go on. */
static void others(void)
{
	pthread_t threads[4];
	unsigned int i;

	for (i = 0; i < 4; i++)
		if (pthread_create(&threads[i], NULL, wait_in_call, NULL))
			_exit(8);
	for (i = 0; i < 100; i++)
		(void)syscall(SYS_getpgrp);
	say("others", 1);
	_exit(0);
}

static void timed(void)
{
	struct timespec from, to;

	clock_gettime(CLOCK_MONOTONIC, &from);
	(void)syscall(SYS_getppid);
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%lld us\n", (to.tv_sec - from.tv_sec) * 1000000ll +
	       (to.tv_nsec - from.tv_nsec) / 1000);
}

/* Short-lived tasks, so many that their marks and counts must not pile up. */
static void forks(int nr)
{
	int status, wrong = 0;
	pid_t pid;

	while (nr--) {
		pid = fork();
		if (!pid) {
			int first = syscall(SYS_getppid) < 0, second = syscall(SYS_getppid) < 0;

			_exit(first * 2 + second);
		}
		waitpid(pid, &status, 0);
		wrong += WEXITSTATUS(status) != 1;
	}
	say("wrong", wrong);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "calls";
	int nr = argc > 2 ? atoi(argv[2]) : 7;

	signal(SIGUSR1, caught);
	if (!strcmp(what, "calls"))
		call("calls", nr);
	else if (!strcmp(what, "tree"))
		tree(argv[0]);
	else if (!strcmp(what, "forever"))
		forever();
	else if (!strcmp(what, "others"))
		others();
	else if (!strcmp(what, "timed"))
		timed();
	else if (!strcmp(what, "forks"))
		forks(nr);
	else
		return 2;
	return 0;
}
