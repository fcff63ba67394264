// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Stands on "life": needs it, and shares a map with it. */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("stands", "1.0", "stands on life");
KX_LICENSE("GPL");
KX_NEEDS("life>=1.0");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, u32);
	__type(value, u64);
} ran SEC(".maps") KX_IMPORT("life");

SEC("tp_btf/sched_process_exec")
int BPF_PROG(stands_on_exec)
{
	u32 key = 100;
	u64 one = 1, *nr = bpf_map_lookup_elem(&ran, &key);

	if (nr)
		__sync_fetch_and_add(nr, 1);
	else
		bpf_map_update_elem(&ran, &key, &one, BPF_ANY);
	return 0;
}
