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

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "arch.h"
#include "kxtrace.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define NO_CALL		0xffffffff

#define SIGKILL		9
#define SIGSTOP		19
#define SIGTTOU		22	/* with SIGTSTP, SIGTTIN between: these stop a task */

/* Configuration: constants to the verifier, what is not wanted costs nothing. */
const volatile struct kxt_row rows[KXT_NR_ROWS];
const volatile struct kxt_settings settings;

/* Shared with user space by mmap. */
u32 reader_waiting;	/* user space sets it before it sleeps */
u32 live_tasks;		/* traced and not yet ended */
u32 attach_tid;		/* for attach_tasks: this task, or all of attach_tgid */
u32 attach_tgid;
u32 attach_flags;
u32 pid_level;		/* how deep in pid namespaces user space is; set by attach_tasks */

#define STATE_TRACED	1
#define STATE_STARTING	2	/* our own child, until its execve */
#define STATE_ATTACHED	4	/* may be inside a call that we saw no start of */
#define STATE_SAVED	8	/* its scratch holds the call's entry */

enum { SLOT_FREE, SLOT_BUSY, SLOT_FULL };

struct slot {
	u32 state;
	u32 pad;
	struct kxt_signal signal;
};

struct task_state {
	u32 flags;
	u32 nr;			/* of the call it is in, or NO_CALL */
	u32 seq;
	u32 faulted;		/* arguments that could not be read at entry */
	u64 enter_ns;
	u64 enter_cpu_ns;
	u64 enter_exec_start;
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

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct kxt_stats);
} stats SEC(".maps");

/* -c: by call number; the last row is for numbers beyond the table. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, KXT_NR_ROWS);
	__type(key, u32);
	__type(value, struct kxt_sum);
} sums SEC(".maps");

/* Atomic, because another program may preempt this one on the same CPU. */
#define COUNT(field) do {						\
	u32 zero_ = 0;							\
	struct kxt_stats *stats_ = bpf_map_lookup_elem(&stats, &zero_);	\
	if (stats_)							\
		__sync_fetch_and_add(&stats_->field, 1);		\
} while (0)

/* Numbers beyond the table share its last row, which no call has. */
static __always_inline u32 row_index(u32 nr)
{
	if (nr >= KXT_NR_ROWS)
		nr = KXT_NR_ROWS - 1;
	/* The compiler would drop the mask, the verifier needs it. */
	barrier_var(nr);
	return nr & (KXT_NR_ROWS - 1);
}

static __always_inline const volatile struct kxt_row *row_of(u32 nr)
{
	return &rows[row_index(nr)];
}

/* NULL for a task that is not traced: most have no storage at all. */
static __always_inline struct task_state *state_of(struct task_struct *task)
{
	if (!task->bpf_storage)
		return NULL;
	return bpf_task_storage_get(&tasks, task, NULL, 0);
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
	op = &row_of(s->rec.nr)->ops[i];
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
static __always_inline int capture_waiting(struct scratch *s, u32 i, u32 when)
{
	u32 len = s->rec.head.len;
	int status = capture(s, i, when);
	int tries;
	char byte;

	if (!settings.sleepable)
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

static __always_inline void emit_scratch(struct scratch *s)
{
	u32 len = s->rec.head.len;

	if (len > KXT_DATA_MAX)
		len = KXT_DATA_MAX;
	emit(s, sizeof(s->rec) + len);
}

static __always_inline void fill_args(u64 *args, struct pt_regs *regs,
				      u32 nr_args)
{
	u64 from_regs[KXT_NR_ARGS] = ARCH_CALL_ARGS(regs);

	__builtin_memcpy(args, from_regs, nr_args * sizeof(*args));
}

static __always_inline struct scratch *scratch_of(struct task_struct *task)
{
	struct scratch *s;

	s = bpf_task_storage_get(&scratches, task, NULL,
				 BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!s)
		COUNT(uncaptured);
	return s;
}

/* Reads what the call will destroy, and keeps it until the call is over. */
static __always_inline void save_entry(struct task_state *state, u32 nr,
				       struct task_struct *task,
				       struct pt_regs *regs, u32 at_enter)
{
	struct scratch *s = scratch_of(task);
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
		    capture_waiting(s, i, KXT_AT_ENTER) & UNREAD)
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

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long id)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const volatile struct kxt_row *row;
	struct task_state *state;
	u32 nr = id;

	state = state_of(task);
	if (!state)
		return 0;
	if (state->flags & STATE_STARTING) {
		if (nr != ARCH_NR_EXECVE)
			return 0;
		state->flags &= ~STATE_STARTING;
	}
	state->flags &= ~(STATE_ATTACHED | STATE_SAVED);
	state->nr = nr;
	row = row_of(nr);
	if (!(row->flags & KXT_ROW_SELECTED))
		return 0;
	if (settings.times)
		state->enter_ns = bpf_ktime_get_ns();
	if (settings.summary) {
		if (!settings.wall_clock)
			start_cpu_time(state, task);
		return 0;
	}
	if (row->at_enter && !arch_is_compat(task))
		save_entry(state, nr, task, regs, row->at_enter);
	return 0;
}

static __always_inline void add_to_sum(struct task_state *state,
				       struct task_struct *task, u32 nr,
				       bool failed)
{
	u32 index = row_index(nr);
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
	u32 nr_args = row_of(nr)->nr_args;
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

/* A call that ends, or whose task does. */
static __always_inline void finish_call(struct task_state *state,
					struct task_struct *task, u32 nr,
					u8 flags, long ret,
					struct pt_regs *regs)
{
	const volatile struct kxt_row *row = row_of(nr);
	bool failed = ret < 0 && ret >= -4095;
	bool fills = !failed && !(flags & KXT_F_NO_RETURN);
	struct scratch *s;
	u32 i;

	if (!(row->flags & KXT_ROW_SELECTED))
		return;
	if (settings.summary) {
		add_to_sum(state, task, nr,
			   failed && !(row->flags & KXT_ROW_FAILS_NEVER));
		return;
	}
	if (arch_is_compat(task))
		flags |= KXT_F_COMPAT;
	if (flags & KXT_F_COMPAT ||
	    (!row->at_exit && !(state->flags & STATE_SAVED))) {
		emit_plain(state, task, nr, flags, ret, regs);
		return;
	}
	s = scratch_of(task);
	if (!s) {
		emit_plain(state, task, nr, flags | KXT_F_CUT, ret, regs);
		return;
	}
	if (!(state->flags & STATE_SAVED)) {
		s->rec.head.len = 0;
		s->rec.head.flags = 0;
		fill_args(s->rec.args, regs, KXT_NR_ARGS);
		state->faulted = 0;
	}
	s->rec.nr = nr;
	s->rec.ret = ret;
	for (i = 0; i < KXT_NR_ARGS; i++) {
		if (row->at_exit & 1 << i &&
		    (fills || !(row->ops[i].when & KXT_ON_SUCCESS)))
			capture_waiting(s, i, KXT_AT_EXIT);
		/* Not resident at entry: it is now, where the call did not end it. */
		if (state->faulted & 1 << i && failed)
			capture_waiting(s, i, KXT_AT_ENTER);
	}
	fill_call(&s->rec, state, task, nr, flags | s->rec.head.flags, ret,
		  KXT_NR_ARGS);
	emit_scratch(s);
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

static __always_inline void emit_kept_signal(struct slot *slot)
{
	if (slot->state != SLOT_FULL)
		return;
	emit(&slot->signal, sizeof(slot->signal));
	slot->state = SLOT_FREE;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_exit, struct pt_regs *regs, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_state *state;
	u32 nr, flags = 0;

	state = state_of(task);
	if (!state)
		return 0;
	nr = state->nr;
	if (nr == NO_CALL) {
		if (!(state->flags & STATE_ATTACHED))
			return 0;
		state->flags &= ~STATE_ATTACHED;
		state->enter_ns = 0;
		flags = KXT_F_NO_ENTER;
		nr = ARCH_CALL_NR(regs);
	}
	state->nr = NO_CALL;
	if (is_dying(state, task))
		flags |= KXT_F_NO_RETURN;
	finish_call(state, task, nr, flags, ret, regs);
	emit_kept_signal(&state->ignored);
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
	if (!state || state->flags & STATE_STARTING)
		return 0;
	state = bpf_task_storage_get(&tasks, child, NULL,
				     BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!state) {
		COUNT(unfollowed);
		return 0;
	}
	state->flags = STATE_TRACED;
	state->nr = NO_CALL;
	__sync_fetch_and_add(&live_tasks, 1);
	emit_event(child, KXT_FORK,
		   child->tgid == parent->tgid ? KXT_F_THREAD : 0, 0);
	return 0;
}

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
	u64 at = s->rec.head.len;
	long len;

	if (at > LARGE_UNTIL)
		return;
	len = bpf_probe_read_kernel_str(s->data + at + sizeof(struct kxt_chunk),
					KXT_STRING_MAX, bprm->filename);
	if (len <= 0)
		return;
	s->rec.head.len = at + sizeof(struct kxt_chunk) + len;
	finish_chunk(s, at, 0, 0);
}

__noinline int recover_exec_args(struct scratch *s, u64 from, u64 end)
{
	u32 start, limit = settings.strsize + 1;
	struct kxt_item *item;
	long len, shown;
	u64 at;
	int i;

	if (!s)
		return 0;
	start = s->rec.head.len;
	s->rec.head.len = start + sizeof(struct kxt_chunk);
	for (i = 0; i < KXT_MAX_ITEMS && from < end; i++) {
		at = s->rec.head.len;
		barrier_var(at);
		if (at > LARGE_UNTIL - sizeof(*item))
			break;
		item = (struct kxt_item *)(s->data + at);
		len = bpf_probe_read_user_str(s->data + at + sizeof(*item),
					      LARGE_PIECE, (void *)from);
		if (len <= 0 || len == LARGE_PIECE)
			break;
		shown = len > limit ? limit : len;
		item->ptr = from;
		item->total = 0;
		item->len = shown;
		item->status = shown < len ? KXT_MORE : 0;
		s->rec.head.len = at + sizeof(*item) + ALIGNED(shown);
		from += len;
	}
	if (from >= end)
		add_item(s, 0, 0, 0, true);
	finish_chunk(s, start, 1, from < end ? KXT_MORE : 0);
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
	s = bpf_task_storage_get(&scratches, task, NULL, 0);
	if (!s)
		return 0;
	if (state->faulted & 1)
		recover_exec_path(s, bprm);
	/* A script's interpreter got other arguments than the caller gave. */
	if (state->faulted & 2 && bprm->interp == bprm->filename)
		recover_exec_args(s, task->mm->arg_start, task->mm->arg_end);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task)
{
	struct task_struct *current = bpf_get_current_task_btf();
	struct task_state *state;

	state = state_of(current);
	if (!state || !(state->flags & STATE_TRACED))
		return 0;
	if (state->nr != NO_CALL)
		finish_call(state, current, state->nr, KXT_F_NO_RETURN, 0,
			    (struct pt_regs *)bpf_task_pt_regs(current));
	emit_kept_signal(&state->ignored);
	if ((u32)state->fatal.signal.sig == (current->exit_code & 0x7f))
		emit_kept_signal(&state->fatal);
	state->flags = 0;
	emit_event(current, KXT_EXIT, 0, current->exit_code);
	__sync_fetch_and_sub(&live_tasks, 1);
	wake_reader();
	return 0;
}

#define SI_USER		0
#define SI_KERNEL	0x80

/*
 * The kernel has two shorthands instead of a siginfo: NULL (from a user) and
 * 1 (from the kernel); neither can be read.
 */
static __always_inline void fill_signal(struct kxt_signal *rec, int sig,
					struct kernel_siginfo *info)
{
	u64 id;

	rec->time_ns = bpf_ktime_get_ns();
	rec->sig = sig;
	rec->si_errno = 0;
	if (!bpf_probe_read_kernel(rec->fields, sizeof(rec->fields),
				   &info->_sifields)) {
		rec->si_code = BPF_CORE_READ(info, si_code);
		rec->si_errno = BPF_CORE_READ(info, si_errno);
		return;
	}
	__builtin_memset(rec->fields, 0, sizeof(rec->fields));
	rec->si_code = SI_KERNEL;
	if (info)
		return;
	id = bpf_get_current_pid_tgid() >> 32;
	rec->si_code = SI_USER;
	rec->fields[0] = id | bpf_get_current_uid_gid() << 32;
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
	if (!state || state->flags & STATE_STARTING)
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

static __always_inline bool keep_signal(struct slot *slot, u32 over, int sig,
					struct kernel_siginfo *info,
					struct task_struct *task)
{
	if (__sync_val_compare_and_swap(&slot->state, over, SLOT_BUSY) != over)
		return false;
	fill_head(&slot->signal.head, KXT_SIGNAL, 0, task);
	fill_signal(&slot->signal, sig, info);
	slot->state = SLOT_FULL;
	return true;
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
	if (!state || !(state->flags & STATE_TRACED) ||
	    state->flags & STATE_STARTING)
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

/* Marks the tasks named by attach_tid or attach_tgid; prints each one's tid. */
SEC("iter/task")
int attach_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct task_state *state;
	u32 tid, tgid;

	if (!task)
		return 0;
	/* It is user space itself that reads this. */
	pid_level = bpf_get_current_task_btf()->thread_pid->level;
	tid = number_of(task);
	tgid = number_of(BPF_CORE_READ(task, group_leader));
	if (attach_tgid ? tgid != attach_tgid : tid != attach_tid)
		return 0;
	state = bpf_task_storage_get(&tasks, task, NULL,
				     BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!state) {
		COUNT(unfollowed);
		return 0;
	}
	if (state->flags & STATE_TRACED)
		return 0;
	state->nr = NO_CALL;
	state->flags = STATE_TRACED | attach_flags;
	__sync_fetch_and_add(&live_tasks, 1);
	bpf_seq_write(ctx->meta->seq, &tid, sizeof(tid));
	return 0;
}
