/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The code that a traced process can run: told when it is mapped, because the
 * process may be gone by the time that user space looks at its stacks.
 */
#ifndef KXTRACE_MAPS_H
#define KXTRACE_MAPS_H

#include "arch.h"
#include "state.h"

#define PROT_EXEC	4
#define VM_EXEC		4
#define NAME_MAX	255
#define PATH_DEPTH	48

/* A path is written from its end; a name may reach beyond what is kept. */
struct map_record {
	struct kxt_map map;
	char path[KXT_MAP_PATH + NAME_MAX + 1];
};

/* Where a record is made; a task's own, for programs may be preempted. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct map_record);
} map_records SEC(".maps");

/* Puts a name and the slash before it before the path; false: no room. */
static __always_inline bool prepend(struct map_record *rec, u32 *at,
				    struct dentry *dentry)
{
	u32 len = BPF_CORE_READ(dentry, d_name.len), start;
	const unsigned char *text = BPF_CORE_READ(dentry, d_name.name);

	if (len > NAME_MAX || len + 1 > *at)
		return false;
	start = *at - len;
	barrier_var(start);
	if (start >= KXT_MAP_PATH || start < 1)
		return false;
	/* The terminating NUL would overwrite the path: exactly `len`. */
	len &= NAME_MAX;
	bpf_probe_read_kernel(rec->path + start, len, text);
	start--;
	rec->path[start & (KXT_MAP_PATH - 1)] = '/';
	*at = start;
	return true;
}

static __always_inline bool is_unlinked(struct dentry *dentry)
{
	return !BPF_CORE_READ(dentry, d_hash.pprev) &&
	       BPF_CORE_READ(dentry, d_parent) != dentry;
}

struct path_walk {
	struct map_record *rec;
	struct dentry *dentry;
	struct mount *mount;
	u32 at;
	bool whole;
};

/* One name, or one step to where a mount is. Returns 1 at the end. */
static long walk_step(u64 i, struct path_walk *walk)
{
	struct dentry *dentry = walk->dentry, *above;
	struct mount *mount = walk->mount, *parent;

	if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
		parent = BPF_CORE_READ(mount, mnt_parent);
		if (parent == mount) {
			walk->whole = true;
			return 1;
		}
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mount = parent;
		return 0;
	}
	above = BPF_CORE_READ(dentry, d_parent);
	if (above == dentry) {
		walk->whole = true;
		return 1;
	}
	if (!prepend(walk->rec, &walk->at, dentry))
		return 1;
	walk->dentry = above;
	return 0;
}

static __always_inline u32 write_path(struct map_record *rec, struct file *file)
{
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	struct vfsmount *mount = BPF_CORE_READ(file, f_path.mnt);
	struct path_walk walk = {
		.rec = rec,
		.dentry = dentry,
		.mount = container_of(mount, struct mount, mnt),
		.at = KXT_MAP_PATH,
	};

	if (is_unlinked(dentry))
		rec->map.head.flags |= KXT_F_DELETED;
	bpf_loop(PATH_DEPTH, walk_step, &walk, 0);
	return walk.whole ? KXT_MAP_PATH - walk.at : 0;
}

struct found_map {
	u64 start;
	u64 end;
	u64 page;
	u64 flags;
	struct file *file;
};

static long see_map(struct task_struct *task, struct vm_area_struct *vma,
		    struct found_map *found)
{
	found->start = vma->vm_start;
	found->end = vma->vm_end;
	found->page = vma->vm_pgoff;
	found->flags = vma->vm_flags;
	found->file = vma->vm_file;
	return 0;
}

/* The path goes to the end of the record: what is before it is not sent. */
static __always_inline void emit_map(struct task_struct *task,
				     struct map_record *rec, u8 flags,
				     const struct found_map *found)
{
	struct file *file = found->file;
	u32 len;

	fill_head(&rec->map.head, KXT_MAP, flags, task);
	rec->map.start = found->start;
	rec->map.end = found->end;
	rec->map.offset = found->page << 12;
	rec->map.size = 0;
	len = 0;
	if (file) {
		rec->map.size = BPF_CORE_READ(file, f_inode, i_size);
		len = write_path(rec, file);
	}
	rec->map.head.len = len;
	emit(rec, sizeof(rec->map) + KXT_MAP_PATH);
}

/* The mapping of code around an address. Returns its end, or 0. */
__noinline u64 tell_map(u64 address, u32 flags)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct found_map found = {};
	struct map_record *rec;

	if (bpf_find_vma(task, address, see_map, &found, 0) || !found.file ||
	    !(found.flags & VM_EXEC))
		return 0;
	rec = bpf_task_storage_get(&map_records, task, NULL,
				   BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!rec) {
		COUNT(seen);
		COUNT(dropped);
		return 0;
	}
	emit_map(task, rec, flags, &found);
	return found.end;
}

static __always_inline void tell_vdso(struct task_struct *task, u8 flags)
{
	struct kxt_map map = {};

	map.start = (u64)BPF_CORE_READ(task, mm, context.vdso);
	if (!map.start)
		return;
	fill_head(&map.head, KXT_MAP, flags | KXT_F_VDSO, task);
	emit(&map, sizeof(map));
}

/* --all: a task is met at its first selected call, and its code is mapped before. */
static __always_inline bool may_be_traced(struct task_struct *task)
{
	return state_of(task) || (settings.all && (u32)task->tgid != own_tgid);
}

/*
 * A new program: its loader, where it begins, and its own code. Without a
 * loader that is the same.
 */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(exec_maps, struct task_struct *task, pid_t old_pid,
	     struct linux_binprm *bprm)
{
	struct pt_regs *regs;

	if (!may_be_traced(task))
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	tell_vdso(task, KXT_F_NEW_PROGRAM);
	tell_map(regs->ip, KXT_F_WHOLE);
	tell_map(BPF_CORE_READ(task, mm, start_code), KXT_F_WHOLE);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(mmap_maps, struct pt_regs *regs, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	u32 nr = ARCH_CALL_NR(regs);

	if (nr != ARCH_NR_MMAP && nr != ARCH_NR_MPROTECT)
		return 0;
	if (!(regs->dx & PROT_EXEC) || (ret < 0 && ret >= -4095) ||
	    arch_is_compat(task) || !may_be_traced(task))
		return 0;
	tell_map(nr == ARCH_NR_MMAP ? ret : regs->di, 0);
	return 0;
}

#endif
