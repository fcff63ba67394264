/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Packets for kxfilter capture, as rules saw them, with what became of them. Which ones is
 * decided here. The memory that they are copied to is the reader's: without one there is none,
 * and its time ends unless it says a later one.
 */
#ifndef KXFILTER_CAPTURE_H
#define KXFILTER_CAPTURE_H

#include "decide.h"

/* By CPU. Filled by the reader with what it has mapped, and empty again when it ends, however. */
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} caught SEC(".maps");

/* By direction. Written by programs, read by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, KXF_WAYS);
	__type(key, __u32);
	__type(value, struct kxf_looked);
} looked SEC(".maps");

/* The time of who looks is over: nothing is done for him any more. */
static __always_inline bool is_ended(__u64 until, __u32 what)
{
	if (bpf_ktime_get_coarse_ns() < until)
		return false;
	__sync_fetch_and_and(&look.on, ~what);
	return true;
}

/* The rule that decided; NULL: none. */
static __always_inline const struct kxf_rule *decided_by(const struct work *work, __u32 way)
{
	const void *table = table_get();

	if (!table || work->rule == KXF_NO_RULE)
		return NULL;
	return rule_get(table, &setup.rules[way], work->rule);
}

static __always_inline __u8 reason_of(const struct work *work, const struct kxf_rule *rule)
{
	if (rule)
		return rule->verdict == work->verdict ? KXF_BY_RULE : KXF_BY_CONNECTIONS;
	return work->packet.value[KXF_EXTRAS] & KXF_EXTRA_MALFORMED ? KXF_BY_FORM : KXF_BY_DEFAULT;
}

/* Whether it is wanted; then @out says what became of it. */
static __always_inline bool is_wanted(const struct work *work, __u32 way, struct kxf_caught *out)
{
	const struct kxf_rule *rule = decided_by(work, way);
	__u32 slot = rule ? rule->slot : KXF_NO_RULE, asked = look.slot;

	if (!(look.verdicts >> (work->verdict & 31) & 1))
		return false;
	if (asked != KXF_ANY_SLOT && asked != slot && !work->is_asked)
		return false;
	if (is_ended(look.capture_until_ns, KXF_CAPTURES))
		return false;
	if (look.limit != KXF_NO_LIMIT && __sync_fetch_and_add(&look.taken, 1) >= look.limit)
		return false;
	out->time_ns = bpf_ktime_get_boot_ns();
	put_packet(&out->packet, &work->packet);
	out->packet.slot = slot;
	out->packet.ifindex = work->ifindex;
	out->packet.mark = work->mark;
	out->packet.verdict = work->verdict;
	out->packet.way = way;
	out->packet.monitor = setup.monitor;
	out->reason = reason_of(work, rule);
	out->is_asked = work->is_asked;
	return true;
}

static __always_inline struct kxf_looked *looked_get(__u32 way)
{
	return bpf_map_lookup_elem(&looked, &way);
}

/* The kernel copies what lies in pages, too. */
static __always_inline void put(void *ctx, struct kxf_caught *packet, __u32 bytes)
{
	struct kxf_looked *sum = looked_get(packet->packet.way);
	__u64 len = bytes < look.snap ? bytes : look.snap;
	long err;

	if (len > KXF_SNAP)
		len = KXF_SNAP;
	packet->packet.bytes = bytes;
	packet->captured = len;
	if (sum)
		sum->captured++;
	err = bpf_perf_event_output(ctx, &caught, BPF_F_CURRENT_CPU | len << 32, packet,
				    sizeof(*packet));
	if (err && sum)
		sum->lost++;
}

/* @reason: KXF_BY_RULE: what is found here. */
__noinline int capture_skb(struct __sk_buff *ctx, const struct work *work, __u32 way, __u32 reason)
{
	struct kxf_caught packet = {};

	if (!work || way >= KXF_WAYS || !is_wanted(work, way, &packet))
		return 0;
	if (reason) {
		packet.reason = reason;
		packet.packet.monitor = 0;
	}
	if (ctx->vlan_present) {
		packet.tag = ctx->vlan_tci;
		packet.tag_type = bpf_ntohs(ctx->vlan_proto);
	}
	put(ctx, &packet, ctx->len);
	return 1;
}

__noinline int capture_frame(struct xdp_md *ctx, const struct work *work, __u32 reason)
{
	struct kxf_caught packet = {};

	if (!work || !is_wanted(work, KXF_IN, &packet))
		return 0;
	if (reason) {
		packet.reason = reason;
		packet.packet.monitor = 0;
	}
	packet.at_xdp = 1;
	put(ctx, &packet, bpf_xdp_get_buff_len(ctx));
	return 1;
}

#endif
