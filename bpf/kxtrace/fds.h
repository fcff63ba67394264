/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The files behind the descriptors of a call, looked up while it runs. */
#ifndef KXTRACE_FDS_H
#define KXTRACE_FDS_H

#include "capture.h"
#include "fd.h"
#include "sockets.h"

const volatile struct kxt_fd_row fd_rows[KXT_NR_ROWS];

/* Paths are as /proc/PID/fd shows them to user space: from its own root. */
u64 viewer_dentry;
u64 viewer_mnt;

#define AT_FDCWD	-100
#define S_IFMT		0170000
#define S_IFSOCK	0140000

/* A path is at most so deep; each mount on the way counts as well. */
#define MAX_STEPS	96
#define NAME_SIZE	256
#define NAME_UNTIL	(KXT_DATA_MAX - NAME_SIZE - 64)

static __always_inline struct file *file_of(struct task_struct *task, u32 fd)
{
	struct fdtable *fdt = task->files->fdt;
	struct file *file = NULL;

	if (fd >= fdt->max_fds)
		return NULL;
	bpf_probe_read_kernel(&file, sizeof(file), fdt->fd + fd);
	return file;
}

struct walk {
	struct scratch *s;
	struct dentry *dentry;
	struct vfsmount *mnt;
	struct dentry *top;	/* of the mount */
	u32 cut;
};

static __always_inline bool add_name(struct scratch *s, const void *name)
{
	u64 at = s->rec.head.len;
	long len;

	barrier_var(at);
	if (at > NAME_UNTIL)
		return false;
	len = bpf_probe_read_kernel_str(s->data + at, NAME_SIZE, name);
	if (len <= 0)
		return false;
	s->rec.head.len = at + len;
	return true;
}

/* One step towards the root; 1 when it is reached. */
static long walk_up(u64 i, struct walk *walk)
{
	struct dentry *dentry = walk->dentry, *parent;
	struct mount *mount, *up;

	if ((u64)dentry == viewer_dentry && (u64)walk->mnt == viewer_mnt)
		return 1;
	if (dentry == walk->top) {
		mount = (void *)walk->mnt - bpf_core_field_offset(struct mount, mnt);
		up = FIELD(struct mount, mount, mnt_parent);
		if (up == mount)
			return 1;
		walk->dentry = FIELD(struct mount, mount, mnt_mountpoint);
		walk->mnt = (void *)up + bpf_core_field_offset(struct mount, mnt);
		walk->top = FIELD(struct mount, up, mnt.mnt_root);
		return 0;
	}
	parent = FIELD(struct dentry, dentry, d_parent);
	if (parent == dentry)
		return 1;
	if (!add_name(walk->s, FIELD(struct dentry, dentry, d_name.name))) {
		walk->cut = 1;
		return 1;
	}
	walk->dentry = parent;
	return 0;
}

/* Returns KXT_FILE_CUT when the path is longer than there is room. */
static __always_inline u32 add_path(struct scratch *s, struct dentry *dentry,
				    struct vfsmount *mnt)
{
	struct walk walk = { .s = s, .dentry = dentry, .mnt = mnt };

	walk.top = FIELD(struct vfsmount, mnt, mnt_root);
	if (bpf_loop(MAX_STEPS, walk_up, &walk, 0) == MAX_STEPS)
		walk.cut = 1;
	return walk.cut ? KXT_FILE_CUT : 0;
}

/* Pipes, sockets, anonymous inodes and others that are in no directory. */
static __always_inline bool is_named(struct dentry *dentry, struct vfsmount *mnt)
{
	const struct dentry_operations *op = FIELD(struct dentry, dentry, d_op);

	if (!op || !FIELD(struct dentry_operations, op, d_dname))
		return false;
	return FIELD(struct dentry, dentry, d_parent) != dentry ||
	       FIELD(struct vfsmount, mnt, mnt_root) != dentry;
}

#define NSFS_MAGIC_	0x6e736673
#define PIDFS_MAGIC_	0x50494446

static __always_inline void add_namespace(struct scratch *s, struct inode *inode)
{
	struct ns_common *ns = FIELD(struct inode, inode, i_private);

	add_name(s, BPF_CORE_READ(ns, ops, name));
}

/* 0 when the process is gone, or is not in user space's namespace. */
static __always_inline u64 process_number(struct pid *pid)
{
	u32 nr = 0;

	if (BPF_CORE_READ(pid, tasks[0].first) && BPF_CORE_READ(pid, level) >= pid_level)
		bpf_probe_read_kernel(&nr, sizeof(nr),
				      &pid->numbers[pid_level & 31].nr);
	return nr;
}

/* As much of the name as tells the kinds apart. */
#define NAME_EVENTFD	0x6466746e6576655bULL	/* "[eventfd" */
#define NAME_SIGNALFD	0x666c616e6769735bULL	/* "[signalf" */
#define NAME_PIDFD	0x005d64666469705bULL	/* "[pidfd]" */

static __always_inline void add_details(struct kxt_fd *info, struct file *file,
					struct dentry *dentry)
{
	void *private = BPF_CORE_READ(file, private_data);
	struct signalfd_ctx *signals = private;
	struct eventfd_ctx *events = private;
	u64 name = 0;

	if (info->magic == PIDFS_MAGIC_) {
		private = BPF_CORE_READ(file, f_inode, i_private);
		info->value = process_number(private);
		return;
	}
	bpf_probe_read_kernel(&name, sizeof(name),
			      FIELD(struct dentry, dentry, d_name.name));
	if (name == NAME_PIDFD) {
		info->value = process_number(private);
	} else if (name == NAME_EVENTFD) {
		info->value = BPF_CORE_READ(events, count);
		info->extra = BPF_CORE_READ(events, id) |
			      BPF_CORE_READ(events, flags) << 31;
	} else if (name == NAME_SIGNALFD) {
		info->value = BPF_CORE_READ(signals, sigmask.sig[0]);
	}
}

static __always_inline void fill_file(struct kxt_fd *info, struct inode *inode,
				      struct dentry *dentry)
{
	struct super_block *sb = FIELD(struct inode, inode, i_sb);

	info->mode = FIELD(struct inode, inode, i_mode);
	info->rdev = FIELD(struct inode, inode, i_rdev);
	info->ino = FIELD(struct inode, inode, i_ino);
	info->magic = FIELD(struct super_block, sb, s_magic);
	info->dev = FIELD(struct super_block, sb, s_dev);
	/* Not in the hash of names, and not the root of a file system. */
	if (!FIELD(struct dentry, dentry, d_hash.pprev) &&
	    FIELD(struct dentry, dentry, d_parent) != dentry)
		info->flags = KXT_FILE_UNLINKED;
}

/* Adds the chunk of a descriptor, if it is open. */
__noinline int add_fd(struct scratch *s, u32 arg, s32 fd, u32 when)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file *file = NULL;
	struct kxt_chunk *chunk;
	struct vfsmount *mnt;
	struct dentry *dentry;
	struct kxt_fd *info;
	struct inode *inode;
	u64 at;

	if (!s)
		return 0;
	at = s->rec.head.len;
	/* The value that was checked is the one that is used, and kept on the stack. */
	barrier_var(at);
	if (at > SMALL_UNTIL) {
		s->rec.head.flags |= KXT_F_CUT;
		return 0;
	}
	barrier_var(at);
	if (fd == AT_FDCWD) {
		dentry = task->fs->pwd.dentry;
		mnt = task->fs->pwd.mnt;
		inode = FIELD(struct dentry, dentry, d_inode);
	} else {
		file = file_of(task, fd);
		if (!file)
			return 0;
		dentry = FIELD(struct file, file, f_path.dentry);
		mnt = FIELD(struct file, file, f_path.mnt);
		inode = FIELD(struct file, file, f_inode);
	}
	chunk = (struct kxt_chunk *)(s->data + at);
	info = (struct kxt_fd *)(chunk + 1);
	*info = (struct kxt_fd){ .fd = fd };
	fill_file(info, inode, dentry);
	s->rec.head.len = at + sizeof(*chunk) + sizeof(*info);
	if ((info->mode & S_IFMT) == S_IFSOCK && file &&
	    info->magic == SOCKFS_MAGIC_) {
		info->kind = KXT_FILE_SOCKET;
		if (fd_settings.details)
			add_socket(s, (u64)BPF_CORE_READ(file, private_data),
				   (u64)BPF_CORE_READ(dentry, d_name.name));
	} else if (is_named(dentry, mnt)) {
		info->kind = KXT_FILE_NAMED;
		if (fd_settings.details && file)
			add_details(info, file, dentry);
		if (info->magic == NSFS_MAGIC_)
			add_namespace(s, inode);
		else
			add_name(s, FIELD(struct dentry, dentry, d_name.name));
	} else {
		info->flags |= add_path(s, dentry, mnt);
	}
	chunk->arg = arg;
	chunk->when = when;
	chunk->status = info->flags & KXT_FILE_CUT ? KXT_MORE : 0;
	chunk->pad = 0;
	chunk->len = s->rec.head.len - at - sizeof(*chunk);
	s->rec.head.len = ALIGNED(s->rec.head.len);
	return 1;
}

#define KXT_FDS_WITHIN	128	/* beside KXT_FD_RESULT: there may be some in memory */

#include "fdlists.h"

#define F_DUPFD		0
#define F_DUPFD_CLOEXEC	1030

/* Makes, gets by a number or a path, attaches: a bit for each command. */
#define BPF_MAKES_FD							\
	(1ULL << BPF_MAP_CREATE | 1ULL << BPF_PROG_LOAD | 1ULL << BPF_OBJ_GET | \
	 1ULL << BPF_PROG_GET_FD_BY_ID | 1ULL << BPF_MAP_GET_FD_BY_ID | \
	 1ULL << BPF_RAW_TRACEPOINT_OPEN | 1ULL << BPF_BTF_LOAD |	\
	 1ULL << BPF_BTF_GET_FD_BY_ID | 1ULL << BPF_LINK_CREATE |	\
	 1ULL << BPF_LINK_GET_FD_BY_ID | 1ULL << BPF_ENABLE_STATS |	\
	 1ULL << BPF_ITER_CREATE)

static __always_inline bool returns_fd(const struct scratch *s, u32 by_command)
{
	u32 command;

	if (by_command == KXT_FCNTL) {
		command = s->rec.args[1];
		return command == F_DUPFD || command == F_DUPFD_CLOEXEC;
	}
	command = s->rec.args[0];
	return by_command != KXT_BPF ||
	       (command < 64 && BPF_MAKES_FD >> (command & 63) & 1);
}

/* All descriptors of a call: those of `args`, a bit each, and those within. */
__noinline int add_fds(struct scratch *s, u32 args, u32 when)
{
	const volatile struct kxt_fd_row *row;
	u32 i;

	if (!s)
		return 0;
	row = &fd_rows[s->row & (KXT_NR_ROWS - 1)];
	for (i = 0; i < KXT_NR_ARGS; i++)
		if (args & 1 << i)
			add_fd(s, KXT_ARG_FD + i, s->rec.args[i], when);
	if (args & KXT_FD_RESULT && s->rec.ret >= 0 &&
	    returns_fd(s, row->by_command))
		add_fd(s, KXT_ARG_FD + KXT_NR_ARGS, s->rec.ret, when);
	if (row->within)
		add_fds_within(s, row->within, row->within_args, when);
	return 0;
}

/* Which are to be added at the end; what `saved` means was added at the beginning. */
__noinline u32 fds_at_exit(u32 index, bool saved, bool succeeded)
{
	const volatile struct kxt_fd_row *row = &fd_rows[index & (KXT_NR_ROWS - 1)];
	u32 args = row->at_exit;

	if (!succeeded)
		args &= ~KXT_FD_RESULT;
	if (!saved)
		args |= row->at_enter;
	if (row->within && row->within != KXT_LIST_SETS)
		args |= KXT_FDS_WITHIN;
	return args;
}

/* User space itself is running: this is its root. */
static __always_inline void meet_viewer(struct task_struct *task)
{
	viewer_dentry = (u64)BPF_CORE_READ(task, fs, root.dentry);
	viewer_mnt = (u64)BPF_CORE_READ(task, fs, root.mnt);
}

#endif
