/* SPDX-License-Identifier: GPL-2.0-only */
/* io_uring_register: what is behind the argument, by what is registered. */
#include "desc.h"

#include <linux/io_uring.h>

#include "member.h"

#define OPCODE_ARG	1
#define COUNT_ARG	3

/* Elements of `size` bytes that start `from` bytes into what was read. */
struct list {
	const char *at;
	size_t nr;		/* that were read */
	uint64_t count;		/* that there are */
};

static struct list list_of(const struct call *c, unsigned int i, size_t from, size_t size)
{
	size_t len = arg_len(c, i);
	const char *data = call_in(c, i, len);
	struct list list = { .count = (uint32_t)c->rec->args[COUNT_ARG] };

	if (data && len >= from) {
		list.at = data + from;
		list.nr = (len - from) / size;
	}
	return list;
}

typedef void element_printer(struct out *o, const char *at, size_t n);

static void out_list(struct out *o, const struct call *c, struct list list, uint64_t addr,
		     size_t size, element_printer *print)
{
	size_t n;

	if (!addr || (list.count && !list.nr)) {
		out_addr(o, addr);
		return;
	}
	out_char(o, '[');
	for (n = 0; n < list.nr && n < list.count && n < c->strsize; n++) {
		list_comma(o, n);
		print(o, list.at + n * size, n);
	}
	if (n < list.count)
		out_str(o, n ? ", ..." : "...");
	out_char(o, ']');
}

static void out_fd(struct out *o, const char *at, size_t n)
{
	(void)n;
	out_dec(o, *(const int32_t *)at);
}

static void out_iovec(struct out *o, const char *at, size_t n)
{
	const uint64_t *iov = (const uint64_t *)at;

	(void)n;
	out_str(o, "{iov_base=");
	out_addr(o, iov[0]);
	member_udec(o, "iov_len", iov[1]);
	out_char(o, '}');
}

static void out_probe_op(struct out *o, const char *at, size_t n)
{
	const struct io_uring_probe_op *op = (const void *)at;

	(void)n;
	out_str(o, "{op=");
	out_uring_op(o, op->op);
	if (op->resv)
		member_hex(o, "resv", op->resv);
	member_flags(o, "flags", &uring_op_flags, op->flags);
	if (op->resv2)
		member_hex(o, "resv2", op->resv2);
	out_char(o, '}');
}

static void out_probe(struct out *o, const struct call *c, unsigned int i)
{
	static const struct io_uring_probe nothing;
	bool filled = c->out[i] && !c->failed;
	const struct io_uring_probe *p = filled ? call_out(c, i, sizeof(*p)) :
						  call_in(c, i, sizeof(*p));
	size_t len = filled ? arg_len_out(c, i) : arg_len(c, i);

	/* What the caller has filled with zeros tells nothing if the call fails. */
	if (!p || (c->failed && !memcmp(p, &nothing, sizeof(nothing)))) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_str(o, "{last_op=");
	out_uring_op(o, p->last_op);
	member_udec(o, "ops_len", p->ops_len);
	if (p->resv)
		member_hex(o, "resv", p->resv);
	member_reserved(o, "resv2", p->resv2, 3);
	member(o, "ops");
	out_list(o, c, (struct list){ (const char *)p->ops,
		 (len - sizeof(*p)) / sizeof(p->ops[0]),
		 (uint32_t)c->rec->args[COUNT_ARG] }, c->rec->args[i], sizeof(p->ops[0]),
		 out_probe_op);
	out_char(o, '}');
}

static void out_restriction(struct out *o, const char *at, size_t n)
{
	const struct io_uring_restriction *r = (const void *)at;

	(void)n;
	out_str(o, "{opcode=");
	xlat_value(o, &uring_restrictions, r->opcode);
	switch (r->opcode) {
	case IORING_RESTRICTION_REGISTER_OP:
		member_value(o, "register_op", &uring_register_ops, r->register_op);
		break;
	case IORING_RESTRICTION_SQE_OP:
		member(o, "sqe_op");
		out_uring_op(o, r->sqe_op);
		break;
	case IORING_RESTRICTION_SQE_FLAGS_ALLOWED:
	case IORING_RESTRICTION_SQE_FLAGS_REQUIRED:
		member_flags(o, "sqe_flags", &uring_sqe_flags, r->sqe_flags);
		break;
	default:
		out_printf(o, " /* op: %#x */", r->sqe_op);
	}
	if (r->resv)
		member_hex(o, "resv", r->resv);
	member_reserved(o, "resv2", r->resv2, 3);
	out_char(o, '}');
}

static void out_workers(struct out *o, const char *at, size_t n)
{
	static const char *const kinds[] = { "IO_WQ_BOUND", "IO_WQ_UNBOUND" };

	if (n < 2)
		out_printf(o, "[%s]=", kinds[n]);
	else
		out_printf(o, "[%zu /* IO_WQ_??? */]=", n);
	out_udec(o, *(const uint32_t *)at);
}

/* What it was comes back in the same place. */
static void out_max_workers(struct out *o, const struct call *c, unsigned int i)
{
	struct list list = list_of(c, i, 0, sizeof(uint32_t));
	const char *now = c->failed ? NULL : call_out(c, i, list.count * sizeof(uint32_t));

	out_list(o, c, list, c->rec->args[i], sizeof(uint32_t), out_workers);
	if (!list.count || !list.nr)
		return;
	out_mem(o, " => ", 4);
	if (now) {
		list.at = now;
		out_list(o, c, list, c->rec->args[i], sizeof(uint32_t), out_workers);
	} else {
		out_addr(o, c->rec->args[i]);
	}
}

static void out_update(struct out *o, const char *at, size_t n)
{
	const struct io_uring_rsrc_update *u = (const void *)at;

	(void)n;
	out_str(o, "{offset=");
	out_id(o, u->offset);
	if (u->resv)
		member_hex(o, "resv", u->resv);
	member_dec(o, "data", (int32_t)u->data);
	out_char(o, '}');
}

static void out_removal(struct out *o, const char *at, size_t n)
{
	const struct io_uring_rsrc_update *u = (const void *)at;

	(void)n;
	out_str(o, "{offset=");
	out_udec(o, u->offset);
	if (u->resv)
		member_hex(o, "resv", u->resv);
	if (u->data)
		member_hex(o, "data", u->data);
	out_char(o, '}');
}

static void out_files_update(struct out *o, const struct call *c, unsigned int i)
{
	const struct io_uring_files_update *u = arg_data(o, c, i, sizeof(*u));

	if (!u)
		return;
	out_str(o, "{offset=");
	out_udec(o, u->offset);
	if (u->resv)
		member_hex(o, "resv", u->resv);
	member(o, "fds");
	if (u->fds && !(uint32_t)c->rec->args[COUNT_ARG])
		out_str(o, "[]");
	else
		out_addr(o, u->fds);
	out_char(o, '}');
}

static void out_ring(struct out *o, const struct call *c, unsigned int i)
{
	const struct io_uring_buf_reg *r = arg_data(o, c, i, sizeof(*r));
	const uint32_t *words = (const void *)r;

	if (!r)
		return;
	out_str(o, "{ring_addr=");
	out_addr(o, r->ring_addr);
	member_udec(o, "ring_entries", r->ring_entries);
	member_udec(o, "bgid", r->bgid);
	if (words[3] >> 16)
		member_hex(o, "pad", words[3] >> 16);
	member_reserved64(o, "resv", r->resv, 3);
	out_char(o, '}');
}

static void out_resources(struct out *o, const struct call *c, unsigned int i, bool update)
{
	const uint32_t *words = NULL;
	const uint64_t *wide;

	if ((uint32_t)c->rec->args[COUNT_ARG] >= 32)
		words = call_in(c, i, 32);
	if (!words) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	wide = (const uint64_t *)words;
	out_str(o, update ? "{offset=" : "{nr=");
	out_udec(o, words[0]);
	if (update) {
		if (words[1])
			member_hex(o, "resv", words[1]);
	} else {
		member_flags(o, "flags", &uring_resource_flags, words[1]);
		if (wide[1])
			member_hex(o, "resv2", wide[1]);
		wide++;
	}
	member_addr(o, "data", wide[1]);
	member_addr(o, "tags", wide[2]);
	if (update) {
		member_udec(o, "nr", words[6]);
		if (words[7])
			member_hex(o, "resv2", words[7]);
	}
	out_char(o, '}');
}

static void out_processors(struct out *o, const struct call *c, unsigned int i)
{
	struct list list = list_of(c, i, 0, 1);
	size_t cpu, found = 0;

	if (!c->rec->args[i] || (list.count && !list.nr)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	for (cpu = 0; cpu < 8 * (list.count < list.nr ? list.count : list.nr); cpu++) {
		if (!(list.at[cpu / 8] >> cpu % 8 & 1))
			continue;
		if (found++)
			out_char(o, ' ');
		out_udec(o, cpu);
	}
	out_char(o, ']');
}

static const struct {
	uint32_t opcode;
	uint32_t size;
	element_printer *print;
} lists[] = {
	{ IORING_REGISTER_BUFFERS, 16, out_iovec },
	{ IORING_REGISTER_FILES, 4, out_fd },
	{ IORING_REGISTER_EVENTFD, 4, out_fd },
	{ IORING_REGISTER_EVENTFD_ASYNC, 4, out_fd },
	{ IORING_REGISTER_RESTRICTIONS, 16, out_restriction },
	{ IORING_REGISTER_RING_FDS, 16, out_update },
	{ IORING_UNREGISTER_RING_FDS, 16, out_removal },
};

void print_uring_register_arg(struct out *o, const struct call *c, unsigned int i,
			      const struct arg *arg)
{
	uint32_t opcode = c->rec->args[OPCODE_ARG];
	size_t n;

	(void)arg;
	for (n = 0; n < sizeof(lists) / sizeof(lists[0]); n++) {
		if (lists[n].opcode == opcode) {
			out_list(o, c, list_of(c, i, 0, lists[n].size), c->rec->args[i],
				 lists[n].size, lists[n].print);
			return;
		}
	}
	switch (opcode) {
	case IORING_REGISTER_FILES_UPDATE:
		out_files_update(o, c, i);
		break;
	case IORING_REGISTER_PROBE:
		out_probe(o, c, i);
		break;
	case IORING_REGISTER_FILES2:
	case IORING_REGISTER_BUFFERS2:
		out_resources(o, c, i, false);
		break;
	case IORING_REGISTER_FILES_UPDATE2:
	case IORING_REGISTER_BUFFERS_UPDATE:
		out_resources(o, c, i, true);
		break;
	case IORING_REGISTER_IOWQ_AFF:
		out_processors(o, c, i);
		break;
	case IORING_REGISTER_IOWQ_MAX_WORKERS:
		out_max_workers(o, c, i);
		break;
	case IORING_REGISTER_PBUF_RING:
	case IORING_UNREGISTER_PBUF_RING:
		out_ring(o, c, i);
		break;
	default:
		out_addr(o, c->rec->args[i]);
	}
}
