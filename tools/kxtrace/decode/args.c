/* SPDX-License-Identifier: GPL-2.0-only */
/* The printers that many calls share: numbers, names, strings, vectors. */
#include "args.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/uio.h>

#include "../names.h"
#include "fields.h"

void print_int(struct out *o, const struct call *c, unsigned int i,
	       const struct arg *arg)
{
	(void)arg;
	out_dec(o, (int32_t)c->rec->args[i]);
}

void print_pid(struct out *o, const struct call *c, unsigned int i,
	       const struct arg *arg)
{
	(void)arg;
	out_pid(o, (int32_t)c->rec->args[i]);
}

void print_uint(struct out *o, const struct call *c, unsigned int i,
		const struct arg *arg)
{
	(void)arg;
	out_udec(o, (uint32_t)c->rec->args[i]);
}

void print_long(struct out *o, const struct call *c, unsigned int i,
		const struct arg *arg)
{
	(void)arg;
	out_dec(o, (int64_t)c->rec->args[i]);
}

void print_ulong(struct out *o, const struct call *c, unsigned int i,
		 const struct arg *arg)
{
	(void)arg;
	out_udec(o, c->rec->args[i]);
}

void print_hex(struct out *o, const struct call *c, unsigned int i,
	       const struct arg *arg)
{
	(void)arg;
	out_hex(o, c->rec->args[i]);
}

void print_hex32(struct out *o, const struct call *c, unsigned int i,
		 const struct arg *arg)
{
	(void)arg;
	out_hex(o, (uint32_t)c->rec->args[i]);
}

void print_addr(struct out *o, const struct call *c, unsigned int i,
		const struct arg *arg)
{
	(void)arg;
	out_addr(o, c->rec->args[i]);
}

void print_mode(struct out *o, const struct call *c, unsigned int i,
		const struct arg *arg)
{
	(void)arg;
	out_oct(o, (uint16_t)c->rec->args[i]);
}

void print_dev(struct out *o, const struct call *c, unsigned int i,
	       const struct arg *arg)
{
	(void)arg;
	out_dev(o, (uint32_t)c->rec->args[i]);
}

void print_flags(struct out *o, const struct call *c, unsigned int i,
		 const struct arg *arg)
{
	xlat_flags(o, arg->xlat, (uint32_t)c->rec->args[i]);
}

/* A negative constant stands in its table with all 64 bits. */
void print_value(struct out *o, const struct call *c, unsigned int i,
		 const struct arg *arg)
{
	int64_t value = (int32_t)c->rec->args[i];

	if (value < 0 && !xlat_name(arg->xlat, value))
		value = (uint32_t)value;
	xlat_value(o, arg->xlat, value);
}

/* The chunk that call_in() looks at, whatever its length. */
static const struct kxt_chunk *chunk_in(const struct call *c, unsigned int i)
{
	const struct kxt_chunk *chunk = c->in[i] ? c->in[i] : c->out[i];

	return chunk && !(chunk->status & KXT_FAULT) ? chunk : NULL;
}

static void quote_string(struct out *o, const char *text, size_t len,
			 uint32_t status, size_t limit)
{
	const char *end = memchr(text, '\0', len);
	bool more = status & KXT_MORE;

	if (end)
		len = end - text;
	else if (len == PATH_MAX)
		len--;		/* one that long has no room for its end */
	if (len > limit) {
		len = limit;
		more = true;
	}
	out_quoted(o, text, len, more);
}

/* Paths are shown whole. */
void print_string(struct out *o, const struct call *c, unsigned int i,
		  const struct arg *arg)
{
	const struct kxt_chunk *chunk = chunk_in(c, i);
	size_t limit = arg->op.kind == KXT_CAP_PATH ? KXT_STRING_MAX - 1 : c->strsize;

	if (chunk)
		quote_string(o, (const char *)(chunk + 1), chunk->len,
			     chunk->status, limit);
	else
		out_addr(o, c->rec->args[i]);
}

void print_buffer(struct out *o, const struct call *c, unsigned int i,
		  const struct arg *arg)
{
	const struct kxt_chunk *chunk = chunk_in(c, i);
	bool wanted = !(arg->op.when & KXT_ON_SUCCESS) || !c->failed;
	uint64_t total = arg_count(c, arg);
	size_t len;

	if (!c->rec->args[i] || !wanted || (!chunk && total)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	len = chunk ? chunk->len : 0;
	/* A part of what was to be seen is not shown: the rest is nowhere. */
	if (chunk && chunk->status & KXT_PARTLY && len < total && len < c->strsize) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	if (len > c->strsize)
		len = c->strsize;
	if (len > total)
		len = total;
	out_quoted(o, chunk ? (const char *)(chunk + 1) : "", len,
		   len < total);
}

static void print_item_string(struct out *o, const struct call *c,
			      const struct kxt_item *item)
{
	if (item->status & KXT_FAULT)
		out_addr(o, item->ptr);
	else
		quote_string(o, (const char *)(item + 1), item->len,
			     item->status, c->strsize);
}

/*
 * There is more of a vector; if its next element, `n`, could not be read, where
 * that would be is told.
 */
static void out_rest(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg, size_t n, size_t width)
{
	const struct kxt_chunk *chunk = chunk_in(c, i);

	out_mem(o, "...", 3);
	if (n >= KXT_MAX_ITEMS || !chunk || ~chunk->status & (KXT_PARTLY | KXT_MORE))
		return;
	if (arg->op.when & KXT_NARROW)
		width /= 2;
	out_mem(o, " /* ", 4);
	out_addr(o, c->rec->args[i] + n * width);
	out_mem(o, " */", 3);
}

void print_strvec(struct out *o, const struct call *c, unsigned int i,
		  const struct arg *arg)
{
	const struct kxt_chunk *chunk = chunk_in(c, i);
	const struct kxt_item *item;
	unsigned int n = 0;
	size_t pos = 0;

	(void)arg;
	if (!chunk) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	while ((item = chunk_next_item(chunk, &pos)) && item->ptr) {
		if (n)
			out_mem(o, ", ", 2);
		if (n++ >= c->strsize && c->abbrev)
			break;
		print_item_string(o, c, item);
	}
	if (!item && n)
		out_mem(o, ", ", 2);
	if (!item || item->ptr)
		out_rest(o, c, i, arg, item ? SIZE_MAX : n, 8);
	out_char(o, ']');
}

void print_envp(struct out *o, const struct call *c, unsigned int i,
		const struct arg *arg)
{
	const struct kxt_chunk *chunk = chunk_in(c, i);
	const uint32_t *nr = call_in(c, i, sizeof(*nr));

	/* Strings are longer than a number of them: asked for by -v. */
	if (chunk && chunk->len >= sizeof(struct kxt_item)) {
		print_strvec(o, c, i, arg);
		return;
	}
	out_addr(o, c->rec->args[i]);
	if (!nr)
		return;
	out_mem(o, " /* ", 4);
	out_udec(o, *nr);
	out_str(o, *nr == 1 ? " var" : " vars");
	if (chunk->status & KXT_MORE)
		out_str(o, ", unterminated");
	out_mem(o, " */", 3);
}

/*
 * `left` is how many bytes the kernel filled in; what lies behind them in
 * the buffers is not data of this call.
 */
static void print_iovec_item(struct out *o, const struct call *c,
			     const struct kxt_item *item, bool data,
			     uint64_t left)
{
	uint64_t total = item->total < left ? item->total : left;
	size_t len = item->len < total ? item->len : total;

	out_str(o, "{iov_base=");
	if (len > c->strsize)
		len = c->strsize;
	if (!data || !item->ptr || item->status & KXT_FAULT)
		out_addr(o, item->ptr);
	else
		out_quoted(o, (const char *)(item + 1), len, len < total);
	out_str(o, ", iov_len=");
	out_udec(o, item->total);
	out_char(o, '}');
}

void print_iovec(struct out *o, const struct call *c, unsigned int i,
		 const struct arg *arg)
{
	const struct kxt_chunk *chunk = chunk_in(c, i);
	bool filled = arg->op.limit_from == KXT_FROM_RET;
	uint64_t left = UINT64_MAX, count = arg_count(c, arg);
	const struct kxt_item *item;
	unsigned int n = 0;
	size_t pos = 0;

	if ((!chunk && (count || !c->rec->args[i])) || count > UINT64_MAX / sizeof(struct iovec)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	if (filled)
		left = c->failed ? 0 : c->rec->ret;
	out_char(o, '[');
	while (n < count && n < c->strsize &&
	       (item = chunk_next_item(chunk, &pos))) {
		if (n++)
			out_mem(o, ", ", 2);
		print_iovec_item(o, c, item, !filled || !c->failed, left);
		if (filled)
			left -= item->total < left ? item->total : left;
	}
	if (n < count) {
		if (n)
			out_mem(o, ", ", 2);
		out_rest(o, c, i, arg, n < c->strsize ? n : SIZE_MAX, 16);
	}
	out_char(o, ']');
}

void out_list_rest(struct out *o, const struct call *c, unsigned int i, uint64_t n,
		   uint64_t count, size_t size)
{
	if (n >= count)
		return;
	out_str(o, n ? ", ..." : "...");
	if (n && n < c->strsize && n < KXT_MAX_ITEMS - 1) {
		out_mem(o, " /* ", 4);
		out_addr(o, c->rec->args[i] + n * size);
		out_mem(o, " */", 3);
	}
}

void print_int_pointer(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	const int32_t *in = call_in(c, i, 4), *out = call_out(c, i, 4);

	(void)arg;
	if (!in) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	out_dec(o, *in);
	if (out && *out != *in) {
		out_mem(o, " => ", 4);
		out_dec(o, *out);
	}
	out_char(o, ']');
}

void print_long_pointer(struct out *o, const struct call *c, unsigned int i,
			const struct arg *arg)
{
	const int64_t *in = call_in(c, i, 8), *out = call_out(c, i, 8);

	(void)arg;
	if (!in) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	out_dec(o, *in);
	if (out && *out != *in) {
		out_mem(o, " => ", 4);
		out_dec(o, *out);
	}
	out_char(o, ']');
}
