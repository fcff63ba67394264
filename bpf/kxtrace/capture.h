/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memory behind the arguments of a call, into its record. */
#ifndef KXTRACE_CAPTURE_H
#define KXTRACE_CAPTURE_H

#include "state.h"

/*
 * Room in the scratch. The verifier knows ranges, not sums: a large piece is
 * allowed at low offsets only, a small one nearly up to the end.
 */
#define LARGE_PIECE	(KXT_STRING_MAX + 8)
#define LARGE_UNTIL	(KXT_DATA_MAX - LARGE_PIECE - 64)
#define SMALL_PIECE	512
#define SMALL_UNTIL	(KXT_DATA_MAX - SMALL_PIECE - 64)

/* Rounds up to where the next chunk or item starts. */
#define ALIGNED(len)	(((len) + 7) & ~7)

/*
 * A structure may be given that is smaller than what is asked for, at the end
 * of a page behind which there is nothing: then its readable part is taken.
 */
static __always_inline long read_to_page_end(void *to, u64 from, u64 size,
					     u64 limit)
{
	u64 part = 4096 - (from & 4095);

	if (part >= size || part > limit)
		return -1;
	if (bpf_probe_read_user(to, part, (void *)from))
		return -1;
	return part;
}

/* What a function returns that reads: how many bytes, and the status. */
#define PIECE(len, status)	((int)((len) << 3 | (status)))
#define PIECE_LEN(piece)	((u32)(piece) >> 3 & 0x1fff)
#define PIECE_STATUS(piece)	((piece) & 7)

static __always_inline int read_string(struct scratch *s, void *to, u64 from,
				       u64 size)
{
	long len = bpf_probe_read_user_str(to, size, (void *)from);

	if (len < 0) {
		s->fault_from = from;
		s->fault_to = (from | 4095) + 1;
		return PIECE(0, KXT_FAULT);
	}
	/* A full buffer means that the end was not seen: its NUL is not real. */
	if ((u64)len == size)
		return PIECE(len - 1, KXT_MORE);
	return PIECE(len, 0);
}

static __always_inline int read_bytes(struct scratch *s, void *to, u64 from,
				      u64 size, u64 limit)
{
	long part;

	if (!bpf_probe_read_user(to, size, (void *)from))
		return PIECE(size, 0);
	s->fault_to = from + size - 1;
	part = read_to_page_end(to, from, size, limit);
	if (part > 0) {
		s->fault_from = from + part;
		return PIECE(part, KXT_PARTLY);
	}
	s->fault_from = from;
	return PIECE(0, KXT_FAULT);
}

/*
 * Reads `size` bytes, or a string of at most that, to where `at` is. A function of
 * its own: it is verified once.
 */
__noinline int read_piece(struct scratch *s, u32 at, u64 from, u32 size,
			  bool string)
{
	u64 room = at, limit;
	int more = 0, piece;

	if (!s)
		return PIECE(0, KXT_FAULT);
	/* One register for the check and for the use. */
	barrier_var(room);
	if (room <= LARGE_UNTIL) {
		limit = LARGE_PIECE;
		if (size > limit) {
			size = limit;
			more = KXT_MORE;
		}
		piece = string ? read_string(s, s->data + room, from, size) :
				 read_bytes(s, s->data + room, from, size, LARGE_PIECE);
	} else if (room <= SMALL_UNTIL) {
		barrier_var(room);
		limit = SMALL_PIECE;
		if (size > limit) {
			size = limit;
			more = KXT_MORE;
		}
		piece = string ? read_string(s, s->data + room, from, size) :
				 read_bytes(s, s->data + room, from, size, SMALL_PIECE);
	} else {
		return PIECE(0, KXT_MORE);
	}
	return piece | more;
}

static __always_inline long read_word(struct scratch *s, void *to, u32 size,
				      u64 from)
{
	long err = bpf_probe_read_user(to, size, (void *)from);

	if (err) {
		s->fault_from = from;
		s->fault_to = from + size - 1;
	}
	return err;
}

#define NO_ROOM	8

/* Adds an item with the memory behind `from`; returns its status, or NO_ROOM. */
__noinline int add_item(struct scratch *s, u64 from, u64 total, u32 size,
			bool string)
{
	struct kxt_item *item;
	int piece = 0;
	u32 at;

	if (!s)
		return NO_ROOM;
	at = s->rec.head.len;
	if (at > SMALL_UNTIL)
		return NO_ROOM;
	item = (struct kxt_item *)(s->data + at);
	at += sizeof(*item);
	if (from)
		piece = read_piece(s, at, from, size, string);
	item->ptr = from;
	item->total = total;
	item->len = PIECE_LEN(piece);
	item->status = PIECE_STATUS(piece);
	s->rec.head.len = at + ALIGNED(PIECE_LEN(piece));
	return PIECE_STATUS(piece);
}

/* A vector under way. Its loop is the kernel's: verified once, not per round. */
struct vector_walk {
	struct scratch *s;
	u64 vector;
	u64 nr;
	u64 limit;	/* bytes that may still be shown */
	u32 narrow;	/* pointers and longs have 32 bits */
	int status;
	bool ended;	/* it is over, and `status` is all that is to be said */
};

static long add_string(u64 i, struct vector_walk *walk)
{
	u32 width = walk->narrow ? 4 : 8;
	u64 string = 0;
	int added;

	if (read_word(walk->s, &string, width, walk->vector + i * width)) {
		walk->status |= i ? KXT_MORE | KXT_PARTLY : KXT_FAULT;
		walk->ended = true;
		return 1;
	}
	added = add_item(walk->s, string, 0, settings.strsize + 2, true);
	if (added & NO_ROOM)
		return 1;
	if (added & KXT_FAULT)
		walk->status |= KXT_PARTLY;
	walk->ended = !string;
	return !string;
}

static __always_inline int walk_vector(struct vector_walk *walk, void *step, u32 max)
{
	bpf_loop(max, step, walk, 0);
	return walk->status | (walk->ended ? 0 : KXT_MORE);
}

/* argv: up to `max`, or the element limit. An unreadable pointer ends it. */
__noinline int add_strings(struct scratch *s, u64 vector, u32 narrow, u32 max)
{
	struct vector_walk walk = { .s = s, .vector = vector, .narrow = narrow };

	return s ? walk_vector(&walk, add_string, max ? max : KXT_MAX_ITEMS) : 0;
}

struct iovec_copy {
	u64 base;
	u64 len;
};

/* Dumps want more of a buffer than is shown in quotes. */
static __always_inline u64 buffer_limit(void)
{
	return settings.bufsize > settings.strsize ? settings.bufsize : settings.strsize;
}

/* A 32-bit one looks like the base alone. */
static __always_inline void widen_iovec(struct iovec_copy *iov)
{
	iov->len = iov->base >> 32;
	iov->base = (u32)iov->base;
}

static long add_iovec(u64 i, struct vector_walk *walk)
{
	u32 width = walk->narrow ? 8 : 16;
	struct iovec_copy iov;
	u64 size;
	int added;

	if (i >= walk->nr) {
		walk->ended = true;
		return 1;
	}
	if (read_word(walk->s, &iov, width, walk->vector + i * width)) {
		walk->status |= i ? KXT_MORE | KXT_PARTLY : KXT_FAULT;
		walk->ended = true;
		return 1;
	}
	if (walk->narrow)
		widen_iovec(&iov);
	size = iov.len < walk->limit ? iov.len : walk->limit;
	walk->limit -= size;
	if (size > buffer_limit())
		size = buffer_limit();
	added = add_item(walk->s, iov.base, iov.len, size, false);
	if (added & KXT_FAULT)
		walk->status |= KXT_PARTLY;
	return !!(added & NO_ROOM);
}

__noinline int add_iovecs(struct scratch *s, u64 vector, u64 nr, u64 limit,
			   u32 narrow)
{
	struct vector_walk walk = { .s = s, .vector = vector, .nr = nr,
				    .limit = limit, .narrow = narrow };

	return s ? walk_vector(&walk, add_iovec, KXT_MAX_ITEMS) : 0;
}

struct msghdr_copy {
	u64 name;
	u64 name_len;	/* an int, and padding */
	u64 iov;
	u64 iov_len;
	u64 control;
	u64 control_len;
	u64 flags;	/* an unsigned int, and padding */
};

struct msghdr_narrow {
	u32 name;
	u32 name_len;
	u32 iov;
	u32 iov_len;
	u32 control;
	u32 control_len;
	u32 flags;
	u32 msg_len;	/* MMSGHDR */
};

/* Records have the structure of 64-bit programs only. */
__noinline int widen_message(struct scratch *s, u32 at)
{
	struct msghdr_narrow from;
	struct msghdr_copy *to;

	if (!s || at > SMALL_UNTIL)
		return 0;
	__builtin_memcpy(&from, s->data + at, sizeof(from));
	to = (struct msghdr_copy *)(s->data + at);
	to->name = from.name;
	to->name_len = from.name_len;
	to->iov = from.iov;
	to->iov_len = from.iov_len;
	to->control = from.control;
	to->control_len = from.control_len;
	to->flags = from.flags;
	*(u64 *)(to + 1) = from.msg_len;
	return 0;
}

#define MSG_NAME_MAX	128
#define MSG_CONTROL_MAX	256

/*
 * The structure has been read to `at`; its parts follow as items. The iovecs
 * are left to the caller: a deeper stack would be too large.
 */
__noinline int add_message(struct scratch *s, u32 at)
{
	const struct msghdr_copy *msg;
	u64 control, control_len, length;
	u32 name_len;

	if (!s || at > SMALL_UNTIL)
		return 0;
	/* In place: a copy on the stack would be too large for older kernels. */
	msg = (const struct msghdr_copy *)(s->data + at);
	control = msg->control;
	length = control_len = msg->control_len;
	if (control_len > MSG_CONTROL_MAX)
		control_len = MSG_CONTROL_MAX;
	s->vector = msg->iov;
	s->vector_len = msg->iov_len;
	name_len = msg->name_len;
	if (name_len > MSG_NAME_MAX)
		name_len = MSG_NAME_MAX;
	add_item(s, msg->name, (u32)msg->name_len, name_len, false);
	add_item(s, control, length, control_len, false);
	return 0;
}


#define MSGHDR_SIZE	56
#define MMSGHDR_SIZE	64
#define MAX_MESSAGES	32

/* One message and its parts: its status, KXT_MORE when it is not whole. */
__noinline int add_one_message(struct scratch *s, u64 from, u32 narrow)
{
	int added;
	u32 at;

	if (!s)
		return KXT_MORE;
	at = s->rec.head.len;
	barrier_var(at);
	if (at > SMALL_UNTIL)
		return KXT_MORE;
	if (read_word(s, s->data + at, narrow ? MMSGHDR_SIZE / 2 : MMSGHDR_SIZE, from))
		return KXT_FAULT;
	if (narrow)
		widen_message(s, at);
	s->rec.head.len = at + MMSGHDR_SIZE;
	add_message(s, at);
	added = add_iovecs(s, s->vector, s->vector_len, ~0ULL, narrow);
	return added & KXT_FAULT ? KXT_MORE | KXT_PARTLY : added;
}

/* As many as there is room for; one that is not whole is the last. */
static __always_inline int add_messages(struct scratch *s, u64 vector, u64 nr,
					u32 narrow)
{
	u32 i, width = narrow ? MMSGHDR_SIZE / 2 : MMSGHDR_SIZE;
	int added, status = 0;

	for (i = 0; i < MAX_MESSAGES; i++) {
		if (i >= nr)
			return status;
		added = add_one_message(s, vector + i * width, narrow);
		if (added & KXT_FAULT)
			return status | (i ? KXT_MORE : KXT_FAULT);
		status |= added & KXT_PARTLY;
		if (added & KXT_MORE)
			break;
	}
	return status | KXT_MORE;
}

#define IOCB_SIZE	64
#define IOCB_PWRITE	1
#define IOCB_PREADV	7
#define IOCB_PWRITEV	8

struct iocb_copy {
	u64 data;
	u64 key;
	u16 opcode;
	u16 reqprio;
	u32 fd;
	u64 buf;
	u64 nbytes;
};

/*
 * A request, and what it writes: data, or the data of vectors. A function of its
 * own: verified once, not for each request.
 */
__noinline int add_request(struct scratch *s, u64 pointer, u32 narrow)
{
	const struct iocb_copy *cb;
	int added;
	u32 at;
	u64 len;

	if (!s)
		return 0;
	added = add_item(s, pointer, KXT_ANOTHER, IOCB_SIZE, false);
	at = s->rec.head.len - IOCB_SIZE;
	barrier_var(at);
	if (added)
		return (added & NO_ROOM) | KXT_PARTLY;
	if (!pointer || at > SMALL_UNTIL)
		return 0;
	cb = (const struct iocb_copy *)(s->data + at);
	len = cb->nbytes;
	if (cb->opcode == IOCB_PWRITE)
		add_item(s, cb->buf, len, len < settings.strsize ? len : settings.strsize,
			 false);
	if (cb->opcode == IOCB_PWRITEV || cb->opcode == IOCB_PREADV)
		add_iovecs(s, cb->buf, len, cb->opcode == IOCB_PWRITEV ? ~0ULL : 0, narrow);
	return 0;
}

/* io_submit: the requests behind a vector of pointers, and what they write. */
static __always_inline int add_requests(struct scratch *s, u64 vector, u64 nr,
					u32 narrow)
{
	u32 i, width = narrow ? 4 : 8;
	int status = 0;
	u64 pointer;

	for (i = 0; i < KXT_MAX_ITEMS; i++) {
		if (i >= nr)
			return status;
		pointer = 0;
		if (read_word(s, &pointer, width, vector + i * width))
			return status | (i ? KXT_MORE : KXT_FAULT);
		/* Without a branch: each would double what is verified. */
		status |= add_request(s, pointer, narrow);
		if (status & NO_ROOM)
			break;
	}
	return (status & KXT_PARTLY) | KXT_MORE;
}

#define BPF_LOAD_TYPES	18	/* BPF_BTF_LOAD */
#define BTF_SIZE_AT	16

/* Which word of bpf's attributes points to a string, by command. */
static __always_inline int bpf_string(u64 command)
{
	switch ((u32)command) {
	case 5: /* BPF_PROG_LOAD: the licence */
		return 2;
	case 6: /* BPF_OBJ_PIN: the path */
	case 7: /* BPF_OBJ_GET: the path */
	case 17: /* BPF_RAW_TRACEPOINT_OPEN: the name */
		return 0;
	}
	return -1;
}

#define MAX_COUNTED	(1 << 16)

struct counting {
	u64 vector;
	u64 end;	/* count_entry: of the buffer */
	u32 width;	/* of a pointer; count_entry: where the length is */
	u32 status;
};

static long count_one(u64 i, struct counting *counting)
{
	u32 width = counting->width == 4 ? 4 : 8;
	u64 pointer = 0;

	if (bpf_probe_read_user(&pointer, width,
				(void *)(counting->vector + i * width))) {
		counting->status = KXT_FAULT;
		return 1;
	}
	return !pointer;
}

/* envp: how many. A loop in the kernel is verified once, not per round. */
__noinline int count_vector(struct scratch *s, u64 vector, u32 narrow)
{
	struct counting counting = { .vector = vector, .width = narrow ? 4 : 8 };
	long rounds;
	u64 at;

	if (!s)
		return 0;
	at = s->rec.head.len;
	if (at > SMALL_UNTIL)
		return KXT_MORE;
	rounds = bpf_loop(MAX_COUNTED, count_one, &counting, 0);
	*(u32 *)(s->data + at) = rounds ? rounds - 1 : 0;
	s->rec.head.len = at + 8;
	if (counting.status) {
		s->fault_from = vector;
		s->fault_to = vector + rounds * counting.width - 1;
	}
	return counting.status;
}

#define MAX_ENTRIES	(1 << 14)

static long count_entry(u64 i, struct counting *counting)
{
	u16 len;

	if (counting->vector >= counting->end)
		return 1;
	if (bpf_probe_read_user(&len, sizeof(len), (void *)
				(counting->vector + counting->width)) || !len) {
		counting->status = KXT_FAULT;
		return 1;
	}
	counting->vector += len;
	return 0;
}

/* getdents: how many entries are in the buffer. */
__noinline int count_entries(struct scratch *s, u64 buffer, u32 offset)
{
	struct counting counting = { .vector = buffer, .width = offset };
	long rounds;
	u64 at;

	if (!s)
		return 0;
	at = s->rec.head.len;
	if (at > SMALL_UNTIL)
		return KXT_MORE;
	counting.end = buffer + (s->rec.ret > 0 ? s->rec.ret : 0);
	rounds = bpf_loop(MAX_ENTRIES, count_entry, &counting, 0);
	*(u32 *)(s->data + at) = rounds ? rounds - 1 : 0;
	s->rec.head.len = at + 8;
	return counting.status;
}

static __always_inline u64 count_of(const struct scratch *s, u32 from)
{
	if (from < KXT_NR_ARGS)
		return s->rec.args[from];
	if (from == KXT_FROM_RET)
		return s->rec.ret > 0 ? s->rec.ret : 0;
	return ~0ULL;
}

#define SOCKADDR_MAX	128
#define BITS_MAX	1024

/* The number of bytes of a plain piece: what `op` asks for, within its limit. */
static __always_inline u32 piece_size(struct scratch *s, u32 kind,
				      u32 from, u32 size, u32 narrow,
				      u32 *status)
{
	u64 want, limit = LARGE_PIECE;
	u32 len = 0;

	switch (kind) {
	case KXT_CAP_PATH:
		return KXT_STRING_MAX + 1;
	case KXT_CAP_STR:
		return settings.strsize + 2;
	case KXT_CAP_BUF:
		limit = buffer_limit();
		want = count_of(s, from);
		break;
	case KXT_CAP_ARRAY:
		limit = KXT_MAX_ITEMS * size;
		want = count_of(s, from);
		/* Numbers that large are errors of the caller: no overflow. */
		want = want > 65535 ? limit + 1 : want * size;
		break;
	case KXT_CAP_BITS:
		want = (u32)count_of(s, from);
		want = want > BITS_MAX ? BITS_MAX : want;
		want = narrow ? (want + 31) / 32 * 4 : (want + 63) / 64 * 8;
		break;
	case KXT_CAP_SOCKADDR:
		limit = SOCKADDR_MAX;
		want = (u32)count_of(s, from);
		break;
	case KXT_CAP_SOCKADDR_OUT:
		limit = SOCKADDR_MAX;
		read_word(s, &len, sizeof(len), count_of(s, from));
		want = len;
		break;
	default:
		want = size;
	}
	if (want > limit) {
		want = limit;
		*status |= KXT_MORE;
	}
	return want;
}

/* Adds one chunk: the memory behind argument `i`. Returns its status. */
__noinline int capture(struct scratch *s, u32 i, u32 when)
{
	const volatile struct kxt_op *op;
	struct kxt_chunk *chunk;
	u32 index, at, kind, from, size, data, narrow, status = 0;
	int piece;
	u64 pointer, limit;
	int word;

	if (!s || i >= KXT_NR_ARGS)
		return 0;
	pointer = s->rec.args[i];
	/* Only a call with a row of its own comes here. */
	index = s->row;
	barrier_var(index);
	if (index >= KXT_ALL_ROWS)
		return 0;
	op = &rows[index].ops[i];
	kind = op->kind;
	narrow = op->when & KXT_NARROW;
	from = op->size_from;
	at = s->rec.head.len;
	if (!pointer && kind != KXT_CAP_BLOCKED)
		return 0;
	if (at > SMALL_UNTIL) {
		s->rec.head.flags |= KXT_F_CUT;
		return 0;
	}
	chunk = (struct kxt_chunk *)(s->data + at);
	data = at + sizeof(*chunk);
	s->rec.head.len = data;

	switch (kind) {
	case KXT_CAP_STRVEC:
		status = add_strings(s, pointer, narrow, op->size);
		break;
	case KXT_CAP_COUNTVEC:
		status = count_vector(s, pointer, narrow);
		break;
	case KXT_CAP_DIRENTS:
		status = count_entries(s, pointer, op->size);
		break;
	case KXT_CAP_IOVEC:
		limit = count_of(s, op->limit_from);
		status = add_iovecs(s, pointer, count_of(s, from), limit,
				    narrow);
		break;
	case KXT_CAP_MMSGHDR:
		status = add_messages(s, pointer, count_of(s, from), narrow);
		break;
	case KXT_CAP_MSGHDR:
		limit = count_of(s, op->limit_from);
		size = MSGHDR_SIZE;
		status = PIECE_STATUS(read_piece(s, data, pointer,
						 narrow ? size / 2 : size, false));
		if (status)
			break;
		if (narrow)
			widen_message(s, data);
		s->rec.head.len = data + size;
		add_message(s, data);
		status = add_iovecs(s, s->vector, s->vector_len, limit, narrow);
		break;
	case KXT_CAP_IOCBS:
		status = add_requests(s, pointer, count_of(s, from), narrow);
		break;
	case KXT_CAP_LINKED:
		piece = read_piece(s, data, pointer, op->size, false);
		status = PIECE_STATUS(piece);
		s->rec.head.len = data + ALIGNED(PIECE_LEN(piece));
		if (!status && !read_word(s, &limit, sizeof(limit), pointer) && limit)
			status = add_item(s, limit, 0, op->limit_from * 8, false) &
				       KXT_FAULT ? KXT_PARTLY : 0;
		break;
	case KXT_CAP_BPF_ATTR:
		piece = read_piece(s, data, pointer, op->size, false);
		status = PIECE_STATUS(piece);
		s->rec.head.len = data + ALIGNED(PIECE_LEN(piece));
		word = bpf_string(s->rec.args[0]);
		if ((u32)s->rec.args[0] == BPF_LOAD_TYPES &&
		    !read_word(s, &limit, sizeof(limit), pointer) &&
		    !read_word(s, &size, sizeof(size), pointer + BTF_SIZE_AT))
			add_item(s, limit, size, size < settings.strsize ? size : settings.strsize,
				 false);
		if (word >= 0 && !read_word(s, &limit, sizeof(limit), pointer + word * 8))
			add_item(s, limit, 0, KXT_STRING_MAX, true);
		break;
	case KXT_CAP_BLOCKED:
		*(u64 *)(s->data + data) =
			bpf_get_current_task_btf()->blocked.sig[0];
		s->rec.head.len = data + sizeof(u64);
		break;
	default:
		size = piece_size(s, kind, from, op->size, narrow, &status);
		piece = read_piece(s, data, pointer, size,
				   kind == KXT_CAP_PATH || kind == KXT_CAP_STR);
		status |= PIECE_STATUS(piece);
		s->rec.head.len = data + PIECE_LEN(piece);
	}
	chunk->arg = i;
	chunk->when = when;
	chunk->status = status;
	chunk->pad = 0;
	chunk->len = s->rec.head.len - data;
	s->rec.head.len = ALIGNED(s->rec.head.len);
	return status;
}

#define UNREAD	(KXT_FAULT | KXT_PARTLY)

/*
 * Of the arguments that could not be read at entry, those that can be now that
 * the call has brought in their pages, and has not written over them.
 */
__noinline u32 still_there(struct scratch *s, u32 faulted)
{
	const volatile struct kxt_row *row;
	u32 i, j, there = 0;

	if (!s)
		return 0;
	row = &rows[s->row & (KXT_NR_ROWS - 1)];
	for (i = 0; i < KXT_NR_ARGS; i++) {
		if (!(faulted >> i & 1) || !(row->ops[i].when & KXT_APART))
			continue;
		there |= 1 << i;
		for (j = 0; j < KXT_NR_ARGS; j++)
			if (j != i && s->rec.args[j] == s->rec.args[i])
				there &= ~(1 << i);
	}
	return there;
}

/* What was read too early, or not at all, and what is read at the call's end. */
__noinline int capture_marked(struct scratch *s, u32 at_exit, u32 late, bool fills)
{
	const volatile struct kxt_row *row;
	int status = 0;
	u32 i;

	if (!s)
		return 0;
	row = &rows[s->row & (KXT_NR_ROWS - 1)];
	for (i = 0; i < KXT_NR_ARGS; i++) {
		if (at_exit >> i & 1 && (fills || !(row->ops[i].when & KXT_ON_SUCCESS)))
			status |= capture(s, i, KXT_AT_EXIT);
		if (late >> i & 1)
			status |= capture(s, i, KXT_AT_ENTER);
	}
	return status;
}

/*
 * A page that is not resident cannot be waited for, but in a sleepable
 * program: there it is brought in, and all is read again.
 */
static __always_inline int capture_waiting(struct scratch *s, u32 i, u32 when,
					   const bool may_wait)
{
	u32 len = s->rec.head.len;
	int status = capture(s, i, when);
	int tries;
	char byte;

	if (!may_wait)
		return status;
	for (tries = 0; tries < 8 && status & UNREAD; tries++) {
		if (bpf_copy_from_user(&byte, 1, (void *)s->fault_from) &&
		    bpf_copy_from_user(&byte, 1, (void *)s->fault_to))
			break;
		s->rec.head.len = len;
		status = capture(s, i, when);
	}
	return status;
}

static long take_spare(u64 i, u32 *taken)
{
	struct spare *spare;
	u32 key = i;

	spare = bpf_map_lookup_elem(&spares, &key);
	if (!spare || __sync_val_compare_and_swap(&spare->taken, 0, 1))
		return 0;
	*taken = i + 1;
	return 1;
}

/* Its number plus 1, or 0: all are taken. */
__noinline u32 claim_spare(void)
{
	u32 taken = 0;

	bpf_loop(NR_SPARES, take_spare, &taken, 0);
	return taken;
}

__noinline int return_spare(u32 taken)
{
	struct spare *spare;

	taken--;
	spare = bpf_map_lookup_elem(&spares, &taken);
	if (spare)
		spare->taken = 0;
	return 0;
}

static __always_inline struct scratch *spare_of(struct task_state *state)
{
	struct spare *spare;
	u32 taken = state->spare;

	if (!taken)
		taken = claim_spare();
	if (!taken)
		return NULL;
	state->spare = taken;
	taken--;
	spare = bpf_map_lookup_elem(&spares, &taken);
	return spare ? &spare->scratch : NULL;
}

static __always_inline void release_spare(struct task_state *state)
{
	if (!state->spare)
		return;
	return_spare(state->spare);
	state->spare = 0;
}

/* The same one from a call's entry to its end. */
static __always_inline struct scratch *scratch_of(struct task_state *state,
						  struct task_struct *task)
{
	struct scratch *s = NULL;

	if (!state->spare && !settings.starved)
		s = bpf_task_storage_get(&scratches, task, NULL,
					 BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!s)
		s = spare_of(state);
	if (!s)
		COUNT(uncaptured);
	return s;
}

static __always_inline void emit_scratch(struct task_state *state,
					 struct scratch *s)
{
	u32 len = s->rec.head.len;

	if (len > KXT_DATA_MAX)
		len = KXT_DATA_MAX;
	emit(s, sizeof(s->rec) + len);
	release_spare(state);
}

#endif
