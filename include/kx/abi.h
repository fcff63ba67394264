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

#endif
