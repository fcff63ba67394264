/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Signals: their content, and those kept until their line has its place. */
#ifndef KXTRACE_SIGNALS_H
#define KXTRACE_SIGNALS_H

#include "state.h"

#define SIGCONT		18
#define SIGNAL_CLD_CONTINUED	0x20	/* signal_struct.flags: has just been continued */
#define SI_USER		0
#define SI_KERNEL	0x80

/*
 * The kernel has two shorthands instead of a siginfo: NULL (from a user) and
 * 1 (from the kernel); neither can be read.
 */
static __always_inline void fill_signal(struct kxt_signal *rec, int sig,
					struct kernel_siginfo *info)
{
	u64 id;

	rec->time_ns = bpf_ktime_get_ns();
	rec->sig = sig;
	rec->si_errno = 0;
	if (!bpf_probe_read_kernel(rec->fields, sizeof(rec->fields),
				   &info->_sifields)) {
		rec->si_code = BPF_CORE_READ(info, si_code);
		rec->si_errno = BPF_CORE_READ(info, si_errno);
		return;
	}
	__builtin_memset(rec->fields, 0, sizeof(rec->fields));
	rec->si_code = SI_KERNEL;
	if (info)
		return;
	id = bpf_get_current_pid_tgid() >> 32;
	rec->si_code = SI_USER;
	rec->fields[0] = id | bpf_get_current_uid_gid() << 32;
}


static __always_inline bool keep_signal(struct slot *slot, u32 over, int sig,
					struct kernel_siginfo *info,
					struct task_struct *task)
{
	if (__sync_val_compare_and_swap(&slot->state, over, SLOT_BUSY) != over)
		return false;
	fill_head(&slot->signal.head, KXT_SIGNAL, 0, task);
	fill_signal(&slot->signal, sig, info);
	slot->state = SLOT_FULL;
	return true;
}

static __always_inline void emit_kept_signal(struct slot *slot)
{
	if (slot->state != SLOT_FULL)
		return;
	emit(&slot->signal, sizeof(slot->signal));
	slot->state = SLOT_FREE;
}

#endif
