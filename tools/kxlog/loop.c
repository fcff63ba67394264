// SPDX-License-Identifier: GPL-2.0-only
/* The one loop: descriptors that are waited for, and times. */
#include "loop.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <time.h>

#define EVENTS	16

int loop_open(void)
{
	int loop = epoll_create1(EPOLL_CLOEXEC);

	return loop < 0 ? -errno : loop;
}

int loop_watch(int loop, struct watch *watch, bool want_write)
{
	struct epoll_event event = {
		.events = EPOLLIN | (want_write ? EPOLLOUT : 0), .data.ptr = watch,
	};

	if (!epoll_ctl(loop, EPOLL_CTL_MOD, watch->fd, &event))
		return 0;
	if (errno != ENOENT)
		return -errno;
	return epoll_ctl(loop, EPOLL_CTL_ADD, watch->fd, &event) ? -errno : 0;
}

void loop_forget(int loop, struct watch *watch)
{
	/* It is gone already where its descriptor was closed. */
	(void)epoll_ctl(loop, EPOLL_CTL_DEL, watch->fd, NULL);
	watch->fd = -1;
}

uint64_t loop_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

static int timeout_until(uint64_t until)
{
	uint64_t now = loop_now();

	if (until == NEVER)
		return -1;
	if (until <= now)
		return 0;
	return until - now > INT_MAX ? INT_MAX : (int)(until - now);
}

/* A watch may be given back by another one's function: those that are left are not called. */
int loop_wait(int loop, uint64_t until)
{
	struct epoll_event events[EVENTS];
	int nr = epoll_wait(loop, events, EVENTS, timeout_until(until));

	if (nr < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < nr; i++) {
		struct watch *watch = events[i].data.ptr;

		if (watch->fd >= 0)
			watch->ready(watch);
	}
	return nr;
}
