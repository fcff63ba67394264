/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * After the verdict: the connection goes on, or is entered; and if a rule says so, with
 * another tuple behind the translation, which no other connection has.
 */
#ifndef KXFILTER_NAT_H
#define KXFILTER_NAT_H

#include "state.h"

#define LEAST_PORT	1024	/* where the rule names no ports */

static __always_inline void touch(struct kxf_bin *bin, __u32 place, __u32 phase, __u32 now)
{
	bin->seen[place % KXF_WAYS_OF_BIN] = now;
	if (bin->phase[place % KXF_WAYS_OF_BIN] != phase)
		bin->phase[place % KXF_WAYS_OF_BIN] = phase;
}

/* The slot may have become another's since it was looked up. */
__noinline int go_on(struct followed *track)
{
	const struct step *step;
	struct kxf_slot *slot, *alias;
	struct kxf_bin *bin;
	__u32 own;

	if (!track)
		return 0;
	step = &track->step;
	own = track->own & 1;
	slot = slot_get(track->place, &bin);
	if (!slot || slot->serial != track->serial)
		return 0;
	if (step->is_odd)
		COUNT(odd);
	touch(bin, track->place, step->phase, track->now);
	if (step->effect >= CHANGE)
		slot->side[own] = step->own;
	if (step->effect == CHANGE_BOTH)
		slot->side[!own] = step->other;
	if (track->alias == NO_PLACE)
		return 0;
	alias = slot_get(track->alias, &bin);
	if (alias && alias->peer == track->place && alias->peer_serial == track->serial)
		touch(bin, track->alias, step->phase, track->now);
	return 0;
}

/* One that is over and begins anew gives its place away, and its other tuple's. */
static __always_inline void end_old(const struct followed *track)
{
	struct kxf_slot *slot, *alias;
	struct kxf_bin *bin;

	slot = slot_get(track->place, &bin);
	if (!slot || slot->serial != track->serial)
		return;
	forget_slot(bin, track->place);
	COUNT(reopened);
	if (!(slot->flags & KXF_SLOT_TRANSLATED))
		return;
	alias = slot_get(slot->peer, &bin);
	if (alias && alias->peer == track->place && alias->peer_serial == track->serial)
		forget_slot(bin, slot->peer);
}

static __always_inline __u64 hash_end_of(const __u64 *address, __u64 salt)
{
	return mix_key(mix_key(mix_key(address[0] ^ tracking.keys[0], tracking.keys[2]) ^
			       address[1] ^ salt, tracking.keys[3]), tracking.keys[2]);
}

/* The same source always gets the same of several addresses. */
static __always_inline void choose_address(const struct kxf_nat *nat, __u32 which,
					   const __u64 *source, __u64 *to)
{
	__u64 span = nat->last[which] - nat->first[which][1] + 1;
	__u64 hash = hash_end_of(source, which);

	to[0] = nat->first[which][0];
	to[1] = nat->first[which][1] + (span ? hash % span : hash);
}

/* The first try keeps the port if the rule lets it; later ones are spread by hash. */
static __always_inline __u16 choose_port(const struct search *search, const struct kxf_nat *nat,
					 __u32 which, __u32 try)
{
	__u32 first = nat->first_port[which], last = nat->last_port[which];
	__u32 old = search->old[which];

	if (!first && which)
		return old;
	if (!try && (first ? old >= first && old <= last : true))
		return old;
	if (!first) {
		first = LEAST_PORT;
		last = 65535;
	}
	return first + (__u32)(mix_key(search->hash + try * 0x9e3779b97f4a7c15ULL,
				       tracking.keys[3]) >> 32) % (last - first + 1);
}

static __always_inline void try_ports(struct search *search, const struct kxf_nat *nat,
				      __u32 try)
{
	__u32 flags = nat->flags;

	search->change.port[0] = search->old[0];
	search->change.port[1] = search->old[1];
	if (!search->has_ports)
		return;
	if (flags & KXF_NAT_SOURCE)
		search->change.port[0] = choose_port(search, nat, 0, try);
	if (search->kind)
		search->change.port[1] = search->change.port[0];
	else if (flags & KXF_NAT_DESTINATION)
		search->change.port[1] = choose_port(search, nat, 1, try);
}

/* SCTP has a checksum over all of it: its ports stay. Checked alone by the verifier. */
__noinline int begin_search(struct followed *track)
{
	const struct kxf_tuple *tuple;
	const struct kxf_nat *nat;
	struct search *search;
	__u32 source, protocol;

	if (!track)
		return 0;
	nat = &track->nat;
	tuple = &track->tuple;
	search = &track->search;
	source = track->source & 1;
	protocol = tuple->protocol;
	search->protocol = protocol;
	search->kind = tuple->kind;
	search->is_same = false;
	search->result = ENTER_THERE;
	change_to(&search->change, tuple, source);
	search->old[0] = search->change.port[0];
	search->old[1] = search->change.port[1];
	search->has_ports = tuple->kind || (has_ports(protocol) && protocol != PROTO_SCTP);
	search->hash = hash_end_of(search->change.address[0], 2) ^
		       hash_end_of(search->change.address[1], (__u64)search->old[0] << 16 |
				   search->old[1]);
	if (nat->flags & KXF_NAT_DESTINATION)
		choose_address(nat, 1, tuple->address[source], search->change.address[1]);
	if (nat->flags & KXF_NAT_SOURCE)
		choose_address(nat, 0, tuple->address[source], search->change.address[0]);
	return 0;
}

/* Of the slot that is to be entered: the other tuple; the end that is the source has begun. */
static __always_inline void search_tuple(const struct search *search, struct kxf_slot *slot)
{
	slot->origin = make_tuple(&slot->tuple, search->change.address[0],
				  search->change.address[1], search->change.port,
				  search->protocol);
	if (search->kind)
		slot->tuple.kind = (search->kind & ~1) + slot->origin;
}

static long try_tuple(__u32 try, void *unused)
{
	struct followed *track = track_get();
	struct search *search;

	if (!track)
		return 1;
	search = &track->search;
	try_ports(search, &track->nat, try);
	search_tuple(search, &track->entry.slot);
	search->is_same = is_tuple(&track->entry.slot.tuple, &track->tuple);
	search->result = search->is_same ? ENTERED : enter_table(&track->entry);
	return search->result != ENTER_THERE;
}

/* Enters the other tuple, under which answers come; enum entered. */
static __always_inline int enter_alias(struct followed *track)
{
	struct search *search = &track->search;

	begin_search(track);
	track->entry.slot.flags = KXF_SLOT_ALIAS | KXF_SLOT_TRANSLATED;
	bpf_loop(KXF_PORT_TRIES, try_tuple, NULL, 0);
	if (!search->is_same)
		track->change = search->change;
	return search->result;
}

static __always_inline void count_entered(int result)
{
	if (result == ENTERED)
		COUNT(made);
	else if (result == ENTER_FULL)
		COUNT(refused);
	else if (result == ENTER_BUSY)
		COUNT(busy);
}

static __always_inline void count_alias(int result)
{
	if (result == ENTER_THERE)
		COUNT(no_port);
	else
		count_entered(result);
}

static __always_inline void begin_entry(struct followed *track)
{
	struct entry *entry = &track->entry;
	struct kxf_slot *slot = &entry->slot;

	__builtin_memset(entry, 0, sizeof(*entry));
	entry->phase = track->step.phase;
	entry->now = track->now;
	entry->place = NO_PLACE;
	slot->made = track->now;
	slot->rule = track->rule;
	slot->way = track->way;
}

/* Addresses of IPv4 are for packets of IPv4. */
static __always_inline bool is_for(const struct kxf_nat *nat, const struct kxf_tuple *tuple)
{
	__u32 which = !(nat->flags & KXF_NAT_SOURCE);
	bool is_ip4 = !tuple->address[0][0] && tuple->address[0][1] >> 32 == 0xffff;

	return (!nat->first[which][0] && nat->first[which][1] >> 32 == 0xffff) == is_ip4;
}

/* The alias is in the table; from here on the slot is the connection's, which leads to it. */
static __always_inline void keep_alias(struct entry *entry)
{
	struct kxf_slot *slot = &entry->slot, *alias;
	struct kxf_bin *bin;

	slot->peer = entry->place;
	entry->place = NO_PLACE;
	if (slot->peer == NO_PLACE)
		return;
	slot->flags = KXF_SLOT_TRANSLATED;
	alias = slot_get(slot->peer, &bin);
	if (alias)
		slot->peer_serial = alias->serial;
}

/* And back; or it goes, where the connection found no place. */
static __always_inline void link_alias(const struct entry *entry)
{
	struct kxf_slot *alias, *slot;
	struct kxf_bin *bin;

	if (entry->place == NO_PLACE) {
		alias = slot_get(entry->slot.peer, &bin);
		if (alias && alias->serial == entry->slot.peer_serial)
			forget_slot(bin, entry->slot.peer);
		return;
	}
	slot = slot_get(entry->place, &bin);
	alias = slot_get(entry->slot.peer, &bin);
	if (!alias || !slot)
		return;
	alias->peer_serial = slot->serial;
	alias->peer = entry->place;
}

static __always_inline void fill_entry(struct followed *track)
{
	struct kxf_slot *slot = &track->entry.slot;
	__u32 own = track->own & 1;

	slot->tuple = track->tuple;
	slot->origin = track->source;
	slot->side[own] = track->step.own;
	slot->side[!own] = track->step.other;
}

/* Enters a connection; enum entered. Checked alone by the verifier. */
__noinline int begin_connection(struct followed *track)
{
	int result;

	if (!track)
		return ENTER_FULL;
	if (track->place != NO_PLACE)
		end_old(track);
	begin_entry(track);
	if (track->nat.flags && is_for(&track->nat, &track->tuple)) {
		result = enter_alias(track);
		if (result != ENTERED) {
			count_alias(result);
			return result;
		}
	}
	track->entry.slot.flags = 0;
	keep_alias(&track->entry);
	fill_entry(track);
	result = enter_table(&track->entry);
	if (track->entry.slot.peer != NO_PLACE)
		link_alias(&track->entry);
	count_entered(result);
	return result;
}

/* What later fragments need to know of the first one. */
__noinline int enter_pieces(struct followed *track)
{
	struct kxf_slot *slot;

	if (!track)
		return ENTER_FULL;
	slot = &track->entry.slot;
	begin_entry(track);
	slot->tuple = track->pieces;
	if (track->change.is_on)
		__builtin_memcpy(slot->side, &track->change, sizeof(track->change));
	track->entry.phase = KXF_FRAGMENTS;
	return enter_table(&track->entry);
}

/*
 * The packet passes, if it can: a new connection that finds no place, or no tuple to be
 * translated to, does not begin.
 *
 * Return: enum kxf_verdict: KXF_PASS or KXF_DROP.
 */
static __always_inline int commit_connection(struct followed *track)
{
	int result = ENTERED;

	if (track->step.effect == CREATE) {
		result = begin_connection(track);
		/* Another CPU has just done the same. */
		if (result == ENTER_THERE && !track->nat.flags)
			result = ENTERED;
	} else if (track->step.effect != NO_EFFECT && track->place != NO_PLACE) {
		go_on(track);
	}
	if (result != ENTERED)
		return KXF_DROP;
	if (track->pieces.kind)
		enter_pieces(track);
	return KXF_PASS;
}

#endif
