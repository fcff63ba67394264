/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From what is asked and by whom to the entry that decides: the first one that matches. */
#ifndef KXPOLICY_MATCH_H
#define KXPOLICY_MATCH_H

#include "path.h"

/*
 * A question. Of a rename, two classes: that of the old and that of the new path.
 * @told: it is about @who, else about the current task
 * @who: the address of a struct kxp_caller
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
	u64 who;
};

/* How far the search has come. */
struct search {
	u64 bits;
	u32 word;
	u32 bank;
	u32 class;
	u32 class_too;
	u32 key;		/* of the entry to be looked at */
	u32 unused;
};

struct searcher {
	const struct question *asked;
	struct search search;
	u32 candidates;
	s32 found;
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
	u64 who;
	struct task_struct *task;
	u32 found;
	u32 unused;
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
	const struct kxp_caller *who = (const struct kxp_caller *)climb->who;
	const struct kxp_entry *entry = climb->entry;
	struct kxp_file exe = {};
	u32 pid = 0;

	if (entry->has & KXP_HAS_UNDER_EXE) {
		bpf_probe_read_kernel(&exe, sizeof(exe), &who->under[i]);
		climb->found = same_file(&exe, &entry->under_exe);
	} else {
		bpf_probe_read_kernel(&pid, sizeof(pid), &who->under_pid);
		climb->found = pid == entry->under_pid;
	}
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
	const struct kxp_caller *who = (const struct kxp_caller *)asked->who;
	u32 level = entry->cgroup_level;
	u64 cgroup = 0;

	if (!asked->told)
		return bpf_get_current_ancestor_cgroup_id(level) == entry->cgroup;
	if (level >= KXP_LEVELS)
		return false;
	bpf_probe_read_kernel(&cgroup, sizeof(cgroup), &who->cgroups[level]);
	return cgroup == entry->cgroup;
}

static __always_inline bool same_comm(const char *a, const char *b)
{
	const u64 *left = (const u64 *)a, *right = (const u64 *)b;

	return left[0] == right[0] && left[1] == right[1];
}

VERIFIED_ONCE int kxp_matches(const struct question *asked, u32 key)
{
	struct kxp_entry *entry = bpf_map_lookup_elem(&entries, &key);
	u32 has;

	if (!asked || !entry || !(entry->ops & asked->op))
		return false;
	has = entry->has;
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

/* The next 64 entries, or the next one of these that is in the class. -1: no more; 1: one. */
VERIFIED_ONCE int kxp_search_on(struct search *search)
{
	u32 bit;

	if (!search || (!search->bits && search->word >= KXP_WORDS))
		return -1;
	if (!search->bits) {
		search->bits = word_of(search->bank, search->class, search->word);
		if (search->class_too != search->class)
			search->bits |= word_of(search->bank, search->class_too, search->word);
		search->word++;
		return 0;
	}
	bit = lowest(search->bits);
	search->bits &= search->bits - 1;
	search->key = search->bank * KXP_ENTRIES + (search->word - 1) * 64 + bit;
	return 1;
}

static long search_step(u32 i, struct searcher *searcher)
{
	int more = kxp_search_on(&searcher->search);

	if (more <= 0)
		return more != 0;
	searcher->candidates++;
	if (!kxp_matches(searcher->asked, searcher->search.key))
		return 0;
	searcher->found = searcher->search.key;
	return 1;
}

/* The key of the entry that decides, in the map of both banks; -1: none. */
VERIFIED_ONCE int kxp_find_entry(const struct question *asked, u32 *candidates)
{
	struct searcher searcher = { .asked = asked, .found = -1 };

	if (!asked || !candidates)
		return -1;
	searcher.candidates = UNKNOWN_ZERO;
	searcher.search.bank = asked->bank;
	searcher.search.class = asked->class;
	searcher.search.class_too = asked->class_too;
	bpf_loop(KXP_ENTRIES + KXP_WORDS + 1, search_step, &searcher, 0);
	*candidates = searcher.candidates;
	return searcher.found;
}

/* Of a path that did not stand still it is not known. */
static __always_inline u32 class_ops(u32 bank, u32 class)
{
	u32 key = bank * KXP_CLASSES + class;
	struct kxp_class *set = bpf_map_lookup_elem(&classes, &key);

	if (class == KXP_NO_CLASS)
		return (1 << KXP_NR_OPS) - 1;
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
