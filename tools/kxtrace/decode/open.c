/* SPDX-License-Identifier: GPL-2.0-only */
/* How a file is to be opened, made or reached. */
#include "file.h"

#include <fcntl.h>

#include "member.h"

/* O_TMPFILE of the C library has O_DIRECTORY in it. */
#define TMPFILE_BIT	(O_TMPFILE & ~O_DIRECTORY)

static void open_flag_names(struct out *o, uint64_t flags)
{
	xlat_value(o, &open_access, flags & O_ACCMODE);
	out_more_flags(o, &open_flags, flags & ~(uint64_t)O_ACCMODE);
}

void out_open_flags(struct out *o, uint64_t flags)
{
	if (!o->constants) {
		open_flag_names(o, flags);
		return;
	}
	out_hex(o, flags);
	if (!names_begin(o))
		return;
	open_flag_names(o, flags);
	names_end(o);
}

void out_open_flag_names(struct out *o, uint64_t flags)
{
	uint8_t constants = o->constants;

	o->constants = CONSTANTS_ABBREV;
	open_flag_names(o, flags);
	o->constants = constants;
}

void print_open_flags(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	(void)arg;
	out_open_flags(o, (uint32_t)c->rec->args[i]);
}

void print_open_mode(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	if (c->rec->args[i - 1] & (O_CREAT | TMPFILE_BIT))
		print_mode(o, c, i, arg);
}

/* The size is in the argument behind. */
void print_open_how(struct out *o, const struct call *c, unsigned int i,
		    const struct arg *arg)
{
	const struct open_how *how;

	(void)arg;
	if (c->rec->args[i + 1] < sizeof(*how)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	how = arg_data(o, c, i, sizeof(*how));
	if (!how)
		return;
	out_str(o, "{flags=");
	out_open_flags(o, how->flags);
	if (how->mode || how->flags & (O_CREAT | TMPFILE_BIT)) {
		member(o, "mode");
		out_oct(o, how->mode);
	}
	member_flags(o, "resolve", &resolve_flags, how->resolve);
	out_char(o, '}');
}

void print_access_mode(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	(void)arg;
	xlat_flags(o, &access_modes, (uint32_t)c->rec->args[i]);
}

void print_mknod_mode(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	(void)arg;
	out_st_mode(o, (uint16_t)c->rec->args[i]);
}

void print_mknod_dev(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	unsigned int type = c->rec->args[i - 1] & S_IFMT;

	if (type == S_IFCHR || type == S_IFBLK)
		print_dev(o, c, i, arg);
}

void print_owner(struct out *o, const struct call *c, unsigned int i,
		 const struct arg *arg)
{
	(void)arg;
	out_id(o, c->rec->args[i]);
}


/*
 * struct file_handle: its size, its type, its bytes. What the kernel fills in
 * is read twice; the first number is then what the caller had room for.
 */
void print_handle(struct out *o, const struct call *c, unsigned int i,
		  const struct arg *arg)
{
	const uint32_t *in = arg_data(o, c, i, HANDLE_HEAD);
	const uint32_t *out = call_out(c, i, HANDLE_HEAD);
	const uint32_t *handle = out ? out : in;
	size_t len;

	if (!in)
		return;
	out_str(o, "{handle_bytes=");
	out_udec(o, *in);
	if (out && *out != *in) {
		out_mem(o, " => ", 4);
		out_udec(o, *out);
	}
	if (!c->failed || !(arg->op.when & KXT_AT_ENTER)) {
		member_dec(o, "handle_type", (int32_t)handle[1]);
		member(o, "f_handle");
		len = (out ? c->out[i]->len : arg_len(c, i)) - HANDLE_HEAD;
		if (len > handle[0])
			len = handle[0];
		out_bytes(o, handle + 2, len);
		if (len < handle[0])
			out_mem(o, "...", 3);
	}
	out_char(o, '}');
}
