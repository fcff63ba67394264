/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What execve was given, where it could not be read before it was gone. */
#ifndef KXTRACE_EXEC_H
#define KXTRACE_EXEC_H

#include "capture.h"

/*
 * The memory that execve was given is gone now. What could not be read from it
 * at entry is taken from the kernel's copies: the name, and the new stack,
 * where the arguments stand one after the other.
 */
static __always_inline void finish_chunk(struct scratch *s, u32 at, u32 arg,
					 u32 status)
{
	struct kxt_chunk *chunk;

	if (at > SMALL_UNTIL)
		return;
	chunk = (struct kxt_chunk *)(s->data + at);
	chunk->arg = arg;
	chunk->when = KXT_AT_ENTER;
	chunk->status = status;
	chunk->pad = 0;
	chunk->len = s->rec.head.len - at - sizeof(*chunk);
	s->rec.head.len = ALIGNED(s->rec.head.len);
}

static __always_inline void recover_exec_path(struct scratch *s,
					      struct linux_binprm *bprm)
{
	const char *name = BPF_CORE_READ(bprm, filename);
	u64 at = s->rec.head.len;
	long len;

	barrier_var(at);
	if (at > LARGE_UNTIL)
		return;
	len = bpf_probe_read_kernel_str(s->data + at + sizeof(struct kxt_chunk),
					KXT_STRING_MAX, name);
	if (len <= 0)
		return;
	s->rec.head.len = at + sizeof(struct kxt_chunk) + len;
	finish_chunk(s, at, 0, 0);
}

struct stack_walk {
	struct scratch *s;
	u64 from;
	u64 end;
};

static long recover_arg(u64 i, struct stack_walk *walk)
{
	u32 limit = settings.strsize + 1;
	struct scratch *s = walk->s;
	struct kxt_item *item;
	long len, shown;
	u64 at;

	if (walk->from >= walk->end)
		return 1;
	at = s->rec.head.len;
	barrier_var(at);
	if (at > LARGE_UNTIL - sizeof(*item))
		return 1;
	item = (struct kxt_item *)(s->data + at);
	len = bpf_probe_read_user_str(s->data + at + sizeof(*item),
				      LARGE_PIECE, (void *)walk->from);
	if (len <= 0 || len == LARGE_PIECE)
		return 1;
	shown = len > limit ? limit : len;
	item->ptr = walk->from;
	item->total = 0;
	item->len = shown;
	item->status = shown < len ? KXT_MORE : 0;
	s->rec.head.len = at + sizeof(*item) + ALIGNED(shown);
	walk->from += len;
	return 0;
}

__noinline int recover_exec_args(struct scratch *s, u64 from, u64 end)
{
	struct stack_walk walk = { .s = s, .from = from, .end = end };
	u32 start;

	if (!s)
		return 0;
	start = s->rec.head.len;
	s->rec.head.len = start + sizeof(struct kxt_chunk);
	bpf_loop(KXT_MAX_ITEMS, recover_arg, &walk, 0);
	if (walk.from >= end)
		add_item(s, 0, 0, 0, true);
	finish_chunk(s, start, 1, walk.from < end ? KXT_MORE : 0);
	return 0;
}

#endif
