/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a file to its class: the names of its path are collected from the file up to the
 * root of the mount namespace, then read by the automaton from the root down. The kernel's own
 * names are read; what the caller's pointer leads to plays no part.
 */
#ifndef KXPOLICY_PATH_H
#define KXPOLICY_PATH_H

#include "maps.h"

#define WALK_MAX	8192		/* names and mounts on the way up */
#define UNKNOWN_ZERO	(*(volatile u32 *)&control.zero)
#define NO_ERR(pointer)	((unsigned long)(pointer) < -4095UL)

/* Where the names of a path are; of deep ones the first KXP_DEPTH only: others match nothing. */
struct walk {
	u64 dentry;
	u64 mount;		/* 0: names within the file system, no mounts */
	u64 top;
	u32 nr;
	u32 left;		/* while they are written: how many are still to be */
	u64 names[KXP_DEPTH];	/* of struct qstr, the last one is the first name */
};

/* The place of a name; the verifier has to see that it is within. */
static __always_inline u64 *name_at(struct walk *walk, u32 nr)
{
	u32 at = nr % KXP_DEPTH;

	asm volatile("" : "+r"(at));
	if (at >= KXP_DEPTH)
		at = 0;
	asm volatile("" : "+r"(at));
	return &walk->names[at];
}

static __always_inline struct mount *mount_of(u64 mnt)
{
	return (struct mount *)(mnt - bpf_core_field_offset(struct mount, mnt));
}

/* One name, or one mount. */
static long walk_up(u32 i, struct walk *walk)
{
	struct dentry *dentry = (struct dentry *)walk->dentry, *parent;
	struct mount *mount = (struct mount *)walk->mount, *below;

	if (mount && walk->dentry == walk->top) {
		below = BPF_CORE_READ(mount, mnt_parent);
		if (below == mount)
			return 1;
		walk->dentry = (u64)BPF_CORE_READ(mount, mnt_mountpoint);
		walk->top = (u64)BPF_CORE_READ(below, mnt.mnt_root);
		walk->mount = (u64)below;
		return 0;
	}
	parent = BPF_CORE_READ(dentry, d_parent);
	if (parent == dentry || !parent)
		return 1;
	*name_at(walk, walk->nr) = walk->dentry + bpf_core_field_offset(struct dentry, d_name);
	walk->nr++;
	walk->dentry = (u64)parent;
	return 0;
}

/*
 * The path as the caller's mount namespace has it. Files of other namespaces, and of mounts
 * that are in none, are named from the root of their file system, so that a mount that was
 * cut off is not a way around a rule. false: it has no path, as a pipe.
 */
static __noinline bool collect(struct walk *walk, u64 dentry, u64 mnt)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct mnt_namespace *space;

	walk->dentry = dentry;
	walk->mount = 0;
	walk->top = 0;
	walk->nr = UNKNOWN_ZERO;
	if (mnt) {
		space = BPF_CORE_READ(mount_of(mnt), mnt_ns);
		if (!NO_ERR(space))
			return false;
		if (space && space == BPF_CORE_READ(task, nsproxy, mnt_ns)) {
			walk->mount = (u64)mount_of(mnt);
			walk->top = (u64)BPF_CORE_READ(mount_of(mnt), mnt.mnt_root);
		}
	}
	bpf_loop(WALK_MAX, walk_up, walk, 0);
	__sync_fetch_and_add(&control.walks, 1);
	return true;
}

/* Where the automaton is. */
struct reader {
	struct walk *walk;
	u64 text;
	u32 bank;
	u32 left;		/* bytes of the name that are still to be read */
	u32 node;
	u32 before;		/* where it was when the name began */
	u32 others;		/* names that are still to be read */
	u32 skipped;		/* names that are too deep */
};

static __always_inline struct kxp_node *node_of(u32 bank, u32 node)
{
	u32 key = bank * KXP_NODES + node;

	return bpf_map_lookup_elem(&nodes, &key);
}

/* One name, or a piece of a long one. */
static long read_name(u32 i, struct reader *reader)
{
	struct kxp_edge edge = { .bank = reader->bank };
	struct kxp_node *node;
	struct qstr name;
	u32 len, *to;

	if (!reader->left) {
		node = node_of(reader->bank, reader->node);
		if (!node || node->last || !reader->others)
			return 1;
		reader->others--;
		if (bpf_probe_read_kernel(&name, sizeof(name),
					  (void *)*name_at(reader->walk, reader->skipped +
							   reader->others)))
			return 1;
		reader->before = reader->node;
		reader->text = (u64)name.name;
		reader->left = name.len;
	}
	len = reader->left;
	if (len > KXP_PIECE) {
		len = KXP_PIECE;
		edge.more = 1;
	}
	edge.node = reader->node;
	edge.len = len;
	bpf_probe_read_kernel(edge.piece, len, (void *)reader->text);
	to = bpf_map_lookup_elem(&edges, &edge);
	if (to) {
		reader->node = *to;
		reader->text += len;
		reader->left -= len;
		return 0;
	}
	node = node_of(reader->bank, reader->before);
	reader->node = node ? node->other : 0;
	reader->left = 0;
	return 0;
}

/* The class of the names that were collected. */
static __noinline u32 read_names(struct walk *walk, u32 bank)
{
	u32 shown = walk->nr < KXP_DEPTH ? walk->nr : KXP_DEPTH;
	struct reader reader = {
		.walk = walk,
		.bank = bank,
		.node = control.banks[bank & 3].start,
		.others = shown + UNKNOWN_ZERO,
		.left = UNKNOWN_ZERO,
		.skipped = walk->nr - shown,
	};
	struct kxp_node *node;

	bpf_loop(KXP_DEPTH * 6, read_name, &reader, 0);
	node = node_of(bank, reader.node);
	return node ? node->class : 0;
}

/* Of the path of @dentry on @mnt; 0: that of what has no path. */
static __noinline u32 class_of_path(u64 dentry, u64 mnt, u32 bank)
{
	struct walk walk = {};

	if (!collect(&walk, dentry, mnt))
		return 0;
	return read_names(&walk, bank);
}

#endif
