/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where in the program a call was made: its registers and a copy of its stack. */
#ifndef KXTRACE_STACK_H
#define KXTRACE_STACK_H

#include "arch.h"
#include "state.h"

#define STACK_BLOCK	512

static long find_end(struct task_struct *task, struct vm_area_struct *vma,
		     u64 *end)
{
	*end = vma->vm_end;
	return 0;
}

/*
 * How much there is from sp up to the stack's end. A program's first stack ends
 * where its arguments begin; any other fills its mapping.
 */
static __always_inline u64 stack_room(struct task_struct *task, u64 sp)
{
	u64 end = BPF_CORE_READ(task, mm, start_stack) + KXT_STACK_SLACK;

	if (sp < end && end - sp <= settings.stack_size)
		return end - sp;
	end = 0;
	if (bpf_find_vma(task, sp, find_end, &end, 0) || end <= sp)
		return settings.stack_size;
	return end - sp;
}

/* The part of a block that is in the same page as its start. */
static __always_inline u32 to_page_end(u64 address)
{
	return 4096 - (address & 4095);
}

static __always_inline u32 copy_stack(struct bpf_dynptr *record, u64 from,
				      u32 size)
{
	u32 i, part, copied = 0;
	void *block;

	for (i = 0; i < KXT_STACK_MAX / STACK_BLOCK && copied < size; i++) {
		block = bpf_dynptr_data(record, sizeof(struct kxt_stack) +
					i * STACK_BLOCK, STACK_BLOCK);
		if (!block)
			break;
		if (!bpf_probe_read_user(block, STACK_BLOCK, (void *)from)) {
			copied += STACK_BLOCK;
			from += STACK_BLOCK;
			continue;
		}
		part = to_page_end(from);
		barrier_var(part);
		if (part < STACK_BLOCK &&
		    !bpf_probe_read_user(block, part, (void *)from))
			copied += part;
		break;
	}
	return copied < size ? copied : size;
}

static __always_inline void fill_stack(struct kxt_stack *rec,
				       struct task_struct *task,
				       struct pt_regs *regs, u32 seq)
{
	u64 from_regs[KXT_NR_REGS] = ARCH_DWARF_REGS(regs);

	fill_head(&rec->head, KXT_STACK,
		  arch_is_compat(task) ? KXT_F_COMPAT : 0, task);
	rec->head.nr_args = KXT_NR_REGS;
	rec->seq = seq;
	rec->ip = regs->ip;
	__builtin_memcpy(rec->regs, from_regs, sizeof(from_regs));
}

static __always_inline bool emit_whole_stack(struct task_struct *task,
					     struct pt_regs *regs, u32 seq)
{
	u64 room = stack_room(task, regs->sp);
	u32 size = room > settings.stack_size ? settings.stack_size : room;
	u32 blocks = (size + STACK_BLOCK - 1) & ~(STACK_BLOCK - 1);
	struct bpf_dynptr ptr;
	struct kxt_stack *rec;
	u32 copied;

	if (bpf_ringbuf_reserve_dynptr(&records, sizeof(*rec) + blocks, 0,
				       &ptr)) {
		bpf_ringbuf_discard_dynptr(&ptr, BPF_RB_NO_WAKEUP);
		return false;
	}
	copied = copy_stack(&ptr, regs->sp, size);
	rec = bpf_dynptr_data(&ptr, 0, sizeof(*rec));
	if (rec) {
		fill_stack(rec, task, regs, seq);
		rec->room = room > ~0u ? ~0u : room;
		rec->head.len = copied;
	}
	bpf_ringbuf_submit_dynptr(&ptr, BPF_RB_NO_WAKEUP);
	return true;
}

static __always_inline bool emit_ip(struct task_struct *task,
				    struct pt_regs *regs, u32 seq)
{
	struct kxt_stack *rec;

	rec = bpf_ringbuf_reserve(&records, offsetof(struct kxt_stack, regs), 0);
	if (!rec)
		return false;
	fill_head(&rec->head, KXT_STACK,
		  arch_is_compat(task) ? KXT_F_COMPAT : 0, task);
	rec->seq = seq;
	rec->room = 0;
	rec->ip = regs->ip;
	bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);
	return true;
}

/* No wake-up: the call's own record follows. */
__noinline int emit_stack(u32 seq)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	bool done;

	COUNT(seen);
	if (settings.stacks == KXT_STACKS_WHOLE)
		done = emit_whole_stack(task, regs, seq);
	else
		done = emit_ip(task, regs, seq);
	if (!done)
		COUNT(dropped);
	return 0;
}

/* Before the record of a call; a task that has ended has no stack any more. */
static __always_inline void add_stack(struct task_state *state,
				      const volatile struct kxt_row *row,
				      const bool may_read)
{
	if (settings.stacks && may_read &&
	    !(row->flags & KXT_ROW_EARLY_STACK))
		emit_stack(state->seq + 1);
}

#endif
