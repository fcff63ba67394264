/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What kernel code and user space agree on: the bytes both sides read. */
#ifndef KX_ABI_H
#define KX_ABI_H

/* Kernel code has these types from vmlinux.h already. */
#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/* Changes when a program built with the older header would misread. */
#define KX_ABI			1

#define KX_NAME_MAX		48	/* bytes of a name, without the end */

/**
 * enum kx_reason - why init or fini runs
 * @KX_REASON_LOAD: init: the instance is being loaded
 * @KX_REASON_UPGRADE: init: this code takes over from another generation
 * @KX_REASON_UNLOAD: fini: the instance is being unloaded
 * @KX_REASON_FAILED: fini: init failed, or what came after it did
 */
enum kx_reason {
	KX_REASON_LOAD,
	KX_REASON_UPGRADE,
	KX_REASON_UNLOAD,
	KX_REASON_FAILED,
};

/**
 * struct kx_life - what init and fini are given
 * @kmid: the instance
 * @generation: of this code: 1 at load, one more with each upgrade
 * @reason: enum kx_reason
 */
struct kx_life {
	__u64 kmid;
	__u32 generation;
	__u32 reason;
};

/**
 * enum kx_state - where an instance is in its life
 * @KX_STATE_LOADING: being made; its hooks do nothing yet
 * @KX_STATE_LIVE: loaded
 * @KX_STATE_UNLOADING: being taken apart; its hooks do nothing any more
 */
enum kx_state {
	KX_STATE_LOADING = 1,
	KX_STATE_LIVE,
	KX_STATE_UNLOADING,
};

#define KX_ENTRY_MAGIC		0x6b78656e	/* "kxen" */
#define KX_ENTRY_HELD		(1U << 0)	/* ends with its process */
#define KX_ENTRY_ON_DEMAND	(1U << 1)	/* loaded because another needed it */

/* Slots of a dispatcher: 0 is empty, so that a closed gate leads nowhere. */
#define KX_NR_SLOTS		4

/**
 * struct kx_entry - an instance: the one value of the map "kx_entry"
 * @magic: KX_ENTRY_MAGIC
 * @abi: KX_ABI
 * @active: the gate. The slot whose programs run; 0: none. Each hook's
 *          dispatcher reads it once per event, so that a single store here
 *          moves all hooks from one generation to another
 * @state: enum kx_state
 * @seen: by slot: 1 once it has been active; a generation that never was is
 *        what a killed upgrade left
 * @flags: KX_ENTRY_*
 * @uid: who loaded it
 * @pid: the process that loaded it, as the first pid namespace counts
 * @meta_id: of a held instance: its map "kx_meta"
 * @loaded_ns: when, CLOCK_REALTIME
 * @name: of the instance
 * @command: of the process that loaded it, words separated by blanks
 * @until_ns: CLOCK_BOOTTIME until which a change waits to be confirmed; 0: none does
 * @new_slot: the slot of that change
 * @back_slot: the one that acts again when it is not confirmed; 0: none
 * @not_confirmed: the slot whose change nobody has confirmed in time, until the next
 *                 change; 0: none
 *
 * The map's id is the instance's kmid. Writable by its owner only.
 */
struct kx_entry {
	__u32 magic;
	__u32 abi;
	__u32 active;
	__u32 state;
	__u32 seen[KX_NR_SLOTS];
	__u32 flags;
	__u32 uid;
	__u32 pid;
	__u32 meta_id;
	__u64 loaded_ns;
	char name[64];
	char command[256];
	__u64 until_ns;
	__u32 new_slot;
	__u32 back_slot;
	__u32 not_confirmed;
	__u32 pad;
};

#define KX_META_MAGIC		0x6b786d65	/* "kxme" */

/**
 * struct kx_meta - one generation: the one value of the frozen map "kx_meta"
 * @magic: KX_META_MAGIC
 * @abi: KX_ABI
 * @generation: 1, 2, ...
 * @slot: where its programs are in each dispatcher
 * @uid: who brought it
 * @pid: the process
 * @loaded_ns: when, CLOCK_REALTIME
 * @hash: SHA-256 of the object file
 * @text_len: bytes of text that follow this header: lines "key=value", each
 *            ended by a NUL byte
 * @btf_len: bytes of BTF, after the text and zeros up to a multiple of 8: the
 *           types of its parameters, maps and records
 */
struct kx_meta {
	__u32 magic;
	__u32 abi;
	__u32 generation;
	__u32 slot;
	__u32 uid;
	__u32 pid;
	__u64 loaded_ns;
	__u8 hash[32];
	__u32 text_len;
	__u32 btf_len;
};

/*
 * Streams: what kernel code tells user space, each record once, to any number of
 * readers. A stream is an array of memory that can be mapped, one ring for each CPU:
 * who writes takes the oldest room, whether it was read or not, so that a ring always
 * has the last records. Positions count bytes from the beginning of time; the byte at
 * position p is data[p % room]. A ring is divided into blocks, and each block
 * begins with a record: who was overtaken goes on there.
 */
#define KX_STREAM_UNIT		16	/* records begin and end at multiples */
#define KX_STREAM_BLOCK		4096	/* no record lies in two */
#define KX_RECORD_MAX		2048	/* bytes of a record, with its head */

/**
 * struct kx_stream_head - one CPU's ring, at its beginning
 * @entered: records that were begun since the stream was made, shifted by 16, and
 *	     in the low 16 bits the writers that are under way: one that is
 *	     interrupted by another on the same CPU stays under way
 * @head: position behind the last record that was reserved
 * @quiet: every record before this position is complete
 * @dropped: records that were begun and not written: a writer was interrupted for so
 *	     long that others came round to its room
 * @unused: 0
 * @waiting: a reader sleeps: the next writer clears it, and wakes all
 */
struct kx_stream_head {
	__u64 entered;
	__u64 head;
	__u64 quiet;
	__u64 dropped;
	__u64 unused[4];
	__u32 waiting;
	__u32 unused_too[15];
};

/**
 * struct kx_record - the head of a record in a stream
 * @stamp: its position with bit 0 set; written last. Any other value: not
 *	   complete yet, or overwritten
 * @len: bytes from here to the next record; of its content up to
 *	 KX_STREAM_UNIT - 1 less are used
 * @format: of a log: which of the generation's texts; KX_RECORD_PAD: the rest of a
 *	    block, which has no members but these
 * @flags: of a log: bytes that are used
 * @time_ns: CLOCK_BOOTTIME
 * @nr: which record of this CPU, from 0, shifted by 16; and the generation of the
 *	code that wrote it, modulo 2^16. Numbers of dropped records are missing
 */
struct kx_record {
	__u64 stamp;
	__u16 len;
	__u16 format;
	__u32 flags;
	__u64 time_ns;
	__u64 nr;
};

#define KX_RECORD_PAD		0xffff

/* Names as syslog(3) has them, without the prefix; the lower, the more urgent. */
enum kx_level {
	KX_LEVEL_EMERG,
	KX_LEVEL_ALERT,
	KX_LEVEL_CRIT,
	KX_LEVEL_ERR,
	KX_LEVEL_WARNING,
	KX_LEVEL_NOTICE,
	KX_LEVEL_INFO,
	KX_LEVEL_DEBUG,
};

/**
 * enum kx_arg - what one argument of a log message is
 * @KX_ARG_END: there is none
 * @KX_ARG_S32: and the next: an integer, in a word of 8 bytes, extended by its sign
 * @KX_ARG_TEXT: a string: its word is offset | len << 16 | enum kx_text << 32; the
 *		 offset is from the record's beginning
 * @KX_ARG_POINTER: an address
 * @KX_ARG_4: what a pointer to 4 bytes led to, in its word; or enum kx_text << 32
 * @KX_ARG_16: the same of 16 bytes: an offset, as of text
 */
enum kx_arg {
	KX_ARG_END,
	KX_ARG_S32,
	KX_ARG_U32,
	KX_ARG_S64,
	KX_ARG_U64,
	KX_ARG_TEXT,
	KX_ARG_POINTER,
	KX_ARG_4,
	KX_ARG_16,
};

enum kx_text {
	KX_TEXT_WHOLE,
	KX_TEXT_FAULT,		/* could not be read */
	KX_TEXT_NULL,		/* the pointer was NULL */
};

#define KX_LOG_ARGS		8	/* arguments of a message at most */
#define KX_LOG_TEXT		128	/* bytes of a string argument, with its end */

/**
 * struct kx_format - a message in kernel code: section ".kx.format" of the object
 * @size: bytes of it; the next one begins at the next multiple of 8
 * @id: kx_record.format
 * @level: enum kx_level
 * @line: in the source file
 * @args: enum kx_arg, up to the first KX_ARG_END
 *
 * Two strings follow: the text, and the name of the source file.
 */
struct kx_format {
	__u16 size;
	__u16 id;
	__u32 level;
	__u32 line;
	__u8 args[KX_LOG_ARGS];
	__u32 unused;
};

/**
 * KX_STALE - a command's answer when the code that was asked is not the running one
 *
 * Another generation is, or none: the instance is being loaded or unloaded.
 * kx_call() asks the other one then; it never reaches the caller.
 */
#define KX_STALE		(-2147483647)

#define KX_WRITE_MAX		4032	/* bytes that a file is handed at once */

/**
 * struct kx_write - what is written to a file
 * @offset: of bytes[0], since the write began
 * @len: bytes used
 * @more: 0: this is the last piece
 * @bytes: of any value, without an end
 */
struct kx_write {
	__u64 offset;
	__u32 len;
	__u32 more;
	__u8 bytes[KX_WRITE_MAX];
};

/**
 * struct kx_taken - what became of records that were given to an intake
 * @taken: the extension has taken them
 * @refused: it has not, or they were too short
 */
struct kx_taken {
	__u64 taken;
	__u64 refused;
};

/**
 * struct kx_seq - in memory that is read while it is written: a sequence lock
 * @count: odd while somebody writes
 *
 * kx/share.bpf.h and kx.h have kx_write_begin() and its like.
 */
struct kx_seq {
	__u32 count;
};

/*
 * Doors: kernel code asks a service in user space. Questions come to it through a ring
 * buffer; while one waits, it has a slot.
 */
#define KX_DOOR_SLOTS		64	/* questions that wait at most */

/* Bits: how the task that asks may be held up. */
enum kx_door_way {
	KX_DOOR_BLOCK = 1 << 0,	/* it reads memory of the keeper that is not there */
	KX_DOOR_STOP = 1 << 1,	/* SIGSTOP, and its system call begins again */
};

enum kx_door_state {
	KX_DOOR_FREE,
	KX_DOOR_CLAIMED,	/* being filled in by who asks */
	KX_DOOR_ASKED,
	KX_DOOR_ANSWERING,	/* being filled in by who answers */
	KX_DOOR_ANSWERED,
	KX_DOOR_DEFAULTED,	/* there will be no answer: kx_door_slot.outcome */
};

/**
 * enum kx_door_outcome - what becomes of a question, and what else is counted
 * @KX_DOOR_GOT: the service has answered
 * @KX_DOOR_CACHED: it had answered the same before
 * @KX_DOOR_EXEMPT: a task of the service itself; not asked, not in KX_DOOR_ASKS
 * @KX_DOOR_NOBODY: the default, because nobody serves
 * @KX_DOOR_DEADLINE: because no answer came in time
 * @KX_DOOR_FULL: because too many wait
 * @KX_DOOR_DIED: because the service has ended
 * @KX_DOOR_GARBAGE: because the answer could be none
 * @KX_DOOR_CANNOT: because this task, or this kernel, cannot wait here
 * @KX_DOOR_GONE: the task was killed, or turned to something else, while it waited
 * @KX_DOOR_ASKS: questions: the sum of all above but KX_DOOR_EXEMPT, once none waits
 * @KX_DOOR_TWICE: answers refused: the question has one already
 * @KX_DOOR_LATE: answers refused: no such question waits
 * @KX_DOOR_FOREIGN: answers refused: not from the service
 * @KX_DOOR_TOLD: messages that wait for no answer
 * @KX_DOOR_LOST: of those, the ones that found no room, or nobody
 */
enum kx_door_outcome {
	KX_DOOR_GOT,
	KX_DOOR_CACHED,
	KX_DOOR_EXEMPT,
	KX_DOOR_NOBODY,
	KX_DOOR_DEADLINE,
	KX_DOOR_FULL,
	KX_DOOR_DIED,
	KX_DOOR_GARBAGE,
	KX_DOOR_CANNOT,
	KX_DOOR_GONE,
	KX_DOOR_ASKS,
	KX_DOOR_TWICE,
	KX_DOOR_LATE,
	KX_DOOR_FOREIGN,
	KX_DOOR_TOLD,
	KX_DOOR_LOST,
	KX_DOOR_NR_COUNTS,
};

/**
 * struct kx_door_server - who serves: the one value of the map "NAME_server"
 * @session: not 0: somebody does
 * @wait: where memory of the keeper is that blocks who reads it, a page for each
 *	  slot; 0: it has none
 * @secret: what questions are mixed with to become keys of the cache
 * @tgid: the service, as the first pid namespace counts
 * @keeper: the process that looks after who waits, when the service does not
 * @waiting: slots in use
 * @hint: the slot to look at first
 * @counts: by enum kx_door_outcome
 */
struct kx_door_server {
	__u64 session;
	__u64 wait;
	__u64 secret;
	__u32 tgid;
	__u32 keeper;
	__u32 waiting;
	__u32 hint;
	__u64 counts[KX_DOOR_NR_COUNTS];
};

/**
 * struct kx_door_slot - a question that waits: the head of an element of "NAME_slots"
 * @key: nobody can guess it; 0: none waits
 * @deadline_ns: CLOCK_MONOTONIC
 * @state: enum kx_door_state
 * @way: enum kx_door_way
 * @tgid: the process that waits, as the first pid namespace counts
 * @tid: the thread
 * @outcome: why there is no answer: enum kx_door_outcome
 * @repeats: how often the thread was stopped for it again
 * @cache: what the answer is kept under
 * @begun_ns: when the thread began, CLOCK_BOOTTIME: another one may get its number
 */
struct kx_door_slot {
	__u64 key;
	__u64 deadline_ns;
	__u32 state;
	__u32 way;
	__u32 tgid;
	__u32 tid;
	__u32 outcome;
	__u32 repeats;
	__u64 cache[2];
	__u64 begun_ns;
};

/**
 * struct kx_door_record - the head of what the service gets; the request follows
 * @key: of the question; 0: no answer is expected
 * @time_ns: CLOCK_MONOTONIC
 * @slot: where it waits
 * @opcode: the author's own
 * @way: enum kx_door_way
 * @tgid: who asks; zeros in this and the next four when there is no question
 * @tid: the thread
 * @uid: its user
 * @gid: its group
 * @unused: 0
 * @comm: its name
 */
struct kx_door_record {
	__u64 key;
	__u64 time_ns;
	__u32 slot;
	__u32 opcode;
	__u32 way;
	__u32 tgid;
	__u32 tid;
	__u32 uid;
	__u32 gid;
	__u32 unused;
	char comm[16];
};

/* What a door's program is asked to do. */
enum kx_door_op_kind {
	KX_DOOR_OP_ATTACH,	/* -EBUSY: somebody serves */
	KX_DOOR_OP_KEEPER,	/* by a child of the service: the door opens */
	KX_DOOR_OP_ANSWER,	/* -EPERM, -EALREADY, -ESTALE, -EINVAL: refused, and counted */
	KX_DOOR_OP_EXPIRE,	/* what is beyond its deadline gets the default */
	KX_DOOR_OP_DETACH,	/* what waits gets the default; by the service or its keeper */
};

/**
 * struct kx_door_op - the input of a door's program; the reply follows
 * @kind: enum kx_door_op_kind
 * @slot: to answer: of the record
 * @key: to answer: of the record
 * @verdict: to answer: 0, or a negative errno
 * @keep_ms: to answer: for how long the same question gets it without the service
 * @wait: of the keeper: where its memory is
 */
struct kx_door_op {
	__u32 kind;
	__u32 slot;
	__u64 key;
	__s32 verdict;
	__u32 keep_ms;
	__u64 wait;
};

/**
 * struct kx_door_out - the output of a door's program
 * @tgid: who has called it, as the first pid namespace counts
 * @blocks: 1: this kernel has what it takes to block who asks
 */
struct kx_door_out {
	__u32 tgid;
	__u32 blocks;
};

/**
 * enum kx_operation - what a call does, whichever one it is
 */
enum kx_operation {
	KX_OPERATION_OTHER,
	KX_OPERATION_OPEN,
	KX_OPERATION_EXEC,
	KX_OPERATION_UNLINK,
	KX_OPERATION_RENAME,
	KX_OPERATION_CHMOD,
	KX_OPERATION_CONNECT,
	KX_OPERATION_BIND,
	KX_OPERATION_MOUNT,
	KX_OPERATION_PTRACE,
	KX_OPERATION_KILL,
	KX_OPERATION_BPF,
};

#define KX_CALL_PATH	256

/**
 * struct kx_call_request - a request that security hooks and system calls share
 * @operation: what it does; the opcode is the same
 * @number: of the system call; -1: a hook has asked
 * @args: of the system call; of a hook: what it likes to tell
 * @path: a copy; "" for none, cut if need be
 */
struct kx_call_request {
	enum kx_operation operation;
	__s32 number;
	__u64 args[6];
	char path[KX_CALL_PATH];
};

/**
 * struct kx_call_reply - and their reply
 * @value: of a system call that is answered instead of being made (@replaces not 0)
 * @replaces: 0: the call is made when the verdict is 0
 */
struct kx_call_reply {
	__s64 value;
	__u32 replaces;
	__u32 unused;
};

#endif
