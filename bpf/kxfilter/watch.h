/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sources and ports, counted while somebody looks at them; and the look at a packet itself. */
#ifndef KXFILTER_WATCH_H
#define KXFILTER_WATCH_H

#include "capture.h"

/* Entered by programs, read and emptied by user space. Memory is taken while it is used. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KXF_WATCHED);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct kxf_watched);
	__type(value, struct kxf_watched_sum);
} watched SEC(".maps");

static __always_inline void watch_one(const struct kxf_watched *who, const struct work *work,
				      __u32 way, bool is_refused)
{
	struct kxf_watched_sum zero = {}, *sum = bpf_map_lookup_elem(&watched, who);

	if (!sum) {
		/* Another CPU may be faster: then that one's is found. */
		bpf_map_update_elem(&watched, who, &zero, BPF_NOEXIST);
		sum = bpf_map_lookup_elem(&watched, who);
	}
	if (sum) {
		__sync_fetch_and_add(&sum->packets, 1);
		__sync_fetch_and_add(&sum->bytes, work->packet.bytes);
		if (is_refused)
			__sync_fetch_and_add(&sum->refused, 1);
	} else {
		struct kxf_looked *all = looked_get(way);

		if (all)
			all->uncounted++;
	}
}

__noinline int watch_packet(const struct work *work, __u32 way)
{
	struct kxf_watched who = {};
	bool is_refused;

	if (!work || is_ended(look.watch_until_ns, KXF_WATCHES))
		return 0;
	is_refused = !goes_on(work);
	who.epoch = look.epoch;
	who.kind = KXF_WATCH_SOURCE;
	who.address = work->packet.found[KXF_SOURCE];
	watch_one(&who, work, way, is_refused);
	who.kind = KXF_WATCH_PORT;
	who.address = (struct kxf_number){};
	who.protocol = work->packet.value[KXF_PROTOCOL];
	who.port = work->packet.value[KXF_DESTINATION_PORT];
	watch_one(&who, work, way, is_refused);
	return 1;
}

/* All that a packet costs while nobody looks. */
#define LOOKS	(setup.trial ? 0 : *(volatile __u32 *)&look.on)

/* Of a packet that was decided, and not changed yet. */
static __always_inline void look_skb(struct __sk_buff *ctx, const struct work *work, __u32 way)
{
	__u32 on = LOOKS;

	if (on & KXF_CAPTURES)
		capture_skb(ctx, work, way, KXF_BY_RULE);
	if (on & KXF_WATCHES)
		watch_packet(work, way);
}

static __always_inline void look_frame(struct xdp_md *ctx, const struct work *work)
{
	__u32 on = LOOKS;

	if (on & KXF_CAPTURES)
		capture_frame(ctx, work, KXF_BY_RULE);
	if (on & KXF_WATCHES)
		watch_packet(work, KXF_IN);
}

/* It was let pass, and could not be translated: it is dropped. */
static __always_inline void look_failed_skb(struct __sk_buff *ctx, struct work *work, __u32 way)
{
	work->verdict = KXF_DROP;
	if (LOOKS & KXF_CAPTURES)
		capture_skb(ctx, work, way, KXF_BY_TRANSLATION);
}

static __always_inline void look_failed_frame(struct xdp_md *ctx, struct work *work)
{
	work->verdict = KXF_DROP;
	if (LOOKS & KXF_CAPTURES)
		capture_frame(ctx, work, KXF_BY_TRANSLATION);
}

#endif
