// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The benchmarks' extension: an empty program at a quiet place, a parameter, a value. */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("small", "1.0", "what loading and setting cost");
KX_LICENSE("GPL");

KX_PARAM(u32, step, "nothing depends on it", KX_RANGE(0, 4000000000)) = 1;
KX_VALUE(u64, calls, "stays 0: the program is empty");

SEC("tp_btf/sched_process_exec")
int BPF_PROG(small_exec)
{
	return 0;
}
