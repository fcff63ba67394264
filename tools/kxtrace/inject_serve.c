// SPDX-License-Identifier: GPL-2.0-only
/* -e inject=: the helper, which answers the calls that seccomp holds. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <time.h>

#include "decode.h"
#include "decode/compat.h"
#include "inject.h"

#define NS_PER_S	1000000000ull

/* What becomes of one call. */
struct answer {
	__u64 id;		/* the kernel's name for the call that waits */
	__u64 due_ns;		/* CLOCK_MONOTONIC; with a delay */
	bool answered;		/* with `result`; else the call goes on */
	__s64 result;
	struct kxt_mark mark;	/* its tid is 0: there is nothing to tell */
};

struct server {
	const struct inject_service *service;
	struct inject_counts *counts;
	struct answer *waiting;		/* for their time, in no order */
	size_t nr_waiting;
	size_t room;
	bool over;			/* everything goes on */
	bool alone;			/* no task has the filter any more */
};

static __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/*
 * The kernel half reads it when the call goes on, or is over. A place that is taken is
 * that of a task that was killed meanwhile; so many at once there are not.
 */
static struct kxt_mark *leave_mark(const struct server *server, const struct kxt_mark *mark)
{
	struct kxt_mark *place = NULL;
	unsigned int i;

	if (!mark->tid)
		return NULL;
	for (i = 0; i < KXT_MARK_TRIES; i++) {
		place = &server->service->marks[kxt_mark_place(mark->tid, i)];
		if (!place->tid || place->tid == mark->tid)
			break;
	}
	place->flags = mark->flags;
	place->signal = mark->signal;
	place->began_ns = mark->began_ns;
	place->exit_delay_ns = mark->exit_delay_ns;
	__atomic_store_n(&place->tid, mark->tid, __ATOMIC_RELEASE);
	return place;
}

/* A task that is gone needs no answer. */
static void send_answer(const struct server *server, const struct answer *answer)
{
	struct kxt_mark *mark = leave_mark(server, &answer->mark);
	struct seccomp_notif_resp reply = { .id = answer->id };

	if (!answer->answered)
		reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else if (answer->result < 0 && answer->result >= -4095)
		reply.error = answer->result;
	else
		reply.val = answer->result;
	if (ioctl(server->service->listener, SECCOMP_IOCTL_NOTIF_SEND, &reply) && mark)
		mark->tid = 0;
}

static bool is_hit(const struct inject_rule *rule, __u32 count)
{
	if (count < rule->first || (rule->last && count > rule->last))
		return false;
	return rule->step ? (count - rule->first) % rule->step == 0 : count == rule->first;
}

static bool is_always(const struct inject_rule *rule)
{
	return rule->first == 1 && rule->step == 1 && !rule->last;
}

/* The rule that this call falls under now, or NULL. */
static const struct inject_rule *rule_for(struct server *server, unsigned int row,
					  const struct seccomp_notif *call, __u64 now)
{
	const struct inject_service *service = server->service;
	const struct inject_rule *rule;

	if (server->over || !*service->armed ||
	    (service->task && call->pid != (__u32)service->task))
		return NULL;
	if (!service->opt->of_row[row])
		return NULL;
	rule = &service->opt->rules[service->opt->of_row[row] - 1];
	if (!is_always(rule) && !is_hit(rule, inject_count(server->counts, call->pid, row, now)))
		return NULL;
	return rule;
}

static bool keep_waiting(struct server *server, const struct answer *answer)
{
	size_t room = server->room * 2 + 16;
	struct answer *grown;

	if (server->nr_waiting == server->room) {
		grown = reallocarray(server->waiting, room, sizeof(*grown));
		if (!grown)
			return false;
		server->waiting = grown;
		server->room = room;
	}
	server->waiting[server->nr_waiting++] = *answer;
	return true;
}

/*
 * The kernel will not look at the memory of a call that it does not make, and the kernel
 * half cannot bring in pages: what it is to show is touched here.
 */
static void bring_in(const struct seccomp_notif *call, unsigned int row)
{
	const struct call_info *info = &call_table[row];
	static char nowhere[4096];
	struct iovec local = { nowhere, sizeof(nowhere) }, remote = { .iov_len = sizeof(nowhere) };
	unsigned int i;

	for (i = 0; info->name && i < info->nr_args; i++) {
		if (info->args[i].op.kind == KXT_CAP_NONE)
			continue;
		remote.iov_base = (void *)call->data.args[compat_register(row, i)];
		if (remote.iov_base)
			(void)process_vm_readv(call->pid, &local, 1, &remote, 1, 0);
	}
}

/* An answer keeps the caller for both delays; a call that runs, for the first. */
static void answer_call(struct server *server, const struct seccomp_notif *call)
{
	__u64 now = now_ns();
	bool compat = call->data.arch == AUDIT_ARCH_I386;
	unsigned int row = inject_row(call->data.nr, compat, call->data.args[0]);
	const struct inject_rule *rule = rule_for(server, row, call, now);
	struct answer answer = { .id = call->id };
	__u64 delay;

	if (!rule) {
		send_answer(server, &answer);
		return;
	}
	if (rule->answered)
		bring_in(call, row);
	answer.answered = rule->answered;
	answer.result = rule->result;
	answer.mark = (struct kxt_mark){
		.tid = call->pid, .signal = rule->signal, .began_ns = now,
		.flags = (rule->answered ? KXT_F_INJECTED : 0) |
			 (rule->delayed ? KXT_F_DELAYED : 0),
		.exit_delay_ns = rule->answered ? 0 : rule->exit_ns,
	};
	delay = rule->enter_ns + (rule->answered ? rule->exit_ns : 0);
	answer.due_ns = now + delay;
	if (!delay || !keep_waiting(server, &answer))
		send_answer(server, &answer);
}

/* Those whose time has come; when it is over, all, and untouched. */
static void answer_waiting(struct server *server)
{
	__u64 now = server->nr_waiting ? now_ns() : 0;
	struct answer *answer;
	size_t i = 0;

	while (i < server->nr_waiting) {
		answer = &server->waiting[i];
		if (!server->over && answer->due_ns > now) {
			i++;
			continue;
		}
		if (server->over)
			*answer = (struct answer){ .id = answer->id };
		send_answer(server, answer);
		*answer = server->waiting[--server->nr_waiting];
	}
}

static struct timespec *time_left(const struct server *server, struct timespec *left)
{
	__u64 first = ~0ull, now = now_ns();
	size_t i;

	if (!server->nr_waiting)
		return NULL;
	for (i = 0; i < server->nr_waiting; i++)
		if (server->waiting[i].due_ns < first)
			first = server->waiting[i].due_ns;
	first = first > now ? first - now : 0;
	left->tv_sec = first / NS_PER_S;
	left->tv_nsec = first % NS_PER_S;
	return left;
}

static void take_call(struct server *server)
{
	struct seccomp_notif call = {};

	/* ENOENT: it was killed, or a signal made it begin again. */
	if (!ioctl(server->service->listener, SECCOMP_IOCTL_NOTIF_RECV, &call))
		answer_call(server, &call);
}

static void wait_for_calls(struct server *server)
{
	struct pollfd fds[] = {
		{ .fd = server->service->listener, .events = POLLIN },
		{ .fd = server->over ? -1 : server->service->control, .events = POLLIN },
	};
	struct timespec left;

	if (ppoll(fds, 2, server->nr_waiting ? time_left(server, &left) : NULL, NULL) < 0)
		return;
	if (fds[1].revents)
		server->over = true;
	answer_waiting(server);
	if (fds[0].revents & POLLIN)
		take_call(server);
	else if (fds[0].revents)
		server->alone = true;
}

void inject_serve(const struct inject_service *service)
{
	struct server server = { .service = service };

	server.counts = inject_counts_new(service->opt);
	server.over = !server.counts;
	while (!server.alone)
		wait_for_calls(&server);
	inject_counts_free(server.counts);
	free(server.waiting);
}
