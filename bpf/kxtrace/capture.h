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

struct piece {
	u32 len;
	u32 status;
};

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

static __always_inline void
read_piece(struct scratch *s, u64 at, u64 from, u64 size, bool string,
	   struct piece *piece)
{
	long len, part = -1;

	/* One register for the check and for the use. */
	barrier_var(at);
	if (at <= LARGE_UNTIL) {
		if (size > LARGE_PIECE) {
			size = LARGE_PIECE;
			piece->status |= KXT_MORE;
		}
		len = string ? bpf_probe_read_user_str(s->data + at, size, (void *)from)
			     : bpf_probe_read_user(s->data + at, size, (void *)from);
		if (len < 0 && !string)
			part = read_to_page_end(s->data + at, from, size, LARGE_PIECE);
	} else if (at <= SMALL_UNTIL) {
		barrier_var(at);
		if (size > SMALL_PIECE) {
			size = SMALL_PIECE;
			piece->status |= KXT_MORE;
		}
		len = string ? bpf_probe_read_user_str(s->data + at, size, (void *)from)
			     : bpf_probe_read_user(s->data + at, size, (void *)from);
		if (len < 0 && !string)
			part = read_to_page_end(s->data + at, from, size, SMALL_PIECE);
	} else {
		piece->status |= KXT_MORE;
		return;
	}
	if (part > 0) {
		piece->status |= KXT_PARTLY;
		piece->len = part;
		s->fault_from = from + part;
		s->fault_to = from + size - 1;
		return;
	}
	if (len < 0) {
		piece->status |= KXT_FAULT;
		s->fault_from = from;
		s->fault_to = string ? (from | 4095) + 1 : from + size - 1;
		return;
	}
	if (!string) {
		piece->len = size;
		return;
	}
	/* A full buffer means that the end was not seen: its NUL is not real. */
	if ((u64)len == size) {
		piece->status |= KXT_MORE;
		len--;
	}
	piece->len = len;
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
	struct piece piece = {};
	struct kxt_item *item;
	u32 at;

	if (!s)
		return NO_ROOM;
	at = s->rec.head.len;
	if (at > SMALL_UNTIL)
		return NO_ROOM;
	item = (struct kxt_item *)(s->data + at);
	at += sizeof(*item);
	if (from)
		read_piece(s, at, from, size, string, &piece);
	item->ptr = from;
	item->total = total;
	item->len = piece.len;
	item->status = piece.status;
	s->rec.head.len = at + ALIGNED(piece.len);
	return piece.status;
}

/* argv: up to the element limit. An unreadable pointer ends it. */
__noinline int add_strings(struct scratch *s, u64 vector)
{
	int i, added, status = 0;
	u64 string;

	if (!s)
		return 0;
	for (i = 0; i < KXT_MAX_ITEMS; i++) {
		if (read_word(s, &string, sizeof(string), vector + i * 8))
			return status | (i ? KXT_MORE : KXT_FAULT);
		added = add_item(s, string, 0, settings.strsize + 2, true);
		if (added & NO_ROOM)
			break;
		if (added & KXT_FAULT)
			status |= KXT_PARTLY;
		if (!string)
			return status;
	}
	return status | KXT_MORE;
}

struct iovec_copy {
	u64 base;
	u64 len;
};

__noinline int add_iovecs(struct scratch *s, u64 vector, u64 nr, u64 limit)
{
	int added, status = 0;
	struct iovec_copy iov;
	u64 size;
	u32 i;

	if (!s)
		return 0;
	for (i = 0; i < KXT_MAX_ITEMS; i++) {
		if (i >= nr)
			return status;
		if (read_word(s, &iov, sizeof(iov), vector + i * 16))
			return status | (i ? KXT_MORE : KXT_FAULT);
		size = iov.len < limit ? iov.len : limit;
		limit -= size;
		if (size > settings.strsize)
			size = settings.strsize;
		added = add_item(s, iov.base, iov.len, size, false);
		if (added & NO_ROOM)
			break;
		if (added & KXT_FAULT)
			status |= KXT_PARTLY;
	}
	return status | KXT_MORE;
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

#define MSG_NAME_MAX	128
#define MSG_CONTROL_MAX	256

/*
 * The structure has been read to `at`; its parts follow as items. The iovecs
 * are left to the caller: a deeper stack would be too large.
 */
__noinline int add_message(struct scratch *s, u32 at)
{
	struct msghdr_copy msg;
	u32 name_len;

	if (!s || at > SMALL_UNTIL)
		return 0;
	__builtin_memcpy(&msg, s->data + at, sizeof(msg));
	name_len = msg.name_len;
	if (name_len > MSG_NAME_MAX)
		name_len = MSG_NAME_MAX;
	add_item(s, msg.name, (u32)msg.name_len, name_len, false);
	add_item(s, msg.control, msg.control_len,
		 msg.control_len < MSG_CONTROL_MAX ? msg.control_len
						   : MSG_CONTROL_MAX, false);
	s->vector = msg.iov;
	s->vector_len = msg.iov_len;
	return 0;
}

#define MAX_COUNTED	(1 << 16)

struct counting {
	u64 vector;
	u64 end;	/* count_entry: of the buffer */
	u32 status;
};

static long count_one(u64 i, struct counting *counting)
{
	u64 pointer;

	if (bpf_probe_read_user(&pointer, sizeof(pointer),
				(void *)(counting->vector + i * 8))) {
		counting->status = KXT_FAULT;
		return 1;
	}
	return !pointer;
}

/* envp: how many. A loop in the kernel is verified once, not per round. */
__noinline int count_vector(struct scratch *s, u64 vector)
{
	struct counting counting = { .vector = vector };
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
		s->fault_to = vector + rounds * 8 - 1;
	}
	return counting.status;
}

#define DIRENT_RECLEN	16	/* offset, in both kinds of entry */
#define MAX_ENTRIES	(1 << 14)

static long count_entry(u64 i, struct counting *counting)
{
	u16 len;

	if (counting->vector >= counting->end)
		return 1;
	if (bpf_probe_read_user(&len, sizeof(len), (void *)
				(counting->vector + DIRENT_RECLEN)) || !len) {
		counting->status = KXT_FAULT;
		return 1;
	}
	counting->vector += len;
	return 0;
}

/* getdents: how many entries are in the buffer. */
__noinline int count_entries(struct scratch *s, u64 buffer)
{
	struct counting counting = { .vector = buffer };
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
				      u32 from, u32 size, struct piece *piece)
{
	u64 want, limit = LARGE_PIECE;
	u32 len = 0;

	switch (kind) {
	case KXT_CAP_PATH:
		return KXT_STRING_MAX + 1;
	case KXT_CAP_STR:
		return settings.strsize + 2;
	case KXT_CAP_BUF:
		limit = settings.strsize;
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
		want = (want > BITS_MAX ? BITS_MAX : want) + 63;
		want = want / 64 * 8;
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
		piece->status |= KXT_MORE;
	}
	return want;
}

/* Adds one chunk: the memory behind argument `i`. Returns its status. */
__noinline int capture(struct scratch *s, u32 i, u32 when)
{
	const volatile struct kxt_op *op;
	struct kxt_chunk *chunk;
	struct piece piece = {};
	u32 at, kind, from, size, data;
	u64 pointer, limit;

	if (!s || i >= KXT_NR_ARGS)
		return 0;
	pointer = s->rec.args[i];
	/* Only a call with a row of its own comes here. */
	op = &rows[s->rec.nr & (KXT_NR_ROWS - 1)].ops[i];
	kind = op->kind;
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
		piece.status = add_strings(s, pointer);
		break;
	case KXT_CAP_COUNTVEC:
		piece.status = count_vector(s, pointer);
		break;
	case KXT_CAP_DIRENTS:
		piece.status = count_entries(s, pointer);
		break;
	case KXT_CAP_IOVEC:
		limit = count_of(s, op->limit_from);
		piece.status = add_iovecs(s, pointer, count_of(s, from), limit);
		break;
	case KXT_CAP_MSGHDR:
	case KXT_CAP_MMSGHDR:
		limit = count_of(s, op->limit_from);
		size = kind == KXT_CAP_MSGHDR ? 56 : 64;
		read_piece(s, data, pointer, size, false, &piece);
		if (piece.status)
			break;
		s->rec.head.len = data + size;
		add_message(s, data);
		piece.status = add_iovecs(s, s->vector, s->vector_len, limit);
		break;
	case KXT_CAP_BLOCKED:
		*(u64 *)(s->data + data) =
			bpf_get_current_task_btf()->blocked.sig[0];
		s->rec.head.len = data + sizeof(u64);
		break;
	default:
		size = piece_size(s, kind, from, op->size, &piece);
		read_piece(s, data, pointer, size,
			   kind == KXT_CAP_PATH || kind == KXT_CAP_STR, &piece);
		s->rec.head.len = data + piece.len;
	}
	chunk->arg = i;
	chunk->when = when;
	chunk->status = piece.status;
	chunk->pad = 0;
	chunk->len = s->rec.head.len - data;
	s->rec.head.len = ALIGNED(s->rec.head.len);
	return piece.status;
}

#define UNREAD	(KXT_FAULT | KXT_PARTLY)

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

static __always_inline struct scratch *spare_of(struct task_state *state)
{
	struct spare *spare;
	u32 taken = state->spare;

	if (!taken)
		bpf_loop(NR_SPARES, take_spare, &taken, 0);
	if (!taken)
		return NULL;
	state->spare = taken;
	taken--;
	spare = bpf_map_lookup_elem(&spares, &taken);
	return spare ? &spare->scratch : NULL;
}

static __always_inline void release_spare(struct task_state *state)
{
	struct spare *spare;
	u32 i = state->spare - 1;

	if (!state->spare)
		return;
	state->spare = 0;
	spare = bpf_map_lookup_elem(&spares, &i);
	if (spare)
		spare->taken = 0;
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
