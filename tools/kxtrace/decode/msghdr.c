/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages of sockets: an address, buffers and control data together. */
#include "member.h"
#include "net.h"

/* The kernel's struct user_msghdr on 64 bits. */
struct kmsghdr {
	uint64_t name;
	int32_t namelen;
	int32_t pad;
	uint64_t iov;
	uint64_t iovlen;
	uint64_t control;
	uint64_t controllen;
	uint32_t flags;
	uint32_t pad2;
};

/*
 * The chunk of a message: its header, then items. A fault may be that of the
 * vector behind the header: what was read is told by the length.
 */
static const struct kmsghdr *header_of(const struct kxt_chunk *chunk)
{
	if (!chunk || chunk->len < sizeof(struct kmsghdr))
		return NULL;
	return (const void *)(chunk + 1);
}

static void out_name(struct out *o, const struct kmsghdr *h,
		     const struct kxt_item *item)
{
	size_t len = item ? item->len : 0;

	if (h->namelen >= 0 && len > (size_t)h->namelen)
		len = h->namelen;
	member(o, "msg_name");
	if (item && !(item->status & KXT_FAULT) && h->namelen >= 0 && len >= 2)
		out_sockaddr(o, item + 1, len);
	else
		out_addr(o, h->name);
}

static void out_base(struct out *o, const struct call *c,
		     const struct kxt_item *item, uint64_t left)
{
	uint64_t total = item->total < left ? item->total : left;
	size_t len = item->len < total ? item->len : total;

	out_str(o, "{iov_base=");
	if (len > c->strsize)
		len = c->strsize;
	if (!item->ptr || item->status & KXT_FAULT)
		out_addr(o, item->ptr);
	else
		out_quoted(o, (const char *)(item + 1), len, len < total);
	member_udec(o, "iov_len", item->total);
	out_char(o, '}');
}

/* `left` is how many bytes the kernel filled in. */
static void out_iovecs(struct out *o, const struct call *c,
		       const struct kmsghdr *h, const struct kxt_chunk *chunk,
		       size_t pos, uint64_t left)
{
	const struct kxt_item *item = NULL;
	uint64_t n;

	member(o, "msg_iov");
	for (n = 0; n < h->iovlen && n < c->strsize; n++) {
		item = chunk_next_item(chunk, &pos);
		if (!item)
			break;
		out_str(o, n ? ", " : "[");
		out_base(o, c, item, left);
		left -= item->total < left ? item->total : left;
	}
	if (!n && (h->iovlen || !h->iov)) {
		out_addr(o, h->iov);
		return;
	}
	if (!n)
		out_char(o, '[');
	out_str(o, n < h->iovlen ? ", ...]" : "]");
}

static void out_msghdr(struct out *o, const struct call *c,
		       const struct kxt_chunk *chunk, size_t pos,
		       int32_t room, uint64_t filled)
{
	const struct kmsghdr *h = header_of(chunk);
	bool narrow = c->rec->head.flags & KXT_F_COMPAT;
	const struct kxt_item *name = chunk_next_item(chunk, &pos);
	const struct kxt_item *control = name ? chunk_next_item(chunk, &pos) :
					 NULL;

	out_char(o, '{');
	out_name(o, h, name);
	member_dec(o, "msg_namelen", room);
	if (room != h->namelen) {
		out_str(o, " => ");
		out_dec(o, h->namelen);
	}
	out_iovecs(o, c, h, chunk, control ? pos : SIZE_MAX, filled);
	member_udec(o, "msg_iovlen", h->iovlen);
	if (h->controllen) {
		member(o, "msg_control");
		if (control && control->len >= (narrow ? 12 : 16) &&
		    !(control->status & KXT_FAULT))
			out_control(o, control + 1, control->len,
				    h->controllen, h->control, narrow);
		else
			out_addr(o, h->control);
	}
	member_udec(o, "msg_controllen", h->controllen);
	member_flags(o, "msg_flags", &msg_flags, h->flags);
	out_char(o, '}');
}

/*
 * A message that the kernel fills is looked at twice: before the call the
 * room for the address is told, afterwards all the rest.
 */
void print_msghdr(struct out *o, const struct call *c, unsigned int i,
		  const struct arg *arg)
{
	const struct kxt_chunk *chunk = c->out[i] ? c->out[i] : c->in[i];
	const struct kmsghdr *before = header_of(c->in[i]);
	const struct kmsghdr *h = header_of(chunk);
	bool fills = arg->op.when & KXT_ON_SUCCESS;

	if (!h) {
		out_addr(o, c->rec->args[i]);
	} else if (fills && c->failed) {
		out_str(o, "{msg_namelen=");
		out_dec(o, h->namelen);
		out_char(o, '}');
	} else {
		out_msghdr(o, c, chunk, sizeof(*h),
			   before ? before->namelen : h->namelen,
			   fills ? (uint64_t)c->rec->ret : UINT64_MAX);
	}
}

/* Only the first message is captured; msg_len follows its header. */
void print_mmsghdr(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	const struct kxt_chunk *chunk = c->out[i] ? c->out[i] : c->in[i];
	const struct kmsghdr *h = header_of(chunk);
	uint32_t vlen = c->rec->args[2], msg_len;
	bool fills = arg->op.when & KXT_ON_SUCCESS;
	int64_t done = c->failed ? 0 : c->rec->ret;

	if (!c->rec->args[i] || (fills && c->failed)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	if (!vlen || (fills && !done)) {
		out_str(o, "[]");
		return;
	}
	if (!h || chunk->len < sizeof(*h) + 8) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	memcpy(&msg_len, h + 1, sizeof(msg_len));
	out_str(o, "[{msg_hdr=");
	out_msghdr(o, c, chunk, sizeof(*h) + 8, h->namelen,
		   fills ? msg_len : UINT64_MAX);
	if (done > 0)
		member_udec(o, "msg_len", msg_len);
	out_char(o, '}');
	if (fills ? done > 1 : vlen > 1)
		out_str(o, ", ...");
	out_char(o, ']');
}

void note_recvmmsg(struct out *o, struct call *c)
{
	const struct ktimespec *left = call_out(c, 4, sizeof(*left));

	if (c->failed)
		return;
	if (!c->rec->ret) {
		out_str(o, "Timeout");
	} else if (left) {
		out_str(o, "left ");
		out_timespec(o, left);
	}
}
