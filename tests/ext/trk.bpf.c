// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* kxfilter's connections and translation alone, without its rules: for tests by test_run. */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

#include "kxfilter/nat.h"
#include "kxfilter/translate.h"
#include "trk.h"

KX_EXTENSION("trk", "0.1.0", "tests connections");
KX_LICENSE("Dual BSD/GPL");

/* Written and read by the test. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct trk_drive);
} drive SEC(".maps");

struct seen {
	struct kxf_packet packet;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct seen);
} packets SEC(".maps");

static __always_inline struct kxf_packet *packet_get(void)
{
	__u32 zero = 0;
	struct seen *seen = bpf_map_lookup_elem(&packets, &zero);

	return seen ? &seen->packet : NULL;
}

static __always_inline struct trk_drive *drive_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&drive, &zero);
}

__noinline int read_frame(struct xdp_md *ctx, struct kxf_packet *packet)
{
	struct window window = {
		.data = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
		.ctx = ctx,
		.at_xdp = true,
	};

	if (!packet)
		return READ_BAD;
	window.len = window.end - window.data;
	packet->bytes = window.len;
	return read_packet(&window, 0, packet);
}

__noinline int read_skb(struct __sk_buff *ctx, struct kxf_packet *packet)
{
	struct window window = {
		.data = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
		.len = ctx->len,
		.ctx = ctx,
		.merged = ctx->gso_size,
	};

	if (!packet)
		return READ_BAD;
	packet->bytes = window.len;
	return read_packet(&window, 0, packet);
}

static __always_inline int decide(struct followed *track, struct trk_drive *drive)
{
	drive->state = track->step.state;
	drive->phase = track->step.phase;
	drive->is_odd = track->step.is_odd;
	track->nat = drive->nat;
	/* Without rules: what is established passes, what is new as the test says. */
	if (drive->verdict != KXF_PASS)
		return KXF_DROP;
	return commit_connection(track);
}

static __always_inline int at_tc(struct __sk_buff *ctx, __u32 way)
{
	struct kxf_packet *packet = packet_get();
	struct trk_drive *drive = drive_get();
	struct followed *track = track_get();
	int err, verdict;

	if (!packet || !drive || !track)
		return 2;
	begin_packet(packet);
	err = read_skb(ctx, packet);
	if (err == READ_CUT && !bpf_skb_pull_data(ctx, 0)) {
		begin_packet(packet);
		err = read_skb(ctx, packet);
	}
	find_skb(ctx, packet, way, drive->now_ns ?: bpf_ktime_get_ns(), err);
	verdict = decide(track, drive);
	if (verdict == KXF_PASS && track->change.is_on && translate_skb(ctx, packet))
		verdict = KXF_DROP;
	drive->verdict_out = verdict;
	return verdict == KXF_PASS ? 0 : 2;
}

SEC("tc")
int trk_in(struct __sk_buff *ctx)
{
	return at_tc(ctx, KXF_IN);
}

SEC("tc")
int trk_out(struct __sk_buff *ctx)
{
	return at_tc(ctx, KXF_OUT);
}

SEC("xdp")
int trk_xdp(struct xdp_md *ctx)
{
	struct kxf_packet *packet = packet_get();
	struct trk_drive *drive = drive_get();
	struct followed *track = track_get();
	int err, verdict;

	if (!packet || !drive || !track)
		return XDP_ABORTED;
	begin_packet(packet);
	err = read_frame(ctx, packet);
	find_frame(ctx, packet, KXF_IN, drive->now_ns ?: bpf_ktime_get_ns(), err);
	verdict = decide(track, drive);
	if (verdict == KXF_PASS && track->change.is_on && translate_frame(ctx, packet))
		verdict = KXF_DROP;
	drive->verdict_out = verdict;
	return verdict == KXF_PASS ? XDP_PASS : XDP_DROP;
}

/* What the others cost without connections: headers only. */
SEC("xdp")
int trk_parse(struct xdp_md *ctx)
{
	struct kxf_packet *packet = packet_get();
	struct trk_drive *drive = drive_get();

	if (!packet || !drive)
		return XDP_ABORTED;
	begin_packet(packet);
	drive->verdict_out = read_frame(ctx, packet);
	return XDP_PASS;
}

SEC("xdp")
int trk_empty(struct xdp_md *ctx)
{
	return XDP_PASS;
}

/* What the kernel's own hashes cost, for the benchmark. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct kxf_tuple);
	__type(value, __u64[8]);
} lru SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct kxf_tuple);
	__type(value, __u64[8]);
} hash SEC(".maps");

struct loop {
	struct xdp_md *ctx;
	__u64 now_ns;
	__u32 wrong;
};

static __always_inline void *find_in_hash(struct kxf_packet *packet, struct followed *track,
					  void *map)
{
	__u16 port[2] = { packet->value[KXF_SOURCE_PORT], packet->value[KXF_DESTINATION_PORT] };
	__u64 *value;

	packet_tuple(track, packet, port);
	value = bpf_map_lookup_elem(map, &track->tuple);
	if (value)
		value[0] = track->now;
	return value;
}

static long loop_once(__u32 i, struct loop *loop)
{
	struct kxf_packet *packet = packet_get();
	struct followed *track = track_get();
	struct trk_drive *drive = drive_get();
	__u64 values[8] = {}, from;

	if (!packet || !track || !drive)
		return 1;
	/* All of them, one far from the other. */
	from = 0xffff0a000000 + drive->first + (i * 7919ULL) % (drive->span ?: 1);
	if (drive->answers)
		packet->found[KXF_DESTINATION].low = from;
	else
		packet->found[KXF_SOURCE].low = from;
	switch (drive->mode) {
	case TRK_FIND:
		find_frame(loop->ctx, packet, KXF_IN, loop->now_ns, false);
		loop->wrong += track->step.state != KXF_ESTABLISHED;
		break;
	case TRK_COMMIT:
		find_frame(loop->ctx, packet, KXF_IN, loop->now_ns, false);
		loop->wrong += track->step.state != drive->state;
		drive->dropped += commit_connection(track) != KXF_PASS;
		break;
	case TRK_LRU:
		if (!find_in_hash(packet, track, &lru)) {
			loop->wrong++;
			bpf_map_update_elem(&lru, &track->tuple, values, BPF_ANY);
		}
		break;
	case TRK_HASH:
		if (!find_in_hash(packet, track, &hash)) {
			loop->wrong++;
			bpf_map_update_elem(&hash, &track->tuple, values, BPF_ANY);
		}
		break;
	}
	return 0;
}

/* One frame, from as many sources as there are connections. */
SEC("xdp")
int trk_loop(struct xdp_md *ctx)
{
	struct kxf_packet *packet = packet_get();
	struct trk_drive *drive = drive_get();
	struct loop loop = { .ctx = ctx };

	if (!packet || !drive)
		return XDP_ABORTED;
	begin_packet(packet);
	if (read_frame(ctx, packet))
		return XDP_ABORTED;
	loop.now_ns = drive->now_ns ?: bpf_ktime_get_ns();
	bpf_loop(drive->loops, loop_once, &loop, 0);
	drive->verdict_out = loop.wrong;
	return XDP_PASS;
}
