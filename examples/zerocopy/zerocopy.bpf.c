/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory that kernel code fills and processes map: which system calls there are, how
 * often, and a ring of the last ones. Nobody copies anything.
 */
#include <vmlinux.h>
#include <kx/share.bpf.h>

#include "zerocopy.h"

KX_EXTENSION("zerocopy", "1.0.0", "counts system calls in memory that processes map");
KX_LICENSE("GPL");

KX_PARAM(int, pid, "whose system calls, 0: everybody's") = 0;
KX_VALUE(u64, refused, "calls that were not counted: another CPU was writing");

/* In kernel code it is a variable; in a process what kx_share_map() returns. */
KX_SHARE(struct calls, calls, "system calls that were made");

SEC("tp_btf/sys_enter")
int BPF_PROG(entered, struct pt_regs *regs, long nr)
{
	int wanted = pid;
	u32 caller = bpf_get_current_pid_tgid() >> 32, at;

	if (wanted && caller != (u32)wanted)
		return 0;
	if (nr < 0 || nr >= NR_CALLS)
		return 0;
	/* Kernel code cannot wait: who does not get the lock counts that. */
	if (!kx_write_begin(&calls.seq)) {
		__sync_fetch_and_add(&refused, 1);
		return 0;
	}
	at = calls.total % NR_LAST;
	if (at < NR_LAST) {
		calls.last[at].pid = caller;
		calls.last[at].nr = nr;
	}
	calls.by_nr[nr]++;
	calls.total++;
	kx_write_end(&calls.seq);
	return 0;
}
