/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From what is asked and by whom to the entry that decides: the first one that matches. */
#ifndef KXPOLICY_MATCH_H
#define KXPOLICY_MATCH_H

#include "path.h"

/* Stands where nobody is told of. */
static struct kxp_caller nobody SEC(".bss");

/*
 * A question. Of a rename, two classes: that of the old and that of the new path.
 * @told: it is about @who, else about the current task
 * @who: never NULL, which the verifier could not tell from any other number
 */
struct question {
	u32 op;
	u32 bank;
	u32 class;
	u32 class_too;
	u32 uid;
	u16 port;
	u8 about;
	u8 told;
	struct kxp_file exe;
	char comm[KXP_COMM];
	const struct kxp_caller *who;
};

/* How far the search has come. */
struct search {
	const struct question *asked;
	u64 bits;
	u32 word;
	u32 candidates;
	s32 found;
	u32 unused;
};

static __always_inline bool same_file(const struct kxp_file *a, const struct kxp_file *b)
{
	return a->ino == b->ino && a->dev == b->dev;
}

/* The executable of a process, by its numbers; zeros: it has none. */
static __always_inline void exe_of(struct task_struct *task, struct kxp_file *out)
{
	struct inode *inode = BPF_CORE_READ(task, mm, exe_file, f_inode);

	out->ino = BPF_CORE_READ(inode, i_ino);
	out->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	out->unused = 0;
}

/* The processes above, from the nearest on; this one too. */
struct climb {
	const struct kxp_entry *entry;
	const struct kxp_caller *who;
	struct task_struct *task;
	bool found;
};

static __always_inline bool is_process(const struct kxp_entry *entry, struct task_struct *task)
{
	return BPF_CORE_READ(task, tgid) == (int)entry->under_pid &&
	       BPF_CORE_READ(task, start_boottime) / 10000000 ==
	       entry->under_start_ns / 10000000;
}

static long climb_step(u32 i, struct climb *climb)
{
	const struct kxp_entry *entry = climb->entry;
	struct task_struct *task = climb->task;
	struct kxp_file exe;

	if (!task)
		return 1;
	if (entry->has & KXP_HAS_UNDER_EXE) {
		exe_of(task, &exe);
		climb->found = same_file(&exe, &entry->under_exe);
	} else {
		climb->found = is_process(entry, task);
	}
	if (climb->found || BPF_CORE_READ(task, tgid) <= 1)
		return 1;
	climb->task = BPF_CORE_READ(task, real_parent, group_leader);
	return 0;
}

/* The same of a caller that is only asked about. */
static long climb_told(u32 i, struct climb *climb)
{
	const struct kxp_entry *entry = climb->entry;

	if (i >= KXP_ANCESTORS)
		return 1;
	if (entry->has & KXP_HAS_UNDER_EXE)
		climb->found = same_file(&climb->who->under[i], &entry->under_exe);
	else
		climb->found = climb->who->under_pid == entry->under_pid;
	return climb->found;
}

static __always_inline bool is_under(const struct question *asked, const struct kxp_entry *entry)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct climb climb = {
		.entry = entry,
		.who = asked->who,
		.task = BPF_CORE_READ(task, group_leader),
	};

	if (asked->told)
		bpf_loop(KXP_ANCESTORS, climb_told, &climb, 0);
	else
		bpf_loop(KXP_ANCESTORS, climb_step, &climb, 0);
	return climb.found;
}

static __always_inline bool in_cgroup(const struct question *asked, const struct kxp_entry *entry)
{
	u32 level = entry->cgroup_level;

	if (!asked->told)
		return bpf_get_current_ancestor_cgroup_id(level) == entry->cgroup;
	return level < KXP_LEVELS && asked->who->cgroups[level & (KXP_LEVELS - 1)] == entry->cgroup;
}

static __always_inline bool same_comm(const char *a, const char *b)
{
	const u64 *left = (const u64 *)a, *right = (const u64 *)b;

	return left[0] == right[0] && left[1] == right[1];
}

static __always_inline bool matches(const struct question *asked, const struct kxp_entry *entry)
{
	u32 has = entry->has;

	if (!(entry->ops & asked->op))
		return false;
	if (has & KXP_HAS_UID && (asked->uid < entry->uid_low || asked->uid > entry->uid_high))
		return false;
	if (has & KXP_HAS_PORT && (asked->port < entry->port_low || asked->port > entry->port_high))
		return false;
	if (has & KXP_HAS_COMM && !same_comm(asked->comm, entry->comm))
		return false;
	if (has & KXP_HAS_EXE && !same_file(&asked->exe, &entry->exe))
		return false;
	if (has & KXP_HAS_CGROUP && !in_cgroup(asked, entry))
		return false;
	return !(has & (KXP_HAS_UNDER_PID | KXP_HAS_UNDER_EXE)) || is_under(asked, entry);
}

static __always_inline u64 word_of(u32 bank, u32 class, u32 word)
{
	u32 key = bank * KXP_CLASSES + class;
	struct kxp_class *set = bpf_map_lookup_elem(&classes, &key);

	return set ? set->entries[word & (KXP_WORDS - 1)] : 0;
}

/* The number of the lowest bit that is set. */
static __always_inline u32 lowest(u64 bits)
{
	u32 nr = 0;

	if (!(bits & 0xffffffff)) { nr += 32; bits >>= 32; }
	if (!(bits & 0xffff)) { nr += 16; bits >>= 16; }
	if (!(bits & 0xff)) { nr += 8; bits >>= 8; }
	if (!(bits & 0xf)) { nr += 4; bits >>= 4; }
	if (!(bits & 0x3)) { nr += 2; bits >>= 2; }
	return nr + !(bits & 1);
}

/* The next 64 entries, or the next one of these that is in the class. */
static long search_step(u32 i, struct search *search)
{
	const struct question *asked = search->asked;
	struct kxp_entry *entry;
	u32 bit, key;

	if (!search->bits) {
		if (search->word >= KXP_WORDS)
			return 1;
		search->bits = word_of(asked->bank, asked->class, search->word);
		if (asked->class_too != asked->class)
			search->bits |= word_of(asked->bank, asked->class_too, search->word);
		search->word++;
		return 0;
	}
	bit = lowest(search->bits);
	search->bits &= search->bits - 1;
	key = (search->word - 1) * 64 + bit;
	search->candidates++;
	key += asked->bank * KXP_ENTRIES;
	entry = bpf_map_lookup_elem(&entries, &key);
	if (!entry || !matches(asked, entry))
		return 0;
	search->found = key;
	return 1;
}

/* The key of the entry that decides, in the map of both banks; -1: none. */
static __noinline int find_entry(const struct question *asked, u32 *candidates)
{
	struct search search = {
		.asked = asked,
		.found = -1,
		.word = UNKNOWN_ZERO,
		.bits = UNKNOWN_ZERO,
		.candidates = UNKNOWN_ZERO,
	};

	bpf_loop(KXP_ENTRIES + KXP_WORDS + 1, search_step, &search, 0);
	*candidates = search.candidates;
	return search.found;
}

static __always_inline u32 class_ops(u32 bank, u32 class)
{
	u32 key = bank * KXP_CLASSES + class;
	struct kxp_class *set = bpf_map_lookup_elem(&classes, &key);

	return set ? set->ops : 0;
}

/* From the longest prefix on; a program that may sleep can have no trie. */
struct shorten {
	struct kxp_prefix key;
	u32 *class;
};

static long shorten_step(u32 i, struct shorten *shorten)
{
	u32 bits = 128 - i, byte;

	if (control.banks[shorten->key.bank & 3].lengths[bits >> 6 & 3] & 1ULL << (bits & 63)) {
		shorten->key.bits = bits;
		shorten->class = bpf_map_lookup_elem(&prefixes, &shorten->key);
		if (shorten->class)
			return 1;
	}
	if (!bits)
		return 1;
	byte = (bits - 1) >> 3 & 15;
	shorten->key.address[byte] &= ~(0x80 >> ((bits - 1) & 7));
	return 0;
}

/* The class of an address; where no prefix matches, that of none. */
static __noinline u32 class_of_address(u32 bank, const u8 *address)
{
	struct shorten shorten = { .key.bank = bank };

	__builtin_memcpy(shorten.key.address, address, sizeof(shorten.key.address));
	bpf_loop(129, shorten_step, &shorten, 0);
	return shorten.class ? *shorten.class : 0;
}

#endif
