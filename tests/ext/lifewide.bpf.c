// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* "life" whose map has another layout, and whose parameters have changed. */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("life", "3.0", "counts the programs that are started");
KX_LICENSE("GPL");

KX_PARAM(u32, extra, "a new one, before the old one") = 7;
KX_PARAM(u32, step, "what each counts for", KX_RANGE(1, 100)) = 1;
KX_PARAM_LOAD(int, refuse, "what init is to return") = 0;

struct wide {
	u64 nr;
	u64 more;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, u32);
	__type(value, struct wide);
} ran SEC(".maps") KX_EXPORT;

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec)
{
	u32 key = step + extra;

	bpf_map_delete_elem(&ran, &key);
	return 0;
}

KX_INIT(life)
{
	return refuse;
}
