/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages of sockets: an address, buffers and control data together. */
#include "member.h"
#include "msghdr.h"
#include "net.h"

/*
 * The chunk of a message: its header, then items. A fault may be that of the
 * vector behind the header: what was read is told by the length.
 */
bool next_message(const struct kxt_chunk *chunk, bool several, size_t *pos,
		  struct message *m)
{
	size_t size = sizeof(*m->header) + (several ? 8 : 0);
	uint64_t i;

	if (!chunk || *pos > chunk->len || chunk->len - *pos < size)
		return false;
	m->header = (const void *)((const char *)(chunk + 1) + *pos);
	m->len = 0;
	if (several)
		memcpy(&m->len, m->header + 1, sizeof(m->len));
	*pos += size;
	m->name = chunk_next_item(chunk, pos);
	m->control = m->name ? chunk_next_item(chunk, pos) : NULL;
	m->iovs = m->control ? *pos : SIZE_MAX;
	/* One that is not whole is the last. */
	if (!m->control)
		*pos = SIZE_MAX;
	for (i = 0; several && m->control && i < m->header->iovlen; i++) {
		if (chunk_next_item(chunk, pos))
			continue;
		*pos = SIZE_MAX;
		break;
	}
	return true;
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
		       const struct kxt_chunk *chunk, const struct message *m,
		       int32_t room, uint64_t filled)
{
	const struct kmsghdr *h = m->header;
	bool narrow = c->rec->head.flags & KXT_F_COMPAT;

	out_char(o, '{');
	out_name(o, h, m->name);
	member_dec(o, "msg_namelen", room);
	if (room != h->namelen) {
		out_str(o, " => ");
		out_dec(o, h->namelen);
	}
	out_iovecs(o, c, h, chunk, m->iovs, filled);
	member_udec(o, "msg_iovlen", h->iovlen);
	if (h->controllen) {
		member(o, "msg_control");
		if (m->control && m->control->len >= (narrow ? 12 : 16) &&
		    !(m->control->status & KXT_FAULT))
			out_control(o, c, m->control + 1, m->control->len,
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
	bool fills = arg->op.when & KXT_ON_SUCCESS;
	size_t pos = 0, pos_before = 0;
	struct message m, before;

	if (!next_message(chunk, false, &pos, &m)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	if (fills && c->failed) {
		out_str(o, "{msg_namelen=");
		out_dec(o, m.header->namelen);
		out_char(o, '}');
		return;
	}
	if (!next_message(c->in[i], false, &pos_before, &before))
		before = m;
	out_msghdr(o, c, chunk, &m, before.header->namelen,
		   fills ? (uint64_t)c->rec->ret : UINT64_MAX);
}

/* Of messages that the kernel fills, as many as it filled. */
void print_mmsghdr(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	const struct kxt_chunk *chunk = c->out[i] ? c->out[i] : c->in[i];
	bool fills = arg->op.when & KXT_ON_SUCCESS;
	int64_t done = c->failed ? 0 : c->rec->ret;
	int64_t n, nr = fills ? done : (uint32_t)c->rec->args[2];
	struct message m;
	size_t pos = 0;

	if (!c->rec->args[i] || (fills && c->failed) || (nr && !chunk)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	for (n = 0; n < nr && n < c->strsize; n++) {
		if (!next_message(chunk, true, &pos, &m))
			break;
		out_str(o, n ? ", {msg_hdr=" : "[{msg_hdr=");
		out_msghdr(o, c, chunk, &m, m.header->namelen,
			   fills ? m.len : UINT64_MAX);
		if (n < done)
			member_udec(o, "msg_len", m.len);
		out_char(o, '}');
	}
	if (!n && nr) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	if (!n)
		out_char(o, '[');
	out_str(o, n < nr ? ", ...]" : "]");
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
