/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls about signals. */
#include "signal.h"

#include <asm/signal.h>

#include "../tasks.h"
#include "member.h"

static void out_handler(struct out *o, uint64_t handler)
{
	member(o, "sa_handler");
	switch (handler) {
	case (uint64_t)SIG_DFL:
		out_name_hex(o, handler, "SIG_DFL");
		break;
	case (uint64_t)SIG_IGN:
		out_name_hex(o, handler, "SIG_IGN");
		break;
	case (uint64_t)SIG_ERR:
		out_name_hex(o, handler, "SIG_ERR");
		break;
	default:
		out_addr(o, handler);
	}
}

void print_sigaction(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	const struct ksigaction *sa = arg_data(o, c, i, sizeof(*sa));

	(void)arg;
	if (!sa)
		return;
	out_char(o, '{');
	out_handler(o, sa->handler);
	member(o, "sa_mask");
	out_sigset(o, &sa->mask, sizeof(sa->mask));
	member_flags(o, "sa_flags", &sigaction_flags, sa->flags);
	if (sa->flags & SA_RESTORER)
		member_addr(o, "sa_restorer", sa->restorer);
	out_char(o, '}');
}

void print_sigaltstack(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	const struct ksigaltstack *ss = arg_data(o, c, i, sizeof(*ss));

	(void)arg;
	if (!ss)
		return;
	out_char(o, '{');
	member_addr(o, "ss_sp", ss->sp);
	member_flags(o, "ss_flags", &sigaltstack_flags, (uint32_t)ss->flags);
	member_udec(o, "ss_size", ss->size);
	out_char(o, '}');
}

/* The kernel fills in as many bytes as the caller asks for, up to 8. */
void print_pending(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	uint64_t size = c->rec->args[1];
	const void *set;

	(void)arg;
	set = size && size <= 8 && !c->failed ? call_out(c, i, 8) : NULL;
	if (set)
		out_sigset(o, set, size);
	else
		out_addr(o, c->rec->args[i]);
}

/* The call has no arguments: the mask comes from the frame it restores. */
void print_restored_mask(struct out *o, const struct call *c, unsigned int i,
			 const struct arg *arg)
{
	const void *mask = call_in(c, i, 8);

	(void)arg;
	out_str(o, "{mask=");
	if (mask)
		out_sigset(o, mask, 8);
	else
		out_str(o, "[]");
	out_char(o, '}');
}

void print_resumed(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	const struct call_info *info = NULL;

	(void)i;
	(void)arg;
	if (c->task && c->task->interrupted)
		info = call_info_by_row(c->task->interrupted - 1);
	out_str(o, "<... resuming interrupted ");
	out_str(o, info ? info->name : "system call");
	out_str(o, " ...>");
}

void note_signal(struct out *o, struct call *c)
{
	if (!c->failed && c->rec->ret > 0)
		out_signal_name(o, c->rec->ret);
}
