/* SPDX-License-Identifier: GPL-2.0-only */
/* Asynchronous I/O, the old kind: requests and their completions. */
#include "desc.h"

#include <linux/aio_abi.h>

#include "member.h"

void print_aio_context_out(struct out *o, const struct call *c, unsigned int i,
			   const struct arg *arg)
{
	const uint64_t *context = arg_data_out(o, c, i, sizeof(*context));

	(void)arg;
	if (!context)
		return;
	out_char(o, '[');
	out_addr(o, *context);
	out_char(o, ']');
}

/* The requests are behind these pointers, which the record does not follow. */
void print_aio_pointers(struct out *o, const struct call *c, unsigned int i,
			const struct arg *arg)
{
	uint64_t count = arg_count(c, arg);
	const uint64_t *pointers;
	size_t n, nr = 0;

	pointers = arg_elements(c, i, arg, &nr);
	if (!c->rec->args[i] || (!pointers && count)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	for (n = 0; n < nr && n < count && n < c->strsize; n++) {
		list_comma(o, n);
		out_addr(o, pointers[n]);
	}
	if (n < count)
		out_str(o, n ? ", ..." : "...");
	out_char(o, ']');
}

/* Which request it is, without what it reads or writes. */
void print_aio_iocb(struct out *o, const struct call *c, unsigned int i,
		    const struct arg *arg)
{
	const struct iocb *cb = arg_data(o, c, i, sizeof(*cb));

	(void)arg;
	if (!cb)
		return;
	out_char(o, '{');
	if (cb->aio_data)
		member_hex(o, "aio_data", cb->aio_data);
	if (cb->aio_key)
		member_udec(o, "aio_key", cb->aio_key);
	if (cb->aio_rw_flags)
		member_flags(o, "aio_rw_flags", &rwf_flags,
			     (uint32_t)cb->aio_rw_flags);
	member_value(o, "aio_lio_opcode", &aio_cmds, cb->aio_lio_opcode);
	if (cb->aio_reqprio)
		member_dec(o, "aio_reqprio", cb->aio_reqprio);
	member_dec(o, "aio_fildes", (int32_t)cb->aio_fildes);
	out_char(o, '}');
}

void print_aio_events(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	const struct io_event *events;
	uint64_t count = arg_count(c, arg);
	size_t n, nr = 0;

	events = arg_elements(c, i, arg, &nr);
	if (!c->rec->args[i] || c->failed || (!events && count)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	for (n = 0; n < nr && n < count && n < c->strsize; n++) {
		list_comma(o, n);
		out_str(o, "{data=");
		out_hex(o, events[n].data);
		member_addr(o, "obj", events[n].obj);
		member_dec(o, "res", events[n].res);
		member_dec(o, "res2", events[n].res2);
		out_char(o, '}');
	}
	if (n < count)
		out_str(o, n ? ", ..." : "...");
	out_char(o, ']');
}
