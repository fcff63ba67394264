/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A user's file that kernel code takes in: names of programs and what each counts for. The
 * programs that are started are looked up in it.
 */
#include <vmlinux.h>
#include <kx/intake.bpf.h>

KX_EXTENSION("feed", "1.0.0", "counts started programs by a list that users feed");
KX_LICENSE("GPL");

struct entry {
	char name[16];
	u32 weight;
};

KX_VALUE(u64, score, "the weights of what was started, added up");
KX_VALUE(u32, listed, "names that were fed");

/* Written by the intake, read at each start of a program. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 100);
	__type(key, char[16]);
	__type(value, u32);
} weights SEC(".maps");

/* Runs for each record. A result that is not 0 refuses it, and kx feed counts that. */
KX_INTAKE(entries, struct entry, "a name, and what it counts for")
{
	if (!record->name[0])
		return -1;
	if (bpf_map_update_elem(&weights, record->name, &record->weight, BPF_ANY))
		return -1;
	listed++;
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(started)
{
	char name[16] = {};
	u32 *weight;

	bpf_get_current_comm(name, sizeof(name));
	weight = bpf_map_lookup_elem(&weights, name);
	if (weight)
		__sync_fetch_and_add(&score, *weight);
	return 0;
}
