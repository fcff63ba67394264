/* SPDX-License-Identifier: GPL-2.0-only */
/* Extended attributes: values, and lists of names that the kernel fills in. */
#include "file.h"

#include <linux/limits.h>

/* Text ends with a null byte as often as not: one at the end is left out. */
static void out_value(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	const struct kxt_chunk *chunk = c->in[i] ? c->in[i] : c->out[i];
	uint64_t total = arg_count(c, arg);
	const char *text;
	size_t len;

	if (!chunk || chunk->status & KXT_FAULT) {
		print_buffer(o, c, i, arg);
		return;
	}
	text = (const char *)(chunk + 1);
	len = chunk->len < c->strsize ? chunk->len : c->strsize;
	if (len > total)
		len = total;
	if (len && !text[len - 1])
		out_quoted(o, text, len - 1, false);
	else
		out_quoted(o, text, len, len < total);
}

void print_xattr_in(struct out *o, const struct call *c, unsigned int i,
		    const struct arg *arg)
{
	if (arg_count(c, arg) > XATTR_SIZE_MAX)
		out_addr(o, c->rec->args[i]);
	else
		out_value(o, c, i, arg);
}

/* The size is the next argument; zero asks how much there is, fills nothing. */
void print_xattr_out(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	if (c->rec->args[i + 1])
		print_buffer(o, c, i, arg);
	else
		out_addr(o, c->rec->args[i]);
}
