// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* An extension that needs another one, and does nothing else. */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("needy", "1.0", "needs small");
KX_LICENSE("GPL");
KX_NEEDS("small");

SEC("tp_btf/sched_process_exec")
int BPF_PROG(needy_exec)
{
	return 0;
}
