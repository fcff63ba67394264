/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The maps of kxfilter, and its constants. */
#ifndef KXFILTER_MAPS_H
#define KXFILTER_MAPS_H

#include <kx/share.bpf.h>
#include <kxfilter.h>

/* Set by user space before the load: what is not used costs nothing. As it is, all pass. */
const volatile struct kxf_config setup SEC(".rodata.config") = {
	.size = sizeof(__u64),
	.rules = {
		[KXF_IN] = { .row = sizeof(__u64), .fallback = KXF_PASS },
		[KXF_OUT] = { .row = sizeof(__u64), .fallback = KXF_PASS },
	},
};

/*
 * The tables. Filled by user space before a program of this generation runs, then read
 * only. User space makes the value as long as it needs.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u64));
} tables SEC(".maps") KX_PRIVATE;

/* Written by test programs of user space before, by ours after each packet. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct kxf_trial);
} trial SEC(".maps") KX_PRIVATE;

/*
 * By CPU and slot; user space sizes it. Written by programs, read by user space, which clears
 * what it gives away anew.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KXF_SLOTS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct kxf_counter);
} counters SEC(".maps");

static __always_inline struct kxf_counter *counter_get(__u32 cpu, __u32 slot)
{
	__u32 at = cpu * KXF_SLOTS + slot;

	return bpf_map_lookup_elem(&counters, &at);
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KXF_SLOTS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct kxf_rule_state);
} states SEC(".maps");

/* Whose these are. Written and read by user space only. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KXF_SLOTS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct kxf_id);
} ids SEC(".maps");

/* What the rules of this generation are, for people. Written and read by user space only. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kxf_about);
} about SEC(".maps") KX_PRIVATE;

/* What rule sets of a device have in common. Written and read by user space only. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kxf_kept);
} kept SEC(".maps");

/* By direction. Written by programs, read by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, KXF_WAYS);
	__type(key, __u32);
	__type(value, struct kxf_totals);
} totals SEC(".maps");

/* Limits per source: a place for each hash, so that a flood of sources costs no memory. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KXF_BUCKETS);
	__type(key, __u32);
	__type(value, struct kxf_bucket);
} buckets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kxf_answering);
} answering SEC(".maps");

/*
 * Sets that are changed live. Named and given away by user space; programs count what rules add,
 * and set bits of the lengths that are there.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KXF_LIVE_SLOTS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct kxf_live);
} live_sets SEC(".maps");

/*
 * Their elements, by the same slot: struct kxf_element and struct kxf_until. Written by user space
 * and by programs. Sizes, not types: Linux 6.1 takes no map without types for one that has some.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, KXF_LIVE_SLOTS);
	__type(key, __u32);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_HASH);
		__uint(max_entries, 1);
		__uint(map_flags, BPF_F_NO_PREALLOC);
		__uint(key_size, sizeof(struct kxf_element));
		__uint(value_size, sizeof(struct kxf_until));
	});
} live_elements SEC(".maps");

/* The rules of this generation as text: struct kxf_saved. Written and read by user space only. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct kxf_saved));
} saved SEC(".maps") KX_PRIVATE;

/* Who looks at what. Written by user space; programs end what is over. */
KX_SHARE(struct kxf_look, look, "what a capture and a live view ask for");

KX_STREAM_SIZED(packets, struct kxf_record, "packets that rules log", 256 * 1024);

#endif
