// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Imports a map that "life" does not have. */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("importsno", "1.0", "imports a map that is not there");
KX_LICENSE("GPL");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, u32);
	__type(value, u64);
} walked SEC(".maps") KX_IMPORT("life");
