/* SPDX-License-Identifier: GPL-2.0-only */
/* Extended attributes: values and lists of names that the kernel fills in. */
#include "file.h"

/* The size is the next argument; zero asks how much there is, fills nothing. */
void print_xattr_out(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	if (c->rec->args[i + 1])
		print_buffer(o, c, i, arg);
	else
		out_addr(o, c->rec->args[i]);
}
