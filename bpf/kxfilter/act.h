/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a rule that matches does: whether it takes the packet, counters, limits, the log. */
#ifndef KXFILTER_ACT_H
#define KXFILTER_ACT_H

#include "live.h"
#include "trial.h"

#define TRIES	8	/* at a limit that other CPUs are at too */

/**
 * struct work - a packet, and what becomes of it
 * @packet: as it was read
 * @match: rules that match it
 * @mark: as it will be
 * @ttl: as it will be; KXF_NO_TTL: stays
 * @dscp: as it will be; KXF_NO_DSCP: stays
 * @ifindex: of the device
 * @to_ifindex: KXF_REDIRECT: of the one that gets it
 * @rule: who decided
 * @verdict: enum kxf_verdict
 * @to_ingress: KXF_REDIRECT: as if it had come in there
 * @is_asked: the rule that a capture asks for has taken it, and let go on
 * @nat: of the rule that translates: where that is said in the tables; 0: none
 * @answer: KXF_REJECT: enum kxf_answer
 * @slot: KXF_REJECT: of the counters of the rule, or KXF_NO_RULE
 */
struct work {
	struct kxf_packet packet;
	struct match match;
	__u32 mark;
	__u16 ttl;
	__u16 dscp;
	__u32 ifindex;
	__u32 to_ifindex;
	__u32 rule;
	__u8 verdict;
	__u8 to_ingress;
	__u8 answer;
	__u8 is_asked;
	__u32 nat;
	__u32 slot;
};

/* Not on the stack: 6.1 counts that of all who call each other, up to 512 bytes. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct work);
} works SEC(".maps") KX_PRIVATE;

static __always_inline struct work *work_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&works, &zero);
}

static __always_inline __u64 mix(__u64 x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ULL;
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ULL;
	return x ^ x >> 32;
}

static __always_inline __u64 hash_end(const struct kxf_number *address, __u32 port)
{
	return mix(mix(mix(setup.seed ^ address->high) ^ address->low) ^ port);
}

/* The same for both directions of a flow. */
static __always_inline __u32 hash_flow(const struct kxf_packet *packet)
{
	__u64 ends = hash_end(&packet->found[KXF_SOURCE], packet->value[KXF_SOURCE_PORT]) +
		     hash_end(&packet->found[KXF_DESTINATION],
			      packet->value[KXF_DESTINATION_PORT]);

	return mix(ends ^ packet->value[KXF_PROTOCOL]);
}

/* Whether a packet is within a limit; @due: when the next one would be, if all came in time. */
static __always_inline bool is_within(__u64 *due, __u64 now, __u64 limit, __u64 burst)
{
	for (int i = 0; i < TRIES; i++) {
		__u64 seen = *(volatile __u64 *)due;
		__u64 from = seen > now ? seen : now;

		if (from - now > burst)
			return false;
		if (__sync_val_compare_and_swap(due, seen, from + limit) == seen)
			return true;
	}
	return false;
}

/* A place that another source has is taken over when that one is not ahead of its limit. */
static __noinline bool is_within_source(const struct kxf_rule *rule,
					const struct kxf_number *source, __u64 now)
{
	__u64 who = mix(mix(mix(setup.seed ^ source->high) ^ source->low) ^ rule->slot);
	__u32 key = who & (KXF_BUCKETS - 1);
	struct kxf_bucket *bucket = bpf_map_lookup_elem(&buckets, &key);
	__u64 seen;

	if (!bucket)
		return false;
	seen = bucket->who;
	if (seen != who && bucket->due_ns <= now)
		__sync_val_compare_and_swap(&bucket->who, seen, who);
	return is_within(&bucket->due_ns, now, rule->limit_ns, rule->burst_ns);
}

static __always_inline bool is_turn(const struct kxf_rule *rule)
{
	struct kxf_rule_state *state;
	struct kxf_counter *counter;
	__u32 slot = rule->slot;

	if (rule->flags & KXF_EVERY_PER_CPU) {
		counter = counter_get(bpf_get_smp_processor_id(), slot);
		return counter && ++counter->turn % rule->every == 0;
	}
	state = bpf_map_lookup_elem(&states, &slot);
	return state && (__sync_fetch_and_add(&state->turn, 1) + 1) % rule->every == 0;
}

static __always_inline bool is_within_rule(const struct kxf_rule *rule, __u64 now)
{
	struct kxf_rule_state *state;
	__u32 slot = rule->slot;

	state = bpf_map_lookup_elem(&states, &slot);
	return state && is_within(&state->due_ns, now, rule->limit_ns, rule->burst_ns);
}

/*
 * Of what matches, does the rule take this one? Not static, as log_packet(): the verifier
 * checks them once, not for each way that leads there.
 */
__noinline int takes(const struct kxf_rule *rule, const struct kxf_packet *packet)
{
	bool within;

	if (!rule || !packet)
		return false;
	if (rule->every && !is_turn(rule))
		return false;
	if (rule->random && chance() >= rule->random)
		return false;
	if (rule->flow && hash_flow(packet) >= rule->flow)
		return false;
	if (!rule->limit_ns)
		return true;
	if (rule->flags & KXF_PER_SOURCE)
		within = is_within_source(rule, &packet->found[KXF_SOURCE], now_ns());
	else
		within = is_within_rule(rule, now_ns());
	return within == !(rule->flags & KXF_ABOVE);
}

static __always_inline void put_address(__u8 *to, const struct kxf_number *address)
{
	*(__u64 *)to = bpf_cpu_to_be64(address->high);
	*(__u64 *)(to + 8) = bpf_cpu_to_be64(address->low);
}

/* The rest of a record: what there is for every packet. */
static __always_inline void put_packet(struct kxf_record *to, const struct kxf_packet *packet)
{
	put_address(to->source, &packet->found[KXF_SOURCE]);
	put_address(to->destination, &packet->found[KXF_DESTINATION]);
	to->bytes = packet->bytes;
	to->ethertype = packet->value[KXF_ETHERTYPE];
	to->vlan = packet->value[KXF_VLAN];
	to->protocol = packet->value[KXF_PROTOCOL];
	to->source_port = packet->value[KXF_SOURCE_PORT];
	to->destination_port = packet->value[KXF_DESTINATION_PORT];
	to->icmp = packet->value[KXF_ICMP];
	to->extras = packet->value[KXF_EXTRAS];
	to->family = packet->value[KXF_FAMILY];
	to->has_ports = packet->value[KXF_SOURCE_PORT] != KXF_NO_PORT;
	to->has_icmp = packet->value[KXF_ICMP] != KXF_NO_ICMP;
	to->tcp_flags = packet->value[KXF_TCP_FLAGS];
	to->fragment = packet->value[KXF_FRAGMENT];
	to->unused[0] = 0;
	to->unused[1] = 0;
}

/* Written where it stays: it would be large for the stack. */
__noinline int log_packet(const struct kxf_rule *rule, const struct work *work, __u32 way)
{
	struct kxf_rule_state *state;
	struct kx_record *record;
	struct kxf_record *to;
	struct kx_place place;
	__u32 slot;

	if (!rule || !work)
		return 0;
	slot = rule->slot;
	state = bpf_map_lookup_elem(&states, &slot);
	if (!state)
		return 0;
	if (!is_within(&state->log_due_ns, now_ns(), rule->log_ns, 0)) {
		__sync_fetch_and_add(&state->unlogged, 1);
		return 0;
	}
	record = kx_stream_begin(&packets, KX_ROOM_OF(packets), KX_RECORD_LEN(sizeof(*to)), &place);
	if (!record)
		return 0;	/* counted by the stream */
	to = (struct kxf_record *)(record + 1);
	put_packet(to, &work->packet);
	to->slot = slot;
	to->ifindex = work->ifindex;
	to->mark = work->mark;
	to->verdict = rule->verdict;
	to->way = way;
	to->monitor = setup.monitor;
	kx_stream_end(&place, record);
	return 1;
}

static __always_inline void count(__u32 slot, const struct kxf_packet *packet)
{
	struct kxf_counter *counter = counter_get(bpf_get_smp_processor_id(), slot);

	if (!counter)
		return;
	counter->packets++;
	counter->bytes += packet->bytes;
}

/* A rule has taken the packet; true: it has decided. */
static __always_inline bool apply(const volatile struct kxf_rules *rules,
				  const struct kxf_rule *rule, struct work *work, __u32 way)
{
	__u32 flags = rules->flags;

	count(rule->slot, &work->packet);
	if (flags & KXF_HAS_MARKS && rule->flags & KXF_MARKS)
		work->mark = (work->mark & ~rule->mark_mask) | rule->mark;
	if (flags & KXF_HAS_LOGS && rule->flags & KXF_LOGS)
		log_packet(rule, work, way);
	if (flags & KXF_HAS_REWRITES && rule->flags & KXF_SET_TTL)
		work->ttl = rule->ttl;
	if (flags & KXF_HAS_REWRITES && rule->flags & KXF_SET_DSCP)
		work->dscp = rule->dscp;
	if (flags & KXF_HAS_ADDS && rule->flags & (KXF_ADD_SOURCE | KXF_ADD_DESTINATION))
		add_live(rule, &work->packet);
	if (flags & KXF_HAS_STATES && rule->nat)
		work->nat = rule->nat;
	if (flags & KXF_HAS_MORE && rule->verdict == KXF_CONTINUE) {
		work->is_asked |= rule->slot == *(volatile __u32 *)&look.slot;
		return false;
	}
	if (flags & KXF_HAS_REDIRECTS) {
		work->to_ifindex = rule->ifindex;
		work->to_ingress = !!(rule->flags & KXF_TO_INGRESS);
	}
	if (flags & KXF_HAS_REJECTS) {
		work->answer = rule->answer;
		work->slot = rule->slot;
	}
	work->verdict = rule->verdict;
	return true;
}

#endif
