/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What kxtrace knows of a task, its maps, and the way of a record out. */
#ifndef KXTRACE_STATE_H
#define KXTRACE_STATE_H


#define SIGKILL		9
#define SIGSTOP		19
#define SIGTTOU		22	/* with SIGTSTP, SIGTTIN between: these stop a task */

/* Configuration: constants to the verifier, what is not wanted costs nothing. */
const volatile struct kxt_row rows[KXT_ALL_ROWS];
const volatile struct kxt_settings settings;
const volatile struct kxt_filter filter;
const volatile struct kxt_counting counting;

/*
 * On newer kernels (7.2) programs on tracepoints may be preempted; while one is,
 * the kernel skips the same program for all other tasks of that CPU.
 */
extern void bpf_preempt_disable(void) __ksym __weak;
extern void bpf_preempt_enable(void) __ksym __weak;

/* Shared with user space by mmap. */
u32 reader_waiting;	/* user space sets it before it sleeps */
u32 live_tasks;		/* traced and not yet ended */
u32 attach_tid;		/* for attach_tasks: this task, or all of attach_tgid */
u32 attach_tgid;
u32 attach_flags;
u32 attach_failed;	/* tasks that could not be marked for want of memory: ask again */
u32 nr_orphans;		/* zero: nobody looks for them */
u32 own_tgid;		/* user space's own process; set by attach_tasks */
u32 compat_execs;	/* 32-bit programs begun by traced tasks */
u32 epoch;		/* of the shortest and the longest calls; user space raises it */
u32 uncounted;		/* calls of processes beyond the table `processes` */
u32 pid_level;		/* how deep in pid namespaces user space is; set by attach_tasks */

/* Beside KXT_STARTING, KXT_ATTACHED. */
#define STATE_TRACED	1
#define STATE_SAVED	8	/* its scratch holds the call's entry */
#define STATE_FORKED	16	/* has not yet returned from the fork that made it */
#define STATE_UNREAD	32	/* a call is over, sys_exit_wait shall read its memory */
#define STATE_COMPAT	64	/* the call is a 32-bit one; an execve may change the task */
#define STATE_WITHIN	128	/* `args` has the arguments of a call within another */
#define STATE_LAUNCHED	256	/* our own child, before the exec that makes it the command */
#define STATE_EXECUTED	512	/* process_exec has seen an exec that exec_again will see */

enum { SLOT_FREE, SLOT_BUSY, SLOT_FULL };

struct slot {
	u32 state;
	u32 pad;
	struct kxt_signal signal;
};

struct task_state {
	u32 flags;
	u32 nr;			/* of the call it is in, or KXT_NO_CALL */
	u32 seq;
	u32 faulted;		/* arguments that could not be read at entry */
	u32 spare;		/* which spare scratch it has, plus 1 */
	u32 unread_flags;	/* with STATE_UNREAD: of the record, */
	u32 unread_nr;		/* and its number */
	u32 exit_nr;		/* see forget() */
	u32 exit_flags;
	u8 mark_flags;		/* of the call it is in: KXT_F_INJECTED, KXT_F_DELAYED */
	u8 pad[3];
	s64 exit_ret;
	u64 exit_delay_ns;	/* like mark_flags */
	u64 args[KXT_NR_ARGS];	/* with STATE_WITHIN */
	u64 enter_ns;
	u64 cpu_ns;		/* time on a CPU in this call, */
	u64 on_cpu_ns;		/* before it came onto the CPU it is on */
	/* Signals that are never delivered, put here by their sender. */
	struct slot ignored;	/* taken at the task's next exit */
	struct slot fatal;	/* taken when the task ends by it */
};

struct scratch {
	struct kxt_call rec;
	u8 data[KXT_DATA_MAX];
	/* The ends of what could not be read last. */
	u64 fault_from;
	u64 fault_to;
	/* The iovecs that add_message() found. */
	u64 vector;
	u64 vector_len;
	u32 row;
	u32 pad;
};

/* Written by the programs below, read by libkx; the kernel frees it. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} records SEC(".maps");

/* Who is traced: made at attach and at fork; the kernel frees it with the task. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_state);
} tasks SEC(".maps");

/*
 * Where a task builds a record with memory. A task's own, because programs on
 * tracepoints may be preempted: what belongs to a CPU may be overwritten.
 */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct scratch);
} scratches SEC(".maps");

/* For a task that the kernel has no scratch for just now. */
struct spare {
	u32 taken;
	u32 pad;
	struct scratch scratch;
};

#define NR_SPARES	16

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NR_SPARES);
	__type(key, u32);
	__type(value, struct spare);
} spares SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct kxt_stats);
} stats SEC(".maps");

/* -c: by row. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, KXT_NR_ROWS);
	__type(key, u32);
	__type(value, struct kxt_sum);
} sums SEC(".maps");

/* --hist: one per call that is asked for; user space makes it as large. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct kxt_hist);
} hists SEC(".maps");

/*
 * --top: by process. Made at its first call, deleted by user space, which reads
 * it each second, when the process is gone. All CPUs write to one entry.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct kxt_process);
} processes SEC(".maps");

/* Atomic where another program may preempt this one on the same CPU. */
#define COUNT_MANY(field, nr) do {					\
	u32 zero_ = 0;							\
	struct kxt_stats *stats_ = bpf_map_lookup_elem(&stats, &zero_);	\
	if (stats_ && settings.preemptible)				\
		__sync_fetch_and_add(&stats_->field, nr);		\
	else if (stats_)						\
		*(volatile u64 *)&stats_->field += nr;			\
} while (0)
#define COUNT(field) COUNT_MANY(field, 1)

/* A function of its own: its many ways are verified once. */
__noinline u32 unusual_row(u32 nr, u32 compat)
{
	return kxt_row_index(nr, compat);
}

static __always_inline u32 index_of(u32 nr, u32 compat)
{
	u32 index = nr;

	if (compat || nr >= KXT_I386_ROWS)
		index = unusual_row(nr, compat);
	/* The compiler would drop the mask, the verifier needs it. */
	barrier_var(index);
	return index & (KXT_NR_ROWS - 1);
}

static __always_inline u32 row_index(struct task_state *state, u32 nr)
{
	return index_of(nr, state->flags & STATE_COMPAT);
}

/* Before a task's state is known: of the call that it is in now. */
static __always_inline const volatile struct kxt_row *
row_now(struct task_struct *task, u32 nr)
{
	return &rows[index_of(nr, arch_is_compat(task))];
}

static __always_inline const volatile struct kxt_row *
row_of(struct task_state *state, u32 nr)
{
	return &rows[row_index(state, nr)];
}

/*
 * The state of tasks that the kernel had no memory for when they were forked:
 * newer ones (7.2) allocate without waiting for a lock, and may fail. Made at
 * the fork, deleted at the task's end.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, u32);
	__type(value, struct task_state);
} orphans SEC(".maps");

/* NULL for a task that is not traced. */
static __always_inline struct task_state *state_of(struct task_struct *task)
{
	struct task_state *state;
	u32 pid;

	state = bpf_task_storage_get(&tasks, task, NULL, 0);
	if (state && state->flags & STATE_TRACED)
		return state;
	if (!nr_orphans)
		return NULL;
	pid = task->pid;
	return bpf_map_lookup_elem(&orphans, &pid);
}

/*
 * The same where calls begin and end: most tasks have no storage at all. Reading a
 * pointer costs the verifier a search of all types of the kernel, 1 ms, each time.
 */
static __always_inline struct task_state *state_of_caller(struct task_struct *task)
{
	return task->bpf_storage || nr_orphans ? state_of(task) : NULL;
}

/*
 * User space sets reader_waiting, looks at the ring once more, and sleeps. So
 * the record must be in the ring before the flag is read here: the submit is
 * a full barrier. A discarded record carries the wake-up.
 */
static __always_inline void wake_reader(void)
{
	void *nothing;

	if (!reader_waiting)
		return;
	reader_waiting = 0;
	nothing = bpf_ringbuf_reserve(&records, 8, 0);
	if (nothing)
		bpf_ringbuf_discard(nothing, BPF_RB_FORCE_WAKEUP);
}

static __always_inline void emit(void *record, u64 size)
{
	COUNT(seen);
	if (bpf_ringbuf_output(&records, record, size, BPF_RB_NO_WAKEUP))
		COUNT(dropped);
	wake_reader();
}

/* A task's number as user space sees it, from within its pid namespace. */
static __always_inline u32 number_of(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	u32 nr = 0;

	bpf_probe_read_kernel(&nr, sizeof(nr),
			      &pid->numbers[pid_level & 31].nr);
	return nr;
}

static __always_inline u32 process_number_of(struct task_struct *task)
{
	if (!pid_level)
		return task->tgid;
	return number_of(BPF_CORE_READ(task, group_leader));
}

static __always_inline void fill_head(struct kxt_head *head, u8 kind, u8 flags,
				      struct task_struct *task)
{
	head->kind = kind;
	head->flags = flags;
	head->nr_args = 0;
	head->pad = 0;
	if (!pid_level) {
		head->tid = task->pid;
		head->tgid = task->tgid;
	} else {
		head->tid = number_of(task);
		head->tgid = number_of(BPF_CORE_READ(task, group_leader));
	}
	head->len = 0;
}

#endif
