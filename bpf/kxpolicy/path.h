/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a file to its class: the names of its path are collected from the file up to the
 * root of the mount namespace, then read by the automaton from the root down. The kernel's own
 * names are read; what the caller's pointer leads to plays no part.
 *
 * A stack has room for few names: those next to the root. Where these do not tell enough,
 * as is rare, the way up is gone again for those below them, and must lead to the same place.
 */
#ifndef KXPOLICY_PATH_H
#define KXPOLICY_PATH_H

#include "maps.h"

#define STEPS_MAX	(1 << 20)	/* names and mounts on the way up, names on the way down */
#define TRIES_MAX	8		/* when files are moved meanwhile */
#define UNKNOWN_ZERO	(*(volatile u32 *)&control.zero)
#define NO_ERR(pointer)	((unsigned long)(pointer) < -4095UL)
#define KXP_RING	8		/* names that are had at once */
#define KXP_NO_CLASS	0xffff	/* the path did not stand still: refused */

/* Where the names of a path are, and how far it has been read. */
struct walk {
	u64 file;		/* a dentry; where each way up begins */
	u64 from;		/* its mount; 0: names within the file system, no mounts */
	u64 dentry;
	u64 mount;
	u64 top;
	u64 bound;		/* the last name that was read; 0: none yet */
	u32 moves;
	u32 nr;			/* names below the place that was come to */
	u32 limit;		/* of these, how many the ring has no room for */
	u8 left;		/* in the ring, still to be read */
	u8 up;			/* on the way up */
	u8 tries;
	u8 unused;
	u64 names[KXP_RING];	/* of struct qstr; a later one is nearer to the root */
};

/* The place of a name; the verifier has to see that it is within. */
static __always_inline u64 *name_at(struct walk *walk, u32 nr)
{
	u32 at = nr % KXP_RING;

	asm volatile("" : "+r"(at));
	if (at >= KXP_RING)
		at = 0;
	asm volatile("" : "+r"(at));
	return &walk->names[at];
}

static __always_inline struct mount *mount_of(u64 mnt)
{
	return (struct mount *)(mnt - bpf_core_field_offset(struct mount, mnt));
}

/*
 * Functions that are not static are verified once, for any memory that they may be given, and
 * not in each state of each loop that calls them.
 */
#define VERIFIED_ONCE	__noinline

/* These take numbers: what the verifier knows as a pointer is read back from the stack as one. */
static __always_inline u64 number_of(const u64 *pointer)
{
	u64 number = 0;

	bpf_probe_read_kernel(&number, sizeof(number), pointer);
	return number;
}

/* From the file on, up to the name of that number. */
static __always_inline void walk_from_file(struct walk *walk, u32 limit)
{
	struct mount *mount = (struct mount *)walk->from;

	walk->dentry = walk->file;
	walk->mount = walk->from;
	walk->top = mount ? (u64)BPF_CORE_READ(mount, mnt.mnt_root) : 0;
	walk->nr = UNKNOWN_ZERO;
	walk->limit = limit;
	walk->up = 1 + UNKNOWN_ZERO;
}

static __always_inline void walk_again(struct walk *walk)
{
	walk->bound = UNKNOWN_ZERO;
	walk->moves = *(volatile u64 *)&control.moves;
	walk_from_file(walk, ~0u);
}

/*
 * The way up has ended. A later one has to come to the name that was read last, else it is
 * the way to another path. false: too often.
 */
static __always_inline bool arrive(struct walk *walk)
{
	u64 here = walk->dentry + bpf_core_field_offset(struct dentry, d_name);

	if (walk->bound && (walk->nr != walk->limit || here != walk->bound)) {
		walk_again(walk);
		return walk->tries++ < TRIES_MAX;
	}
	walk->left = walk->nr < KXP_RING ? walk->nr : KXP_RING;
	walk->limit = walk->nr - walk->left;
	walk->up = UNKNOWN_ZERO;
	return true;
}

/* One name, or one mount. 0: it makes no sense to go on. */
VERIFIED_ONCE int kxp_walk_up(struct walk *walk)
{
	struct dentry *dentry, *parent;
	struct mount *mount, *below;

	if (!walk)
		return 0;
	dentry = (struct dentry *)walk->dentry;
	mount = (struct mount *)walk->mount;
	if (mount && walk->dentry == walk->top) {
		below = BPF_CORE_READ(mount, mnt_parent);
		if (below == mount)
			return arrive(walk);
		walk->dentry = (u64)BPF_CORE_READ(mount, mnt_mountpoint);
		walk->top = (u64)BPF_CORE_READ(below, mnt.mnt_root);
		walk->mount = (u64)below;
		return 1;
	}
	parent = BPF_CORE_READ(dentry, d_parent);
	if (parent == dentry || !parent || walk->nr == walk->limit)
		return arrive(walk);
	*name_at(walk, walk->nr) = walk->dentry + bpf_core_field_offset(struct dentry, d_name);
	walk->nr++;
	walk->dentry = (u64)parent;
	return 1;
}

/* Names that the ring had no room for: the way up again. false: there are none. */
static __always_inline bool walk_on(struct walk *walk)
{
	if (!walk->limit)
		return false;
	walk->bound = *name_at(walk, walk->limit);
	walk_from_file(walk, walk->limit);
	return true;
}

/* The next name on the way down; false: it cannot be read. */
static __always_inline bool next_name(struct walk *walk, struct qstr *name)
{
	walk->left--;
	return !bpf_probe_read_kernel(name, sizeof(*name),
				      (void *)*name_at(walk, walk->limit + walk->left));
}

/*
 * The path as the caller's mount namespace has it. Files of other namespaces, and of mounts
 * that are in none, are named from the root of their file system, so that a mount that was
 * cut off is not a way around a rule. false: it has no path, as a pipe.
 */
static __noinline bool walk_begin(struct walk *walk, u64 dentry, u64 mnt)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct mnt_namespace *space;

	walk->file = dentry;
	walk->from = 0;
	walk->tries = UNKNOWN_ZERO;
	walk->left = UNKNOWN_ZERO;
	if (mnt) {
		space = BPF_CORE_READ(mount_of(mnt), mnt_ns);
		if (!NO_ERR(space))
			return false;
		if (space && space == BPF_CORE_READ(task, nsproxy, mnt_ns))
			walk->from = (u64)mount_of(mnt);
	}
	walk_again(walk);
	__sync_fetch_and_add(&control.walks, 1);
	return true;
}

/* Where the automaton is. */
struct reader {
	u64 text;
	u32 rest;		/* bytes of the name that are still to be read */
	u32 node;
	u32 before;		/* where it was when the name began */
	u16 bank;
	u16 ended;		/* all is read that matters */
};

static __always_inline struct kxp_node *node_of(u32 bank, u32 node)
{
	u32 key = bank * KXP_NODES + node;

	return bpf_map_lookup_elem(&nodes, &key);
}

static __always_inline bool is_last(const struct reader *reader)
{
	struct kxp_node *node = node_of(reader->bank, reader->node);

	return !node || node->last;
}

static __always_inline u32 class_of_node(const struct reader *reader)
{
	struct kxp_node *node = node_of(reader->bank, reader->node);

	return node ? node->class : 0;
}

static __always_inline void read_begins(struct reader *reader, u64 text, u32 len)
{
	reader->before = reader->node;
	reader->text = text;
	reader->rest = len;
}

/* A name, or a piece of a long one. */
static __always_inline void read_piece(struct reader *reader)
{
	struct kxp_edge edge = { .bank = reader->bank };
	struct kxp_node *node;
	u32 len = reader->rest, *to;

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
		reader->rest -= len;
		return;
	}
	node = node_of(reader->bank, reader->before);
	reader->node = node ? node->other : 0;
	reader->rest = UNKNOWN_ZERO;
}

/* A path on the way to its class. */
struct way {
	struct walk walk;
	struct reader reader;
};

/* All is read that matters; but if directories were renamed meanwhile, once more. */
static __always_inline int way_ends(struct way *way)
{
	if (way->walk.moves != (u32)*(volatile u64 *)&control.moves &&
	    way->walk.tries++ < TRIES_MAX / 2) {
		walk_again(&way->walk);
		return 0;
	}
	way->reader.ended = 1;
	return 1;
}

/* Down again: a name, or a piece of one. 1: there is nothing to go on with. */
VERIFIED_ONCE int kxp_read_down(struct way *way)
{
	struct qstr name;

	if (!way)
		return 1;
	if (!way->reader.rest) {
		if (is_last(&way->reader))
			return way_ends(way);
		if (!way->walk.left)
			return walk_on(&way->walk) ? 0 : way_ends(way);
		if (!next_name(&way->walk, &name))
			return 1;
		read_begins(&way->reader, (u64)name.name, name.len);
	}
	read_piece(&way->reader);
	return 0;
}

static long way_step(u32 i, struct way *way)
{
	if (!way->walk.up)
		return kxp_read_down(way) != 0;
	if (!kxp_walk_up(&way->walk))
		return 1;
	if (!way->walk.up && !way->walk.bound) {
		way->reader.node = control.banks[way->reader.bank & 3].start;
		way->reader.rest = UNKNOWN_ZERO;
	}
	return 0;
}

/* Of the path of @dentry on @mnt; 0: that of what has no path. */
VERIFIED_ONCE u32 kxp_class_of_path(u64 dentry, u64 mnt, u32 bank)
{
	struct way way = { .reader.bank = bank };

	if (!walk_begin(&way.walk, dentry, mnt))
		return 0;
	bpf_loop(STEPS_MAX, way_step, &way, 0);
	return way.reader.ended ? class_of_node(&way.reader) : KXP_NO_CLASS;
}

#endif
