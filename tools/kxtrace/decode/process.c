/* SPDX-License-Identifier: GPL-2.0-only */
/* What processes have and are: limits, personality, memory of others. */
#include "process.h"

#include <asm/ldt.h>
#include <linux/kcmp.h>

#include "member.h"
#include "../xlat/process.h"

static void out_limit(struct out *o, uint64_t limit)
{
	if (o->constants)
		out_udec(o, limit);
	if (o->constants && limit != UINT64_MAX && (limit <= 1024 || limit % 1024))
		return;
	if (!names_begin(o))
		return;
	if (limit == UINT64_MAX) {
		out_str(o, "RLIM64_INFINITY");
	} else if (limit > 1024 && limit % 1024 == 0) {
		out_udec(o, limit / 1024);
		out_str(o, "*1024");
	} else {
		out_udec(o, limit);
	}
	names_end(o);
}

void print_rlimit(struct out *o, const struct call *c, unsigned int i,
		  const struct arg *arg)
{
	const uint64_t *limits = arg_data(o, c, i, 16);

	(void)arg;
	if (!limits)
		return;
	out_str(o, "{rlim_cur=");
	out_limit(o, limits[0]);
	member(o, "rlim_max");
	out_limit(o, limits[1]);
	out_char(o, '}');
}

static void out_epoll_slot(struct out *o, const struct call *c, unsigned int i)
{
	const struct kcmp_epoll_slot *slot = arg_data(o, c, i, sizeof(*slot));

	if (!slot)
		return;
	out_char(o, '{');
	member_udec(o, "efd", slot->efd);
	member_udec(o, "tfd", slot->tfd);
	member_udec(o, "toff", slot->toff);
	out_char(o, '}');
}

void print_kcmp_index(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	uint32_t type = c->rec->args[2];

	if (type == KCMP_FILE || (type == KCMP_EPOLL_TFD && i == 3))
		print_fd(o, c, i, arg);
	else if (type == KCMP_EPOLL_TFD)
		out_epoll_slot(o, c, i);
	else if (type >= KCMP_TYPES)
		out_hex(o, c->rec->args[i]);
}

void print_addr_pointer(struct out *o, const struct call *c, unsigned int i,
			const struct arg *arg)
{
	const uint64_t *addr = arg_data_out(o, c, i, sizeof(*addr));

	(void)arg;
	if (!addr)
		return;
	out_char(o, '[');
	out_addr(o, *addr);
	out_char(o, ']');
}

/* Vectors of another process: where its buffers are, not what is in them. */
void print_iov_pointers(struct out *o, const struct call *c, unsigned int i,
			const struct arg *arg)
{
	uint64_t count = c->rec->args[arg->op.size_from % KXT_NR_ARGS];
	size_t nr = arg_len(c, i) / 16, n;
	const uint64_t *iov = call_in(c, i, nr * 16);

	if (!c->rec->args[i] || !iov || (count && !nr)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	for (n = 0; n < count && n < nr && n < c->strsize; n++) {
		list_comma(o, n);
		out_char(o, '{');
		member_addr(o, "iov_base", iov[2 * n]);
		member_udec(o, "iov_len", iov[2 * n + 1]);
		out_char(o, '}');
	}
	if (n < count)
		out_str(o, ", ...");
	out_char(o, ']');
}

void print_who(struct out *o, const struct call *c, unsigned int i,
	       const struct arg *arg)
{
	if (i && (uint32_t)c->rec->args[i - 1] == arg->aux)
		print_pid(o, c, i, arg);
	else
		print_int(o, c, i, arg);
}

#define PER_MASK	0xff

static void out_personality(struct out *o, uint32_t pers)
{
	uint32_t flags = pers & ~PER_MASK;

	xlat_value(o, &personalities, pers & PER_MASK);
	if (flags) {
		out_char(o, '|');
		xlat_flags(o, &personality_flags, flags);
	}
}

void print_personality(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	(void)arg;
	if ((uint32_t)c->rec->args[i] == UINT32_MAX)
		out_str(o, "0xffffffff");
	else
		out_personality(o, c->rec->args[i]);
}

void note_personality(struct out *o, struct call *c)
{
	if (!c->failed)
		out_personality(o, c->rec->ret);
}

void print_user_desc(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	const struct user_desc *d = arg_data(o, c, i, sizeof(*d));

	(void)arg;
	if (!d)
		return;
	out_char(o, '{');
	member(o, "entry_number");
	out_id(o, d->entry_number);
	out_printf(o, ", base_addr=%#08x, limit=%#08x", d->base_addr,
		   d->limit);
	member_udec(o, "seg_32bit", d->seg_32bit);
	member_udec(o, "contents", d->contents);
	member_udec(o, "read_exec_only", d->read_exec_only);
	member_udec(o, "limit_in_pages", d->limit_in_pages);
	member_udec(o, "seg_not_present", d->seg_not_present);
	member_udec(o, "useable", d->useable);
#ifdef __x86_64__
	/* 32-bit programs cannot set it. */
	if (!(c->rec->head.flags & KXT_F_COMPAT))
		member_udec(o, "lm", d->lm);
#endif
	out_char(o, '}');
}
