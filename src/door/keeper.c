// SPDX-License-Identifier: GPL-2.0-only
/*
 * The keeper: a small process beside each service, which outlives it. It gives the default
 * to questions that are beyond their deadlines, also when the service hangs, and
 * sees to it that nobody stays held up when the service is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "door/door.h"

#define IDLE_MS		50	/* a question that comes meanwhile waits so much longer */
#define BUSY_MS		10	/* somebody is to go on, and has not yet */
#define LAST_NS		30000000000ULL

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* One round over the slots; for how long to sleep then. @nr: how many are in use. */
static int look(const struct door_side *side, uint32_t *nr)
{
	const struct kx_door_op expire = { .kind = KX_DOOR_OP_EXPIRE };
	uint64_t now = now_ns();
	bool late = false;
	int sleep_ms = IDLE_MS;

	*nr = 0;
	for (uint32_t i = 0; i < KX_DOOR_SLOTS; i++) {
		const struct kx_door_slot *slot = door_slot(side, i);
		uint32_t state = __atomic_load_n(&slot->state, __ATOMIC_ACQUIRE);

		*nr += state != KX_DOOR_FREE;
		if (state == KX_DOOR_ASKED && slot->deadline_ns <= now)
			late = true;
		else if (state == KX_DOOR_ASKED &&
			 (slot->deadline_ns - now) / 1000000 < (uint64_t)sleep_ms)
			sleep_ms = (slot->deadline_ns - now) / 1000000 + 1;
	}
	if (late)
		(void)door_call(side, &expire, NULL, 0, NULL);
	for (uint32_t i = 0; i < KX_DOOR_SLOTS; i++) {
		uint32_t state = __atomic_load_n(&door_slot(side, i)->state, __ATOMIC_ACQUIRE);

		if (state != KX_DOOR_ANSWERED && state != KX_DOOR_DEFAULTED)
			continue;
		door_release(side, i);
		sleep_ms = BUSY_MS;
	}
	return sleep_ms;
}

/* The service has ended: all get the default, and are let go on until each has gone. */
static void last(struct door_side *side)
{
	const struct kx_door_op detach = { .kind = KX_DOOR_OP_DETACH };
	uint64_t end = now_ns() + LAST_NS;
	uint32_t keeper = side->server->keeper, nr;

	if (side->server->tgid == side->tgid)
		(void)door_call(side, &detach, NULL, 0, NULL);
	do {
		struct pollfd reads = { .fd = side->fuse_fd, .events = POLLIN };
		int sleep_ms = look(side, &nr);

		if (nr && poll(&reads, 1, sleep_ms) > 0)
			(void)door_wait_serve(side);
	} while (nr && side->server->keeper == keeper && now_ns() < end);
}

static int above(int a, int b)
{
	return a > b ? a : b;
}

void door_keeper_shed(int **keep, size_t nr)
{
	int top = 2;

	for (size_t i = 0; i < nr; i++)
		top = above(top, *keep[i]);
	/* To above all others, then down to 3, 4, ... */
	for (size_t i = 0; i < nr; i++)
		if (*keep[i] >= 0)
			*keep[i] = fcntl(*keep[i], F_DUPFD_CLOEXEC, above(top + 1, 16));
	for (size_t i = 0; i < nr; i++)
		if (*keep[i] >= 0)
			*keep[i] = dup3(*keep[i], 3 + i, O_CLOEXEC);
	for (int fd = 0; fd < 3 + (int)nr; fd++) {
		bool kept = false;

		for (size_t i = 0; i < nr; i++)
			kept |= *keep[i] == fd;
		if (!kept)
			close(fd);
	}
	(void)syscall(__NR_close_range, 3 + (int)nr, ~0U, 0);
}

void door_keeper_said(int *said_fd, char err)
{
	(void)!write(*said_fd, &err, 1);
	close(*said_fd);
}

/* Nobody who signals the service or its terminal means the keeper. */
static void stand_alone(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	(void)setsid();
	(void)prctl(PR_SET_NAME, "kx-keeper");
}

static void keep(struct kx_door *door, int service_fd, int said_fd)
{
	struct door_side *side = &door->side;
	const struct kx_door_op begin = { .kind = KX_DOOR_OP_KEEPER, .wait = side->wait };
	int *needed[] = { &side->prog_fd, &side->fuse_fd, &service_fd, &said_fd };
	struct pollfd service = { .events = POLLIN };
	char err;
	uint32_t nr;

	door_keeper_shed(needed, 4);
	err = -door_call(side, &begin, NULL, 0, NULL);
	door_keeper_said(&said_fd, err);
	service.fd = service_fd;
	/* Reads are the service's business, which is awake anyway; here are those it leaves. */
	while (!err && !service.revents) {
		while (door_wait_serve(side))
			;
		poll(&service, 1, look(side, &nr));
	}
	if (!err)
		last(side);
}

/* No signal tells of its end: the program around us may wait for children of its own. */
static int start(struct kx_door *door, door_keeper_fn fn, int service_fd, int said_fd)
{
	struct clone_args args = { .flags = CLONE_PIDFD, .pidfd = (uintptr_t)&door->keeper_fd };
	long pid;

	door->keeper_fd = -1;
	pid = syscall(__NR_clone3, &args, sizeof(args));
	if (pid < 0)
		return -errno;
	if (!pid) {
		stand_alone();
		fn(door, service_fd, said_fd);
		syscall(__NR_exit_group, 0);
	}
	door->keeper = pid;
	return 0;
}

int door_keeper_run(struct kx_door *door, door_keeper_fn fn)
{
	_cleanup_close_ int service_fd = syscall(__NR_pidfd_open, getpid(), 0);
	int said[2], err;
	char answer;

	if (service_fd < 0 || pipe2(said, O_CLOEXEC))
		return -errno;
	err = start(door, fn, service_fd, said[1]);
	close(said[1]);
	if (!err && read(said[0], &answer, 1) != 1)
		err = -ECHILD;
	else if (!err && answer)
		err = -answer;
	close(said[0]);
	if (err)
		door_keeper_stop(door);
	return err;
}

int door_keeper_start(struct kx_door *door)
{
	int err = door_wait_map(&door->side) ?: door_keeper_run(door, keep);

	door_wait_unmap(&door->side);
	return err;
}

bool door_keeper_ended(struct kx_door *door)
{
	siginfo_t info = {};

	if (door->keeper_fd < 0 ||
	    waitid(P_PIDFD, door->keeper_fd, &info, WEXITED | WNOHANG | __WALL) || !info.si_pid)
		return false;
	close(door->keeper_fd);
	door->keeper_fd = -1;
	return true;
}

void door_keeper_stop(struct kx_door *door)
{
	siginfo_t info;

	if (door->keeper_fd < 0)
		return;
	(void)syscall(__NR_pidfd_send_signal, door->keeper_fd, SIGKILL, NULL, 0);
	(void)waitid(P_PIDFD, door->keeper_fd, &info, WEXITED | __WALL);
	close(door->keeper_fd);
	door->keeper_fd = -1;
	door->keeper = 0;
}
