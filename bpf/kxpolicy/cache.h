/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * open(): what the path of a file led to is kept with its inode. It holds while the policy,
 * the name, the directory, the mount and the namespace's mounts are the same, and no
 * directory has been renamed anywhere. Files with several names are looked up each time.
 */
#ifndef KXPOLICY_CACHE_H
#define KXPOLICY_CACHE_H

#include "decide.h"

#define S_IFMT		0170000
#define S_IFDIR		0040000

static __always_inline bool is_directory(u64 dentry)
{
	return (BPF_CORE_READ((struct dentry *)dentry, d_inode, i_mode) & S_IFMT) == S_IFDIR;
}

/* Where the file is now; false: a mount of no namespace, or of another than the caller's. */
static __always_inline bool place_of(struct cached *now, struct file *file)
{
	struct mount *mount = mount_of((u64)file->f_path.mnt);
	struct mnt_namespace *space;

	now->mount = (u64)file->f_path.mnt;
	now->dentry = (u64)file->f_path.dentry;
	now->parent = (u64)file->f_path.dentry->d_parent;
	now->name = (u64)file->f_path.dentry->d_name.len << 32 | file->f_path.dentry->d_name.hash;
	now->moves = *(volatile u64 *)&control.moves;
	space = BPF_CORE_READ(mount, mnt_ns);
	if (!NO_ERR(space) || !space)
		return false;
	now->mounts = BPF_CORE_READ(space, event);
	return true;
}

static __always_inline bool same_place(const struct cached *kept, const struct cached *now)
{
	return kept->generation == now->generation && kept->moves == now->moves &&
	       kept->mount == now->mount && kept->mounts == now->mounts &&
	       kept->dentry == now->dentry && kept->parent == now->parent &&
	       kept->name == now->name;
}

/* Is the name that the caller's namespace has for it the one that was looked up? */
static __always_inline bool may_keep(const struct cached *now, struct inode *inode)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct mount *mount = mount_of(now->mount);

	if (BPF_CORE_READ(mount, mnt_ns) != BPF_CORE_READ(task, nsproxy, mnt_ns))
		return false;
	return (inode->i_mode & S_IFMT) == S_IFDIR || inode->i_nlink == 1;
}

/*
 * What was read first must still hold at the end, so it is compared with what is found
 * next time.
 */
static __noinline void look_up(struct cached *now, struct inode *inode, u32 bank, bool placed)
{
	struct cached *kept;

	now->class = kxp_class_of_path(number_of(&now->dentry), number_of(&now->mount), bank);
	now->ops = class_ops(bank, now->class);
	if (!placed || now->class == KXP_NO_CLASS || !may_keep(now, inode))
		return;
	kept = kept_with(inode, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (kept)
		*kept = *now;
}

static __noinline long decide_open(u32 op, u32 bank, const struct cached *now)
{
	struct object object = { .dentry = now->dentry, .mnt = now->mount };
	struct question asked = {
		.op = op,
		.bank = bank,
		.class = now->class,
		.class_too = now->class,
		.about = KXP_ABOUT_PATH,
	};

	return decide(&asked, &object);
}

static __always_inline long ask_open_file(u32 op, struct file *file)
{
	u32 bank = bank_now(), ops;
	struct inode *inode = file->f_inode;
	struct cached now = {}, *kept;
	bool placed;

	if (!(control.banks[bank & 3].ops & op) || bank >= KXP_BANKS)
		return 0;
	now.generation = control.banks[bank & 3].generation;
	placed = place_of(&now, file);
	kept = kept_with(inode, 0);
	if (kept && placed && same_place(kept, &now)) {
		ops = kept->ops;
		now.class = kept->class;
	} else {
		look_up(&now, inode, bank, placed);
		ops = now.ops;
	}
	return ops & op ? settled(decide_open(op, bank, &now), op, now.dentry, now.mount, NULL, 0,
				  KXP_SLEEPS) : 0;
}

#endif
