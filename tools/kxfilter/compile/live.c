// SPDX-License-Identifier: GPL-2.0-only
/* Rules that ask for live sets, as rules that compare bits of them; and where these sets are. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "live.h"

static const struct number last_number = { UINT64_MAX, UINT64_MAX };

/* All numbers of the field that have the bit of a live set, or that have it not. */
static struct set *bit_set(size_t live, bool is_not)
{
	struct set *set = set_new();
	uint32_t width = 1U << live;
	int err = 0;

	for (uint32_t at = is_not ? 0 : width; set && !err && at < KXF_NO_LIVE; at += 2 * width)
		err = set_add_low(set, at, at + width - 1);
	if (set && !err && !set_end(set))
		return set;
	set_drop(set);
	return NULL;
}

/* All that a packet can have which has addresses. */
static struct set *all_addresses(void)
{
	struct set *all = set_new();
	uint64_t none = field_kinds[FIELD_SOURCE].none;

	if (all && !set_add(all, (struct number){}, (struct number){ 0, none - 1 }) &&
	    !set_add(all, (struct number){ 0, none + 1 }, last_number))
		return all;
	set_drop(all);
	return NULL;
}

/* Each of them once: rules share them. */
static int sets_make(struct live_rules *live, const struct rules *rules, size_t nr)
{
	struct set *all;

	if (live->bits[nr])
		return 0;
	all = all_addresses();
	live->bits[nr] = bit_set(nr, false);
	live->no_bits[nr] = bit_set(nr, true);
	live->first[nr] = all ? set_both(all, rules->live[nr].first) : NULL;
	live->others[nr] = all ? set_without(all, rules->live[nr].first) : NULL;
	set_drop(all);
	return live->bits[nr] && live->no_bits[nr] && live->first[nr] && live->others[nr] ? 0 :
	       -ENOMEM;
}

static struct rule *rule_make(struct live_rules *live, const struct rule *from)
{
	struct rule *rule;

	if (live->nr == live->room) {
		size_t room = live->room ? 2 * live->room : 16;
		struct rule **grown = reallocarray(live->made, room, sizeof(*grown));

		if (!grown)
			return NULL;
		live->made = grown;
		live->room = room;
	}
	rule = malloc(sizeof(*rule));
	if (!rule)
		return NULL;
	*rule = *from;
	for (int i = 0; i < FIELDS_MADE; i++)
		set_use(rule->match[i]);
	live->made[live->nr++] = rule;
	return rule;
}

/* What one side of a rule becomes: pairs of a set of addresses and one of live sets. */
struct pair {
	struct set *addresses;
	struct set *live;
};

static int pairs_of(const struct live_rules *live, int nr, bool is_not, struct pair out[2])
{
	struct set *first = nr < 0 ? NULL : live->first[nr];
	int pairs = 0;

	out[0] = (struct pair){};
	if (nr < 0)
		return 1;
	if (first->nr && !is_not)
		out[pairs++] = (struct pair){ first, NULL };
	out[pairs++] = (struct pair){ first->nr ? live->others[nr] : NULL,
				      is_not ? live->no_bits[nr] : live->bits[nr] };
	return pairs;
}

static void put_pair(struct rule *rule, int nr, const struct pair *pair, enum field addresses,
		     enum field live)
{
	if (nr < 0)
		return;
	set_drop(rule->match[addresses]);
	rule->match[addresses] = set_use(pair->addresses);
	rule->match[live] = set_use(pair->live);
}

int live_rules(struct live_rules *live, const struct rules *rules, const struct rule *rule,
	       const struct rule **out)
{
	struct pair from[2], to[2];
	int nr_from, nr_to, nr = 0, err = 0;

	out[0] = rule;
	if (rule->live_source < 0 && rule->live_destination < 0)
		return 1;
	if (rule->live_source >= 0)
		err = sets_make(live, rules, rule->live_source);
	if (!err && rule->live_destination >= 0)
		err = sets_make(live, rules, rule->live_destination);
	if (err)
		return err;
	nr_from = pairs_of(live, rule->live_source, rule->live_source_not, from);
	nr_to = pairs_of(live, rule->live_destination, rule->live_destination_not, to);
	for (int i = 0; i < nr_from; i++)
		for (int j = 0; j < nr_to; j++) {
			struct rule *made = rule_make(live, rule);

			if (!made)
				return -ENOMEM;
			put_pair(made, rule->live_source, &from[i], FIELD_SOURCE,
				 FIELD_LIVE_SOURCE);
			put_pair(made, rule->live_destination, &to[j], FIELD_DESTINATION,
				 FIELD_LIVE_DESTINATION);
			out[nr++] = made;
		}
	return nr;
}

void live_rules_free(struct live_rules *live)
{
	for (size_t i = 0; i < live->nr; i++) {
		for (int j = 0; j < FIELDS_MADE; j++)
			set_drop(live->made[i]->match[j]);
		free(live->made[i]);
	}
	free(live->made);
	for (int i = 0; i < KXF_LIVE; i++) {
		set_drop(live->bits[i]);
		set_drop(live->no_bits[i]);
		set_drop(live->first[i]);
		set_drop(live->others[i]);
	}
}

void live_asked(const struct rule *rule, struct kxf_rules *to)
{
	if (rule->live_source >= 0)
		to->live[0] |= 1U << rule->live_source;
	if (rule->live_destination >= 0)
		to->live[1] |= 1U << rule->live_destination;
}

uint32_t live_put(const struct compiled *compiled, const struct rule *rule, struct kxf_rule *to)
{
	const struct made_live *live = &compiled->live[rule->add_to];

	if (!rule->add)
		return 0;
	to->flags |= rule->add == ADD_SOURCE ? KXF_ADD_SOURCE : KXF_ADD_DESTINATION;
	to->live_slot = live->slot;
	to->live_ns = rule->add_ns ? rule->add_ns : live->timeout_ns;
	return KXF_HAS_ADDS;
}

/* A set that the one or other of the last two rule sets had is still the same one. */
static bool is_kept(const struct kxf_live *before, const char *name, uint64_t serial)
{
	return before->name[0] && !strncmp(before->name, name, KXF_ID) &&
	       before->used + 2 >= serial;
}

/* Of those that nobody in the last rule sets had, the one that was not used for longest. */
static uint32_t slot_free(const struct kxf_live *before, uint32_t taken)
{
	uint32_t best = KXF_LIVE_SLOTS;

	for (uint32_t i = 0; i < KXF_LIVE_SLOTS; i++)
		if (!(taken & 1U << i) &&
		    (best == KXF_LIVE_SLOTS || before[i].used < before[best].used))
			best = i;
	return best;
}

void live_give(struct compiled *compiled, const struct rules *rules, const struct kxf_live *before)
{
	static const struct kxf_live none[KXF_LIVE_SLOTS];
	const struct kxf_live *slots = before ? before : none;
	uint32_t taken = 0;

	compiled->nr_live = rules->nr_live;
	for (size_t i = 0; i < rules->nr_live; i++) {
		struct made_live *made = &compiled->live[i];
		const struct live_set *live = &rules->live[i];

		*made = (struct made_live){ .slot = KXF_LIVE_SLOTS, .is_new = true,
					    .size = live->size ? live->size : LIVE_SIZE,
					    .timeout_ns = live->timeout_ns };
		memcpy(made->name, live->name, sizeof(made->name));
		for (uint32_t slot = 0; slot < KXF_LIVE_SLOTS; slot++)
			if (is_kept(&slots[slot], made->name, compiled->serial)) {
				made->slot = slot;
				made->is_new = false;
				taken |= 1U << slot;
			}
	}
	for (size_t i = 0; i < rules->nr_live; i++) {
		if (compiled->live[i].is_new)
			compiled->live[i].slot = slot_free(slots, taken);
		taken |= 1U << compiled->live[i].slot;
		compiled->config.live_slot[i] = compiled->live[i].slot;
	}
}

uint32_t compiled_live(const struct compiled *compiled, size_t live)
{
	return compiled->live[live].slot;
}

uint32_t compiled_live_slots(const struct compiled *compiled)
{
	uint32_t slots = 0;

	for (uint32_t i = 0; i < compiled->nr_live; i++)
		slots |= 1U << compiled->live[i].slot;
	return slots;
}
