/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What depends on the architecture, in one place for all kernel code. */
#ifndef KX_ARCH_H
#define KX_ARCH_H

#if defined(__TARGET_ARCH_x86)

#define ARCH_NR_EXECVE		59
#define ARCH_NR_EXECVEAT	322
#define ARCH_COMPAT_NR_EXECVE	11
#define ARCH_COMPAT_NR_EXECVEAT	358
#define ARCH_NR_MMAP		9
#define ARCH_NR_MPROTECT	10
#define ARCH_NR_IO_URING_ENTER	426
#define ARCH_TS_COMPAT		2	/* thread_info.status: in a 32-bit call */

/* x86-64 keeps a call's registers unchanged until it returns. */
#define ARCH_CALL_NR(regs)	((u32)(regs)->orig_ax)
#define ARCH_CALL_RESULT(regs)	((long)(regs)->ax)	/* at its end */
#define ARCH_CALL_ARGS(regs)						\
	{ (regs)->di, (regs)->si, (regs)->dx,				\
	  (regs)->r10, (regs)->r8, (regs)->r9 }

/* What the task runs now, as after an exec; not what its call is. */
#define ARCH_USER32_CS		0x23
static __always_inline bool arch_runs_compat(struct task_struct *task)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

	return regs->cs == ARCH_USER32_CS;
}
/* A 32-bit call's; what is above 32 bits is none of its arguments. */
#define ARCH_COMPAT_ARGS(regs)						\
	{ (u32)(regs)->bx, (u32)(regs)->cx, (u32)(regs)->dx,		\
	  (u32)(regs)->si, (u32)(regs)->di, (u32)(regs)->bp }

static __always_inline bool arch_is_compat(struct task_struct *task)
{
	return task->thread_info.status & ARCH_TS_COMPAT;
}

/* The task is in an execve or execveat, of which it sees the end. */
static __always_inline bool arch_executes(struct task_struct *task)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	u32 nr = ARCH_CALL_NR(regs);

	if (arch_is_compat(task))
		return nr == ARCH_COMPAT_NR_EXECVE || nr == ARCH_COMPAT_NR_EXECVEAT;
	return nr == ARCH_NR_EXECVE || nr == ARCH_NR_EXECVEAT;
}

/* What a debugger numbers 0 to 16, the instruction pointer last. */
#define ARCH_DWARF_REGS(regs)						\
	{ (regs)->ax, (regs)->dx, (regs)->cx, (regs)->bx,		\
	  (regs)->si, (regs)->di, (regs)->bp, (regs)->sp,		\
	  (regs)->r8, (regs)->r9, (regs)->r10, (regs)->r11,		\
	  (regs)->r12, (regs)->r13, (regs)->r14, (regs)->r15,		\
	  (regs)->ip }

#else
#error "kx: this architecture has no entry in bpf/arch.h"
#endif

#endif
