/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel half and the user half of kxtrace tell each other. */
#ifndef KXTRACE_H
#define KXTRACE_H

#ifndef __bpf__
#include <linux/types.h>
#endif

#include "kxtrace/fd.h"

/*
 * Configuration, written by user space before the load, constant afterwards.
 *
 * Each system call has one row. A row names, for each of its six arguments,
 * which memory behind the argument goes into the record, and when it is read.
 */
#define KXT_NR_ARGS	6
#define KXT_NR_ROWS	1024
/*
 * Numbers end at 471 (Linux 7.2). Rows of i386 are behind those of x86-64; the
 * last row of each half is for numbers that no call has.
 */
#define KXT_I386_ROWS	512	/* where those of i386 begin, and how many there are */
#define KXT_X32_BIT	0x40000000u	/* x32: the calls of x86-64, but for some */
#define KXT_X32_FIRST	512
/*
 * Some i386 calls carry another one within: socketcall, ipc, and the old mmap and
 * select, whose arguments are in memory. Records have the inner call, with these
 * numbers if it has none of its own.
 */
#define KXT_WITHIN	0x7fff0000u
#define KXT_WITHIN_ROW	(KXT_I386_ROWS + 480)

enum kxt_within {
	KXT_WITHIN_MMAP,
	KXT_WITHIN_SELECT,
	KXT_WITHIN_ACCEPT,
	KXT_WITHIN_SEND,
	KXT_WITHIN_RECV,
	KXT_WITHIN_SEMOP,
	KXT_WITHIN_SEMTIMEDOP,
	KXT_WITHIN_SEMCTL,
	KXT_WITHIN_SHMAT,
	KXT_NR_WITHIN,
};

enum kxt_capture {
	KXT_CAP_NONE,
	KXT_CAP_PATH,		/* string, up to PATH_MAX */
	KXT_CAP_STR,		/* string, up to the string limit (-s) */
	KXT_CAP_FIXED,		/* `size` bytes */
	KXT_CAP_BUF,		/* count bytes, up to the string limit */
	KXT_CAP_ARRAY,		/* count elements of `size` bytes, up to the element limit */
	KXT_CAP_BITS,		/* bit set of count bits, in whole longs */
	KXT_CAP_STRVEC,		/* NULL-terminated vector of strings: items */
	KXT_CAP_COUNTVEC,	/* NULL-terminated vector: one u32, how many */
	KXT_CAP_IOVEC,		/* count iovecs: items */
	KXT_CAP_MSGHDR,		/* one user_msghdr: items (name, control, iovecs) */
	KXT_CAP_MMSGHDR,	/* count mmsghdrs: each as MSGHDR */
	KXT_CAP_SOCKADDR,	/* socket address, count bytes */
	KXT_CAP_SOCKADDR_OUT,	/* the same, count behind the pointer in that argument */
	KXT_CAP_DIRENTS,	/* the entries in a buffer: one u32, how many */
	KXT_CAP_BLOCKED,	/* no memory: the signals that the task blocks */
	KXT_CAP_IOCBS,		/* count pointers to requests of io_submit: items */
	KXT_CAP_LINKED,		/* `size` bytes; an item: 8 of limit_from behind their first word */
	KXT_CAP_BPF_ATTR,	/* `size` bytes; an item: the string that bpf's command names */
};

/* When memory is read: a set. */
#define KXT_AT_ENTER	1	/* before the call, needed where the call destroys it */
#define KXT_AT_EXIT	2	/* after the call: the page is resident by then */
#define KXT_ON_SUCCESS	4	/* with AT_EXIT: only if the call did not fail */
#define KXT_FILLED	8	/* with AT_EXIT: the kernel fills it, failed or not */
#define KXT_NARROW	16	/* pointers and longs in that memory have 32 bits */
#define KXT_APART	32	/* with AT_ENTER: destroyed only if another argument is the same */

/* Where a count comes from: an argument's index, or one of these. */
#define KXT_FROM_RET	6	/* the call's result */
#define KXT_FROM_NONE	7

struct kxt_op {
	__u8 kind;		/* enum kxt_capture */
	__u8 when;
	__u8 size_from;
	__u8 limit_from;	/* IOVEC, MSGHDR: total bytes, KXT_FROM_RET or NONE */
	__u16 size;		/* FIXED: bytes; ARRAY: bytes of an element;
				 * DIRENTS: where in an entry its length is;
				 * STRVEC: how many strings, or 0 */
};

#define KXT_ROW_SELECTED	1	/* -e trace= wants it */
#define KXT_ROW_FAILS_NEVER	2	/* the result is never an errno */
#define KXT_ROW_ENTERS		4	/* its entry matters, not its end alone */
#define KXT_ROW_EARLY_STACK	8	/* after the call its registers are gone */
#define KXT_ROW_FDS_ENTER	16	/* files behind descriptors are looked up then */
#define KXT_ROW_FORKS		32	/* returns twice */
#define KXT_ROW_INJECT		64	/* -e inject= is about it: there may be a mark */

struct kxt_row {
	__u8 flags;
	__u8 at_enter;		/* arguments with KXT_AT_ENTER, a bit each */
	__u8 at_exit;		/* arguments with KXT_AT_EXIT, a bit each */
	__u8 nr_args;
	__u8 fd_args;		/* arguments that are descriptors, a bit each; the result: 6 */
	__u8 pad[3];
	struct kxt_op ops[KXT_NR_ARGS];
};

/*
 * What a call must be like to be shown. A list that is empty asks for nothing;
 * of a list that is not, one entry must match.
 */
#define KXT_MAX_MATCHES	8
#define KXT_MAX_FDS	32
#define KXT_COMM_MAX	16	/* TASK_COMM_LEN */
#define KXT_PREFIX_MAX	256
#define KXT_ERRNO_WORDS	9	/* errnos up to 531, which restart a call */

struct kxt_filter {
	__u32 nr_comms;
	__u32 nr_uids;
	__u32 nr_cgroups;
	__u32 nr_prefixes;
	__u32 nr_fds;
	__u32 nr_results;
	__u32 any_errno;	/* `errnos` is to be looked at */
	__u32 rate;		/* calls per second, 0: as many as there are */
	char comms[KXT_MAX_MATCHES][KXT_COMM_MAX];	/* filled up with zeros */
	__u32 uids[KXT_MAX_MATCHES];
	__u64 cgroups[KXT_MAX_MATCHES];	/* ids; their descendants match too */
	struct {
		__u32 len;
		__u32 pad;
		char text[KXT_PREFIX_MAX];
	} prefixes[KXT_MAX_MATCHES];
	__s32 fds[KXT_MAX_FDS];
	struct {
		__s64 from;
		__s64 to;	/* inclusive */
	} results[KXT_MAX_MATCHES];
	__u64 errnos[KXT_ERRNO_WORDS];	/* a bit each */
	__u64 min_ns;		/* time from beginning to end */
	__u64 max_ns;		/* 0: any */
};

struct kxt_settings {
	__u32 strsize;		/* the string limit, at most KXT_STRING_MAX */
	__u8 times;		/* take the time at entry and at exit */
	__u8 summary;		/* count only, no records of calls */
	__u8 wall_clock;	/* summary: time in all, not only on the CPU */
	__u8 sleepable;		/* this kernel lets a program wait for a page */
	__u8 starved;		/* for tests: as if the kernel had no memory to give */
	__u8 preemptible;	/* this kernel would preempt us, and lets us forbid it */
	__u8 all;		/* every task is traced, but user space's own */
	__u8 tasks;		/* KXT_TASK records are wanted */
	__u8 follow;		/* new tasks of a traced one are told of */
	__u8 filtered;		/* `filter` asks for anything */
	__u8 detach_on_exec;	/* -b execve: a task is let go when it has executed */
	__u8 stacks;		/* KXT_STACK records are wanted: enum kxt_stacks */
	__u8 some_calls;	/* hooks on single calls, not on all */
	__u8 inject;		/* calls of rows with KXT_ROW_INJECT may be marked */
	__u8 pad[2];
	__u32 bufsize;		/* the same for buffers, where it is more than strsize */
	__u32 stack_size;	/* bytes of stack with each call, at most KXT_STACK_MAX */
};

/* What the program on the tracepoints of single calls is attached with. */
#define KXT_COOKIE_ENTRY	1
#define KXT_COOKIE_EXIT		2

/* attach_flags: how the tracing of a task begins. */
#define KXT_STARTING	2	/* our own child, quiet until its execve */
#define KXT_ATTACHED	4	/* may be inside a call that we saw no start of */

/* What the iterator attach_tasks says of each task that it marked. */
#define KXT_NO_CALL	0xffffffff

struct kxt_attached {
	__u32 tid;
	__u32 tgid;
	__u32 nr;		/* of the call it sleeps in, or KXT_NO_CALL */
	__u32 flags;		/* KXT_F_COMPAT */
	__u64 args[KXT_NR_ARGS];
};

/* The calls of x86-64 that x32 has numbers of its own for, from KXT_X32_FIRST on. */
static const __u16 kxt_x32_rows[] = {
	13, 15, 16, 19, 20, 45, 46, 47, 59, 101, 127, 128, 129, 131, 222, 244, 246, 247,
	273, 274, 278, 279, 295, 296, 297, 299, 307, 310, 311, 54, 55, 206, 209, 322, 327, 328,
};

#define KXT_NR_X32_ROWS	(sizeof(kxt_x32_rows) / sizeof(kxt_x32_rows[0]))

/* The row of a call: the same for both halves of the program. */
static inline __u32 kxt_row_index(__u32 nr, int compat)
{
	if (compat) {
		if (nr >= KXT_WITHIN && nr < KXT_WITHIN + KXT_NR_WITHIN)
			return nr - KXT_WITHIN + KXT_WITHIN_ROW;
		if (nr >= KXT_WITHIN_ROW - KXT_I386_ROWS)
			return KXT_NR_ROWS - 1;
		return KXT_I386_ROWS + nr;
	}
	if (nr >= KXT_I386_ROWS && nr & KXT_X32_BIT) {
		nr &= ~KXT_X32_BIT;
		if (nr >= KXT_X32_FIRST && nr < KXT_X32_FIRST + KXT_NR_X32_ROWS)
			nr = kxt_x32_rows[nr - KXT_X32_FIRST];
	}
	return nr < KXT_I386_ROWS ? nr : KXT_I386_ROWS - 1;
}

/* These of 32 bits have the arguments of another call behind a pointer. */
#define I386_OLD_SELECT	82
#define I386_OLD_MMAP	90
#define I386_SOCKETCALL	102
#define I386_IPC	117

static inline int kxt_has_within(__u32 row)
{
	return row == KXT_I386_ROWS + I386_OLD_SELECT || row == KXT_I386_ROWS + I386_OLD_MMAP ||
	       row == KXT_I386_ROWS + I386_SOCKETCALL || row == KXT_I386_ROWS + I386_IPC;
}

/*
 * Records, in the ring buffer.
 */
enum kxt_kind {
	KXT_CALL = 1,		/* struct kxt_call, cut after its arguments; chunks */
	KXT_SIGNAL,		/* struct kxt_signal */
	KXT_FORK,		/* struct kxt_task_event: tid is the new task */
	KXT_EXIT,		/* struct kxt_task_event */
	KXT_EXEC,		/* struct kxt_task_event: tid took over from value */
	KXT_TASK,		/* struct kxt_task: what a task is, and each time that changes */
	KXT_DETACH,		/* struct kxt_task_event: the task is let go */
	KXT_STACK,		/* struct kxt_stack: where the task's next call was made */
	KXT_URING,		/* struct kxt_call, its first chunk struct kxt_uring */
	KXT_MAP,		/* struct kxt_map: code that a process can run now */
};

#define KXT_F_NO_RETURN		1	/* the task ended inside the call */
#define KXT_F_COMPAT		2	/* CALL, FORK: a 32-bit call, numbers of i386 */
#define KXT_F_NO_ENTER		4	/* the call began before the tracing */
#define KXT_F_CUT		8	/* memory left out: no scratch room */
#define KXT_F_STOPS		16	/* SIGNAL: its action is to stop the task */
#define KXT_F_INJECTED		16	/* CALL: the result is not the kernel's, it never ran */
#define KXT_F_THREAD		32	/* FORK: the new task is a thread */
#define KXT_F_DELAYED		32	/* CALL: made to wait */
#define KXT_F_GOING_ON		64	/* made by user space: the call is not over */
#define KXT_F_DETACHED		128	/* CALL: its task was let go within it */

struct kxt_head {
	__u8 kind;
	__u8 flags;
	__u8 nr_args;		/* CALL: how many are in the record */
	__u8 pad;
	__u32 tid;
	__u32 tgid;
	__u32 len;		/* bytes of chunks behind the fixed part */
};

struct kxt_call {
	struct kxt_head head;
	__u64 enter_ns;		/* CLOCK_MONOTONIC; 0: not asked for, not seen */
	__u64 exit_ns;
	__s64 ret;
	__u32 nr;
	__u32 seq;		/* of this task: 1, 2, ...; a gap is a loss */
	__u64 args[KXT_NR_ARGS];	/* of which head.nr_args are there */
};

struct kxt_signal {
	struct kxt_head head;
	__u64 time_ns;
	__s32 sig;
	__s32 si_code;
	__s32 si_errno;
	__s32 pad;
	__u64 fields[4];	/* the union _sifields, its first 32 bytes */
};

struct kxt_task_event {
	struct kxt_head head;
	__u64 time_ns;
	/* EXIT: the wait status; EXEC: the former tid; FORK: the parent's tgid */
	__s32 value;
	__u32 seq;		/* EXIT: of the task's last call; 0: none */
};

/* Comes before the first call of a task, and again after its exec or renaming. */
struct kxt_task {
	struct kxt_head head;
	__u64 time_ns;
	__u64 start_ns;		/* when it began, CLOCK_BOOTTIME */
	__u64 cgroup_id;	/* in the default hierarchy */
	__u32 ppid;
	__u32 uid;		/* real */
	__u32 gid;
	__u32 ns_tid;		/* its number in its own pid namespace */
	char comm[KXT_COMM_MAX];
};

/*
 * Where a call was made: the user's registers in the order of DWARF, and its
 * stack from sp upwards, head.len bytes. With instruction pointers only, the
 * record is cut before the registers.
 */
enum kxt_stacks { KXT_STACKS_NONE, KXT_STACKS_IP, KXT_STACKS_WHOLE };

#define KXT_NR_REGS	17
#define KXT_REG_SP	7
#define KXT_REG_IP	16
#define KXT_STACK_MAX	65536

#define KXT_STACK_SLACK	16	/* beyond a program's first frame */

struct kxt_stack {
	struct kxt_head head;	/* nr_args: how many registers there are */
	__u32 seq;		/* of the call that it belongs to */
	__u32 room;		/* bytes of stack there were, as far as known */
	__u64 ip;
	__u64 regs[KXT_NR_REGS];
};

/* Code in a process. The path is at the end of the record, head.len bytes. */
#define KXT_F_NEW_PROGRAM	1	/* MAP: all that the process had is gone */
#define KXT_F_VDSO		2	/* MAP: the kernel's own code, there is no file */
#define KXT_F_DELETED		4	/* MAP: the path does not name that file any more */
#define KXT_F_WHOLE		8	/* MAP: all other code of the file is mapped, too */
#define KXT_MAP_PATH	1024

struct kxt_map {
	struct kxt_head head;
	__u64 start;
	__u64 end;
	__u64 offset;		/* of `start` in the file */
	__u64 size;		/* of the file */
};

/* Memory behind one argument; the next chunk follows at a multiple of 8. */
#define KXT_FAULT	1	/* could not be read */
#define KXT_MORE	2	/* there was more than the limit, or than room */
#define KXT_PARTLY	4	/* some of its items could not be read; with MORE: nor the next */

/* A chunk may tell of the descriptor in an argument, or of the returned one. */
#define KXT_ARG_FD	8	/* plus the argument's index; the result's is 6 */
#define KXT_ARG_URING	15	/* struct kxt_uring */
#define KXT_NR_CHUNKS	16

struct kxt_chunk {
	__u8 arg;		/* an index, or KXT_ARG_FD and more */
	__u8 when;		/* KXT_AT_ENTER or KXT_AT_EXIT */
	__u8 status;		/* 0, or a set of the above */
	__u8 pad;
	__u32 len;		/* bytes of data, without the padding */
};

/*
 * An item within a chunk of kind STRVEC, IOVEC or MSGHDR; `len` bytes of data
 * follow, then padding to a multiple of 8.
 * STRVEC: one per string; a NULL pointer ends a vector that was seen whole.
 * IOVEC: one per iovec. MSGHDR: struct user_msghdr (56 bytes), then the items
 * of the name, of the control data, of the iovecs. MMSGHDR: the same for each,
 * and a msg_len in 8 bytes after the user_msghdr; one without all its items is
 * the last.
 * IOCBS: one per pointer, its total is KXT_ANOTHER; then, for what is written its
 * data, for vectors an item per iovec.
 */
struct kxt_item {
	__u64 ptr;
	__u64 total;		/* IOVEC, MSGHDR: bytes the caller gave */
	__u32 len;
	__u32 status;		/* as in a chunk */
};

#define KXT_ANOTHER	(~0ULL)

#define KXT_MAX_ITEMS	33	/* one more than are shown */
#define KXT_MAX_STRINGS	256	/* STRVEC with a size: as many as that, up to this */

/*
 * io_uring: an operation is one record when it is submitted, with what can be
 * read then, and one for each completion; `id` is the same. As arguments they
 * have what uring_ops takes from the entry in the queue; the numbers of their
 * rows follow those of the calls.
 */
#define KXT_NR_OPCODES	64
#define KXT_ALL_ROWS	(KXT_NR_ROWS + KXT_NR_OPCODES)
#define KXT_URING_ROW(opcode)	(KXT_NR_ROWS + (opcode))

enum kxt_sqe_field {
	KXT_SQE_ZERO, KXT_SQE_FD, KXT_SQE_OFF, KXT_SQE_ADDR, KXT_SQE_LEN,
	KXT_SQE_FLAGS, KXT_SQE_SPLICE_FD, KXT_SQE_ADDR3, KXT_SQE_ADDR_LEN,
	KXT_SQE_OFF_PTR,	/* the address of what is in `off`: no memory to read */
};

#define KXT_URING_SUBMITTED	1
#define KXT_URING_COMPLETED	2

struct kxt_uring {
	__u64 id;		/* 0: the submission was not seen */
	__u64 user_data;
	__s32 ring_fd;		/* -1: not known */
	__u32 cflags;		/* COMPLETED: flags of the completion */
	__u8 what;		/* SUBMITTED or COMPLETED */
	__u8 opcode;
	__u8 sqe_flags;
	__u8 no_entry;		/* the entry in the queue could not be read */
	__u32 pad;
};

/*
 * -e inject=: what user space did with a call, told before it lets the call go on.
 * A mark is in one of a few places that its task's number gives; who finds it empties
 * the place.
 */
#define KXT_NR_MARKS	4096
#define KXT_MARK_TRIES	4

struct kxt_mark {
	__u32 tid;		/* 0: the place is free; written last */
	__u8 flags;		/* KXT_F_INJECTED, KXT_F_DELAYED, for the call's record */
	__u8 signal;		/* to be sent to the task now; 0: none */
	__u16 pad;
	__u64 began_ns;		/* CLOCK_MONOTONIC, before any delay */
	__u64 exit_delay_ns;	/* to be waited for when the call is over */
};

static inline __u32 kxt_mark_place(__u32 tid, __u32 try)
{
	return (tid + try * 1021) % KXT_NR_MARKS;
}

/* Counters, one set per CPU. */
struct kxt_stats {
	__u64 seen;		/* records there were */
	__u64 dropped;		/* of these, not delivered: the ring was full */
	__u64 uncaptured;	/* calls delivered without their memory */
	__u64 unfollowed;	/* new tasks that could not be followed: no memory */
	__u64 lost_signals;	/* ignored signals beyond the one kept per task */
	__u64 over_rate;	/* calls that matched, but for the rate: not seen */
};

/* Calls that are counted where they end. */
struct kxt_sum {
	__u64 calls;
	__u64 errors;
	__u64 time_ns;		/* on the CPU, or with -w in all */
	/* The shortest and the longest since user space last began an epoch. */
	__u64 min_ns;
	__u64 max_ns;
	__u64 epoch;		/* of these two */
};

/*
 * --hist: how many calls took how long. A power of two has four slots, so that
 * a percentile is never off by more than a fifth; the last slot has no end.
 */
#define KXT_SLOT_BITS	2
#define KXT_NR_SLOTS	168	/* up to 2^43 ns: two hours and a half */

struct kxt_hist {
	struct kxt_sum sum;	/* its time is from beginning to end */
	__u64 slots[KXT_NR_SLOTS];
};

/* --top: the calls of a process. */
#define KXT_MAX_PROCESSES	8192

struct kxt_process {
	__u32 tgid;		/* as user space numbers it */
	__u32 pad;
	char comm[KXT_COMM_MAX];	/* when it was first seen */
	struct kxt_sum sum;
};

/* What is counted; constant like the settings. */
struct kxt_counting {
	__u8 sums;		/* -c, -C: by call */
	__u8 hists;		/* --hist */
	__u8 processes;		/* --top: by process as well */
	__u8 pad[5];
	__u64 overhead_ns;	/* -O: taken from the time of each call */
	__u16 hist_rows[KXT_NR_ROWS];	/* its row in the map `hists` plus 1; 0: none */
};

/*
 * What a call can carry: the fixed part and this much memory. A task's scratch
 * comes from the kernel's 8 KiB slabs, less what the kernel keeps beside it.
 */
#define KXT_RECORD_MAX	7936
#define KXT_DATA_MAX	(KXT_RECORD_MAX - sizeof(struct kxt_call))
#define KXT_STRING_MAX	4096	/* the largest string limit */

#endif
