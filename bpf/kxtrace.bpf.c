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
#include "kxtrace/call.h"
#include "kxtrace/exec.h"
#include "kxtrace/follow.h"
#include "kxtrace/inject.h"
#include "kxtrace/maps.h"
#include "kxtrace/signals.h"
#include "kxtrace/stack.h"
#include "kxtrace/state.h"
#include "kxtrace/tasks.h"
#include "kxtrace/uring.h"

KX_EXTENSION("kxtrace", "0.1.0", "shows the system calls of chosen tasks");
KX_LICENSE("Dual BSD/GPL");

static __always_inline void count_unseen(struct task_state *state)
{
	u32 nr = state->flags & STATE_UNREAD ? state->unread_nr : state->nr;

	release_spare(state);
	if (!(row_of(state, nr)->flags & KXT_ROW_SELECTED))
		return;
	state->seq++;
	COUNT(seen);
	COUNT(dropped);
}

static __always_inline void enter_call(struct task_struct *task,
				       struct pt_regs *regs, u32 nr)
{
	const volatile struct kxt_row *row = row_now(task, nr);
	bool first = false, timed = false;
	struct task_state *state;

	/* What its end tells is enough. */
	if (!(row->flags & KXT_ROW_ENTERS))
		return;
	state = state_of_caller(task);
	if (!state && settings.all && row->flags & KXT_ROW_SELECTED)
		state = meet(task);
	if (!state)
		return;
	if (state->flags & KXT_STARTING) {
		if (nr != ARCH_NR_EXECVE)
			return;
		state->flags ^= KXT_STARTING | STATE_LAUNCHED;
		first = true;
	}
	/*
	 * The kernel skips a program while the same one is interrupted on this
	 * CPU. The end of the last call went unseen, then: it is lost.
	 */
	if (state->nr != KXT_NO_CALL || state->flags & STATE_UNREAD)
		count_unseen(state);
	state->flags &= ~(KXT_ATTACHED | STATE_SAVED | STATE_FORKED |
			  STATE_UNREAD | STATE_COMPAT | STATE_WITHIN | STATE_MATCHED);
	if (arch_is_compat(task)) {
		nr = begin_compat(state, regs, nr);
		row = row_of(state, nr);
	}
	state->nr = nr;
	if (settings.inject)
		timed = begin_marked(state, row);
	if (!(row->flags & KXT_ROW_SELECTED))
		return;
	if (settings.times && !timed)
		state->enter_ns = bpf_ktime_get_ns();
	if (wants_cpu_time())
		start_cpu_time(state);
	/* The first execve is called by kxtrace itself. */
	if (settings.stacks && !first && row->flags & KXT_ROW_EARLY_STACK)
		emit_stack(state->seq + 1);
	/* What it uses may be closed, or another file, afterwards. */
	if (fd_settings.match && filter_takes_task())
		is_wanted(state, nr, -1, false);
	if (settings.summary)
		return;
	if ((row->at_enter || (fd_settings.show && row->flags & KXT_ROW_FDS_ENTER)) &&
	    filter_takes_task())
		save_entry(state, nr, task, regs, row->at_enter);
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
	       BPF_CORE_READ(task, signal, group_exit_code) !=
	       state->fatal.signal.sig;
}

/*
 * The verifier follows each way on which these can get their values through all
 * that comes after. What comes from memory may be anything: one way is left.
 */
static __always_inline void forget(struct task_state *state, u32 *nr, u32 *flags, long *ret)
{
	*(volatile u32 *)&state->exit_nr = *nr;
	*(volatile u32 *)&state->exit_flags = *flags;
	*(volatile long *)&state->exit_ret = *ret;
	*nr = *(volatile u32 *)&state->exit_nr;
	*flags = *(volatile u32 *)&state->exit_flags;
	*ret = *(volatile long *)&state->exit_ret;
}

/*
 * A new task returns from the fork that made it first, which is no call of its own.
 * Where only some calls are looked at, that return may have gone by; none of them
 * is a 32-bit one.
 */
static __always_inline bool is_first_call(struct task_state *state, struct pt_regs *regs)
{
	if (state->flags & KXT_STARTING)
		return false;
	state->flags &= ~STATE_FORKED;
	return settings.some_calls &&
	       !(rows[index_of(ARCH_CALL_NR(regs), 0)].flags & KXT_ROW_FORKS);
}

static __always_inline void exit_call(struct task_struct *task, struct pt_regs *regs,
				      long ret)
{
	struct task_state *state;
	u32 nr, flags = 0;

	state = state_of_caller(task);
	if (!state && settings.all && row_now(task, ARCH_CALL_NR(regs))->flags & KXT_ROW_SELECTED)
		state = meet(task);
	if (!state)
		return;
	nr = state->nr;
	if (nr == KXT_NO_CALL) {
		/* The beginning went unseen, but for a fork's other return. */
		if (state->flags & (KXT_STARTING | STATE_FORKED) &&
		    !is_first_call(state, regs))
			return;
		if (settings.inject &&
		    !begin_skipped(state, task, row_now(task, ARCH_CALL_NR(regs)), ret))
			return;
		flags = settings.inject ? state->mark_flags : 0;
		/* Most calls come this way: what is right already is not written. */
		if (state->flags & (KXT_ATTACHED | STATE_SAVED | STATE_COMPAT |
				    STATE_WITHIN | STATE_MATCHED))
			state->flags &= ~(KXT_ATTACHED | STATE_SAVED | STATE_COMPAT |
					  STATE_WITHIN | STATE_MATCHED);
		if (settings.times && !(flags & KXT_F_INJECTED))
			state->enter_ns = 0;
		nr = ARCH_CALL_NR(regs);
		if (arch_is_compat(task))
			nr = begin_compat(state, regs, nr);
		if (row_of(state, nr)->flags & KXT_ROW_ENTERS)
			flags |= KXT_F_NO_ENTER;
	} else {
		state->nr = KXT_NO_CALL;
	}
	if (state->flags & STATE_COMPAT)
		ret = compat_result(ret);
	if (is_dying(state, task))
		flags |= KXT_F_NO_RETURN;
	if (settings.inject)
		flags |= state->mark_flags;
	forget(state, &nr, &flags, &ret);
	finish_call(state, task, nr, flags, ret, regs, true, false);
	emit_kept_signal(&state->ignored);
	if (settings.inject)
		delay_exit(state);
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
 * The same on tracepoints as perf has them: those of the few calls that are selected,
 * or, where the programs above may be preempted and then be skipped for others, those
 * of all calls. A call without arguments has a context too short to look for anything
 * in it.
 */
SEC("tp")
int perf_call(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

	if (bpf_get_attach_cookie(ctx) == KXT_COOKIE_ENTRY)
		enter_call(task, regs, ARCH_CALL_NR(regs));
	else
		exit_call(task, regs, ARCH_CALL_RESULT(regs));
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
	state = state_of_caller(task);
	if (!state || !(state->flags & STATE_UNREAD))
		return 0;
	state->flags &= ~STATE_UNREAD;
	if (state->flags & STATE_COMPAT)
		ret = compat_result(ret);
	finish_call(state, task, state->unread_nr, state->unread_flags, ret,
		    regs, true, true);
	return 0;
}

static __always_inline void emit_event(struct task_struct *task, u8 kind,
				       u8 flags, s32 value, u32 seq)
{
	struct kxt_task_event event = {};

	fill_head(&event.head, kind, flags, task);
	event.time_ns = bpf_ktime_get_ns();
	event.value = value;
	event.seq = seq;
	emit(&event, sizeof(event));
}

static __always_inline int follow_fork(struct task_struct *parent,
				       struct task_struct *child, const bool again)
{
	struct task_state *state;
	u8 flags = 0;

	state = state_of(parent);
	if (state && state->flags & KXT_STARTING)
		return 0;
	if (!state && (!settings.all || (u32)parent->tgid == own_tgid))
		return 0;
	if (settings.preemptible && state_of(child))
		return 0;
	if (state && state->flags & STATE_COMPAT)
		flags = KXT_F_COMPAT;
	if (child->tgid == parent->tgid)
		flags |= KXT_F_THREAD;
	state = settings.starved ? NULL : make_state(child);
	if (state) {
		state->flags = STATE_TRACED | STATE_FORKED;
	} else if (!make_orphan(child->pid, STATE_TRACED | STATE_FORKED)) {
		if (again || !settings.preemptible)
			COUNT(unfollowed);
		return 0;
	}
	__sync_fetch_and_add(&live_tasks, 1);
	emit_task(child, NULL);
	if (settings.follow)
		emit_event(child, KXT_FORK, flags, process_number_of(parent), 0);
	return 0;
}

/*
 * Where programs may be preempted, the kernel skips one for others meanwhile. What
 * must not be missed has a second program, which finds out whether the first has run.
 */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_fork, struct task_struct *parent, struct task_struct *child)
{
	return follow_fork(parent, child, false);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(fork_again, struct task_struct *parent, struct task_struct *child)
{
	return follow_fork(parent, child, true);
}

/* -b execve: the call is shown as far as it went, the task is not traced on. */
static __always_inline void let_go(struct task_state *state,
				   struct task_struct *task)
{
	if (state->nr != KXT_NO_CALL)
		finish_call(state, task, state->nr,
			    KXT_F_NO_RETURN | KXT_F_DETACHED, 0,
			    (struct pt_regs *)bpf_task_pt_regs(task), false,
			    false);
	release_spare(state);
	state->nr = KXT_NO_CALL;
	state->flags = 0;
	unmake_orphan(task->pid);
	emit_event(task, KXT_DETACH, 0, 0, 0);
	__sync_fetch_and_sub(&live_tasks, 1);
	wake_reader();
}

static __always_inline void recover_exec(struct task_state *state,
					 struct task_struct *task,
					 struct linux_binprm *bprm)
{
	struct scratch *s;

	if (!(state->flags & STATE_SAVED) || !state->faulted)
		return;
	s = scratch_of(state, task);
	if (!s)
		return;
	if (state->faulted & 1)
		recover_exec_path(s, bprm);
	/* A script's interpreter got other arguments than the caller gave. */
	if (state->faulted & 2 && BPF_CORE_READ(bprm, interp) == BPF_CORE_READ(bprm, filename))
		recover_exec_args(s, BPF_CORE_READ(task, mm, arg_start),
				  BPF_CORE_READ(task, mm, arg_end));
}

static __always_inline int follow_exec(struct task_struct *task, pid_t old_pid,
				       struct linux_binprm *bprm, const bool again)
{
	struct task_state *state;

	state = state_of(task);
	if (!state)
		return 0;
	if (again && state->flags & STATE_EXECUTED) {
		state->flags ^= STATE_EXECUTED;
		return 0;
	}
	if (settings.preemptible && !again)
		state->flags |= STATE_EXECUTED;
	if (old_pid != task->pid)
		emit_event(task, KXT_EXEC, 0, old_pid, 0);
	emit_task(task, NULL);
	/* Nobody was there when the execve began. */
	if (state->flags & KXT_STARTING)
		state->flags ^= KXT_STARTING | STATE_LAUNCHED;
	if (arch_runs_compat(task)) {
		__sync_fetch_and_add(&compat_execs, 1);
		wake_reader();
	}
	recover_exec(state, task, bprm);
	if (settings.detach_on_exec && !(state->flags & STATE_LAUNCHED))
		let_go(state, task);
	else
		state->flags &= ~STATE_LAUNCHED;
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *task, pid_t old_pid,
	     struct linux_binprm *bprm)
{
	return follow_exec(task, old_pid, bprm, false);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(exec_again, struct task_struct *task, pid_t old_pid,
	     struct linux_binprm *bprm)
{
	return follow_exec(task, old_pid, bprm, true);
}

/* prctl(PR_SET_NAME) and the like; process_exec tells of what an exec renames. */
SEC("tp_btf/task_rename")
int BPF_PROG(task_renamed, struct task_struct *task, const char *comm)
{
	struct task_state *state = state_of(task);

	if (state && !(state->flags & KXT_STARTING) && !arch_executes(task))
		emit_task(task, comm);
	return 0;
}

static __always_inline void say_end(struct task_struct *task, u32 seq)
{
	emit_event(task, KXT_EXIT, 0, task->exit_code, seq);
	__sync_fetch_and_sub(&live_tasks, 1);
	wake_reader();
}

static __always_inline int follow_exit(void)
{
	struct task_struct *current = bpf_get_current_task_btf();
	struct task_state *state;
	u32 seq, flags = KXT_F_NO_RETURN;

	state = state_of(current);
	if (!state)
		return 0;
	if (settings.inject) {
		flags |= state->mark_flags;
		take_mark(state, false);
	}
	if (state->nr != KXT_NO_CALL)
		finish_call(state, current, state->nr, flags, 0,
			    (struct pt_regs *)bpf_task_pt_regs(current), false,
			    false);
	emit_kept_signal(&state->ignored);
	if ((u32)state->fatal.signal.sig == (current->exit_code & 0x7f))
		emit_kept_signal(&state->fatal);
	release_spare(state);
	seq = state->seq;
	state->flags = 0;
	unmake_orphan(current->pid);
	say_end(current, seq);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task)
{
	return follow_exit();
}

/* For calls by perf's tracepoints: it is not skipped either. */
SEC("tp")
int perf_exit(void *ctx)
{
	return follow_exit();
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
#define SIGNAL_GROUP_EXIT	4	/* as in the kernel's sched/signal.h */

/* What is sent to one that already ends is not ignored by it: it never comes. */
static __always_inline bool is_ending(struct task_struct *task)
{
	return BPF_CORE_READ(task, signal, flags) & SIGNAL_GROUP_EXIT;
}

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
	/* It ends a stop, which is between two calls: its place is here. */
	if (result == TRACE_SIGNAL_IGNORED && sig == SIGCONT &&
	    BPF_CORE_READ(task, signal, flags) & SIGNAL_CLD_CONTINUED) {
		struct kxt_signal rec = {};

		fill_head(&rec.head, KXT_SIGNAL, 0, task);
		fill_signal(&rec, sig, info);
		emit(&rec, sizeof(rec));
		return 0;
	}
	if (result == TRACE_SIGNAL_IGNORED && !is_ending(task) &&
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
	u64 args[KXT_NR_ARGS] = ARCH_CALL_ARGS(regs);
	u64 compat_args[KXT_NR_ARGS] = ARCH_COMPAT_ARGS(regs);

	attached->nr = KXT_NO_CALL;
	if (!task->__state)
		return;
	attached->nr = ARCH_CALL_NR(regs);
	if (attached->nr & 1u << 31)	/* an interrupt or a fault */
		attached->nr = KXT_NO_CALL;
	else if (!arch_is_compat(task))
		__builtin_memcpy(attached->args, args, sizeof(args));
	else
		__builtin_memcpy(attached->args, compat_args, sizeof(args));
	if (arch_is_compat(task))
		attached->flags = KXT_F_COMPAT;
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
	pid_level = BPF_CORE_READ(bpf_get_current_task_btf(), thread_pid, level);
	own_tgid = bpf_get_current_task_btf()->tgid;
	if (fd_settings.show)
		meet_viewer(bpf_get_current_task_btf());
	if (fd_settings.match)
		meet_targets(bpf_get_current_task_btf());
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
	emit_task(task, NULL);
	fill_attached(&attached, task);
	bpf_seq_write(ctx->meta->seq, &attached, sizeof(attached));
	return 0;
}
