/* SPDX-License-Identifier: GPL-2.0-only */
/* Users, groups and capabilities. */
#include "creds.h"

#include "member.h"
#include "../xlat/process.h"

void print_id(struct out *o, const struct call *c, unsigned int i,
	      const struct arg *arg)
{
	(void)arg;
	out_id(o, c->rec->args[i]);
}

void print_id_pointer(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	const uint32_t *id = arg_data_out(o, c, i, sizeof(*id));

	(void)arg;
	if (!id)
		return;
	out_char(o, '[');
	out_id(o, *id);
	out_char(o, ']');
}

/* The count is in argument 0, or for what the kernel filled in, the result. */
#define GROUPS_MAX	65536	/* of one task */

void print_id_list(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	bool filled = arg->op.size_from == KXT_FROM_RET;
	int32_t count = filled ? c->rec->ret : (int32_t)c->rec->args[0];
	size_t nr = arg_len(c, i) / sizeof(uint32_t), n;
	const uint32_t *ids = call_in(c, i, nr * sizeof(*ids));

	if (!c->rec->args[i] || count < 0 || count > GROUPS_MAX || (count && !nr) ||
	    (filled && c->failed)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	for (n = 0; n < (size_t)count && n < nr && n < c->strsize; n++) {
		list_comma(o, n);
		out_id(o, ids[n]);
	}
	if (n < (size_t)count)
		out_str(o, ", ...");
	out_char(o, ']');
}

void print_cap_header(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	const struct __user_cap_header_struct *h;

	(void)arg;
	h = arg_data(o, c, i, sizeof(*h));
	if (!h)
		return;
	out_char(o, '{');
	member_value(o, "version", &cap_versions, h->version);
	member_pid(o, "pid", h->pid);
	out_char(o, '}');
}

static void out_caps(struct out *o, const char *name, uint32_t low,
		     uint32_t high)
{
	member(o, name);
	if (low || !high)
		xlat_flags(o, &cap_masks_low, low);
	if (low && high)
		out_char(o, '|');
	if (high)
		xlat_flags(o, &cap_masks_high, high);
}

/* Since version 2 there are 64 bits, in two of the structures. */
void print_cap_data(struct out *o, const struct call *c, unsigned int i,
		    const struct arg *arg)
{
	const struct __user_cap_header_struct *h = call_in(c, 0, sizeof(*h));
	const struct __user_cap_data_struct *d;
	bool wide = h && (h->version == _LINUX_CAPABILITY_VERSION_2 ||
			  h->version == _LINUX_CAPABILITY_VERSION_3);

	(void)arg;
	if (!h) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	d = arg_data(o, c, i, wide ? 2 * sizeof(*d) : sizeof(*d));
	if (!d)
		return;
	out_char(o, '{');
	out_caps(o, "effective", d->effective, wide ? d[1].effective : 0);
	out_caps(o, "permitted", d->permitted, wide ? d[1].permitted : 0);
	out_caps(o, "inheritable", d->inheritable, wide ? d[1].inheritable : 0);
	out_char(o, '}');
}
