// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Imports a map of "life" whose layout it has wrong. */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("imports", "1.0", "imports a map that is not as it thinks");
KX_LICENSE("GPL");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32);
	__type(key, u32);
	__type(value, u64);
} ran SEC(".maps") KX_IMPORT("life");
