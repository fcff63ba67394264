/* SPDX-License-Identifier: GPL-2.0-only */
/* seccomp: the calls that a task may make from now on. */
#include "prctl.h"

#include <linux/seccomp.h>

#include "member.h"
#include "../xlat/process.h"

/* A socket filter's struct sock_fprog: its instructions are not read. */
void out_program(struct out *o, const struct call *c, unsigned int i)
{
	const uint64_t *program = arg_data(o, c, i, 16);

	if (!program)
		return;
	out_str(o, "{len=");
	out_udec(o, (uint16_t)program[0]);
	member_addr(o, "filter", program[1]);
	out_char(o, '}');
}

void print_seccomp_flags(struct out *o, const struct call *c, unsigned int i,
			 const struct arg *arg)
{
	(void)arg;
	if (c->rec->args[0] == SECCOMP_SET_MODE_FILTER)
		xlat_flags(o, &seccomp_filter_flags,
			   (uint32_t)c->rec->args[i]);
	else
		out_hex(o, (uint32_t)c->rec->args[i]);
}

static void out_notif_sizes(struct out *o, const struct call *c,
			    unsigned int i)
{
	const struct seccomp_notif_sizes *s = arg_data_out(o, c, i, sizeof(*s));

	if (!s)
		return;
	out_char(o, '{');
	member_udec(o, "seccomp_notif", s->seccomp_notif);
	member_udec(o, "seccomp_notif_resp", s->seccomp_notif_resp);
	member_udec(o, "seccomp_data", s->seccomp_data);
	out_char(o, '}');
}

void print_seccomp_arg(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	const uint32_t *action;

	(void)arg;
	switch ((uint32_t)c->rec->args[0]) {
	case SECCOMP_SET_MODE_FILTER:
		out_program(o, c, i);
		break;
	case SECCOMP_GET_ACTION_AVAIL:
		action = arg_data(o, c, i, sizeof(*action));
		if (action) {
			out_char(o, '[');
			xlat_value(o, &seccomp_actions, *action);
			out_char(o, ']');
		}
		break;
	case SECCOMP_GET_NOTIF_SIZES:
		out_notif_sizes(o, c, i);
		break;
	default:
		out_addr(o, c->rec->args[i]);
	}
}
