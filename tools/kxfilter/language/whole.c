// SPDX-License-Identifier: GPL-2.0-only
/* What can only be judged when the whole rule is there: what contradicts, what is implied. */
#include <errno.h>
#include <string.h>

#include "clauses.h"

#define IP4	(1U << FAMILY_IP4)
#define IP6	(1U << FAMILY_IP6)
#define ARP	(1U << FAMILY_ARP)
#define ALL	((1U << FAMILIES) - 1)

static const struct word with_ports[] = { { NULL, 6, 6 }, { NULL, 17, 17 }, { NULL, 33, 33 },
					  { NULL, 132, 132 }, { NULL, 136, 136 } };

static bool is_tcp(const struct set *protocols)
{
	return protocols && protocols->nr == 1 && protocols->ranges[0].first.low == 6 &&
		protocols->ranges[0].last.low == 6;
}

/* The numbers of IPv4 are in one piece: what is of IPv6 is before or behind. */
unsigned int families_of_addresses(const struct set *set)
{
	const struct number first = { 0, IP4_FIRST }, last = { 0, IP4_LAST };
	const struct range *ranges = set->ranges;
	unsigned int families = set_overlaps(set, first, last) ? IP4 | ARP : 0;

	if (set->nr && (number_compare(ranges[0].first, first) < 0 ||
			number_compare(ranges[set->nr - 1].last, last) > 0))
		families |= IP6;
	return families;
}

static unsigned int families_of_ethertypes(const struct set *set)
{
	bool one = set->nr == 1 && set->ranges[0].first.low == set->ranges[0].last.low;
	unsigned int families = 0;

	families |= set_has_low(set, 0x0800) ? IP4 : 0;
	families |= set_has_low(set, 0x86dd) ? IP6 : 0;
	families |= set_has_low(set, 0x0806) ? ARP : 0;
	return one && families ? families : families | 1U << FAMILY_OTHER;
}

static unsigned int families_of_protocols(const struct set *set)
{
	if (set->nr != 1 || set->ranges[0].first.low != set->ranges[0].last.low)
		return IP4 | IP6;
	return set_has_low(set, 1) ? IP4 : set_has_low(set, 58) ? IP6 : IP4 | IP6;
}

/* Which packets can have what the field asks for. */
static unsigned int families_of(const struct rule *rule, enum field field)
{
	const struct set *set = rule->match[field];
	unsigned int families = 0;

	if (!set || !set->nr)
		return ALL;
	switch (field) {
	case FIELD_FAMILY:
		for (unsigned int family = 0; family < FAMILIES; family++)
			families |= set_has_low(set, family) ? 1U << family : 0;
		return families;
	case FIELD_SOURCE:
	case FIELD_DESTINATION:
		return families_of_addresses(set);
	case FIELD_ETHERTYPE:
		return families_of_ethertypes(set);
	case FIELD_PROTOCOL:
		return families_of_protocols(set);
	case FIELD_SOURCE_PORT:
	case FIELD_DESTINATION_PORT:
	case FIELD_TCP_FLAGS:
	case FIELD_ICMP:
	case FIELD_FRAGMENT:
	case FIELD_DSCP:
	case FIELD_TTL:
		return IP4 | IP6;
	default:
		return ALL;
	}
}

struct clause_text {
	char text[64];
};

/* As it was written, if it stands on one piece. */
static struct clause_text clause_text(const struct draft *d, enum field field)
{
	const struct token *first = d->first[field], *last = d->end[field] - 1;
	struct clause_text clause;
	size_t len = strlen(field_kinds[field].name);
	const char *at = field_kinds[field].name;

	if (last >= first && first->source == last->source && !first->through && !last->through &&
			first->line == last->line && last->at + last->len - first->at < 40) {
		at = first->at;
		len = last->at + last->len - first->at;
	}
	memcpy(clause.text, at, len);
	clause.text[len] = 0;
	return clause;
}

static const char *families_text(unsigned int families)
{
	switch (families) {
	case IP4:
	case IP4 | ARP:
		return "IPv4";
	case IP6:
		return "IPv6";
	case IP4 | IP6:
	case IP4 | IP6 | ARP:
		return "IP";
	case ARP:
		return "ARP";
	default:
		return "other families";
	}
}

/* Two clauses of which no packet can have both; the place is that of the later one. */
static int contradict(struct draft *d, enum field one, enum field other)
{
	bool swap = d->first[one] < d->first[other];
	enum field late = swap ? other : one, early = swap ? one : other;

	return wrong(d->reader, d->first[late], "%s is of %s, but %s of %s: no packet is both",
		     clause_text(d, late).text, families_text(families_of(d->rule, late)),
		     clause_text(d, early).text, families_text(families_of(d->rule, early)));
}

static int find_families(struct draft *d, unsigned int *out)
{
	unsigned int all = ALL;

	for (unsigned int field = 0; field < FIELDS; field++) {
		unsigned int families = d->first[field] ? families_of(d->rule, field) : ALL;

		for (unsigned int other = 0; !(all & families) && other < field; other++)
			if (d->first[other] && !(families_of(d->rule, other) & families))
				return contradict(d, field, other);
		if (!(all & families))
			return wrong(d->reader, d->first[field], "%s is of %s, which the rest of the rule leaves out",
				     clause_text(d, field).text, families_text(families));
		all &= families;
	}
	*out = all;
	return 0;
}

static struct set *family_set(unsigned int families)
{
	struct set *set = set_new();
	int err = set ? 0 : -ENOMEM;

	for (unsigned int family = 0; family < FAMILIES && !err; family++)
		if (families & 1 << family)
			err = set_add_low(set, family, family);
	if (!err && !set_end(set))
		return set;
	set_drop(set);
	return NULL;
}

static void replace(struct rule *rule, enum field field, struct set *set)
{
	set_drop(rule->match[field]);
	rule->match[field] = set;
}

/* What some clauses need, but no field says. */
static int imply_families(struct draft *d, unsigned int found)
{
	struct set *set;

	if (!(found & d->families))
		return wrong(d->reader, d->start, "this rule needs %s, which its clauses leave out",
			     families_text(d->families));
	if ((found & d->families) == found)
		return 0;
	set = family_set(found & d->families);
	if (!set)
		return -ENOMEM;
	replace(d->rule, FIELD_FAMILY, set);
	return 0;
}

/* What is said of ICMP alone is of its own family: in the other one its number means nothing. */
static int imply_icmp_family(struct rule *rule)
{
	const struct set *protocols = rule->match[FIELD_PROTOCOL];
	unsigned int families = protocols ? families_of_protocols(protocols) : 0;
	struct set *set;

	if ((families != IP4 && families != IP6) || rule->match[FIELD_FAMILY] ||
			rule->match[FIELD_ICMP])
		return 0;
	set = family_set(families);
	if (!set)
		return -ENOMEM;
	replace(rule, FIELD_FAMILY, set);
	return 0;
}

static struct set *port_protocols(void)
{
	struct set *set = set_new();

	for (size_t i = 0; set && i < COUNT_OF(with_ports); i++)
		if (set_add_low(set, with_ports[i].first, with_ports[i].last)) {
			set_drop(set);
			return NULL;
		}
	return set;
}

/* Ports are of some protocols, flags of one. */
static int check_protocol(struct draft *d, enum field field)
{
	struct set *protocols = d->rule->match[FIELD_PROTOCOL], *have, *both;
	bool none, all;

	if (!protocols || !protocols->nr || !d->rule->match[field])
		return 0;
	have = port_protocols();
	if (have && field == FIELD_TCP_FLAGS)
		have->nr = 1;
	both = have ? set_both(protocols, have) : NULL;
	none = both && !both->nr;
	all = both && set_equal(both, protocols);
	set_drop(have);
	set_drop(both);
	if (!both)
		return -ENOMEM;
	if (none)
		return wrong(d->reader, d->first[field], "%s has no %s: no packet matches both",
			     clause_text(d, FIELD_PROTOCOL).text, field == FIELD_TCP_FLAGS ? "TCP flags" : "ports");
	if (!all && !d->has_icmp)
		doubtful(d->reader, d->first[field], "not every protocol of %s has %s: the others never match",
			 clause_text(d, FIELD_PROTOCOL).text, field == FIELD_TCP_FLAGS ? "TCP flags" : "ports");
	return 0;
}

/* Only the first piece has what is behind the header of IP. */
static int check_fragment(struct draft *d)
{
	static const enum field fields[] = {
		FIELD_SOURCE_PORT, FIELD_DESTINATION_PORT, FIELD_TCP_FLAGS, FIELD_ICMP,
	};
	const struct set *fragment = d->rule->match[FIELD_FRAGMENT];

	if (!fragment || fragment->nr != 1 || fragment->ranges[0].first.low != FRAGMENT_LATER)
		return 0;
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (d->rule->match[fields[i]])
			return wrong(d->reader, d->first[FIELD_FRAGMENT], "a later fragment has no %s: no packet matches both",
				     fields[i] == FIELD_ICMP ? "type of ICMP" : fields[i] == FIELD_TCP_FLAGS ? "TCP flags" : "ports");
	return 0;
}

static int check_reset(struct draft *d)
{
	struct rule *rule = d->rule;

	if (rule->reject != REJECT_RESET || rule->match[FIELD_TCP_FLAGS] ||
			is_tcp(rule->match[FIELD_PROTOCOL]))
		return 0;
	return wrong(d->reader, d->rejects, "only TCP can be reset: add proto tcp; reject alone resets TCP and answers others by ICMP");
}

static bool has_nat(const struct rule *rule)
{
	for (size_t i = 0; i < rule->nr_rewrites; i++)
		if (rule->rewrites[i].kind <= REWRITE_DESTINATION)
			return true;
	return false;
}

/* Without pass or drop, nat passes and what only changes or logs goes on. */
static int find_verdict(struct draft *d)
{
	struct rule *rule = d->rule;
	bool changes = rule->nr_rewrites || rule->has_mark;

	if (rule->verdict == VERDICT_DROP || rule->verdict == VERDICT_REJECT)
		return changes ? wrong(d->reader, d->decides, "what does not pass is not changed: take away nat, set and mark set, or write pass") : 0;
	if (d->decides)
		return 0;
	if (has_nat(rule) && d->counts)
		return wrong(d->reader, d->counts, "what nat rewrites passes: leave count out, every rule counts");
	if (has_nat(rule))
		rule->verdict = VERDICT_PASS;
	else if (!changes && !rule->log && !rule->add && !d->counts)
		return wrong(d->reader, d->start, "this rule does nothing: it needs pass, drop, reject, redirect, count, log, nat, add, set or mark set");
	return 0;
}

/* nat source is for what goes out, nat destination for what comes in. */
static void find_directions(struct rule *rule)
{
	unsigned int directions = 0;

	if (rule->directions)
		return;
	for (size_t i = 0; i < rule->nr_rewrites; i++) {
		if (rule->rewrites[i].kind == REWRITE_SOURCE)
			directions |= DIRECTION_OUT;
		if (rule->rewrites[i].kind == REWRITE_DESTINATION)
			directions |= DIRECTION_IN;
	}
	rule->directions = directions ? directions : DIRECTION_IN | DIRECTION_OUT;
}

static int need_rewrites(struct draft *d)
{
	for (size_t i = 0; i < d->rule->nr_rewrites; i++) {
		const struct rewrite *rewrite = &d->rule->rewrites[i];
		unsigned int families = IP4 | IP6;

		if (rewrite->kind <= REWRITE_DESTINATION)
			families = is_ip4(rewrite->addresses.first) ? IP4 : IP6;
		if (!(d->families & families))
			return wrong(d->reader, d->rewrites[i], "an address of %s is written here, but the rule is of another family",
				     families_text(families));
		d->families &= families;
	}
	return 0;
}

int finish_rule(struct draft *d)
{
	unsigned int families = ALL;
	int err = find_verdict(d);

	find_directions(d->rule);
	if (!err)
		err = need_rewrites(d);
	if (!err)
		err = finish_icmp(d);
	if (!err)
		err = check_protocol(d, FIELD_SOURCE_PORT);
	if (!err)
		err = check_protocol(d, FIELD_DESTINATION_PORT);
	if (!err)
		err = check_protocol(d, FIELD_TCP_FLAGS);
	if (!err)
		err = check_fragment(d);
	if (!err)
		err = check_reset(d);
	if (!err)
		err = find_families(d, &families);
	if (!err)
		err = imply_families(d, families);
	if (!err)
		err = imply_icmp_family(d->rule);
	if (d->rule->match[FIELD_STATE] || has_nat(d->rule))
		d->reader->rules->tracks = true;
	return err;
}
