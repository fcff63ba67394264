/* SPDX-License-Identifier: GPL-2.0-only */
/* POSIX message queues. */
#include <fcntl.h>

#include "file.h"
#include "ipc.h"
#include "member.h"

/* The only flag that a queue has. */
static const struct xlat_entry mq_flag_entries[] = { X(O_NONBLOCK) };
static const struct xlat mq_flags = { mq_flag_entries, 1, "O_???" };

static void out_attr(struct out *o, const struct kmq_attr *a, bool symbols)
{
	out_str(o, "{mq_flags=");
	if (symbols)
		xlat_flags(o, &mq_flags, a->flags);
	else
		out_hex(o, a->flags);
	member_dec(o, "mq_maxmsg", a->maxmsg);
	member_dec(o, "mq_msgsize", a->msgsize);
	member_dec(o, "mq_curmsgs", a->curmsgs);
	out_char(o, '}');
}

void print_mq_attr(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	const struct kmq_attr *a = arg_data(o, c, i, sizeof(*a));

	(void)arg;
	if (a)
		out_attr(o, a, true);
}

/* Only where a queue may be made. */
void print_mq_open_attr(struct out *o, const struct call *c, unsigned int i,
			const struct arg *arg)
{
	const struct kmq_attr *a;

	(void)arg;
	if (!(c->rec->args[1] & O_CREAT))
		return;
	a = arg_data(o, c, i, sizeof(*a));
	if (a)
		out_attr(o, a, false);
}
