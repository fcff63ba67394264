/* SPDX-License-Identifier: GPL-2.0-only */
/* Mounts: the one old call and the family that took its place. */
#include "mount.h"

#include <linux/mount.h>

#include "member.h"

/* A magic number that kernels before 2.4 wanted in the upper half. */
#define MAGIC_MASK	0xffff0000ul
#define MAGIC		0xc0ed0000ul

#define FLAGS_ARG	3	/* of mount(2) */
#define CMD_ARG		1	/* of fsconfig(2) */

void print_mount_flags(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	uint64_t flags = c->rec->args[i];

	(void)arg;
	if ((flags & MAGIC_MASK) != MAGIC) {
		xlat_flags(o, &mount_flags, flags);
		return;
	}
	out_name_hex(o, MAGIC, "MS_MGC_VAL");
	out_more_flags(o, &mount_flags, flags & ~MAGIC_MASK);
}

static uint64_t flags_of_mount(const struct call *c)
{
	uint64_t flags = c->rec->args[FLAGS_ARG];

	return (flags & MAGIC_MASK) == MAGIC ? flags & ~MAGIC_MASK : flags;
}

void print_mount_type(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	uint64_t unused = MS_REMOUNT | MS_BIND | MS_MOVE | MS_UNBINDABLE |
			  MS_PRIVATE | MS_SLAVE | MS_SHARED;

	if (flags_of_mount(c) & unused)
		out_addr(o, c->rec->args[i]);
	else
		print_string(o, c, i, arg);
}

void print_mount_data(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	uint64_t unused = MS_BIND | MS_MOVE | MS_UNBINDABLE | MS_PRIVATE |
			  MS_SLAVE | MS_SHARED;

	if (flags_of_mount(c) & unused)
		out_addr(o, c->rec->args[i]);
	else
		print_string(o, c, i, arg);
}

static unsigned int fsconfig_cmd(const struct call *c)
{
	return c->rec->args[CMD_ARG];
}

void print_fsconfig_key(struct out *o, const struct call *c, unsigned int i,
			const struct arg *arg)
{
	if (fsconfig_cmd(c) <= FSCONFIG_SET_FD)
		print_string(o, c, i, arg);
	else
		out_addr(o, c->rec->args[i]);
}

/* A string, a path or, with its length behind it, anything. */
void print_fsconfig_value(struct out *o, const struct call *c, unsigned int i,
			  const struct arg *arg)
{
	const struct kxt_chunk *chunk = c->in[i] ? c->in[i] : c->out[i];
	uint64_t len = c->rec->args[i + 1];
	struct arg str = *arg;

	str.op.kind = KXT_CAP_STR;
	switch (fsconfig_cmd(c)) {
	case FSCONFIG_SET_STRING:
		print_string(o, c, i, &str);
		break;
	case FSCONFIG_SET_PATH:
	case FSCONFIG_SET_PATH_EMPTY:
		print_string(o, c, i, arg);
		break;
	case FSCONFIG_SET_BINARY:
		if (call_in(c, i, len)) {
			out_bytes(o, chunk + 1, len < c->strsize ? len : c->strsize);
			if (len > c->strsize)
				out_mem(o, "...", 3);
			break;
		}
		/* fallthrough */
	default:
		out_addr(o, c->rec->args[i]);
	}
}

/* The access times are a value of their own within the attributes. */
void print_mount_attr(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	const struct mount_attr *attr;

	(void)arg;
	if (c->rec->args[i + 1] < sizeof(*attr)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	attr = arg_data(o, c, i, sizeof(*attr));
	if (!attr)
		return;
	out_str(o, "{attr_set=");
	xlat_flags(o, &mount_attrs, attr->attr_set);
	member_flags(o, "attr_clr", &mount_attrs, attr->attr_clr);
	member_value(o, "propagation", &mount_propagation, attr->propagation);
	member_udec(o, "userns_fd", attr->userns_fd);
	out_char(o, '}');
}
