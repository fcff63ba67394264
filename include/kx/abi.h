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

#endif
