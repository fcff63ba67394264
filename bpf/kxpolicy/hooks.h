/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What each hook asks: files, then the network, then processes. */
#ifndef KXPOLICY_HOOKS_H
#define KXPOLICY_HOOKS_H

#include "cache.h"

#define FMODE_READ	1
#define FMODE_WRITE	2
#define FMODE_EXEC	0x20
#define PTRACE_ATTACH	2
#define AF_UNSPEC	0
#define AF_INET		2
#define AF_INET6	10

/* Does the policy that acts look at such calls? Its bank, or KXP_NO_BANK. */
static __always_inline u32 bank_for(u32 op)
{
	u32 bank = bank_now();

	return control.banks[bank & 3].ops & op ? bank : KXP_NO_BANK;
}

/* About a path, or two of which one may match. */
static __noinline long ask_paths(u32 op, struct object *object, u64 dentry_too, u64 mnt_too)
{
	struct question asked = { .op = op, .about = KXP_ABOUT_PATH };

	asked.bank = bank_for(op);
	if (asked.bank >= KXP_BANKS)
		return 0;
	asked.class = kxp_class_of_path(number_of(&object->dentry), number_of(&object->mnt),
					asked.bank);
	asked.class_too = asked.class;
	if (dentry_too)
		asked.class_too = kxp_class_of_path(number_of(&dentry_too), number_of(&mnt_too),
						    asked.bank);
	if (!((class_ops(asked.bank, asked.class) | class_ops(asked.bank, asked.class_too)) & op))
		return 0;
	return decide(&asked, object);
}

/* @sleeps, here and below: in a hook that may sleep, as not all may. */
static __always_inline long ask_both(u32 op, const void *dentry, const void *mnt,
				    const void *dentry_too, const void *mnt_too,
				    const bool sleeps)
{
	struct object object = { .dentry = (u64)dentry, .mnt = (u64)mnt };
	long code = ask_paths(op, &object, (u64)dentry_too, (u64)mnt_too);

	return settled(code, op, (u64)dentry, (u64)mnt, NULL, 0, sleeps);
}

static __always_inline long ask_path(u32 op, const void *dentry, const void *mnt,
				     const bool sleeps)
{
	return ask_both(op, dentry, mnt, NULL, NULL, sleeps);
}

/* About a process: the path is that of what it executes. */
static __noinline long decide_task(u32 op, struct task_struct *task)
{
	struct file *file = BPF_CORE_READ(task, mm, exe_file);
	struct object object = {
		.dentry = (u64)BPF_CORE_READ(file, f_path.dentry),
		.mnt = (u64)BPF_CORE_READ(file, f_path.mnt),
	};

	return ask_paths(op, &object, 0, 0);
}

static __noinline long decide_nothing(u32 op)
{
	struct question asked = { .op = op };
	struct object object = {};

	asked.bank = bank_for(op);
	if (asked.bank >= KXP_BANKS || !(class_ops(asked.bank, 0) & op))
		return 0;
	return decide(&asked, &object);
}

/* Where nobody can be asked; no rule says so, but the verifier cannot know that. */
static __always_inline long never_asks(long code)
{
	return code > 0 ? 0 : code;
}

static __always_inline long ask_task(u32 op, struct task_struct *task)
{
	return never_asks(decide_task(op, task));
}

/* As an IPv6 address; 0: of another family. */
static __always_inline int read_address(const void *from, int len, bool unspecified,
					u8 *address, u16 *port)
{
	struct sockaddr_in in = {};
	struct sockaddr_in6 in6 = {};
	u16 family = 0;

	if (len < (int)sizeof(in) || bpf_probe_read_kernel(&family, sizeof(family), from))
		return 0;
	if (family == AF_INET || (family == AF_UNSPEC && unspecified)) {
		bpf_probe_read_kernel(&in, sizeof(in), from);
		address[10] = 0xff;
		address[11] = 0xff;
		__builtin_memcpy(address + 12, &in.sin_addr, 4);
		*port = bpf_ntohs(in.sin_port);
		return 1;
	}
	if (family != AF_INET6 || len < 24)
		return 0;
	bpf_probe_read_kernel(&in6, 24, from);
	__builtin_memcpy(address, &in6.sin6_addr, 16);
	*port = bpf_ntohs(in6.sin6_port);
	return 1;
}

/* About an address, in the kernel's copy of it, which is left in @object. */
static __noinline long decide_address(u32 op, const void *from, int len, struct object *object,
				      u16 *port)
{
	struct question asked = { .op = op };

	asked.bank = bank_for(op);
	if (asked.bank >= KXP_BANKS)
		return 0;
	if (read_address(from, len, op == KXP_BIND, object->address, port)) {
		asked.about = KXP_ABOUT_ADDRESS;
		asked.class = class_of_address(asked.bank, object->address);
		asked.port = *port;
	}
	asked.class_too = asked.class;
	if (!(class_ops(asked.bank, asked.class) & op))
		return 0;
	return decide(&asked, object);
}

static __always_inline long ask_address(u32 op, const void *from, int len)
{
	struct object object = {};
	u16 port = 0;
	long code = decide_address(op, from, len, &object, &port);

	return settled(code, op, 0, 0, object.address, port, KXP_SLEEPS);
}

KXP_SLEEPING_HOOK(file_open)
long BPF_PROG(file_open, struct file *file)
{
	u32 mode = file->f_mode, op = 0;

	if (mode & FMODE_WRITE)
		op |= KXP_WRITE;
	if (mode & FMODE_READ && !(file->f_flags & FMODE_EXEC))
		op |= KXP_READ;
	return ask_open_file(op, file);
}

KXP_SLEEPING_HOOK(path_truncate)
long BPF_PROG(path_truncate, const struct path *path)
{
	return ask_path(KXP_WRITE, path->dentry, path->mnt, KXP_SLEEPS);
}

/* The tool's own file may be executed by user 0, whatever the rules say. */
KXP_SLEEPING_HOOK(KXP_EXEC_HOOK)
long BPF_PROG(bprm_check, struct linux_binprm *bprm)
{
	struct file *file = bprm->file;
	struct kxp_file which = {
		.ino = BPF_CORE_READ(file, f_inode, i_ino),
		.dev = BPF_CORE_READ(file, f_inode, i_sb, s_dev),
	};
	u32 bank = bank_for(KXP_EXEC);

	if (bank >= KXP_BANKS)
		return 0;
	if (!(u32)bpf_get_current_uid_gid() &&
	    which.ino == control.banks[bank & 3].tool.ino &&
	    which.dev == control.banks[bank & 3].tool.dev)
		return 0;
	return ask_path(KXP_EXEC, (void *)BPF_CORE_READ(file, f_path.dentry),
			(void *)BPF_CORE_READ(file, f_path.mnt), KXP_SLEEPS);
}

KXP_HOOK(path_mknod)
long BPF_PROG(path_mknod, const struct path *dir, struct dentry *dentry)
{
	return ask_path(KXP_CREATE, dentry, dir->mnt, false);
}

KXP_SLEEPING_HOOK(path_mkdir)
long BPF_PROG(path_mkdir, const struct path *dir, struct dentry *dentry)
{
	return ask_path(KXP_CREATE, dentry, dir->mnt, KXP_SLEEPS);
}

KXP_SLEEPING_HOOK(path_symlink)
long BPF_PROG(path_symlink, const struct path *dir, struct dentry *dentry)
{
	return ask_path(KXP_CREATE, dentry, dir->mnt, KXP_SLEEPS);
}

/* A file with two names may be found by either: nothing that is known of paths holds. */
KXP_SLEEPING_HOOK(path_link)
long BPF_PROG(path_link, struct dentry *old, const struct path *dir, struct dentry *dentry)
{
	__sync_fetch_and_add(&control.moves, 1);
	return ask_both(KXP_LINK, dentry, dir->mnt, old, dir->mnt, KXP_SLEEPS);
}

KXP_SLEEPING_HOOK(path_unlink)
long BPF_PROG(path_unlink, const struct path *dir, struct dentry *dentry)
{
	return ask_path(KXP_UNLINK, dentry, dir->mnt, KXP_SLEEPS);
}

KXP_SLEEPING_HOOK(path_rmdir)
long BPF_PROG(path_rmdir, const struct path *dir, struct dentry *dentry)
{
	return ask_path(KXP_UNLINK, dentry, dir->mnt, KXP_SLEEPS);
}

KXP_SLEEPING_HOOK(path_rename)
long BPF_PROG(path_rename, const struct path *old_dir, struct dentry *old,
	     const struct path *new_dir, struct dentry *new)
{
	return ask_both(KXP_RENAME, old, old_dir->mnt, new, new_dir->mnt, KXP_SLEEPS);
}

KXP_SLEEPING_HOOK(path_chmod)
long BPF_PROG(path_chmod, const struct path *path)
{
	return ask_path(KXP_CHMOD, path->dentry, path->mnt, KXP_SLEEPS);
}

KXP_SLEEPING_HOOK(path_chown)
long BPF_PROG(path_chown, const struct path *path)
{
	return ask_path(KXP_CHOWN, path->dentry, path->mnt, KXP_SLEEPS);
}

KXP_HOOK(sb_mount)
long BPF_PROG(sb_mount, const char *device, const struct path *path)
{
	return ask_path(KXP_MOUNT, path->dentry, path->mnt, false);
}

KXP_HOOK(move_mount)
long BPF_PROG(move_mount, const struct path *from, const struct path *to)
{
	return ask_both(KXP_MOUNT, to->dentry, to->mnt, from->dentry, from->mnt, false);
}

KXP_HOOK(sb_pivotroot)
long BPF_PROG(sb_pivotroot, const struct path *old, const struct path *new)
{
	return ask_both(KXP_MOUNT, old->dentry, old->mnt, new->dentry, new->mnt, false);
}

KXP_HOOK(sb_umount)
long BPF_PROG(sb_umount, struct vfsmount *mnt)
{
	return ask_path(KXP_UMOUNT, mnt->mnt_root, mnt, false);
}

KXP_SLEEPING_HOOK(socket_connect)
long BPF_PROG(socket_connect, struct socket *sock, struct sockaddr *address, int len)
{
	return ask_address(KXP_CONNECT, address, len);
}

KXP_SLEEPING_HOOK(socket_bind)
long BPF_PROG(socket_bind, struct socket *sock, struct sockaddr *address, int len)
{
	return ask_address(KXP_BIND, address, len);
}

/* A datagram to an address, and the first bytes of a stream: no connect() comes before. */
KXP_SLEEPING_HOOK(socket_sendmsg)
long BPF_PROG(socket_sendmsg, struct socket *sock, struct msghdr *msg)
{
	void *address = msg->msg_name;

	return address ? ask_address(KXP_CONNECT, address, msg->msg_namelen) : 0;
}

/* Reading /proc/PID asks too, and is left alone. */
KXP_HOOK(ptrace_access_check)
long BPF_PROG(ptrace_access, struct task_struct *child, unsigned int mode)
{
	return mode & PTRACE_ATTACH ? ask_task(KXP_PTRACE, child) : 0;
}

KXP_HOOK(ptrace_traceme)
long BPF_PROG(ptrace_traceme, struct task_struct *parent)
{
	return ask_task(KXP_PTRACE, parent);
}

/* What a process sends to itself is its own matter: so it can abort(). */
KXP_HOOK(task_kill)
long BPF_PROG(task_kill, struct task_struct *task)
{
	if ((u32)BPF_CORE_READ(task, tgid) == bpf_get_current_pid_tgid() >> 32)
		return 0;
	return ask_task(KXP_KILL, task);
}

KXP_HOOK(bpf)
long BPF_PROG(bpf_call, int cmd)
{
	return never_asks(decide_nothing(KXP_BPF));
}

/* A directory has another path now, and with it all that is below. */
SEC("fexit/vfs_rename")
long BPF_PROG(renamed, struct renamedata *data)
{
	struct dentry *old = BPF_CORE_READ(data, old_dentry);
	struct dentry *new = BPF_CORE_READ(data, new_dentry);

	if (is_directory((u64)old) || is_directory((u64)new))
		__sync_fetch_and_add(&control.moves, 1);
	return 0;
}

#endif
