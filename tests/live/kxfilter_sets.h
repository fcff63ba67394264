/* SPDX-License-Identifier: GPL-2.0-only */
/* Rule sets by chance, with values that packets by chance have too. */
#ifndef TEST_KXFILTER_SETS_H
#define TEST_KXFILTER_SETS_H

#include <stdlib.h>
#include <string.h>

#include "../../tools/kxfilter/rules.h"

static uint64_t chance_state = 1;

static uint64_t chance(void)
{
	uint64_t x = (chance_state += 0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static uint64_t below(uint64_t limit)
{
	return chance() % limit;
}

static bool one_of(uint64_t nr)
{
	return !below(nr);
}

#define PICK(list)	((list)[below(sizeof(list) / sizeof((list)[0]))])

/* Few, so that they meet; some are at the edges. */
static uint32_t some_address4(void)
{
	static const uint32_t nets[] = { 0x0a000000, 0x0a0000fe, 0xc0a80100, 0xc0a8ffff, 0x08080808,
					 0, 0xffffffff, 0xe0000001, 0x7f000001, 0x0a010000 };

	return one_of(12) ? chance() : PICK(nets) + (one_of(2) ? below(4) : 0);
}

static struct number some_address6(void)
{
	static const uint64_t highs[] = { 0x20010db800000000, 0x20010db800010000,
					  0xfe80000000000000, 0xff02000000000000, 0,
					  UINT64_MAX, 0x20010db8ffffffff };
	static const uint64_t lows[] = { 0, 1, 2, UINT64_MAX, 0xffff0a000000, 0xfffe00000000,
					 0x0000000100000000 };

	if (one_of(16))
		return (struct number){ chance(), chance() };
	return (struct number){ PICK(highs) + (one_of(4) ? below(3) : 0),
				PICK(lows) + (one_of(4) ? below(3) : 0) };
}

static struct number some_address(void)
{
	return one_of(2) ? (struct number){ 0, 0xffff00000000 + some_address4() } : some_address6();
}

static uint64_t some_mac(void)
{
	static const uint64_t macs[] = { 0x020000000001, 0x020000000002, 0xffffffffffff, 0,
					 0x333300000001, 0x0200000000ff };

	return one_of(16) ? chance() >> 16 : PICK(macs);
}

static uint32_t some_port(void)
{
	static const uint32_t ports[] = { 0, 22, 53, 80, 443, 1023, 1024, 40000, 65535 };

	return one_of(8) ? below(65536) : PICK(ports);
}

static uint32_t some_type(void)
{
	static const uint32_t types[] = { 0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8, 0x0026, 0x88cc };

	return one_of(16) ? below(65536) : PICK(types);
}

static uint32_t some_protocol(void)
{
	static const uint32_t protocols[] = { 1, 6, 17, 33, 58, 132, 136, 47, 50, 51, 59, 4, 6 };

	return one_of(16) ? below(256) : PICK(protocols);
}

static uint64_t some_value(enum field field)
{
	static const uint32_t lengths[] = { 20, 28, 40, 48, 60, 64, 100, 0, 65535 };
	static const uint32_t ttls[] = { 0, 1, 63, 64, 255 };
	static const uint32_t icmps[] = { 0, 8 << 8, 3 << 8 | 1, 128 << 8, 135 << 8, 65535 };
	static const uint32_t flags[] = { 0x02, 0x12, 0x10, 0x04, 0x11, 0x18, 0, 0xff };

	switch (field) {
	case FIELD_SOURCE_MAC:
	case FIELD_DESTINATION_MAC:
		return some_mac();
	case FIELD_VLAN:
	case FIELD_INNER_VLAN:
		return one_of(4) ? below(4096) : below(4);
	case FIELD_ETHERTYPE:
		return some_type();
	case FIELD_PROTOCOL:
		return some_protocol();
	case FIELD_SOURCE_PORT:
	case FIELD_DESTINATION_PORT:
		return some_port();
	case FIELD_TCP_FLAGS:
		return one_of(4) ? below(256) : PICK(flags);
	case FIELD_ICMP:
		return one_of(4) ? below(65536) : PICK(icmps);
	case FIELD_LENGTH:
		return one_of(4) ? below(1600) : PICK(lengths);
	case FIELD_DSCP:
		return one_of(2) ? 0 : below(64);
	case FIELD_TTL:
		return one_of(4) ? below(256) : PICK(ttls);
	case FIELD_MARK:
		return one_of(4) ? chance() & 0xffffffff : below(5);
	case FIELD_EXTRAS:
		return one_of(3) ? 1u << below(9) : below(EXTRAS);
	default:
		return below(field_kinds[field].numbers);
	}
}

static bool is_address(enum field field)
{
	return field == FIELD_SOURCE || field == FIELD_DESTINATION;
}

/* The largest number of a field, "none" not counted. */
static uint64_t last_of(enum field field)
{
	const struct field_kind *kind = &field_kinds[field];

	return kind->numbers ? kind->numbers - 1 : (1ULL << kind->bits) - 1;
}

static void add_address(struct set *set)
{
	struct number first = some_address(), last = first;
	bool is_ip4 = !first.high && first.low >> 32 == 0xffff;
	uint32_t bits = is_ip4 ? below(33) : below(129);

	if (one_of(3)) {
		/* One alone. */
	} else if (one_of(4)) {
		last.low += below(1000);
		if (last.low < first.low)
			last.low = UINT64_MAX;
	} else if (bits >= 64) {
		first.low &= bits == 64 ? UINT64_MAX : ~(UINT64_MAX >> (128 - bits));
		first.low = bits == 128 ? 0 : first.low;
		last.low |= bits == 128 ? UINT64_MAX : (1ULL << (bits - 64)) - 1;
		first.low &= ~((bits == 128 ? UINT64_MAX : (1ULL << (bits - 64)) - 1));
	} else {
		first.low &= ~((1ULL << bits) - 1);
		last.low |= (1ULL << bits) - 1;
	}
	set_add(set, first, last);
}

static void add_value(struct set *set, enum field field)
{
	uint64_t first = some_value(field), last = first, most = last_of(field);

	if (one_of(3))
		last = first + below(one_of(2) ? 4 : most / 2 + 1);
	if (one_of(20))
		first = 0;
	if (one_of(20))
		last = most;
	if (field_kinds[field].none != UINT64_MAX && one_of(30))
		last = most + 1;
	else if (last > most)
		last = most;
	set_add_low(set, first, last);
}

static struct set *complement(struct set *set, enum field field)
{
	struct set *all = set_new(), *rest;

	if (is_address(field))
		set_add(all, (struct number){}, (struct number){ UINT64_MAX, UINT64_MAX });
	else
		set_add_low(all, 0, last_of(field));
	set_end(all);
	rest = set_without(all, set);
	set_drop(all);
	set_drop(set);
	return rest;
}

static struct set *some_set(enum field field)
{
	size_t nr = one_of(2) ? 1 : one_of(40) ? below(2000) : one_of(100) ? 0 : 1 + below(8);
	struct set *set = set_new();

	for (size_t i = 0; i < nr; i++)
		if (is_address(field))
			add_address(set);
		else
			add_value(set, field);
	set_end(set);
	return one_of(5) ? complement(set, field) : set;
}

/* Sets are shared by rules, as named ones are. */
#define SHARED	6

struct shared_sets {
	struct set *sets[FIELDS][SHARED];
};

static struct set *set_for(struct shared_sets *shared, enum field field)
{
	struct set **at = &shared->sets[field][below(SHARED)];

	if (!one_of(3))
		return some_set(field);
	if (!*at)
		*at = some_set(field);
	return set_use(*at);
}

static void some_share(struct share *share)
{
	switch (below(6)) {
	case 0:
		share->every = 1 + below(4);
		share->every_per_cpu = one_of(2);
		break;
	case 1:
		share->random = chance();
		break;
	case 2:
		share->flow = chance();
		break;
	default:
		share->limit_ns = 1 + below(5000);
		share->limit_burst = below(6);
		share->limit_per_source = one_of(2);
		share->limit_is_above = one_of(2);
	}
}

static struct live_set *some_live_sets(size_t nr)
{
	struct live_set *sets = calloc(nr + 1, sizeof(*sets));

	for (size_t i = 0; i < nr; i++) {
		snprintf(sets[i].name, sizeof(sets[i].name), "live-%zu", i);
		sets[i].size = 100000;
		sets[i].first = set_new();
		for (size_t left = one_of(2) ? below(6) : 0; left; left--)
			add_address(sets[i].first);
		set_end(sets[i].first);
	}
	return sets;
}

/* Instead of addresses that are compiled; and what is added. */
static void some_live(struct rule *rule, size_t nr)
{
	if (nr && !rule->match[FIELD_SOURCE] && one_of(3)) {
		rule->live_source = below(nr);
		rule->live_source_not = one_of(4);
	}
	if (nr && !rule->match[FIELD_DESTINATION] && one_of(3)) {
		rule->live_destination = below(nr);
		rule->live_destination_not = one_of(4);
	}
	if (nr && one_of(12)) {
		rule->add = one_of(2) ? ADD_SOURCE : ADD_DESTINATION;
		rule->add_to = below(nr);
		rule->add_ns = one_of(2) ? 0 : 1 + below(100000);
	}
}

/* What kind of rule set: how many fields, shares and so on its rules have. */
struct character {
	uint32_t fields;	/* of 1,000 */
	bool has_shares;
	bool has_continue;
	bool has_marks;
	bool has_out;
	bool has_rewrites;
	bool has_redirects;
	bool has_rejects;
	size_t nr_live;
	uint32_t used;		/* fields, by bit */
};

static void some_rule(struct rule *rule, size_t number, const struct character *character,
		      struct shared_sets *shared)
{
	*rule = (struct rule){ .live_source = -1, .live_destination = -1, .line = number + 1 };
	snprintf(rule->id, sizeof(rule->id), "rule-%zu", number);
	rule->directions = !character->has_out ? DIRECTION_IN : 1 + below(3);
	for (enum field field = 0; field < FIELD_STATE; field++)
		if (character->used & 1u << field && below(1000) < character->fields)
			rule->match[field] = set_for(shared, field);
	rule->verdict = one_of(2) ? VERDICT_PASS : VERDICT_DROP;
	if (character->has_continue && one_of(4))
		rule->verdict = VERDICT_CONTINUE;
	if (character->has_shares && one_of(3))
		some_share(&rule->share);
	if (character->has_redirects && one_of(4)) {
		rule->verdict = VERDICT_REDIRECT;
		strcpy(rule->device, "lo");
	}
	if (character->has_rejects && one_of(2)) {
		rule->verdict = VERDICT_REJECT;
		rule->reject = one_of(2) ? REJECT_USUAL : below(REJECT_ADMIN + 1);
	}
	some_live(rule, character->nr_live);
	rule->log = one_of(40);
	if (character->has_rewrites && one_of(2))
		rule->rewrites[rule->nr_rewrites++] = (struct rewrite){
			.kind = REWRITE_TTL, .value = chance() };
	if (character->has_rewrites && one_of(2))
		rule->rewrites[rule->nr_rewrites++] = (struct rewrite){
			.kind = REWRITE_DSCP, .value = below(64) };
	if (character->has_marks && one_of(3)) {
		rule->has_mark = true;
		rule->mark_mask = one_of(2) ? UINT32_MAX : chance();
		rule->mark = chance() & rule->mark_mask;
	}
}

static size_t some_size(void)
{
	switch (below(8)) {
	case 0:
		return below(3);
	case 1:
	case 2:
		return 1 + below(10);
	case 3:
		return 60 + below(10);
	case 4:
	case 5:
		return 20 + below(200);
	case 6:
		return 100 + below(1000);
	default:
		return one_of(3) ? 4096 : 64 << below(3);
	}
}

static inline struct rules *some_rules(bool at_xdp)
{
	struct rules *rules = calloc(1, sizeof(*rules));
	struct shared_sets shared = {};
	struct character character = {
		.fields = 50 + below(900), .has_shares = one_of(3), .has_continue = one_of(3),
		.has_marks = !at_xdp && one_of(3), .has_out = !one_of(4),
		.has_rewrites = one_of(3), .has_redirects = one_of(5),
		.has_rejects = one_of(3), .used = chance(),
		.nr_live = one_of(2) ? 0 : one_of(4) ? 12 : 1 + below(4),
	};
	size_t nr = some_size();

	if (one_of(2))
		character.used &= chance() & chance();
	if (at_xdp)
		character.used &= ~(1u << FIELD_MARK);
	rules->rows = calloc(nr + 1, sizeof(*rules->rows));
	rules->live = some_live_sets(character.nr_live);
	rules->nr_live = character.nr_live;
	/* Of two sets that the text fills a rule becomes four. */
	nr = character.nr_live && nr > 1024 ? 1024 : nr;
	for (; rules->nr < nr; rules->nr++)
		some_rule(&rules->rows[rules->nr], rules->nr, &character, &shared);
	rules->mark_bits = one_of(2) ? UINT32_MAX : chance() | 7;
	for (int i = 0; i < 2; i++)
		rules->fallback[i] = one_of(5) ? VERDICT_REJECT : one_of(2) ? VERDICT_PASS :
				     VERDICT_DROP;
	rules->malformed = one_of(3) ? VERDICT_DROP : one_of(2) ? VERDICT_PASS : VERDICT_CONTINUE;
	for (int i = 0; i < FIELDS; i++)
		for (int j = 0; j < SHARED; j++)
			set_drop(shared.sets[i][j]);
	return rules;
}

static inline void drop_rules(struct rules *rules)
{
	for (size_t i = 0; i < rules->nr; i++)
		for (int j = 0; j < FIELDS; j++)
			set_drop(rules->rows[i].match[j]);
	for (size_t i = 0; i < rules->nr_live; i++)
		set_drop(rules->live[i].first);
	free(rules->live);
	free(rules->rows);
	free(rules);
}

#endif
