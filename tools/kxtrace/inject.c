// SPDX-License-Identifier: GPL-2.0-only
/* -e inject=: the child's side, the start of the helper, and its end. */
#include "inject.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Since Linux 6.6: who waits for the answer runs next, on the same CPU. */
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP	1UL
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS		SECCOMP_IOW(4, __u64)
#endif
/* Since Linux 5.19: only what kills a task ends its waiting. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV	(1UL << 5)
#endif

struct injector {
	const struct options *opt;
	struct sock_filter insns[INJECT_MAX_INSNS];
	struct sock_fprog program;
	__u64 key;		/* lets the child's own calls through its filter */
	volatile int *armed;	/* both have it mapped: the command has begun */
	int ours;		/* the sockets on which the listener comes */
	int childs;
	int listener;
	int control;		/* our end of a pipe; the helper sees it close */
	struct kxt_mark *marks;
	pid_t helper;
};

#define MARKS_SIZE	(KXT_NR_MARKS * sizeof(struct kxt_mark))

static int fail(const char *what)
{
	int err = errno;

	complain("-e inject=: %s: %s", what, strerror(err));
	return -err;
}

/* A descriptor that is open is closed, and is none afterwards. */
static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int open_both(struct injector *injector)
{
	int ends[2];

	injector->armed = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (injector->armed == MAP_FAILED)
		return fail("no memory to share with the command");
	if (getrandom(&injector->key, sizeof(injector->key), 0) != sizeof(injector->key))
		return fail("no random number");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return fail("no socket to the command");
	injector->ours = ends[0];
	injector->childs = ends[1];
	return 0;
}

int injector_new(struct injector **out, const struct options *opt)
{
	struct injector *injector;
	int err;

	*out = NULL;
	if (!opt->inject.nr_rules)
		return 0;
	injector = calloc(1, sizeof(*injector));
	if (!injector) {
		complain("out of memory");
		return -ENOMEM;
	}
	injector->opt = opt;
	injector->ours = injector->childs = injector->listener = injector->control = -1;
	injector->program.filter = injector->insns;
	err = open_both(injector);
	if (!err && inject_filter(&injector->program, &opt->inject, injector->key)) {
		complain("-e inject=: the sets have too many gaps for the kernel's filter; take %%classes, or fewer names");
		err = -E2BIG;
	}
	if (err) {
		injector_free(injector);
		return err;
	}
	*out = injector;
	return 0;
}

static int install(const struct injector *injector)
{
	unsigned int flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_SPEC_ALLOW |
			     SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &injector->program);
}

/* Nobody answers yet: these two calls must not be held. */
static int send_listener(const struct injector *injector, int listener)
{
	char control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec byte = { "", 1 };
	struct msghdr message = {
		.msg_iov = &byte, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&message);
	long sent;

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &listener, sizeof(int));
	sent = syscall(SYS_sendmsg, injector->childs, &message, 0, 0, 0, injector->key);
	syscall(SYS_close, listener, 0, 0, 0, 0, injector->key);
	return sent == 1 ? 0 : -EPIPE;
}

/* Without CAP_SYS_ADMIN, a filter is for programs that gain no rights. */
int injector_enter(struct injector *injector)
{
	int listener = install(injector);

	if (listener < 0 && errno == EACCES) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		listener = install(injector);
	}
	if (listener < 0 && errno == EBUSY) {
		complain("-e inject=: kxtrace itself runs under something that holds its calls; there can be only one");
		return -EBUSY;
	}
	if (listener < 0)
		return fail("the kernel takes no seccomp filter with a listener");
	return send_listener(injector, listener);
}

void injector_exec(struct injector *injector, const char *path, char **argv)
{
	*injector->armed = 1;
	/* As under strace: the first execve is never tampered with. */
	syscall(SYS_execve, path, argv, environ, 0, 0, injector->key);
}

/* The end of the socket: the child could not, and has said so. */
static int receive_listener(struct injector *injector)
{
	char control[CMSG_SPACE(sizeof(int))] = {}, byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	ssize_t len;

	close_one(&injector->childs);
	do {
		len = recvmsg(injector->ours, &message, MSG_CMSG_CLOEXEC);
	} while (len < 0 && errno == EINTR);
	close_one(&injector->ours);
	cmsg = len == 1 ? CMSG_FIRSTHDR(&message) : NULL;
	if (!cmsg || cmsg->cmsg_type != SCM_RIGHTS || cmsg->cmsg_len != CMSG_LEN(sizeof(int)))
		return -EPERM;
	memcpy(&injector->listener, CMSG_DATA(cmsg), sizeof(int));
	/* Older kernels do not know it, and are slower. */
	(void)ioctl(injector->listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
		    SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	return 0;
}

/* What the helper keeps open or mapped of the kernel half would outlive kxtrace. */
static void drop_maps(const void *keep)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long from, to;
	char line[512];

	while (maps && fgets(line, sizeof(line), maps)) {
		if (!strstr(line, "bpf") || sscanf(line, "%lx-%lx", &from, &to) != 2)
			continue;
		if (from != (unsigned long)keep)
			munmap((void *)from, to - from);
	}
	if (maps)
		fclose(maps);
}

/* Two descriptors are left, and no terminal. */
static void keep_two(int *one, int *other)
{
	int high = fcntl(*one, F_DUPFD, 3), higher = fcntl(*other, F_DUPFD, 3);

	if (dup2(high, 0) < 0 || dup2(higher, 1) < 0)
		return;
	*one = 0;
	*other = 1;
	close_range(2, ~0u, 0);
}

static void run_helper(const struct injector *injector, int control, pid_t task)
{
	const struct options *opt = injector->opt;
	struct inject_service service = {
		.opt = &opt->inject, .marks = injector->marks, .armed = injector->armed,
		.task = opt->follow ? 0 : task, .listener = injector->listener,
		.control = control,
	};

	sigset_t all;

	/* Signals to the command's group are not for it. */
	setsid();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	prctl(PR_SET_NAME, "kxtrace-inject");
	drop_maps(injector->marks);
	keep_two(&service.listener, &service.control);
	inject_serve(&service);
	_exit(0);
}

int injector_start(struct injector *injector, int marks, pid_t task)
{
	int ends[2], err;

	err = receive_listener(injector);
	if (err)
		return err;
	injector->marks = mmap(NULL, MARKS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, marks, 0);
	if (injector->marks == MAP_FAILED) {
		injector->marks = NULL;
		return fail("the marks cannot be mapped");
	}
	if (pipe2(ends, O_CLOEXEC))
		return fail("no pipe to the helper");
	injector->control = ends[1];
	injector->helper = fork();
	if (!injector->helper) {
		close(ends[1]);
		run_helper(injector, ends[0], task);
	}
	close(ends[0]);
	if (injector->helper < 0)
		return fail("the helper cannot be started");
	close_one(&injector->listener);
	return 0;
}

void injector_stop(struct injector *injector)
{
	if (injector)
		close_one(&injector->control);
}

void injector_free(struct injector *injector)
{
	if (!injector)
		return;
	close_one(&injector->control);
	close_one(&injector->listener);
	close_one(&injector->ours);
	close_one(&injector->childs);
	if (injector->marks)
		munmap(injector->marks, MARKS_SIZE);
	if (injector->armed && injector->armed != MAP_FAILED)
		munmap((void *)injector->armed, sizeof(int));
	free(injector);
}
