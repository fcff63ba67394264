/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a call names one of the wanted files, or uses a descriptor of it. */
#ifndef KXTRACE_FDMATCH_H
#define KXTRACE_FDMATCH_H

#include "fds.h"

const volatile struct kxt_target fd_targets[KXT_MAX_TARGETS];

/* Which file each target is; user space holds it open, so it stays that one. */
u64 target_inodes[KXT_MAX_TARGETS];

/* Filled in when the path of a target is opened. */
struct kxt_learned learned_files[KXT_MAX_TARGETS];

/* In task_state.flags: this call matched when it began. */
#define STATE_MATCHED	(1 << 16)

static __always_inline void identify(struct kxt_learned *file, struct inode *inode)
{
	file->ino = BPF_CORE_READ(inode, i_ino);
	file->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	file->generation = BPF_CORE_READ(inode, i_generation);
}

__noinline int fd_is_target(s32 fd)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct kxt_learned opened;
	struct inode *inode;
	struct file *file;
	u32 i;

	if (fd < 0)
		return 0;
	if (fd_settings.any_fd) {
		if (fd >= KXT_FD_WORDS * 64 ? fd_settings.beyond :
		    fd_settings.fds[fd / 64 & (KXT_FD_WORDS - 1)] >> (fd & 63) & 1)
			return 1;
	}
	if (!fd_settings.nr_targets)
		return 0;
	file = file_of(task, fd);
	if (!file)
		return 0;
	inode = BPF_CORE_READ(file, f_inode);
	identify(&opened, inode);
	for (i = 0; i < KXT_MAX_TARGETS; i++) {
		if (i >= fd_settings.nr_targets)
			break;
		if (target_inodes[i] == (u64)inode)
			return 1;
		if (learned_files[i].ino == opened.ino &&
		    learned_files[i].dev == opened.dev &&
		    learned_files[i].generation == opened.generation)
			return 1;
	}
	return 0;
}

/* Which target the string behind `from` is, counted from 1; 0: none. */
__noinline int path_is_target(struct scratch *s, u64 from)
{
	u64 at;
	int i;

	if (!s || !from)
		return 0;
	at = s->rec.head.len;
	barrier_var(at);
	if (at > SMALL_UNTIL)
		return 0;
	if (bpf_probe_read_user_str(s->data + at, KXT_TARGET_MAX, (void *)from) <= 0)
		return 0;
#pragma unroll
	for (i = 0; i < KXT_MAX_TARGETS; i++)
		if (i < fd_settings.nr_targets &&
		    !bpf_strncmp((char *)s->data + at, KXT_TARGET_MAX,
				 (const char *)fd_targets[i].path))
			return i + 1;
	return 0;
}

struct listed_match {
	struct listed_fds fds;
	u32 found;
};

static long match_listed(u64 i, struct listed_match *list)
{
	s32 fd;

	if (!read_listed(&list->fds, i, &fd))
		return 1;
	if (!fd_is_target(fd))
		return 0;
	list->found = 1;
	return 1;
}

__noinline int match_list(u64 from, u32 nr, u32 stride)
{
	struct listed_match list = { .fds = { .from = from, .stride = stride } };

	if (from)
		bpf_loop(nr < MAX_SET ? nr : MAX_SET, match_listed, &list, 0);
	return list.found;
}

/*
 * The call whose number and arguments are in `s`. Returns 0, or -1, or which
 * target it names, counted from 1.
 */
__noinline int match_call(struct scratch *s)
{
	const volatile struct kxt_fd_row *row;
	u32 i, fds;
	int found;

	if (!s)
		return -1;
	row = &fd_rows[s->row & (KXT_NR_ROWS - 1)];
	fds = row->at_enter | row->at_exit;
	for (i = 0; i < KXT_NR_ARGS; i++) {
		if (row->paths & 1 << i && fd_settings.nr_targets) {
			found = path_is_target(s, s->rec.args[i]);
			if (found)
				return found;
		}
	}
	for (i = 0; i < KXT_NR_ARGS; i++) {
		if (fds & 1 << i && fd_is_target(s->rec.args[i]))
			return -1;
		if (!(row->within_args & 1 << i))
			continue;
		if (row->within == KXT_LIST_SETS &&
		    match_list(s->rec.args[i], set_size(s->rec.args[0]), 0))
			return -1;
		if (row->within == KXT_LIST_POLL && i + 1 < KXT_NR_ARGS &&
		    match_list(s->rec.args[i], s->rec.args[i + 1], POLLFD_SIZE))
			return -1;
	}
	return 0;
}

/* The path of a target has been opened: that file is the target from now on. */
static __always_inline void learn(struct task_struct *task, int target, long ret)
{
	struct file *file = file_of(task, ret);
	u32 i = target - 1;

	if (file && i < KXT_MAX_TARGETS)
		identify(&learned_files[i], BPF_CORE_READ(file, f_inode));
}

/*
 * Asked when a call begins, since it may close what it uses, and again when it
 * is over, since a path may be on a page that was not there before.
 */
static __always_inline bool fds_match(struct task_state *state,
				      struct task_struct *task,
				      struct scratch *s, long ret)
{
	int found = match_call(s);

	if (!found)
		return state->flags & STATE_MATCHED;
	state->flags |= STATE_MATCHED;
	if (found > 0 && ret >= 0 &&
	    fd_rows[s->row & (KXT_NR_ROWS - 1)].at_exit & KXT_FD_RESULT)
		learn(task, found, ret);
	return true;
}

/* User space itself is running: the files it holds open are the targets. */
static __always_inline void meet_targets(struct task_struct *task)
{
	struct file *file;
	u32 i;

	for (i = 0; i < KXT_MAX_TARGETS; i++) {
		if (i >= fd_settings.nr_targets || fd_settings.holders[i] < 0)
			continue;
		file = file_of(task, fd_settings.holders[i]);
		if (file)
			target_inodes[i] = (u64)BPF_CORE_READ(file, f_inode);
	}
}

#endif
