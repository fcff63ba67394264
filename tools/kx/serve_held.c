// SPDX-License-Identifier: GPL-2.0-only
/* kx serve --run: a command whose system calls are held until they are answered. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "cli/own.h"
#include "serve.h"
#include "verb.h"

#define CALLS_MAX	64

static int calls_read(const char *list, int *out, size_t *nr)
{
	_cleanup_free_ char *copy = strdup(list);
	char *rest = copy, *word;
	struct call call;

	*nr = 0;
	while ((word = strsep(&rest, ","))) {
		if (!*word || call_find(word, &call))
			return tell_wrong("serve: --calls: %s: no such call; kx syscalls lists them",
					  word);
		/* Its listener comes to us by it. */
		if (call.number == __NR_sendmsg)
			return tell_wrong("serve: --calls: sendmsg cannot be held");
		if (*nr == CALLS_MAX)
			return tell_wrong("serve: --calls: %d calls at most", CALLS_MAX);
		out[(*nr)++] = call.number;
	}
	return DONE;
}

union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr head;
};

static int listener_send(int to, int fd)
{
	union control control = {};
	char byte = 0;
	struct iovec io = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &io, .msg_iovlen = 1,
				  .msg_control = control.bytes,
				  .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	return sendmsg(to, &message, 0) == 1 ? 0 : -errno;
}

/* -1: it has not come so far. */
static int listener_receive(int from)
{
	union control control = {};
	char byte;
	struct iovec io = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &io, .msg_iovlen = 1,
				  .msg_control = control.bytes,
				  .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *head;
	int fd = -1;

	if (recvmsg(from, &message, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	head = CMSG_FIRSTHDR(&message);
	if (head && head->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}

/* Between the filter and the end of this process nothing of the list can be answered yet. */
static void held(struct kx *kx, const int *calls, size_t nr, const char *command, int to)
{
	int listener;

	if (kx_door_filter(kx, calls, nr, &listener)) {
		tell("%s", kx_error(kx));
		_exit(126);
	}
	if (listener_send(to, listener))
		_exit(126);
	/* Both have close-on-exec. */
	execl("/bin/sh", "sh", "-c", command, NULL);
	_exit(127);
}

int held_start(struct kx *kx, const char *list, const char *command, pid_t *pid, int *listener)
{
	int calls[CALLS_MAX], pair[2];
	size_t nr;
	int status = calls_read(list, calls, &nr);

	if (status)
		return status;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return tell("%s: cannot be started: %s", command, strerror(errno));
	*pid = fork();
	if (!*pid) {
		close(pair[0]);
		held(kx, calls, nr, command, pair[1]);
	}
	close(pair[1]);
	*listener = *pid < 0 ? -1 : listener_receive(pair[0]);
	close(pair[0]);
	if (*listener >= 0)
		return DONE;
	if (*pid > 0)
		(void)waitpid(*pid, NULL, 0);
	return tell("%s: cannot be started", command);
}
