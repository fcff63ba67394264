// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * kxtrace, the kernel half: watches the system calls of chosen tasks.
 *
 * Every task that is traced owns a task_state. The programs on the two system
 * call tracepoints look for it first, so other tasks pay for one look-up. At
 * exit the call's registers are still there, so one record, made at exit,
 * holds the whole call; the table `rows` says which memory behind which
 * argument goes with it. Entry only marks the call as begun, and reads memory
 * that the call itself will destroy. The other programs follow the life of
 * the traced tasks: fork, exec, signals, exit.
 */
#include "vmlinux.h"

#include <kx/kx.bpf.h>

#include "arch.h"
#include "kxtrace.h"
#include "kxtrace/capture.h"
#include "kxtrace/exec.h"
#include "kxtrace/follow.h"
#include "kxtrace/signals.h"
#include "kxtrace/state.h"

KX_EXTENSION("kxtrace", "0.1.0", "shows the system calls of chosen tasks");
KX_LICENSE("Dual BSD/GPL");

static __always_inline void fill_args(u64 *args, struct pt_regs *regs,
				      u32 nr_args)
{
	u64 from_regs[KXT_NR_ARGS] = ARCH_CALL_ARGS(regs);

	__builtin_memcpy(args, from_regs, nr_args * sizeof(*args));
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
	s->rec.nr = nr;
	s->rec.ret = 0;
	s->rec.head.flags = 0;
	s->rec.head.len = 0;
	fill_args(s->rec.args, regs, KXT_NR_ARGS);
	state->faulted = 0;
	for (i = 0; i < KXT_NR_ARGS; i++)
		if (at_enter & 1 << i &&
		    capture(s, i, KXT_AT_ENTER) & UNREAD)
			state->faulted |= 1 << i;
	state->flags |= STATE_SAVED;
}

/*
 * Time on the CPU. sum_exec_runtime is brought up to date only now and then,
 * at exec_start of another clock; in a difference the clocks' offset vanishes.
 */
static __always_inline void start_cpu_time(struct task_state *state,
					   struct task_struct *task)
{
	state->enter_cpu_ns = task->se.sum_exec_runtime;
	state->enter_exec_start = task->se.exec_start;
}

static __always_inline u64 cpu_time(struct task_state *state,
				    struct task_struct *task, u64 now)
{
	s64 spent = task->se.sum_exec_runtime - state->enter_cpu_ns +
		    now - state->enter_ns -
		    (task->se.exec_start - state->enter_exec_start);

	return spent > 0 ? spent : 0;
}

static __always_inline void count_unseen(struct task_state *state,
					 struct task_struct *task)
{
	u32 nr = state->flags & STATE_UNREAD ? state->unread_nr : state->nr;

	release_spare(state);
	if (!(row_of(task, nr)->flags & KXT_ROW_SELECTED))
		return;
	state->seq++;
	COUNT(seen);
	COUNT(dropped);
}

static __always_inline int enter_call(struct task_struct *task,
				      struct pt_regs *regs, long id)
{
	const volatile struct kxt_row *row;
	struct task_state *state;
	u32 nr = id;

	state = state_of(task);
	if (!state)
		return 0;
	if (state->flags & KXT_STARTING) {
		if (nr != ARCH_NR_EXECVE)
			return 0;
		state->flags &= ~KXT_STARTING;
	}
	/*
	 * The kernel skips a program while the same one is interrupted on this
	 * CPU. The end of the last call went unseen, then: it is lost.
	 */
	if (state->nr != KXT_NO_CALL || state->flags & STATE_UNREAD)
		count_unseen(state, task);
	state->flags &= ~(KXT_ATTACHED | STATE_SAVED | STATE_FORKED |
			  STATE_UNREAD);
	state->nr = nr;
	row = row_of(task, nr);
	if (!(row->flags & KXT_ROW_SELECTED))
		return 0;
	if (settings.times)
		state->enter_ns = bpf_ktime_get_ns();
	if (settings.summary) {
		if (!settings.wall_clock)
			start_cpu_time(state, task);
		return 0;
	}
	if (row->at_enter)
		save_entry(state, nr, task, regs, row->at_enter);
	return 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long id)
{
	if (settings.preemptible)
		bpf_preempt_disable();
	enter_call(bpf_get_current_task_btf(), regs, id);
	if (settings.preemptible)
		bpf_preempt_enable();
	return 0;
}

static __always_inline void add_to_sum(struct task_state *state,
				       struct task_struct *task, u32 nr,
				       bool failed)
{
	u32 index = row_index(task, nr);
	struct kxt_sum *sum = bpf_map_lookup_elem(&sums, &index);
	u64 now = bpf_ktime_get_ns();

	if (!sum)
		return;
	__sync_fetch_and_add(&sum->calls, 1);
	if (failed)
		__sync_fetch_and_add(&sum->errors, 1);
	if (state->enter_ns)
		__sync_fetch_and_add(&sum->time_ns, settings.wall_clock ?
				     now - state->enter_ns :
				     cpu_time(state, task, now));
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
	fill_args(rec->args, regs, nr_args);
	bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);
	return true;
}

static __always_inline void emit_plain(struct task_state *state,
				       struct task_struct *task, u32 nr,
				       u8 flags, long ret, struct pt_regs *regs)
{
	u32 nr_args = row_of(task, nr)->nr_args;
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

/* A call that ends, or whose task does: then there is no memory to read. */
static __always_inline void finish_call(struct task_state *state,
					struct task_struct *task, u32 nr,
					u8 flags, long ret,
					struct pt_regs *regs,
					const bool may_read,
					const bool may_wait)
{
	const volatile struct kxt_row *row = row_of(task, nr);
	bool failed = ret < 0 && ret >= -4095;
	bool fills = !failed && !(flags & KXT_F_NO_RETURN);
	bool saved = state->flags & STATE_SAVED;
	struct scratch *s;
	u32 i, entry_len, late = 0;
	int unread = 0;

	if (!(row->flags & KXT_ROW_SELECTED))
		return;
	if (settings.summary) {
		/* As strace: who does not return is not counted. */
		if (flags & KXT_F_NO_RETURN)
			return;
		add_to_sum(state, task, nr,
			   failed && !(row->flags & KXT_ROW_FAILS_NEVER));
		return;
	}
	if (arch_is_compat(task))
		flags |= KXT_F_COMPAT;
	/*
	 * What should have been read at entry: its page was not resident then
	 * and is now, unless the call ended it; or we were not there.
	 */
	if (flags & KXT_F_NO_ENTER)
		late = row->at_enter;
	else if (saved && failed)
		late = state->faulted;
	if (!saved && !(may_read && (row->at_exit || late))) {
		emit_plain(state, task, nr, flags, ret, regs);
		return;
	}
	s = scratch_of(state, task);
	if (!s) {
		emit_plain(state, task, nr, flags | KXT_F_CUT, ret, regs);
		return;
	}
	if (!saved) {
		s->rec.head.len = 0;
		s->rec.head.flags = 0;
		fill_args(s->rec.args, regs, KXT_NR_ARGS);
	}
	s->rec.nr = nr;
	s->rec.ret = ret;
	entry_len = s->rec.head.len;
	for (i = 0; may_read && i < KXT_NR_ARGS; i++) {
		if (row->at_exit & 1 << i &&
		    (fills || !(row->ops[i].when & KXT_ON_SUCCESS)))
			unread |= capture_waiting(s, i, KXT_AT_EXIT, may_wait);
		if (late & 1 << i)
			unread |= capture_waiting(s, i, KXT_AT_ENTER, may_wait);
	}
	if (settings.sleepable && unread & UNREAD && !may_wait) {
		s->rec.head.len = entry_len;
		state->flags |= STATE_UNREAD;
		state->unread_flags = flags;
		state->unread_nr = nr;
		return;
	}
	fill_call(&s->rec, state, task, nr, flags | s->rec.head.flags, ret,
		  KXT_NR_ARGS);
	emit_scratch(state, s);
}

/*
 * Killed: the program will never see what the call returns. Its memory is
 * still there now, and will not be when the task ends. The kernel makes a
 * SIGKILL of any signal that ends a process; who got the real one is not
 * counted here, for users of strace see its call return.
 */
static __always_inline bool is_dying(struct task_state *state,
				     struct task_struct *task)
{
	if (!(task->pending.signal.sig[0] & 1UL << (SIGKILL - 1)))
		return false;
	return state->fatal.state != SLOT_FULL ||
	       task->signal->group_exit_code != state->fatal.signal.sig;
}

static __always_inline int exit_call(struct task_struct *task,
				     struct pt_regs *regs, long ret)
{
	struct task_state *state;
	u32 nr, flags = 0;

	state = state_of(task);
	if (!state)
		return 0;
	nr = state->nr;
	if (nr == KXT_NO_CALL) {
		/* The beginning went unseen, but for a fork's other return. */
		if (state->flags & (KXT_STARTING | STATE_FORKED)) {
			state->flags &= ~STATE_FORKED;
			return 0;
		}
		state->flags &= ~(KXT_ATTACHED | STATE_SAVED);
		state->enter_ns = 0;
		flags = KXT_F_NO_ENTER;
		nr = ARCH_CALL_NR(regs);
	}
	state->nr = KXT_NO_CALL;
	if (is_dying(state, task))
		flags |= KXT_F_NO_RETURN;
	finish_call(state, task, nr, flags, ret, regs, true, false);
	emit_kept_signal(&state->ignored);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_exit, struct pt_regs *regs, long ret)
{
	if (settings.preemptible)
		bpf_preempt_disable();
	exit_call(bpf_get_current_task_btf(), regs, ret);
	if (settings.preemptible)
		bpf_preempt_enable();
	return 0;
}

/*
 * Only where programs may sleep, and only for calls whose memory sys_exit
 * could not read. Not sys_exit itself: while a program sleeps on a CPU, the
 * kernel skips it there for all others.
 */
SEC("tp_btf/sys_exit")
int BPF_PROG(sys_exit_wait, struct pt_regs *regs, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_state *state;

	if (!settings.sleepable)
		return 0;
	state = state_of(task);
	if (!state || !(state->flags & STATE_UNREAD))
		return 0;
	state->flags &= ~STATE_UNREAD;
	finish_call(state, task, state->unread_nr, state->unread_flags, ret,
		    regs, true, true);
	return 0;
}

static __always_inline void emit_event(struct task_struct *task, u8 kind,
				       u8 flags, s32 value)
{
	struct kxt_task_event event = {};

	fill_head(&event.head, kind, flags, task);
	event.time_ns = bpf_ktime_get_ns();
	event.value = value;
	emit(&event, sizeof(event));
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_fork, struct task_struct *parent,
	     struct task_struct *child)
{
	struct task_state *state;

	state = state_of(parent);
	if (!state || state->flags & KXT_STARTING)
		return 0;
	state = settings.starved ? NULL : make_state(child);
	if (state) {
		state->flags = STATE_TRACED | STATE_FORKED;
	} else if (!make_orphan(child->pid, STATE_TRACED | STATE_FORKED)) {
		COUNT(unfollowed);
		return 0;
	}
	__sync_fetch_and_add(&live_tasks, 1);
	emit_event(child, KXT_FORK,
		   child->tgid == parent->tgid ? KXT_F_THREAD : 0, 0);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *task, pid_t old_pid,
	     struct linux_binprm *bprm)
{
	struct task_state *state;
	struct scratch *s;

	state = state_of(task);
	if (!state)
		return 0;
	if (old_pid != task->pid)
		emit_event(task, KXT_EXEC, 0, old_pid);
	if (!(state->flags & STATE_SAVED) || !state->faulted)
		return 0;
	s = scratch_of(state, task);
	if (!s)
		return 0;
	if (state->faulted & 1)
		recover_exec_path(s, bprm);
	/* A script's interpreter got other arguments than the caller gave. */
	if (state->faulted & 2 && bprm->interp == bprm->filename)
		recover_exec_args(s, task->mm->arg_start, task->mm->arg_end);
	return 0;
}

static __always_inline void say_end(struct task_struct *task)
{
	emit_event(task, KXT_EXIT, 0, task->exit_code);
	__sync_fetch_and_sub(&live_tasks, 1);
	wake_reader();
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task)
{
	struct task_struct *current = bpf_get_current_task_btf();
	struct task_state *state;

	state = state_of(current);
	if (!state)
		return 0;
	if (state->nr != KXT_NO_CALL)
		finish_call(state, current, state->nr, KXT_F_NO_RETURN, 0,
			    (struct pt_regs *)bpf_task_pt_regs(current), false,
			    false);
	emit_kept_signal(&state->ignored);
	if ((u32)state->fatal.signal.sig == (current->exit_code & 0x7f))
		emit_kept_signal(&state->fatal);
	release_spare(state);
	state->flags = 0;
	unmake_orphan(current->pid);
	say_end(current);
	return 0;
}

SEC("tp_btf/signal_deliver")
int BPF_PROG(signal_deliver, int sig, struct kernel_siginfo *info,
	     struct k_sigaction *ka)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct kxt_signal rec = {};
	struct task_state *state;
	bool stops;

	if (sig == SIGKILL)
		return 0;
	state = state_of(task);
	if (!state || state->flags & KXT_STARTING)
		return 0;
	emit_kept_signal(&state->ignored);
	/* Delivered after all, perhaps to a handler. */
	if (state->fatal.state == SLOT_FULL && state->fatal.signal.sig == sig)
		state->fatal.state = SLOT_FREE;
	stops = sig >= SIGSTOP && sig <= SIGTTOU &&
		!BPF_CORE_READ(ka, sa.sa_handler);
	fill_head(&rec.head, KXT_SIGNAL, stops ? KXT_F_STOPS : 0, task);
	fill_signal(&rec, sig, info);
	emit(&rec, sizeof(rec));
	return 0;
}

#define TRACE_SIGNAL_DELIVERED	0
#define TRACE_SIGNAL_IGNORED	1

/*
 * Some signals are never delivered, yet users of strace know to see them: one
 * that its target ignores, and one that ends a process at once. They wait with
 * their target, so that they come after the call that the target is in.
 */
SEC("tp_btf/signal_generate")
int BPF_PROG(signal_generate, int sig, struct kernel_siginfo *info,
	     struct task_struct *task, int group, int result)
{
	struct task_state *state;

	if (sig == SIGKILL)
		return 0;
	state = state_of(task);
	if (!state || state->flags & KXT_STARTING)
		return 0;
	if (result == TRACE_SIGNAL_IGNORED &&
	    !keep_signal(&state->ignored, SLOT_FREE, sig, info, task))
		COUNT(lost_signals);
	/* Whether it ends the task is known later; the last one counts. */
	if (result == TRACE_SIGNAL_DELIVERED &&
	    !keep_signal(&state->fatal, SLOT_FREE, sig, info, task))
		keep_signal(&state->fatal, SLOT_FULL, sig, info, task);
	return 0;
}

/*
 * A task that sleeps has the registers of its call on its kernel stack; one
 * that runs may have any, from an interrupt or from a call that is over.
 */
static __always_inline void fill_attached(struct kxt_attached *attached,
					  struct task_struct *task)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

	attached->nr = KXT_NO_CALL;
	if (!task->__state || arch_is_compat(task))
		return;
	attached->nr = ARCH_CALL_NR(regs);
	if (attached->nr & 1u << 31)	/* an interrupt or a fault */
		attached->nr = KXT_NO_CALL;
	else
		fill_args(attached->args, regs, KXT_NR_ARGS);
}

/* Marks the tasks named by attach_tid or attach_tgid, and tells of each. */
SEC("iter/task")
int attach_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct kxt_attached attached = {};
	struct task_state *state;

	if (!task)
		return 0;
	/* It is user space itself that reads this. */
	pid_level = bpf_get_current_task_btf()->thread_pid->level;
	attached.tid = number_of(task);
	attached.tgid = number_of(BPF_CORE_READ(task, group_leader));
	if (attach_tgid ? attached.tgid != attach_tgid :
			  attached.tid != attach_tid)
		return 0;
	if (state_of(task))
		return 0;
	state = make_state(task);
	if (!state) {
		attach_failed++;
		return 0;
	}
	__sync_fetch_and_add(&live_tasks, 1);
	/* The task may be running, and heeds its state from now on. */
	barrier();
	*(volatile u32 *)&state->flags = STATE_TRACED | attach_flags;
	fill_attached(&attached, task);
	bpf_seq_write(ctx->meta->seq, &attached, sizeof(attached));
	return 0;
}
