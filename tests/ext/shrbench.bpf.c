/* SPDX-License-Identifier: GPL-2.0-only */
/* For the bench of shares and intakes: a table that is read, a map that is filled. */
#include <vmlinux.h>
#include <kx/share.bpf.h>
#include <kx/intake.bpf.h>

KX_EXTENSION("shrbench", "1.0.0", "a table that is read, a map that is filled");
KX_LICENSE("GPL");

struct table {
	struct kx_seq seq;
	u32 unused;
	u64 packets;
	u64 bytes;
};

struct entry {
	u32 key;
	u32 value;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, u32);
	__type(value, u32);
} filled SEC(".maps");

KX_SHARE(struct table, table, "what is read");

KX_INTAKE(entries, struct entry, "into the map")
{
	return bpf_map_update_elem(&filled, &record->key, &record->value, BPF_ANY);
}
