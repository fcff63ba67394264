/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tables of a policy: written by kxtrace policy, read by the programs, of both banks. */
#ifndef KXPOLICY_MAPS_H
#define KXPOLICY_MAPS_H

#include "../kxpolicy.h"

KX_SHARE(struct kxp_control, control, "which policy acts") = {
	.active = KXP_NO_BANK,
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KXP_BANKS * KXP_ENTRIES);
	__type(key, u32);
	__type(value, struct kxp_entry);
} entries SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KXP_BANKS * KXP_CLASSES);
	__type(key, u32);
	__type(value, struct kxp_class);
} classes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KXP_BANKS * KXP_NODES);
	__type(key, u32);
	__type(value, struct kxp_node);
} nodes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, KXP_BANKS * KXP_EDGES);
	__type(key, struct kxp_edge);
	__type(value, u32);
} edges SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, KXP_BANKS * KXP_PREFIXES);
	__type(key, struct kxp_prefix);
	__type(value, u32);
} prefixes SEC(".maps");

/* Written by both: kept while a rule of that name is in a policy. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KXP_RULES);
	__type(key, u64);
	__type(value, struct kxp_counter);
} counters SEC(".maps");

/*
 * What the path of an open file led to: made by the programs, gone with the inode. It
 * holds as long as all of this is the same.
 */
struct cached {
	u64 moves;
	u64 mount;
	u64 mounts;		/* the namespace's count of changes */
	u64 dentry;
	u64 parent;
	u64 name;		/* its hash and length */
	u32 generation;
	u16 class;
	u16 ops;
};

/* Only programs of security modules may have it. */
#if KXP_KEEPS
struct {
	__uint(type, BPF_MAP_TYPE_INODE_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct cached);
} verdicts SEC(".maps") KX_PRIVATE;

static __always_inline struct cached *kept_with(struct inode *inode, u64 flags)
{
	return bpf_inode_storage_get(&verdicts, inode, 0, flags);
}
#else
static __always_inline struct cached *kept_with(struct inode *inode, u64 flags)
{
	return NULL;
}
#endif

KX_STREAM(decisions, struct kxp_decision, "what was decided");

/* Room for the longest piece of a path, from wherever it begins. */
struct question_room {
	struct kxp_question question;
	char more[KXP_PATH];
};

/* A task's own: where its question is put together, too long for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct question_room);
} questions SEC(".maps") KX_PRIVATE;

/* Without an answer: EACCES. */
KX_DOOR_WITH(ask, struct kxp_question, struct kxp_answer, "what a rule leaves to a service",
	     5000, -13, 64, 60000);

#endif
