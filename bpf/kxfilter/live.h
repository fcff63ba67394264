/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sets that are changed while the rules act: which of them have an address, and what rules add
 * to them. An element is found by its address and its length: one look-up for each length that
 * the set has, mostly one. What has expired is no member, whether it was removed or not.
 */
#ifndef KXFILTER_LIVE_H
#define KXFILTER_LIVE_H

#include "classify.h"
#include "trial.h"

#define OF_IP4	0xffff

static __always_inline bool is_ip4_number(const struct kxf_number *address)
{
	return !address->high && address->low >> 32 == OF_IP4;
}

static __always_inline bool is_no_address(const struct kxf_number *address)
{
	return !address->high && address->low == KXF_NO_ADDRESS;
}

/* The first @bits of an address. */
static __always_inline void cut_address(struct kxf_element *element,
					const struct kxf_number *address, __u32 bits)
{
	__u32 rest = 128 - bits;

	element->address.high = rest <= 64 ? address->high :
			       rest < 128 ? address->high >> (rest & 63) << (rest & 63) : 0;
	element->address.low = rest < 64 ? address->low >> (rest & 63) << (rest & 63) : 0;
	element->bits = bits;
	element->unused = 0;
}

/* Elements of the lengths that are in a word, the longest are in none first. */
static __always_inline bool has_element(void *elements, const struct kxf_number *address,
					__u64 lengths, __u32 from)
{
	struct kxf_element element;

	for (__u32 i = 0; i < 64; i++) {
		const struct kxf_until *until;

		if (!lengths)
			break;
		cut_address(&element, address, from + first_bit(lengths));
		lengths &= lengths - 1;
		until = bpf_map_lookup_elem(elements, &element);
		if (until && (!until->expires_ns || until->expires_ns > coarse_ns()))
			return true;
	}
	return false;
}

/* Checked alone by the verifier. */
__noinline int is_member(__u32 slot, const struct kxf_number *address)
{
	const struct kxf_live *live = bpf_map_lookup_elem(&live_sets, &slot);
	void *elements = bpf_map_lookup_elem(&live_elements, &slot);

	if (!address || !live || !elements)
		return 0;
	if (is_ip4_number(address))
		return has_element(elements, address, live->lengths[KXF_ALL4], 96);
	return has_element(elements, address, live->lengths[KXF_WHOLE6] & 1, 128) ||
	       has_element(elements, address, live->lengths[KXF_LONG6], 64) ||
	       has_element(elements, address, live->lengths[KXF_SHORT6], 0);
}

static __always_inline __u32 live_sets_of(__u32 asked, const struct kxf_number *address)
{
	__u32 bits = 0;

	if (is_no_address(address))
		return KXF_NO_LIVE;
	for (__u32 i = 0; i < KXF_LIVE; i++)
		if (asked & 1 << i && is_member(setup.live_slot[i], address))
			bits |= 1 << i;
	return bits;
}

/* Before rules: which live sets have the addresses. */
static __always_inline void find_live(const volatile struct kxf_rules *rules,
				      struct kxf_packet *packet)
{
	if (rules->live[0])
		packet->value[KXF_LIVE_SOURCE] = live_sets_of(rules->live[0],
							      &packet->found[KXF_SOURCE]);
	if (rules->live[1])
		packet->value[KXF_LIVE_DESTINATION] =
			live_sets_of(rules->live[1], &packet->found[KXF_DESTINATION]);
}

struct sweep {
	__u64 now;
};

static long sweep_one(void *elements, const struct kxf_element *element,
		      const struct kxf_until *until, struct sweep *sweep)
{
	if (until->expires_ns && until->expires_ns <= sweep->now)
		bpf_map_delete_elem(elements, element);
	return 0;
}

/*
 * Where there is no room: what has expired goes, if nobody looked a moment ago. A larger
 * set would take too long between two packets: that is left to kxfilter.
 */
static __always_inline void sweep_live(struct kxf_live *live, void *elements, __u64 now)
{
	struct sweep sweep = { .now = now };
	__u64 before = live->swept_ns;

	if (live->size > KXF_SWEEP_MOST || (before && now - before < KXF_SWEEP_NS))
		return;
	if (__sync_val_compare_and_swap(&live->swept_ns, before, now) == before)
		bpf_for_each_map_elem(elements, sweep_one, &sweep, 0);
}

/* What is there stays as long as it would have, if that is longer. */
static __always_inline void stay_longer(struct kxf_until *until, __u64 expires)
{
	__u64 before = until->expires_ns;

	if (before && (!expires || expires > before))
		until->expires_ns = expires;
}

static __always_inline void put_length(struct kxf_live *live, bool is_ip4)
{
	__u64 bit = is_ip4 ? 1ULL << 32 : 1;
	__u32 word = is_ip4 ? KXF_ALL4 : KXF_WHOLE6;

	if (!(live->lengths[word] & bit))
		__sync_fetch_and_or(&live->lengths[word], bit);
}

/* A rule has taken the packet, and adds an end of it to a live set. */
__noinline int add_live(const struct kxf_rule *rule, const struct kxf_packet *packet)
{
	struct kxf_element element = { .bits = 128 };
	struct kxf_until until, *there;
	struct kxf_live *live;
	void *elements;
	__u64 now = coarse_ns();
	__u32 slot;

	if (!rule || !packet)
		return 0;
	slot = rule->live_slot;
	element.address = packet->found[rule->flags & KXF_ADD_SOURCE ? KXF_SOURCE :
								       KXF_DESTINATION];
	live = bpf_map_lookup_elem(&live_sets, &slot);
	elements = bpf_map_lookup_elem(&live_elements, &slot);
	if (!live || !elements || is_no_address(&element.address))
		return 0;
	until.expires_ns = rule->live_ns ? now + rule->live_ns : 0;
	there = bpf_map_lookup_elem(elements, &element);
	if (there && (!there->expires_ns || there->expires_ns > now)) {
		stay_longer(there, until.expires_ns);
		return 0;
	}
	if (bpf_map_update_elem(elements, &element, &until, BPF_ANY)) {
		sweep_live(live, elements, now);
		if (bpf_map_update_elem(elements, &element, &until, BPF_ANY)) {
			__sync_fetch_and_add(&live->full, 1);
			return 0;
		}
	}
	/* Afterwards: who empties a set forgets its lengths before. */
	put_length(live, is_ip4_number(&element.address));
	__sync_fetch_and_add(&live->added, 1);
	return 1;
}

#endif
