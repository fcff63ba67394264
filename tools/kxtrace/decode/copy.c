/* SPDX-License-Identifier: GPL-2.0-only */
/* Offsets of calls that copy between two files. */
#include "desc.h"

#include "member.h"

/* The kernel moves the offset on; both are shown, even if it stayed. */
void print_copy_offset(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	const int64_t *before = arg_data(o, c, i, sizeof(*before));
	const int64_t *after = call_out(c, i, sizeof(*after));

	(void)arg;
	if (!before)
		return;
	out_char(o, '[');
	out_udec(o, *before);
	out_char(o, ']');
	if (!after || c->failed || !c->rec->ret)
		return;
	out_str(o, " => [");
	out_udec(o, *after);
	out_char(o, ']');
}

void print_nothing(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	(void)o;
	(void)c;
	(void)i;
	(void)arg;
}
