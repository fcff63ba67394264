// SPDX-License-Identifier: GPL-2.0-only
/*
 * What tests/bench/doors measures: round trips to another process, one line "NAME NS" for
 * each sample.
 *
 *	asking trips ROUNDS		a pipe, a seccomp notification, a door
 *	asking opens ROUNDS NAME PATH	open() and close() of a file
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kx/abi.h>
#include <kx/kx.h>

#include "../ext/door.h"
#include "sample.h"

#define TRIPS	2000
#define OPENS	20000

/* Both ways through pipes, 48 bytes, as a question has. */
static void pipe_trips(int rounds)
{
	int to[2], from[2];
	char bytes[48] = "";

	if (pipe(to) || pipe(from))
		exit(1);
	if (!fork()) {
		close(to[1]);
		while (read(to[0], bytes, sizeof(bytes)) > 0)
			(void)!write(from[1], bytes, sizeof(bytes));
		_exit(0);
	}
	close(to[0]);
	for (int r = 0; r < rounds; r++) {
		double begin = now_ns();

		for (int i = 0; i < TRIPS; i++)
			if (write(to[1], bytes, sizeof(bytes)) < 0 ||
			    read(from[0], bytes, sizeof(bytes)) < 0)
				exit(1);
		printf("pipe %.1f\n", (now_ns() - begin) / TRIPS);
	}
	close(to[1]);
	wait(NULL);
}

/* The kernel's own: getppid() is held and answered. */
static void seccomp_trips(int rounds)
{
	int number = __NR_getppid, *shared, status;
	struct seccomp_notif notice;
	struct kx *kx;
	pid_t child;

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fflush(stdout);
	child = fork();
	if (!child) {
		int listener;

		if (kx_new(&kx) || kx_door_filter(kx, &number, 1, &listener))
			_exit(1);
		__atomic_store_n(shared, listener, __ATOMIC_RELEASE);
		for (int r = 0; r < rounds; r++) {
			double begin = now_ns();

			for (int i = 0; i < TRIPS; i++)
				(void)syscall(__NR_getppid);
			printf("seccomp %.1f\n", (now_ns() - begin) / TRIPS);
		}
		fflush(stdout);
		_exit(0);
	}
	while (!__atomic_load_n(shared, __ATOMIC_ACQUIRE))
		;
	status = syscall(__NR_pidfd_getfd, syscall(__NR_pidfd_open, child, 0), *shared, 0);
	for (int i = 0; i < rounds * TRIPS; i++) {
		struct seccomp_notif_resp resp = { 0 };

		memset(&notice, 0, sizeof(notice));
		if (ioctl(status, SECCOMP_IOCTL_NOTIF_RECV, &notice))
			break;
		resp.id = notice.id;
		if (ioctl(status, SECCOMP_IOCTL_NOTIF_SEND, &resp))
			break;
	}
	wait(NULL);
}

/* A command of the kernel asks; tests/live/doors serves. */
static void door_trips(int rounds, const char *command, const char *name)
{
	struct door_request in = { .number = 1 };
	struct kx_command *asks;
	struct kx_instance *inst;
	struct door_asked out;
	struct kx *kx;
	int result;

	if (kx_new(&kx) || kx_instance_open(kx, "door", &inst) ||
	    kx_command_open(kx, inst, command, &asks)) {
		fprintf(stderr, "%s\n", kx_error(kx));
		exit(1);
	}
	for (int r = 0; r < rounds; r++) {
		double begin = now_ns();

		for (int i = 0; i < TRIPS; i++)
			if (kx_call(asks, &in, sizeof(in), &out, sizeof(out), &result) ||
			    out.reply.twice != 2)
				exit(1);
		printf("%s %.1f\n", name, (now_ns() - begin) / TRIPS);
	}
}

static void opens(int rounds, const char *name, const char *path)
{
	for (int r = 0; r < rounds; r++) {
		double begin = now_ns();

		for (int i = 0; i < OPENS; i++)
			close(open(path, O_RDONLY));
		printf("%s %.1f\n", name, (now_ns() - begin) / OPENS);
	}
}

int main(int argc, char **argv)
{
	if (argc > 4 && !strcmp(argv[1], "opens"))
		opens(atoi(argv[2]), argv[3], argv[4]);
	else if (argc > 3 && !strcmp(argv[1], "door"))
		door_trips(atoi(argv[2]), "twice", argv[3]);
	else if (argc > 2) {
		pipe_trips(atoi(argv[2]));
		seccomp_trips(atoi(argv[2]));
	} else
		return 2;
	return 0;
}
