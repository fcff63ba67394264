/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A call becomes a record: what is read at entry, what at exit, what is sent. */
#ifndef KXTRACE_CALL_H
#define KXTRACE_CALL_H

#include "capture.h"
#include "compat.h"
#include "filter.h"
#include "stack.h"
#include "fdmatch.h"
#include "state.h"
#include "summary.h"

static __always_inline void fill_args(u64 *args, struct task_state *state,
				      struct pt_regs *regs, u32 nr_args)
{
	u64 from_regs[KXT_NR_ARGS] = ARCH_CALL_ARGS(regs);

	if (state->flags & STATE_COMPAT) {
		fill_compat_args(args, state, regs, nr_args);
		return;
	}
	__builtin_memcpy(args, from_regs, nr_args * sizeof(*args));
}

/* Makes the scratch ready for a call of which nothing has been kept yet. */
static __always_inline void begin_scratch(struct scratch *s, struct task_state *state,
					  u32 nr, struct pt_regs *regs)
{
	s->rec.nr = nr;
	s->row = row_index(state, nr);
	s->rec.ret = 0;
	s->rec.head.len = 0;
	s->rec.head.flags = 0;
	fill_args(s->rec.args, state, regs, KXT_NR_ARGS);
}

/*
 * --trace-path, --trace-fds, of a call of the current task whose entry may be in
 * its scratch. Who cannot be asked for want of memory is shown. Verified once.
 */
__noinline int is_wanted(struct task_state *state, u32 nr, long ret, u32 saved)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	struct scratch *s;

	if (!state)
		return 1;
	s = scratch_of(state, task);
	if (!s)
		return 1;
	if (!saved)
		begin_scratch(s, state, nr, regs);
	if (fds_match(state, task, s, ret))
		return 1;
	release_spare(state);
	return 0;
}

/* Reads what the call will destroy, and keeps it until the call is over. */
static __always_inline void save_entry(struct task_state *state, u32 nr,
				       struct task_struct *task,
				       struct pt_regs *regs, u32 at_enter)
{
	struct scratch *s = scratch_of(state, task);
	u32 i;

	if (!s)
		return;
	begin_scratch(s, state, nr, regs);
	state->faulted = 0;
	for (i = 0; i < KXT_NR_ARGS; i++)
		if (at_enter & 1 << i &&
		    capture(s, i, KXT_AT_ENTER) & UNREAD)
			state->faulted |= 1 << i;
	if (fd_settings.show)
		add_fds(s, fd_rows[s->row & (KXT_NR_ROWS - 1)].at_enter, KXT_AT_ENTER);
	state->flags |= STATE_SAVED;
}

static __always_inline void fill_call(struct kxt_call *rec,
				      struct task_state *state,
				      struct task_struct *task, u32 nr,
				      u8 flags, long ret, u8 nr_args)
{
	u32 len = rec->head.len;

	fill_head(&rec->head, KXT_CALL, flags, task);
	rec->head.len = len;
	rec->head.nr_args = nr_args;
	rec->enter_ns = state->enter_ns;
	rec->exit_ns = settings.times ? bpf_ktime_get_ns() : 0;
	rec->ret = ret;
	rec->nr = nr;
	rec->seq = ++state->seq;
}

/*
 * A call without memory: straight into the ring, no longer than its arguments
 * need. Each cache line less is one less to fetch from the reader's CPU.
 */
static __always_inline bool
emit_sized(struct task_state *state, struct task_struct *task, u32 nr,
	   u8 flags, long ret, struct pt_regs *regs, const u32 nr_args)
{
	struct kxt_call *rec;

	rec = bpf_ringbuf_reserve(&records, sizeof(*rec) -
				  (KXT_NR_ARGS - nr_args) * sizeof(u64), 0);
	if (!rec)
		return false;
	rec->head.len = 0;
	fill_call(rec, state, task, nr, flags, ret, nr_args);
	fill_args(rec->args, state, regs, nr_args);
	bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);
	return true;
}

static __always_inline void emit_plain(struct task_state *state,
				       struct task_struct *task, u32 nr,
				       u8 flags, long ret, struct pt_regs *regs)
{
	u32 nr_args = row_of(state, nr)->nr_args;
	bool done;

	COUNT(seen);
	if (nr_args == 0)
		done = emit_sized(state, task, nr, flags, ret, regs, 0);
	else if (nr_args <= 3)
		done = emit_sized(state, task, nr, flags, ret, regs, 3);
	else
		done = emit_sized(state, task, nr, flags, ret, regs, 6);
	if (!done) {
		state->seq++;
		COUNT(dropped);
	}
	wake_reader();
}

/* On a stack of its own. */
static __noinline bool filter_takes_fds(struct task_state *state,
					struct pt_regs *regs, u32 fd_args, long ret)
{
	u64 args[KXT_NR_ARGS];

	fill_args(args, state, regs, KXT_NR_ARGS);
	return fd_matches(args, fd_args, ret);
}

/* In a program that may sleep. */
static __always_inline int capture_all(struct scratch *s,
				       const volatile struct kxt_row *row,
				       u32 at_exit, u32 late, bool fills)
{
	int status = 0;
	u32 i;

	for (i = 0; i < KXT_NR_ARGS; i++) {
		if (at_exit >> i & 1 && (fills || !(row->ops[i].when & KXT_ON_SUCCESS)))
			status |= capture_waiting(s, i, KXT_AT_EXIT, true);
		if (late >> i & 1)
			status |= capture_waiting(s, i, KXT_AT_ENTER, true);
	}
	return status;
}

/*
 * From -4095 to -1: an errno. Without a branch, for the verifier follows each way on
 * which it could have come to one or the other through all that comes after.
 */
static __always_inline u32 is_error(long ret)
{
	u64 error = ((u64)ret & ~((u64)ret + 4095)) >> 63;

	barrier_var(error);
	return error & 1;
}

/* A call that ends, or whose task does: then there is no memory to read. */
static __always_inline void finish_call(struct task_state *state,
					struct task_struct *task, u32 nr,
					u8 flags, long ret,
					struct pt_regs *regs,
					const bool may_read,
					const bool may_wait)
{
	const volatile struct kxt_row *row = row_of(state, nr);
	u32 failed = is_error(ret);
	u32 fills = (failed | (flags & KXT_F_NO_RETURN)) ^ 1;
	u32 saved = state->flags & STATE_SAVED;
	u32 entry_len, at_exit, late = 0, fds = 0;
	struct scratch *s = NULL;
	int unread = 0;

	if (saved)
		state->flags &= ~STATE_SAVED;
	if (!(row->flags & KXT_ROW_SELECTED))
		return;
	if (!filter_takes_task() ||
	    !filter_takes_call(state, ret, !(flags & KXT_F_NO_RETURN)))
		return;
	if (filter.nr_fds && !filter_takes_fds(state, regs, row->fd_args, ret))
		return;
	if (fd_settings.match && !may_wait &&
	    !(may_read ? is_wanted(state, nr, fills ? ret : -1, saved) :
			 state->flags & STATE_MATCHED))
		return;
	/* As strace: who does not return is not counted. */
	if (is_counting() && !may_wait && !(flags & KXT_F_NO_RETURN))
		count_call(state, task, nr,
			   failed && !(row->flags & KXT_ROW_FAILS_NEVER));
	if (settings.summary && fd_settings.match)
		release_spare(state);
	if (settings.summary)
		return;
	if (state->flags & STATE_COMPAT)
		flags |= KXT_F_COMPAT;
	/*
	 * What should have been read at entry: its page was not resident then
	 * and is now, unless the call ended it; or we were not there.
	 */
	if (flags & KXT_F_NO_ENTER)
		late = row->at_enter;
	else if (saved && failed)
		late = state->faulted;
	at_exit = may_read ? row->at_exit : 0;
	if (!may_read)
		late = 0;
	if (fd_settings.show)
		fds = fds_at_exit(row_index(state, nr), saved, fills);
	if (!may_read)
		fds &= ~KXT_FDS_WITHIN;
	if (saved || at_exit || late || fds) {
		s = scratch_of(state, task);
		if (!s)
			flags |= KXT_F_CUT;
	} else if (filter.nr_prefixes) {
		return;
	}
	if (!s) {
		if (fd_settings.match)
			release_spare(state);
		if (filter_takes_rate()) {
			add_stack(state, row, may_read);
			emit_plain(state, task, nr, flags, ret, regs);
		}
		return;
	}
	if (!saved)
		begin_scratch(s, state, nr, regs);
	s->rec.nr = nr;
	s->row = row_index(state, nr);
	s->rec.ret = ret;
	if (saved && fills && may_read && state->faulted)
		late = still_there(s, state->faulted);
	entry_len = s->rec.head.len;
	if (may_wait)
		unread = capture_all(s, row, at_exit, late, fills);
	else if (at_exit | late)
		unread = capture_marked(s, at_exit, late, fills);
	if (settings.sleepable && unread & UNREAD && !may_wait) {
		s->rec.head.len = entry_len;
		/* What its entry told is still there. */
		state->flags |= STATE_UNREAD | (saved ? STATE_SAVED : 0);
		state->unread_flags = flags;
		state->unread_nr = nr;
		return;
	}
	if ((filter.nr_prefixes && !path_matches(s, s->row)) ||
	    !filter_takes_rate()) {
		release_spare(state);
		return;
	}
	if (fds)
		add_fds(s, fds, KXT_AT_EXIT);
	add_stack(state, row, may_read);
	fill_call(&s->rec, state, task, nr, flags | s->rec.head.flags, ret,
		  KXT_NR_ARGS);
	emit_scratch(state, s);
}

#endif
