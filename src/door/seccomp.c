// SPDX-License-Identifier: GPL-2.0-only
/*
 * Doors without a program in the kernel: system calls that seccomp holds until they are
 * answered, in processes that were started for it. Questions and answers are those of
 * any door whose request is a struct kx_call_request.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "door/door.h"
#include "door/places.h"
#include "kernel/caps.h"

#define CALLS_MAX	64

static const struct {
	int number;
	enum kx_operation operation;
	int path;		/* which argument is one; -1: none */
} calls[] = {
	{ __NR_open, KX_OPERATION_OPEN, 0 },
	{ __NR_creat, KX_OPERATION_OPEN, 0 },
	{ __NR_openat, KX_OPERATION_OPEN, 1 },
	{ 437, KX_OPERATION_OPEN, 1 },			/* openat2 */
	{ __NR_execve, KX_OPERATION_EXEC, 0 },
	{ __NR_execveat, KX_OPERATION_EXEC, 1 },
	{ __NR_unlink, KX_OPERATION_UNLINK, 0 },
	{ __NR_rmdir, KX_OPERATION_UNLINK, 0 },
	{ __NR_unlinkat, KX_OPERATION_UNLINK, 1 },
	{ __NR_rename, KX_OPERATION_RENAME, 0 },
	{ __NR_renameat, KX_OPERATION_RENAME, 1 },
	{ __NR_renameat2, KX_OPERATION_RENAME, 1 },
	{ __NR_chmod, KX_OPERATION_CHMOD, 0 },
	{ __NR_fchmodat, KX_OPERATION_CHMOD, 1 },
	{ __NR_mkdir, KX_OPERATION_OTHER, 0 },
	{ __NR_mkdirat, KX_OPERATION_OTHER, 1 },
	{ __NR_stat, KX_OPERATION_OTHER, 0 },
	{ __NR_newfstatat, KX_OPERATION_OTHER, 1 },
	{ __NR_chdir, KX_OPERATION_OTHER, 0 },
	{ __NR_chown, KX_OPERATION_OTHER, 0 },
	{ __NR_truncate, KX_OPERATION_OTHER, 0 },
	{ __NR_connect, KX_OPERATION_CONNECT, -1 },
	{ __NR_bind, KX_OPERATION_BIND, -1 },
	{ __NR_mount, KX_OPERATION_MOUNT, 1 },
	{ __NR_umount2, KX_OPERATION_MOUNT, 0 },
	{ __NR_ptrace, KX_OPERATION_PTRACE, -1 },
	{ __NR_kill, KX_OPERATION_KILL, -1 },
	{ __NR_tkill, KX_OPERATION_KILL, -1 },
	{ __NR_tgkill, KX_OPERATION_KILL, -1 },
	{ __NR_bpf, KX_OPERATION_BPF, -1 },
};

/* Held: the calls of the list, made in the machine's own way; others of it, ENOSYS. */
static size_t program(const int *numbers, size_t nr, struct sock_filter *out)
{
	size_t at = 0;

	out[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, arch));
	/* Another architecture has other numbers: refused rather than let by. */
	out[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64,
						 1, 0);
	out[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	out[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, nr));
	out[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1);
	out[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	for (size_t i = 0; i < nr; i++)
		out[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, numbers[i],
							 nr - i, 0);
	out[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	out[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	return at;
}

int kx_door_filter(struct kx *kx, const int *numbers, size_t nr, int *out)
{
	struct sock_filter insns[CALLS_MAX + 8];
	struct sock_fprog prog = { .filter = insns };
	int fd;

	if (!nr || nr > CALLS_MAX)
		return kx_fail(kx, -EINVAL, "seccomp: %zu calls: 1 to %d can be held", nr,
			       CALLS_MAX);
	prog.len = program(numbers, nr, insns);
	if (caps_missing(KX_NEED_SYS_ADMIN) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return kx_fail(kx, -errno, "seccomp: %s", kx_why(-errno));
	fd = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
		     &prog);
	if (fd < 0)
		return kx_fail(kx, -errno, "seccomp: no listener: %s%s", kx_why(-errno),
			       errno == EBUSY ? ": another one holds this process already" : "");
	*out = fd;
	return 0;
}

/* Where the process is not ours to read, the path stays empty. */
static void path_copy(pid_t tid, uint64_t from, char path[KX_CALL_PATH])
{
	/* Up to the end of its page first: the next one may not be there. */
	size_t first = 4096 - from % 4096, len = KX_CALL_PATH - 1;
	struct iovec local = { .iov_base = path };
	struct iovec remote = { .iov_base = (void *)(uintptr_t)from };
	ssize_t got;

	local.iov_len = remote.iov_len = first < len ? first : len;
	got = process_vm_readv(tid, &local, 1, &remote, 1, 0);
	if (got > 0 && (size_t)got < len && !memchr(path, 0, got)) {
		local = (struct iovec){ path + got, len - got };
		remote = (struct iovec){ (void *)(uintptr_t)(from + got), len - got };
		(void)process_vm_readv(tid, &local, 1, &remote, 1, 0);
	}
	path[KX_CALL_PATH - 1] = '\0';
}

/* Who it is: the process of a thread, its user, its name. */
static void caller_read(pid_t tid, struct kx_question *out, char comm[17])
{
	char path[64], text[4096];
	_cleanup_close_ int fd = -1;
	const char *line;
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	out->tid = out->pid = tid;
	if (len <= 0)
		return;
	text[len] = '\0';
	(void)sscanf(text, "Name:\t%16[^\n]", comm);
	line = strstr(text, "\nTgid:");
	if (line)
		(void)sscanf(line, "\nTgid: %u", &out->pid);
	line = strstr(text, "\nUid:");
	if (line)
		(void)sscanf(line, "\nUid: %*u %u", &out->uid);
	line = strstr(text, "\nGid:");
	if (line)
		(void)sscanf(line, "\nGid: %*u %u", &out->gid);
}

static void request_fill(const struct seccomp_notif *notice, struct kx_call_request *out)
{
	int path = -1;

	memset(out, 0, sizeof(*out));
	out->number = notice->data.nr;
	for (size_t i = 0; i < 6; i++)
		out->args[i] = notice->data.args[i];
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (calls[i].number != notice->data.nr)
			continue;
		out->operation = calls[i].operation;
		path = calls[i].path;
	}
	if (path >= 0)
		path_copy(notice->pid, out->args[path], out->path);
}

/* The keeper: it takes what is held, sees to deadlines, and outlives the service. */
static void keep(struct kx_door *door, int service_fd, int said_fd)
{
	int *needed[] = { &door->listener, &door->event_fd, &service_fd, &said_fd };
	struct places *all = door->places;
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	const uint64_t one = 1;
	bool alone = false;

	door_keeper_shed(needed, 4);
	door_keeper_said(&said_fd, 0);
	places_mend(all);
	fds[0].fd = door->listener;
	fds[1].fd = service_fd;
	for (;;) {
		int sleep_ms = places_expire(all, door->listener, alone, alone ?
					     &all->counts.died : &all->counts.deadline);

		if (poll(fds, 2, sleep_ms) < 0)
			continue;
		if (fds[1].revents) {
			alone = true;
			fds[1].fd = -1;
		}
		if (fds[0].revents & POLLIN && places_receive(all, door->listener, alone))
			(void)!write(door->event_fd, &one, sizeof(one));
		else if (fds[0].revents & ~POLLIN)
			return;	/* all that were held have ended */
	}
}

int door_notice_begin(struct kx_door *door, uint32_t deadline_ms, int fallback)
{
	struct epoll_event event = { .events = EPOLLIN };
	int err;

	if (!door->places)
		door->places = places_new(deadline_ms, fallback);
	if (!door->places)
		return -ENOMEM;
	err = door_keeper_run(door, keep);
	if (!err && epoll_ctl(door->epoll_fd, EPOLL_CTL_ADD, door->keeper_fd, &event)) {
		err = -errno;
		door_keeper_stop(door);
	}
	return err;
}

/* Nothing waits. Under the lock. 0, or an errno. */
static int idle(struct kx_door *door)
{
	struct pollfd held = { .fd = door->listener };
	int err;

	if (poll(&held, 1, 0) > 0)
		return kx_fail(door->kx, -ENODEV, "seccomp: all that were held have ended");
	if (!door_keeper_ended(door))
		return 0;
	err = door_notice_begin(door, 0, 0);
	return err ? kx_fail(door->kx, err, "seccomp: its keeper was killed, and another cannot be "
			     "started: %s", kx_why(err)) : 0;
}

/* 1, 0, or an errno. */
static int next(struct kx_door *door, struct seccomp_notif *notice)
{
	uint64_t nr;
	int result;

	if (places_ask(door->places, notice))
		return 1;
	/* Once more: what comes after this is told anew. */
	if (read(door->event_fd, &nr, sizeof(nr)) > 0 && places_ask(door->places, notice))
		return 1;
	pthread_mutex_lock(&door->lock);
	result = idle(door);
	pthread_mutex_unlock(&door->lock);
	return result;
}

int door_notice(struct kx_door *door)
{
	struct kx_call_request request;
	struct seccomp_notif notice;
	struct kx_answer answer = {};
	char comm[17] = "";
	struct kx_question question = {
		.comm = comm, .request = &request, .len = sizeof(request),
		.time_ns = places_now(),
	};
	int result = door->places ? next(door, &notice) : -ENODEV;

	if (result <= 0)
		return result;
	request_fill(&notice, &request);
	caller_read(notice.pid, &question, comm);
	question.id = notice.id;
	question.opcode = request.operation;
	/* What was read is that task's only if it still is held. */
	if (ioctl(door->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &notice.id)) {
		places_forget(door->places, notice.id);
		return 1;
	}
	result = door->fn(door->ctx, &question, &answer);
	if (!result) {
		result = kx_door_answer(door, question.id, &answer);
		if (result == -ESTALE || result == -EALREADY || result == -EINVAL)
			result = 0;
	}
	return result < 0 ? result : 1;
}

static int refused(struct kx_door *door, int err, const char *why)
{
	int result;

	pthread_mutex_lock(&door->lock);
	result = kx_fail(door->kx, err, "seccomp: %s", why);
	pthread_mutex_unlock(&door->lock);
	return result;
}

int door_notice_answer(struct kx_door *door, uint64_t id, const struct kx_answer *answer)
{
	bool is_garbage = answer->verdict > 0 || answer->verdict < -511;
	struct places *all = door->places;
	int err;

	if (!all)
		return refused(door, -ENODEV, "it is served no more");
	err = is_garbage ? places_answer(all, door->listener, id, all->fallback, NULL,
					 &all->counts.garbage) :
	      places_answer(all, door->listener, id, answer->verdict, answer->reply,
			    &all->counts.answered);
	if (err == -ENOENT)
		return refused(door, -ESTALE, "who asked has gone");
	if (err)
		return refused(door, err, "the answer is too late, or there is no such question");
	return is_garbage ? refused(door, -EINVAL, "the verdict is not 0 or a negative errno; the "
				    "default was given") : 0;
}

/* What is held gets the default, now from us, and later ones from the keeper. */
void door_notice_done(struct kx_door *door)
{
	struct places *all = door->places;

	__atomic_store_n(&all->ended, true, __ATOMIC_SEQ_CST);
	for (int tries = 0; tries < 1000; tries++) {
		(void)places_expire(all, door->listener, true, &all->counts.died);
		if (!places_used(all))
			break;
		usleep(1000);
	}
	door->counts = all->counts;
	places_free(all);
	door->places = NULL;
	cleanup_close(&door->listener);
	door->listener = -1;
	door->attached = false;
}
