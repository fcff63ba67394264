// SPDX-License-Identifier: GPL-2.0-only
/*
 * A system call intercepted: own code runs first, then the call goes on; or is refused.
 *
 *	getlogin [--refuse UID,...] COMMAND [ARGUMENT...]
 *
 * Who asks for his user number (getuid, geteuid) is told of on standard error, then the
 * kernel answers as ever. With --refuse, users of the list get EPERM instead.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Which calls are held until we have answered: seen by the kernel, for each call. */
static struct sock_filter filter[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 4),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getuid, 1, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_geteuid, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

/* What we know of a task; its real user, or -1 when it has ended meanwhile. */
static long user_of(unsigned int tid, char *name, size_t size)
{
	char path[64], line[256];
	long uid = -1;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%u/status", tid);
	status = fopen(path, "re");
	snprintf(name, size, "somebody");
	while (status && fgets(line, sizeof(line), status)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "Name:\t", 6))
			snprintf(name, size, "%.63s", line + 6);
		if (sscanf(line, "Uid: %ld", &uid) == 1)
			break;
	}
	if (status)
		fclose(status);
	return uid;
}

static bool is_listed(const char *list, long uid)
{
	const char *at = list;
	char *end;

	while (at && *at) {
		if (strtol(at, &end, 10) == uid && end != at)
			return true;
		at = strchr(at, ',');
		at += at != NULL;
	}
	return false;
}

/* Own code first. What it cannot judge, it refuses. */
static void intercept(int listener, const char *refused)
{
	struct seccomp_notif call = {};
	struct seccomp_notif_resp reply = {};
	bool refuse;
	char name[64];
	long uid;

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call))
		return;		/* it was killed meanwhile */
	uid = user_of(call.pid, name, sizeof(name));
	refuse = refused && (uid < 0 || is_listed(refused, uid));
	fprintf(stderr, "getlogin: %s of user %ld asks %s: %s\n", name, uid,
		call.data.nr == SYS_getuid ? "getuid" : "geteuid",
		refuse ? "refused" : "goes on");
	reply.id = call.id;
	if (refuse)
		reply.error = -EPERM;
	else
		reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply);
}

/*
 * Until the listener is at its end: the last process with the filter has ended. A zombie
 * still has it, so the command is waited for at once; its children may live longer.
 */
static int serve(int listener, pid_t child, const char *refused)
{
	struct pollfd fds[] = {
		{ .fd = listener, .events = POLLIN },
		{ .fd = syscall(SYS_pidfd_open, child, 0), .events = POLLIN },
	};
	int status = 0;

	while (poll(fds, 2, -1) > 0 || errno == EINTR) {
		if (fds[1].revents && waitpid(child, &status, 0) == child) {
			close(fds[1].fd);
			fds[1].fd = -1;
		}
		if (fds[0].revents & POLLIN)
			intercept(listener, refused);
		else if (fds[0].revents && fds[1].fd < 0)
			break;
	}
	return status;
}

union control {
	struct cmsghdr head;
	char space[CMSG_SPACE(sizeof(int))];
};

static void run(int channel, char **command)
{
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };
	union control control = {};
	struct iovec byte = { "", 1 };
	struct msghdr message = { .msg_iov = &byte, .msg_iovlen = 1,
				  .msg_control = &control, .msg_controllen = sizeof(control) };
	int listener;

	/* Whoever is not root may filter himself only if he gains no rights any more. */
	if (geteuid())
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			   SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	if (listener < 0) {
		perror("getlogin: the kernel takes no filter");
		_exit(1);
	}
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.head), &listener, sizeof(int));
	if (sendmsg(channel, &message, 0) != 1)
		_exit(1);
	close(listener);
	execvp(command[0], command);
	fprintf(stderr, "getlogin: %s: %s\n", command[0], strerror(errno));
	_exit(127);
}

static int take_listener(int channel)
{
	union control control = {};
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1,
				  .msg_control = &control, .msg_controllen = sizeof(control) };
	int listener = -1;

	if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&message))
		memcpy(&listener, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	return listener;
}

int main(int argc, char **argv)
{
	const char *refused = NULL;
	int channel[2], listener, status;
	pid_t child;

	if (argc > 2 && !strcmp(argv[1], "--refuse")) {
		refused = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc < 2 || *argv[1] == '-') {
		fprintf(stderr, "usage: getlogin [--refuse UID,...] COMMAND [ARGUMENT...]\n");
		return 2;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel))
		return 1;
	child = fork();
	if (!child)
		run(channel[1], argv + 1);
	close(channel[1]);
	listener = take_listener(channel[0]);
	if (listener >= 0)
		status = serve(listener, child, refused);
	else if (waitpid(child, &status, 0) != child)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
