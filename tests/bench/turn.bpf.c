// SPDX-License-Identifier: GPL-2.0-only
/*
 * Puts one packet after the other in the place of the one it is given, and goes on to the program
 * that is measured: what guesses branches never sees the same one twice in a row.
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

#define PACKETS	64

struct packet {
	__u64 words[8];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PACKETS);
	__type(key, __u32);
	__type(value, struct packet);
} packets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} measured SEC(".maps");

__u32 turn_nr;

SEC("xdp")
int turn(struct xdp_md *ctx)
{
	struct packet *to = (void *)(long)ctx->data, *from;
	__u32 key = turn_nr++ % PACKETS;

	from = bpf_map_lookup_elem(&packets, &key);
	if (!from || (void *)(to + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	*to = *from;
	bpf_tail_call(ctx, &measured, 0);
	return XDP_ABORTED;
}

char LICENSE[] SEC("license") = "GPL";
