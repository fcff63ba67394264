// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The benchmarks' other extension: an empty program at the busiest place there is. */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("busy", "1.0", "what dispatching costs");
KX_LICENSE("GPL");

SEC("tp_btf/sys_enter")
int BPF_PROG(busy_enter)
{
	return 0;
}
