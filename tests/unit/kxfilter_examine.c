// SPDX-License-Identifier: GPL-2.0-only
/* Rules that kxfilter says never match: packets made for them are decided by earlier ones. */
#include "../lib/random_rules.h"
#include "kxfilter.h"

#define ROUNDS	200

static struct random_rules chance = { .state = 1 };

/* A packet, and what is in the live sets when it comes. */
struct packet {
	struct packet_fields fields;
	bool source_is_live[4];
	bool destination_is_live[4];
	unsigned int direction;
};

static bool live_is(int live, bool is_not, const bool *in)
{
	return live < 0 || in[live] != is_not;
}

static bool matches(const struct rule *rule, const struct packet *packet)
{
	for (unsigned int field = 0; field < FIELDS; field++)
		if (rule->match[field] && !set_has(rule->match[field], packet->fields.of[field]))
			return false;
	return rule->directions & packet->direction &&
		live_is(rule->live_source, rule->live_source_not, packet->source_is_live) &&
		live_is(rule->live_destination, rule->live_destination_not,
			packet->destination_is_live);
}

static bool is_final(const struct rule *rule)
{
	const struct share *share = &rule->share;

	return rule->verdict != VERDICT_CONTINUE && !share->every && !share->random &&
		!share->flow && !share->limit_ns;
}

/* One end of one of its ranges: where mistakes are. */
static struct number pick(const struct set *set)
{
	const struct range *range = &set->ranges[random_below(&chance, set->nr)];

	return random_chance(&chance, 50) ? range->first : range->last;
}

/* What any rule asks for, or one beside it, or that of a packet without the field. */
static struct number any_number(const struct rules *rules, unsigned int field)
{
	uint64_t none = field_kinds[field].none;

	for (unsigned int tries = 0; tries < 8; tries++) {
		const struct rule *rule = &rules->rows[random_below(&chance, rules->nr)];

		if (rule->match[field] && rule->match[field]->nr)
			return pick(rule->match[field]);
	}
	return (struct number){ 0, none != UINT64_MAX && random_chance(&chance, 30) ? none : 1 };
}

static struct packet packet_for(const struct rules *rules, const struct rule *rule)
{
	struct packet packet = { .direction = DIRECTION_IN };

	for (unsigned int field = 0; field < FIELDS; field++)
		packet.fields.of[field] = rule->match[field] ? pick(rule->match[field]) :
			any_number(rules, field);
	if (!(rule->directions & DIRECTION_IN) ||
			(rule->directions & DIRECTION_OUT && random_chance(&chance, 50)))
		packet.direction = DIRECTION_OUT;
	for (size_t i = 0; i < rules->nr_live && i < 4; i++) {
		packet.source_is_live[i] = random_chance(&chance, 50);
		packet.destination_is_live[i] = random_chance(&chance, 50);
	}
	if (rule->live_source >= 0)
		packet.source_is_live[rule->live_source] = !rule->live_source_not;
	if (rule->live_destination >= 0)
		packet.destination_is_live[rule->live_destination] = !rule->live_destination_not;
	return packet;
}

static bool is_decided(const struct rules *rules, size_t before, const struct packet *packet)
{
	for (size_t i = 0; i < before; i++)
		if (is_final(&rules->rows[i]) && matches(&rules->rows[i], packet))
			return true;
	return false;
}

struct judged {
	const struct rules *rules;
	unsigned int nr;	/* rules that are said never to match */
	unsigned int nr_joined;	/* because of several */
	unsigned int nr_wrong;
};

static void judge(void *ctx, const struct complaint *complaint)
{
	struct judged *judged = ctx;
	const struct rules *rules = judged->rules;
	size_t nr = 0;

	if (!strstr(complaint->text, "decide"))
		return;
	while (nr < rules->nr && rules->rows[nr].line != complaint->line)
		nr++;
	if (nr == rules->nr || strstr(complaint->text, "malformed"))
		return;
	judged->nr++;
	judged->nr_joined += strstr(complaint->text, "between them") != NULL;
	for (unsigned int round = 0; round < ROUNDS; round++) {
		struct packet packet = packet_for(rules, &rules->rows[nr]);

		if (!matches(&rules->rows[nr], &packet) || is_decided(rules, nr, &packet))
			continue;
		judged->nr_wrong++;
		fprintf(stderr, "# %u: %s\n# %s\n", complaint->line, complaint->text, rules->rows[nr].text);
		return;
	}
}

int main(void)
{
	struct judged judged = {};

	for (uint64_t seed = 0; seed < 300; seed++) {
		char *text = random_rules(seed);
		struct rules *rules = read_good(text);

		judged.rules = rules;
		if (rules)
			rules_examine(rules, judge, &judged);
		rules_free(rules);
		free(text);
	}
	printf("# %u rules never match, %u because of several\n", judged.nr, judged.nr_joined);
	ok(judged.nr > 500 && judged.nr_joined > 10, "rules that never match are found");
	ok(!judged.nr_wrong, "whatever is sent to them, an earlier one decides");
	return done();
}
