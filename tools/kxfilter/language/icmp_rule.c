// SPDX-License-Identifier: GPL-2.0-only
/* Types of ICMP in a rule become numbers when it is known of which family its packets are. */
#include <errno.h>

#include "clauses.h"

/* Whether the addresses and the family of the rule leave this family. */
static bool can_be(const struct rule *rule, enum family family)
{
	static const enum field fields[] = { FIELD_SOURCE, FIELD_DESTINATION };

	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		const struct set *set = rule->match[fields[i]];

		if (set && set->nr && !(families_of_addresses(set) & 1U << family))
			return false;
	}
	return !rule->match[FIELD_FAMILY] || set_has_low(rule->match[FIELD_FAMILY], family);
}

/*
 * A number of one protocol that is in use in the other, where it is not asked for: @type.
 * 1: there is one.
 */
static int find_crossed(const struct set *mine, const struct set *other, bool other_is_6,
			unsigned int *type)
{
	struct set *known = known_icmp(other_is_6);
	struct set *alone = set_without(mine, other);
	struct set *crossed = known && alone ? set_both(known, alone) : NULL;
	int result = crossed ? crossed->nr != 0 : -ENOMEM;

	if (result == 1)
		*type = crossed->ranges[0].first.low / 256;
	set_drop(known);
	set_drop(alone);
	set_drop(crossed);
	return result;
}

static int check_crossed(struct draft *d)
{
	unsigned int type = 0;
	int result = find_crossed(d->icmp.set, d->icmp.second, true, &type);

	if (!result)
		result = find_crossed(d->icmp.second, d->icmp.set, false, &type);
	if (result <= 0)
		return result;
	return wrong(d->reader, d->first[FIELD_ICMP], "type %u is %s in ICMP, but %s in ICMPv6: write one rule with icmp4 and one with icmp6",
		     type, icmp_name(false, type), icmp_name(true, type));
}

/* The numbers of those protocols that are left. */
static struct set *chosen(const struct values *icmp, bool four, bool six)
{
	struct set *set = set_new(), *all, *rest;

	if (!set || (four && set_join(set, icmp->set)) || (six && set_join(set, icmp->second)) ||
			set_end(set)) {
		set_drop(set);
		return NULL;
	}
	if (!icmp->is_not)
		return set;
	all = all_numbers(&kind_icmp);
	rest = all ? set_without(all, set) : NULL;
	set_drop(all);
	set_drop(set);
	return rest;
}

static int put_icmp(struct draft *d, struct set *types, bool four, bool six)
{
	struct set *protocols = set_new();
	struct rule *rule = d->rule;

	if (!types || !protocols || (four && set_add_low(protocols, 1, 1)) ||
			(six && set_add_low(protocols, 58, 58)) || set_end(protocols)) {
		set_drop(types);
		set_drop(protocols);
		return -ENOMEM;
	}
	rule->match[FIELD_ICMP] = types;
	set_drop(rule->match[FIELD_PROTOCOL]);
	rule->match[FIELD_PROTOCOL] = protocols;
	if (!d->first[FIELD_PROTOCOL]) {
		d->first[FIELD_PROTOCOL] = d->first[FIELD_ICMP];
		d->end[FIELD_PROTOCOL] = d->end[FIELD_ICMP];
	}
	return 0;
}

/* Numbers as they are, of both protocols. */
static int finish_numbers(struct draft *d, bool four, bool six)
{
	return put_icmp(d, set_use(d->icmp.set), four, six);
}

int finish_icmp(struct draft *d)
{
	const struct set *protocols = d->rule->match[FIELD_PROTOCOL];
	struct values *icmp = &d->icmp;
	bool four, six;
	int err;

	if (!d->has_icmp)
		return 0;
	d->end[FIELD_ICMP] = d->end[FIELD_ICMP] ? d->end[FIELD_ICMP] : d->first[FIELD_ICMP] + 1;
	four = (!protocols || set_has_low(protocols, 1)) && (d->families & 1 << FAMILY_IP4) &&
		can_be(d->rule, FAMILY_IP4);
	six = (!protocols || set_has_low(protocols, 58)) && (d->families & 1 << FAMILY_IP6) &&
		can_be(d->rule, FAMILY_IP6);
	if (icmp->second) {
		four &= icmp->set->nr != 0;
		six &= icmp->second->nr != 0;
	}
	if (!four && !six)
		return wrong(d->reader, d->first[FIELD_ICMP], "this type is of %s, which the rest of the rule leaves out",
			     icmp->second && !icmp->set->nr ? "ICMPv6" : icmp->second && !icmp->second->nr ? "ICMP (IPv4)" : "ICMP");
	if (!icmp->second)
		return finish_numbers(d, four, six);
	err = four && six ? check_crossed(d) : 0;
	return err ? err : put_icmp(d, chosen(icmp, four, six), four, six);
}
