/* SPDX-License-Identifier: GPL-2.0-only */
/* clone and clone3: what of the parent the child shares. */
#include <linux/sched.h>

#include "member.h"
#include "process.h"
#include "sigset.h"
#include "../xlat/process.h"

enum { FLAGS, STACK, PARENT_TID, CHILD_TID, TLS };

void print_clone_stack(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	(void)i;
	(void)arg;
	out_str(o, "child_stack=");
	out_addr(o, c->rec->args[STACK]);
}

/* The signal of the child's end is in the lowest byte. */
void print_clone_flags(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	uint64_t flags = c->rec->args[FLAGS] & ~(uint64_t)CSIGNAL;
	int sig = c->rec->args[FLAGS] & CSIGNAL;

	(void)i;
	(void)arg;
	out_str(o, "flags=");
	if (flags || !sig)
		xlat_flags(o, &clone_flags, flags);
	if (flags && sig)
		out_char(o, '|');
	if (sig)
		out_signal(o, sig);
}

void print_clone_parent_tid(struct out *o, const struct call *c,
			    unsigned int i, const struct arg *arg)
{
	if (!(c->rec->args[FLAGS] & (CLONE_PARENT_SETTID | CLONE_PIDFD)))
		return;
	out_str(o, "parent_tid=");
	print_int_pointer(o, c, i, arg);
}

void print_clone_tls(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	(void)i;
	(void)arg;
	if (c->rec->args[FLAGS] & CLONE_SETTLS) {
		out_str(o, "tls=");
		out_addr(o, c->rec->args[TLS]);
	}
}

void print_clone_child_tid(struct out *o, const struct call *c,
			   unsigned int i, const struct arg *arg)
{
	(void)i;
	(void)arg;
	if (c->rec->args[FLAGS] & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID)) {
		out_str(o, "child_tidptr=");
		out_addr(o, c->rec->args[CHILD_TID]);
	}
}

static void out_shared(struct out *o, const struct kclone_args *a)
{
	member_flags(o, "flags", &clone_flags, a->flags);
	if (a->flags & CLONE_PIDFD)
		member_addr(o, "pidfd", a->pidfd);
	if (a->flags & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID))
		member_addr(o, "child_tid", a->child_tid);
	if (a->flags & CLONE_PARENT_SETTID)
		member_addr(o, "parent_tid", a->parent_tid);
	member(o, "exit_signal");
	if (a->exit_signal <= INT32_MAX)
		out_signal(o, a->exit_signal);
	else
		out_udec(o, a->exit_signal);
	member_addr(o, "stack", a->stack);
	member_hex(o, "stack_size", a->stack_size);
	if (a->flags & CLONE_SETTLS)
		member_addr(o, "tls", a->tls);
}

/*
 * The call's result is what the kernel put behind parent_tid; where the
 * descriptor of the child went is not read.
 */
static void out_filled(struct out *o, const struct call *c,
		       const struct kclone_args *a)
{
	if (c->failed || !(a->flags & CLONE_PARENT_SETTID))
		return;
	out_str(o, " => {parent_tid=[");
	out_dec(o, c->rec->ret);
	out_str(o, "]}");
}

void print_clone_args(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	const struct kclone_args *a = call_in(c, i, sizeof(*a));
	uint64_t size = c->rec->args[1];

	(void)arg;
	if (!a || size < 64) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '{');
	out_shared(o, a);
	if (size >= 80 && (a->set_tid || a->set_tid_size)) {
		member_addr(o, "set_tid", a->set_tid);
		member_udec(o, "set_tid_size", a->set_tid_size);
	}
	if (size >= 88 && (a->cgroup || a->flags & CLONE_INTO_CGROUP))
		member_udec(o, "cgroup", a->cgroup);
	out_char(o, '}');
	out_filled(o, c, a);
}

void print_unshare_flags(struct out *o, const struct call *c, unsigned int i,
			 const struct arg *arg)
{
	(void)arg;
	xlat_flags(o, &unshare_flags, c->rec->args[i]);
}
