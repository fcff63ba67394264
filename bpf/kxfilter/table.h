/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table of connections: bins of eight places. A tuple is in one of two bins that its
 * hash says. Nothing is allocated, a new one takes a free place, one that has expired, or
 * the oldest that is not assured. Looking up takes no lock.
 */
#ifndef KXFILTER_TABLE_H
#define KXFILTER_TABLE_H

#include <kxfilter.h>

#define NO_PLACE	0xffffffff
#define LOCK_TRIES	64
#define CROWDED		5	/* a bin with that many leaves new ones to the emptier one */

/* Set by user space before the load. */
const volatile struct kxf_tracking tracking SEC(".rodata.track") = {
	.bins = KXF_BINS,
	.keys = { 1, 2, 0x9e3779b97f4a7c15, 0xd6e8feb86659fd93 },
	.timeout = KXF_TIMEOUTS,
};

/* Written by programs; user space reads it, and makes it as long as it needs. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KXF_BINS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct kxf_bin);
} connections SEC(".maps");

/* Written by programs, read by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kxf_tracked);
} tracked SEC(".maps");

#define COUNT(what)								\
	({									\
		__u32 zero_ = 0;						\
		struct kxf_tracked *counted_ = bpf_map_lookup_elem(&tracked, &zero_); \
										\
		if (counted_)							\
			counted_->what++;					\
	})

/* Where a tuple may be. */
struct spot {
	__u32 bin[2];
	__u32 tag;
};

static __always_inline __u64 mix_key(__u64 x, __u64 key)
{
	x *= key;
	return x ^ x >> 32;
}

/* Keys are secret, and twice between two words: nobody makes tuples that meet on purpose. */
static __always_inline void find_spot(const struct kxf_tuple *tuple, struct spot *spot)
{
	__u64 one = tracking.keys[2], two = tracking.keys[3], a, b, hash;
	__u64 ports = (__u64)tuple->port[0] << 48 | (__u64)tuple->port[1] << 32 |
		      (__u32)tuple->protocol << 16 | tuple->kind;

	a = mix_key(mix_key(tuple->address[0][0] ^ tracking.keys[0], one), two);
	b = mix_key(mix_key(tuple->address[1][0] ^ tracking.keys[1], two), one);
	a = mix_key(mix_key(a ^ tuple->address[0][1], one), two);
	b = mix_key(mix_key(b ^ tuple->address[1][1], two), one);
	hash = mix_key(mix_key(a + (b << 1 | b >> 63) ^ ports, one), two);
	spot->bin[0] = (hash & 0xffffffff) * tracking.bins >> 32;
	spot->bin[1] = (hash >> 32) * tracking.bins >> 32;
	spot->tag = hash & 0xffff;
}

static __always_inline struct kxf_bin *bin_get(__u32 number)
{
	return bpf_map_lookup_elem(&connections, &number);
}

static __always_inline bool is_tuple(const struct kxf_tuple *a, const struct kxf_tuple *b)
{
	return a->address[0][1] == b->address[0][1] && a->address[1][1] == b->address[1][1] &&
	       *(__u64 *)a->port == *(__u64 *)b->port &&
	       a->address[0][0] == b->address[0][0] && a->address[1][0] == b->address[1][0];
}

static __always_inline bool is_over(const struct kxf_bin *bin, __u32 way, __u32 now)
{
	__u32 phase = bin->phase[way] & (KXF_MOST_PHASES - 1);

	return (__s32)(now - bin->seen[way]) > (__s32)tracking.timeout[phase];
}

/*
 * The way that a tuple gets if it is free. Most have theirs: a look-up that begins there reads the
 * tuple while the tag still comes from memory.
 */
static __always_inline __u32 favourite(__u32 tag)
{
	return tag % KXF_WAYS_OF_BIN;
}

/* The way of a bin; KXF_WAYS_OF_BIN: it is not there. Checked alone by the verifier. */
__noinline int find_way(const struct kxf_bin *bin, const struct kxf_tuple *tuple, __u32 tag)
{
	__u32 way = favourite(tag);

	if (!bin || !tuple)
		return KXF_WAYS_OF_BIN;
	for (int i = 0; i < KXF_WAYS_OF_BIN; i++) {
		if (bin->tag[way] == tag && bin->phase[way] &&
		    is_tuple(&bin->slot[way].tuple, tuple))
			return way;
		way = (way + 1) % KXF_WAYS_OF_BIN;
	}
	return KXF_WAYS_OF_BIN;
}

/* The place of a tuple, also of one that has expired; NO_PLACE. */
static __always_inline __u32 find_place(const struct kxf_tuple *tuple, const struct spot *spot)
{
	for (int i = 0; i < 2; i++) {
		const struct kxf_bin *bin = bin_get(spot->bin[i]);
		__u32 way;

		if (!bin)
			break;
		way = find_way(bin, tuple, spot->tag);
		if (way < KXF_WAYS_OF_BIN)
			return spot->bin[i] * KXF_WAYS_OF_BIN + way;
	}
	return NO_PLACE;
}

/* Nobody has it for long: who waits longer than that gives up, so two may want two each. */
static __always_inline bool lock_bin(struct kxf_bin *bin)
{
	for (int i = 0; i < LOCK_TRIES; i++)
		if (!__sync_val_compare_and_swap(&bin->lock, 0, 1))
			return true;
	return false;
}

static __always_inline void unlock_bin(struct kxf_bin *bin)
{
	__sync_lock_test_and_set(&bin->lock, 0);
}

enum rank { RANK_ASSURED, RANK_VICTIM, RANK_SPARE };

#define RANK_SHIFT	40
#define FAVOURITE_SHIFT	39

/*
 * What a new one could take: the way in the lower 3 bits, above it for how long nothing was
 * seen of what is there, above that whether it is free and its favourite, and the rank. Without
 * branches: a path for the verifier.
 */
static __always_inline __u64 rank_way(const struct kxf_bin *bin, __u32 way, __u32 now, __u32 tag)
{
	__u32 phase = bin->phase[way] & (KXF_MOST_PHASES - 1);
	__s32 age = now - bin->seen[way];
	__u32 is_spare, is_victim;

	age &= ~(age >> 31);
	is_spare = ((phase - 1) >> 31) | (__u32)((__s32)tracking.timeout[phase] - age) >> 31;
	is_victim = ~(KXF_ASSURED >> phase) & ~is_spare & 1;
	return (__u64)(is_spare << 1 | is_victim) << RANK_SHIFT |
	       (__u64)(is_spare & (way == favourite(tag))) << FAVOURITE_SHIFT |
	       (__u64)age << 3 | way;
}

/* The best of a bin's; above it, from bit 48 on, how many are spare. Checked alone. */
__noinline __u64 rank_bin(const struct kxf_bin *bin, __u32 now, __u32 tag)
{
	__u64 best = 0, spare = 0;

	if (!bin)
		return 0;
	for (__u32 way = 0; way < KXF_WAYS_OF_BIN; way++) {
		__u64 rank = rank_way(bin, way, now, tag);

		spare += rank >> (RANK_SHIFT + 1);
		best ^= (best ^ rank) & (__u64)((__s64)(best - rank) >> 63);
	}
	return spare << 48 | best;
}

#define SPARE_OF(rank)	((rank) >> 48)
#define BEST_OF(rank)	((rank) & ((1ULL << 48) - 1))

/* The bin and, in the lower 3 bits, the way for a new one; NO_PLACE: all are assured. */
static __always_inline __u32 choose_way(const struct kxf_bin *first, const struct kxf_bin *second,
					__u32 now, __u32 tag)
{
	__u64 a = rank_bin(first, now, tag), b = 0, best;
	__u32 is_second;

	if (SPARE_OF(a) <= KXF_WAYS_OF_BIN - CROWDED)
		b = rank_bin(second, now, tag);
	is_second = SPARE_OF(b) > SPARE_OF(a) ||
		    (SPARE_OF(a) == SPARE_OF(b) && BEST_OF(b) > BEST_OF(a));
	best = is_second ? BEST_OF(b) : BEST_OF(a);
	if (best >> RANK_SHIFT == RANK_ASSURED)
		return NO_PLACE;
	if (best >> RANK_SHIFT == RANK_VICTIM)
		COUNT(pushed_out);
	else if ((is_second ? second : first)->phase[best & 7])
		COUNT(expired);
	return is_second << 3 | (best & 7);
}

/**
 * struct entry - what is to be put into the table
 * @slot: it
 * @phase: enum kxf_phase
 * @now: tick
 * @spot: where it may be: not on the stack, of which little is left here
 * @place: where it is now; NO_PLACE: all places have assured ones
 */
struct entry {
	struct kxf_slot slot;
	__u32 phase;
	__u32 now;
	struct spot spot;
	__u32 place;
};

static __always_inline void fill_way(struct kxf_bin *bin, __u32 way, const struct entry *entry)
{
	struct kxf_slot *to = &bin->slot[way];
	__u32 serial = to->serial + 1;

	bin->phase[way] = KXF_FREE;
	__sync_fetch_and_add(&bin->lock, 0);
	*to = entry->slot;
	to->serial = serial;
	bin->tag[way] = entry->spot.tag;
	bin->seen[way] = entry->now;
	/* Others find it only when all of it is there. */
	__sync_fetch_and_add(&bin->lock, 0);
	bin->phase[way] = entry->phase;
}

/* With both bins locked. */
static __always_inline __u32 enter_locked(struct kxf_bin *first, struct kxf_bin *second,
					  const struct entry *entry)
{
	__u32 way = find_way(first, &entry->slot.tuple, entry->spot.tag), where;

	if (way >= KXF_WAYS_OF_BIN)
		way += find_way(second, &entry->slot.tuple, entry->spot.tag);
	if (way >= 2 * KXF_WAYS_OF_BIN) {
		where = choose_way(first, second, entry->now, entry->spot.tag);
		if (where == NO_PLACE)
			return NO_PLACE;
	} else {
		where = way & 15;
		if (!is_over(where >> 3 ? second : first, where & 7, entry->now))
			return NO_PLACE - 1;
		COUNT(expired);
	}
	fill_way(where >> 3 ? second : first, where & 7, entry);
	barrier_var(entry);
	return (where >> 3 ? entry->spot.bin[1] : entry->spot.bin[0]) * KXF_WAYS_OF_BIN +
	       (where & 7);
}

enum entered { ENTERED, ENTER_THERE, ENTER_FULL, ENTER_BUSY };

/* Checked alone by the verifier. */
__noinline int enter_table(struct entry *entry)
{
	struct kxf_bin *first, *second;
	__u32 place;

	if (!entry)
		return ENTER_FULL;
	find_spot(&entry->slot.tuple, &entry->spot);
	barrier_var(entry);
	first = bin_get(entry->spot.bin[0]);
	second = bin_get(entry->spot.bin[1]);
	if (!first || !second)
		return ENTER_FULL;
	if (!lock_bin(first))
		return ENTER_BUSY;
	if (first != second && !lock_bin(second)) {
		unlock_bin(first);
		return ENTER_BUSY;
	}
	place = enter_locked(first, second, entry);
	unlock_bin(first);
	if (first != second)
		unlock_bin(second);
	if (place == NO_PLACE)
		return ENTER_FULL;
	if (place == NO_PLACE - 1)
		return ENTER_THERE;
	entry->place = place;
	return ENTERED;
}

#endif
