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

static void out_head(struct out *o, const struct iocb *cb)
{
	const char *name = xlat_name(&aio_cmds, cb->aio_lio_opcode);

	out_str(o, "{aio_data=");
	out_hex(o, cb->aio_data);
	if (cb->aio_key)
		member_udec(o, "aio_key", cb->aio_key);
	if (cb->aio_rw_flags)
		member_flags(o, "aio_rw_flags", &rwf_flags,
			     (uint32_t)cb->aio_rw_flags);
	member(o, "aio_lio_opcode");
	if (name)
		out_str(o, name);
	else
		out_printf(o, "%u /* IOCB_CMD_??? */", cb->aio_lio_opcode);
	if (cb->aio_reqprio)
		member_dec(o, "aio_reqprio", cb->aio_reqprio);
	member_dec(o, "aio_fildes", (int32_t)cb->aio_fildes);
}

/* Which request it is, without what it reads or writes. */
void print_aio_iocb(struct out *o, const struct call *c, unsigned int i,
		    const struct arg *arg)
{
	const struct iocb *cb = arg_data(o, c, i, sizeof(*cb));

	(void)arg;
	if (!cb)
		return;
	out_head(o, cb);
	out_char(o, '}');
}

static void out_data(struct out *o, const struct call *c, const struct kxt_item *item,
		     uint64_t addr, uint64_t total)
{
	size_t len = item ? item->len : 0;

	if (!addr || !item || item->status & KXT_FAULT) {
		out_addr(o, addr);
		return;
	}
	if (len > c->strsize)
		len = c->strsize;
	out_quoted(o, (const char *)(item + 1), len < total ? len : total, len < total);
}

static bool is_request(const struct kxt_item *item)
{
	return item->total == KXT_ANOTHER &&
	       (!item->ptr || item->status & KXT_FAULT || item->len == sizeof(struct iocb));
}

static void out_vector(struct out *o, const struct call *c, const struct kxt_chunk *chunk,
		       size_t pos, const struct iocb *cb)
{
	bool writes = cb->aio_lio_opcode == IOCB_CMD_PWRITEV;
	const struct kxt_item *item;
	uint64_t n;

	for (n = 0; n < cb->aio_nbytes && n < c->strsize; n++) {
		item = chunk_next_item(chunk, &pos);
		if (!item || is_request(item))
			break;
		out_str(o, n ? ", {iov_base=" : "[{iov_base=");
		if (writes)
			out_data(o, c, item, item->ptr, item->total);
		else
			out_addr(o, item->ptr);
		member_udec(o, "iov_len", item->total);
		out_char(o, '}');
	}
	if (!n && cb->aio_nbytes) {
		out_addr(o, cb->aio_buf);
		return;
	}
	out_str(o, n ? "" : "[");
	out_str(o, n < cb->aio_nbytes ? ", ...]" : "]");
}

/* What a request works on; `pos` is where its own items are. */
static void out_request(struct out *o, const struct call *c, const struct kxt_chunk *chunk,
			size_t pos, const struct iocb *cb)
{
	size_t own = pos;

	out_head(o, cb);
	switch (cb->aio_lio_opcode) {
	case IOCB_CMD_PREAD:
	case IOCB_CMD_PWRITE:
		member(o, "aio_buf");
		if (cb->aio_lio_opcode == IOCB_CMD_PREAD)
			out_addr(o, cb->aio_buf);
		else
			out_data(o, c, chunk_next_item(chunk, &own), cb->aio_buf,
				 cb->aio_nbytes);
		member_udec(o, "aio_nbytes", cb->aio_nbytes);
		member_dec(o, "aio_offset", cb->aio_offset);
		break;
	case IOCB_CMD_PREADV:
	case IOCB_CMD_PWRITEV:
		member(o, "aio_buf");
		out_vector(o, c, chunk, pos, cb);
		member_dec(o, "aio_offset", cb->aio_offset);
		break;
	case IOCB_CMD_POLL:
		member_flags(o, "aio_buf", &poll_events, cb->aio_buf);
		break;
	}
	if (cb->aio_flags & IOCB_FLAG_RESFD) {
		member_flags(o, "aio_flags", &aio_flags, cb->aio_flags);
		member_dec(o, "aio_resfd", (int32_t)cb->aio_resfd);
	} else if (cb->aio_flags) {
		member_flags(o, "aio_flags", &aio_flags, cb->aio_flags);
	}
	out_char(o, '}');
}

void print_aio_requests(struct out *o, const struct call *c, unsigned int i,
			const struct arg *arg)
{
	const struct kxt_chunk *chunk = c->in[i] ? c->in[i] : c->out[i];
	int64_t count = arg_count(c, arg), n = 0;
	const struct kxt_item *item;
	size_t pos = 0;

	if (!c->rec->args[i] || count < 0 || (count && (!chunk || chunk->status & KXT_FAULT))) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	while (n < count && n < c->strsize && (item = chunk_next_item(chunk, &pos))) {
		if (!is_request(item))
			continue;
		list_comma(o, n++);
		if (!item->ptr || item->status)
			out_addr(o, item->ptr);
		else
			out_request(o, c, chunk, pos, (const void *)(item + 1));
	}
	if (n < count)
		out_str(o, n ? ", ..." : "...");
	out_char(o, ']');
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
