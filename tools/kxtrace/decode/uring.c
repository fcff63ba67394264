/* SPDX-License-Identifier: GPL-2.0-only */
/* io_uring: how a ring is made, what is registered with it. */
#include "desc.h"

#include <linux/io_uring.h>

#include "member.h"

static void sq_offsets(struct out *o, const struct io_sqring_offsets *off)
{
	out_str(o, ", sq_off={head=");
	out_udec(o, off->head);
	member_udec(o, "tail", off->tail);
	member_udec(o, "ring_mask", off->ring_mask);
	member_udec(o, "ring_entries", off->ring_entries);
	member_udec(o, "flags", off->flags);
	member_udec(o, "dropped", off->dropped);
	member_udec(o, "array", off->array);
	out_char(o, '}');
}

static void cq_offsets(struct out *o, const struct io_cqring_offsets *off)
{
	out_str(o, ", cq_off={head=");
	out_udec(o, off->head);
	member_udec(o, "tail", off->tail);
	member_udec(o, "ring_mask", off->ring_mask);
	member_udec(o, "ring_entries", off->ring_entries);
	member_udec(o, "overflow", off->overflow);
	member_udec(o, "cqes", off->cqes);
	member_udec(o, "flags", off->flags);
	out_char(o, '}');
}

void print_uring_params(struct out *o, const struct call *c, unsigned int i,
			const struct arg *arg)
{
	const struct io_uring_params *out = call_out(c, i, sizeof(*out));
	const struct io_uring_params *p = call_in(c, i, sizeof(*p));

	(void)arg;
	/* The call leaves alone what is shown of the caller's half. */
	if (!p)
		p = out;
	if (!p) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_str(o, "{flags=");
	xlat_flags(o, &uring_setup_flags, p->flags);
	member_hex(o, "sq_thread_cpu", p->sq_thread_cpu);
	member_udec(o, "sq_thread_idle", p->sq_thread_idle);
	if (p->flags & IORING_SETUP_ATTACH_WQ)
		member_dec(o, "wq_fd", (int32_t)p->wq_fd);
	member_reserved(o, "resv", p->resv, 3);
	if (out && !c->failed) {
		member_udec(o, "sq_entries", out->sq_entries);
		member_udec(o, "cq_entries", out->cq_entries);
		member_flags(o, "features", &uring_features, out->features);
		sq_offsets(o, &out->sq_off);
		cq_offsets(o, &out->cq_off);
	}
	out_char(o, '}');
}
