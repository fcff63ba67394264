/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What kernel code knows of the instance that it is a part of; other headers include
 * this one.
 */
#ifndef KX_OWN_BPF_H
#define KX_OWN_BPF_H

#include <kx/kx.bpf.h>

/* The instance's entry: kx puts it here. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct kx_entry);
} kx_gate SEC(".maps");

/* Set by kx at load. */
const volatile struct {
	__u32 slot;
	__u32 generation;
} kx_own SEC(".rodata.own");

/* The slot whose code runs; 0: none. */
static __always_inline __u32 kx_slot(void)
{
	struct kx_entry *entry;
	__u32 zero = 0;

	entry = bpf_map_lookup_elem(&kx_gate, &zero);
	return entry ? *(volatile __u32 *)&entry->active : 0;
}

#endif
