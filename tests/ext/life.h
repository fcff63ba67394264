/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An extension with everything a life has; life.bpf.c and life2.bpf.c are its versions. */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("life", LIFE_VERSION, "counts the programs that are started");
KX_LICENSE("GPL");

KX_PARAM(u32, step, "what each counts for", KX_RANGE(1, 100)) = 1;
KX_PARAM_LOAD(int, refuse, "what init is to return") = 0;
KX_VALUE(u64, started, "programs started, times step");
KX_VALUE(u32[4], lives, "how often each reason for init or fini came");

/* By generation: how often each hook ran. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, u32);
	__type(value, u64);
} ran SEC(".maps") KX_EXPORT;

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec)
{
	__sync_fetch_and_add(&started, step);
	return 0;
}

KX_INIT(life)
{
	u64 zero = 0;

	lives[life->reason & 3]++;
	bpf_map_update_elem(&ran, &life->generation, &zero, BPF_ANY);
	return refuse;
}

KX_FINI(life)
{
	lives[life->reason & 3]++;
	return 0;
}
