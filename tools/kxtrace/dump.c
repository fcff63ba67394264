// SPDX-License-Identifier: GPL-2.0-only
/* -e read=, -e write=: all the data of a call, below its line. */
#include "dump.h"

#include "../calls/nr.h"
#include "decode/fields.h"
#include "decode/msghdr.h"
#include "options/words.h"

#define FD_ARG		0
#define DATA_ARG	1	/* of all these calls */
#define ROW_BYTES	16

/* The descriptors whose data this call moves, by its direction; NULL: none. */
static const struct fd_bits *direction_of(const struct options *opt, uint32_t nr)
{
	switch (nr) {
	case __NR_read:
	case __NR_pread64:
	case __NR_recvfrom:
	case __NR_mq_timedreceive:
	case __NR_readv:
	case __NR_preadv:
	case __NR_preadv2:
	case __NR_recvmsg:
	case __NR_recvmmsg:
		return &opt->show.read;
	case __NR_write:
	case __NR_pwrite64:
	case __NR_sendto:
	case __NR_mq_timedsend:
	case __NR_writev:
	case __NR_pwritev:
	case __NR_pwritev2:
	case __NR_vmsplice:
	case __NR_sendmsg:
	case __NR_sendmmsg:
		return &opt->show.written;
	}
	return NULL;
}

static void out_row(struct out *o, const unsigned char *bytes, size_t at, size_t len)
{
	size_t i;

	out_mem(o, " | ", 3);
	for (i = 5; i-- > 0; )
		out_char(o, "0123456789abcdef"[at >> 4 * i & 15]);
	out_char(o, ' ');
	for (i = 0; i < ROW_BYTES; i++) {
		if (i == ROW_BYTES / 2)
			out_char(o, ' ');
		out_char(o, ' ');
		out_char(o, i < len ? "0123456789abcdef"[bytes[i] >> 4] : ' ');
		out_char(o, i < len ? "0123456789abcdef"[bytes[i] & 15] : ' ');
	}
	out_mem(o, "  ", 2);
	for (i = 0; i < ROW_BYTES; i++) {
		if (i >= len)
			out_char(o, ' ');
		else
			out_char(o, bytes[i] >= ' ' && bytes[i] < 127 ? bytes[i] : '.');
	}
	out_mem(o, " |", 2);
	out_newline(o);
}

/* `len` bytes are there of `total`. */
static void dump_bytes(struct out *o, const unsigned char *bytes, size_t len, uint64_t total)
{
	size_t at;

	if (len > total)
		len = total;
	for (at = 0; at < len; at += ROW_BYTES)
		out_row(o, bytes + at, at, len - at < ROW_BYTES ? len - at : ROW_BYTES);
	if (len == total)
		return;
	out_mem(o, " | ", 3);
	out_udec(o, total - len);
	out_str(o, total - len == 1 ? " byte more was not captured" :
		" bytes more were not captured");
	out_newline(o);
}

static bool is_read(const struct kxt_chunk *chunk)
{
	return chunk && !(chunk->status & KXT_FAULT);
}

static void dump_buffer(struct out *o, const struct call *call)
{
	const struct kxt_chunk *chunk = call->out[DATA_ARG] ? call->out[DATA_ARG] :
					call->in[DATA_ARG];
	uint64_t total = arg_count(call, &call->info->args[DATA_ARG]);

	if (is_read(chunk))
		dump_bytes(o, (const unsigned char *)(chunk + 1), chunk->len, total);
	else
		dump_bytes(o, NULL, 0, total);
}

/* `count` vectors, `left` bytes in them. */
static void dump_iovecs(struct out *o, const struct kxt_chunk *chunk, size_t pos,
			uint64_t count, uint64_t left)
{
	const struct kxt_item *item;
	uint64_t i, total;

	for (i = 0; i < count && left; i++) {
		item = chunk_next_item(chunk, &pos);
		if (!item) {
			out_str(o, " * more buffers were not captured");
			out_newline(o);
			return;
		}
		total = item->total < left ? item->total : left;
		left -= total;
		if (!total)
			continue;
		out_mem(o, " * ", 3);
		out_udec(o, total);
		out_str(o, " bytes in buffer ");
		out_udec(o, i);
		out_newline(o);
		dump_bytes(o, (const unsigned char *)(item + 1),
			   item->status & KXT_FAULT ? 0 : item->len, total);
	}
}

static void dump_messages(struct out *o, const struct call *call,
			  const struct kxt_chunk *chunk, bool fills)
{
	uint32_t n, nr = call->failed ? 0 : call->rec->ret;
	struct message m;
	size_t pos = 0;

	for (n = 0; n < nr; n++) {
		if (!next_message(chunk, true, &pos, &m)) {
			out_str(o, " = more messages were not captured");
			out_newline(o);
			return;
		}
		out_mem(o, " = ", 3);
		out_udec(o, m.header->iovlen);
		out_str(o, " buffers in vector ");
		out_udec(o, n);
		out_newline(o);
		dump_iovecs(o, chunk, m.iovs, m.header->iovlen, fills ? m.len : UINT64_MAX);
	}
}

static void dump_message(struct out *o, const struct kxt_chunk *chunk, uint64_t left)
{
	struct message m;
	size_t pos = 0;

	if (next_message(chunk, false, &pos, &m))
		dump_iovecs(o, chunk, m.iovs, m.header->iovlen, left);
}

void dump_call(struct out *o, const struct options *opt, const struct call *call)
{
	const struct fd_bits *fds = direction_of(opt, call->rec->nr);
	int fd = call->rec->args[FD_ARG];
	const struct kxt_chunk *chunk;
	const struct arg *arg;
	uint64_t left;

	if (!fds || !call->info || fd < 0 || !has_fd(fds, fd) ||
	    call->rec->head.flags & KXT_F_NO_RETURN)
		return;
	/* What could not be written is known as well. */
	if (call->failed && fds == &opt->show.read)
		return;
	arg = &call->info->args[DATA_ARG];
	left = arg->op.limit_from == KXT_FROM_RET ? (uint64_t)call->rec->ret : UINT64_MAX;
	chunk = call->out[DATA_ARG] ? call->out[DATA_ARG] : call->in[DATA_ARG];
	switch (arg->op.kind) {
	case KXT_CAP_BUF:
		dump_buffer(o, call);
		break;
	case KXT_CAP_IOVEC:
		dump_iovecs(o, chunk, 0, arg_count(call, arg), left);
		break;
	case KXT_CAP_MSGHDR:
		dump_message(o, chunk, left);
		break;
	case KXT_CAP_MMSGHDR:
		dump_messages(o, call, chunk, arg->op.when & KXT_ON_SUCCESS);
		break;
	}
}
