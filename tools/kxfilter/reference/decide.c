// SPDX-License-Identifier: GPL-2.0-only
/* Goes through the rules, one by one, until one decides. */
#include "reference.h"

static bool is_in(const struct set *set, struct number number)
{
	size_t low = 0, high = set->nr;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct range *range = &set->ranges[middle];

		if (number.high < range->first.high ||
		    (number.high == range->first.high && number.low < range->first.low))
			high = middle;
		else if (number.high > range->last.high ||
			 (number.high == range->last.high && number.low > range->last.low))
			low = middle + 1;
		else
			return true;
	}
	return false;
}

static bool is_live(const struct rules *rules, const struct reference_world *world, int set,
		    bool is_not, struct number address)
{
	if (set < 0)
		return true;
	if (!address.high && address.low == field_kinds[FIELD_SOURCE].none)
		return false;
	return (is_in(rules->live[set].first, address) ||
		reference_is_live(rules, world, set, address)) != is_not;
}

static bool matches(const struct rules *rules, const struct rule *rule,
		    const struct reference_world *world, const struct packet_fields *fields)
{
	if (!is_live(rules, world, rule->live_source, rule->live_source_not,
		     fields->of[FIELD_SOURCE]) ||
	    !is_live(rules, world, rule->live_destination, rule->live_destination_not,
		     fields->of[FIELD_DESTINATION]))
		return false;
	for (int i = 0; i < FIELDS; i++) {
		struct number number = fields->of[i];

		if (i == FIELD_MARK)
			number.low &= rules->mark_bits;
		if (rule->match[i] && !is_in(rule->match[i], number))
			return false;
	}
	return true;
}

uint64_t scramble(uint64_t value)
{
	for (int i = 0; i < 2; i++) {
		value ^= value >> 32;
		value *= 0xd6e8feb86659fd93;
	}
	return value ^ (value >> 32);
}

static uint64_t hash_address(const struct reference_world *world, struct number address)
{
	return scramble(scramble(world->seed ^ address.high) ^ address.low);
}

/* Of both ends and the protocol; who is source and who destination makes no difference. */
static uint32_t hash_flow(const struct reference_world *world, const struct packet_fields *fields)
{
	uint64_t ends = 0;

	ends += scramble(hash_address(world, fields->of[FIELD_SOURCE]) ^
			 fields->of[FIELD_SOURCE_PORT].low);
	ends += scramble(hash_address(world, fields->of[FIELD_DESTINATION]) ^
			 fields->of[FIELD_DESTINATION_PORT].low);
	return scramble(ends ^ fields->of[FIELD_PROTOCOL].low);
}

/* A packet each limit_ns, and limit_burst at once where none came for long enough. */
static bool is_within(const struct share *share, uint64_t now_ns, uint64_t *due_ns)
{
	uint64_t from = *due_ns > now_ns ? *due_ns : now_ns;
	uint64_t burst = share->limit_burst ? share->limit_burst : 1;

	if (from - now_ns > (burst - 1) * share->limit_ns)
		return false;
	*due_ns = from + share->limit_ns;
	return true;
}

static bool is_within_source(const struct share *share, struct reference_world *world,
			     struct number source, uint64_t rule)
{
	uint64_t who = scramble(hash_address(world, source) ^ rule);
	uint64_t *bucket = world->buckets[who % REFERENCE_BUCKETS];

	if (bucket[0] != who && bucket[1] <= world->now_ns)
		bucket[0] = who;
	return is_within(share, world->now_ns, &bucket[1]);
}

static bool takes(const struct share *share, const struct packet_fields *fields,
		  struct reference_world *world, size_t rule)
{
	bool within;

	if (share->every > 1 && ++world->rules[rule].matches % share->every != 0)
		return false;
	if (share->random && world->random >= share->random)
		return false;
	if (share->flow && hash_flow(world, fields) >= share->flow)
		return false;
	if (!share->limit_ns)
		return true;
	if (share->limit_per_source)
		within = is_within_source(share, world, fields->of[FIELD_SOURCE], rule);
	else
		within = is_within(share, world->now_ns, &world->rules[rule].due_ns);
	return share->limit_is_above ? !within : within;
}

static void take_rewrites(const struct rule *rule, struct reference_result *out)
{
	for (size_t i = 0; i < rule->nr_rewrites; i++) {
		if (rule->rewrites[i].kind == REWRITE_TTL)
			out->ttl = rule->rewrites[i].value;
		if (rule->rewrites[i].kind == REWRITE_DSCP)
			out->dscp = rule->rewrites[i].value;
	}
}

#define MOST_ADDS	4096

void reference_decide(const struct rules *rules, enum direction direction,
		      const struct packet_fields *fields, struct reference_world *world,
		      struct reference_result *out)
{
	const struct rule *adds[MOST_ADDS];
	size_t nr_adds = 0;

	out->verdict = rules->fallback[direction == DIRECTION_OUT];
	out->rule = -1;
	out->mark = fields->of[FIELD_MARK].low;
	out->ttl = -1;
	out->dscp = -1;
	if (fields->of[FIELD_EXTRAS].low & EXTRA_MALFORMED &&
	    rules->malformed != VERDICT_CONTINUE) {
		out->verdict = rules->malformed;
		return;
	}
	for (size_t i = 0; i < rules->nr; i++) {
		const struct rule *rule = &rules->rows[i];

		if (!(rule->directions & direction) || !matches(rules, rule, world, fields) ||
				!takes(&rule->share, fields, world, i))
			continue;
		world->rules[i].taken++;
		if (rule->has_mark)
			out->mark = (out->mark & ~rule->mark_mask) | rule->mark;
		take_rewrites(rule, out);
		if (rule->add)
			adds[nr_adds++] = rule;
		if (rule->verdict == VERDICT_CONTINUE)
			continue;
		out->verdict = rule->verdict;
		out->rule = i;
		break;
	}
	/* Rules see a packet as it came: what one adds the next ones do not see. */
	for (size_t i = 0; i < nr_adds; i++)
		reference_add(adds[i], world, fields);
}
