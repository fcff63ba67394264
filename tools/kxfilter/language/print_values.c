// SPDX-License-Identifier: GPL-2.0-only
/* The set of a field as the clause that asks for it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "print.h"

/* Kinds of so few numbers have a name for each. */
#define FEW	8

/* Numbers that have names one by one, others as a range. */
static void print_range(const struct kind *kind, const struct range *range, const char *comma,
			FILE *out)
{
	uint64_t last = range->last.low;

	if (kind->print) {
		kind->print(out, range);
	} else if (kind->max >= FEW) {
		print_number(kind, out, range->first.low, last);
	} else {
		for (uint64_t number = range->first.low; number <= last; number++) {
			fputs(number > range->first.low ? comma : "", out);
			print_number(kind, out, number, number);
		}
	}
}

void print_ranges(const struct kind *kind, const struct set *set, const char *comma, FILE *out)
{
	for (size_t i = 0; i < set->nr; i++) {
		fputs(i ? comma : "", out);
		print_range(kind, &set->ranges[i], comma, out);
	}
}

static void print_list(const struct kind *kind, const struct set *set, bool is_not, FILE *out)
{
	fputs(is_not ? "not " : "", out);
	fputs(set->nr > 1 ? "{ " : "", out);
	print_ranges(kind, set, ", ", out);
	fputs(set->nr > 1 ? " }" : "", out);
}

/* In the shorter of the two ways: what it is, or what it is not. */
static int print_shorter(const struct kind *kind, const struct set *set, FILE *out)
{
	struct set *all = all_numbers(kind);
	struct set *others = all ? set_without(all, set) : NULL;
	bool within = all && set_is_within(set, all);
	bool shorter = others && others->nr < set->nr && others->nr && within;

	if (!others) {
		set_drop(all);
		return -1;
	}
	if (!set->nr || shorter)
		print_list(kind, others, true, out);
	else
		print_list(kind, set, false, out);
	set_drop(all);
	set_drop(others);
	return 0;
}

static bool print_named(const struct rules *rules, const struct set *set, FILE *out)
{
	for (size_t i = 0; i < rules->nr_named; i++) {
		const struct named *named = &rules->named[i];

		if (named->kind != NAMED_SET || (named->set != set && named->others != set))
			continue;
		fprintf(out, "%s@%s", named->set == set ? "" : "not ", named->name);
		return true;
	}
	return false;
}

/* Whether the set is all numbers that have some bits so: bits that vary, others that do not. */
static bool is_cube(const struct set *set, uint32_t all, uint32_t *value, uint32_t *mask)
{
	uint32_t always = all, ever = 0, nr = 0;

	for (uint32_t number = 0; number <= all; number++)
		if (set_has_low(set, number)) {
			always &= number;
			ever |= number;
			nr++;
		}
	*value = always;
	*mask = all & ~(always ^ ever);
	return nr && nr == 1U << __builtin_popcount(always ^ ever);
}

static void print_flag_names(uint32_t flags, FILE *out)
{
	const char *plus = "";

	if (!flags || flags == 255) {
		fputs(flags ? "all" : "none", out);
		return;
	}
	for (const struct word *row = kind_flags.words; row->name; row++)
		if (row->first && row->first != 255 && flags & row->first) {
			fprintf(out, "%s%s", plus, row->name);
			plus = "+";
		}
}

static bool print_cube(const struct set *set, const char *before, FILE *out)
{
	uint32_t value, mask;

	if (!is_cube(set, 255, &value, &mask))
		return false;
	fputs(before, out);
	print_flag_names(value, out);
	fputc('/', out);
	print_flag_names(mask, out);
	return true;
}

static int print_flags(const struct set *set, FILE *out)
{
	struct set *all = all_numbers(&kind_flags);
	struct set *others = all ? set_without(all, set) : NULL;
	const char *comma = "{ ";

	set_drop(all);
	if (!others)
		return -1;
	if (print_cube(set, "", out) || print_cube(others, "not ", out)) {
		set_drop(others);
		return 0;
	}
	set_drop(others);
	for (uint32_t number = 0; number < 256; number++)
		if (set_has_low(set, number)) {
			fprintf(out, "%s%" PRIu32 "/255", comma, number);
			comma = ", ";
		}
	fputs(" }", out);
	return 0;
}

static void print_option_names(uint32_t bits, FILE *out)
{
	static const struct word names[] = {
		{ "any", EXTRA_OPTION }, { "source-route", EXTRA_SOURCE_ROUTE },
		{ "record-route", EXTRA_RECORD_ROUTE }, { "timestamp", EXTRA_TIMESTAMP },
		{ "router-alert", EXTRA_ROUTER_ALERT }, { "hop-by-hop", EXTRA_HOP_BY_HOP },
		{ "destination", EXTRA_DESTINATION }, { "ah", EXTRA_AH },
		{ "malformed", EXTRA_MALFORMED },
	};
	const char *comma = "{ ";

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (bits & names[i].first) {
			fprintf(out, "%s%s", comma, names[i].name);
			comma = ", ";
		}
	fputs(" }", out);
}

/* None of some bits: all numbers of the others. */
static bool is_none_of(const struct set *set, uint32_t *bits)
{
	uint32_t value;

	return is_cube(set, EXTRAS - 1, &value, bits) && !value && *bits;
}

static int print_options(const struct set *set, FILE *out)
{
	struct set *all = all_numbers(&kind_option);
	struct set *others = all ? set_without(all, set) : NULL;
	int err = 0;
	uint32_t bits;

	set_drop(all);
	if (!others)
		return -1;
	if (is_none_of(others, &bits)) {
		print_option_names(bits, out);
	} else if (is_none_of(set, &bits)) {
		fputs("not ", out);
		print_option_names(bits, out);
	} else {
		fputs("number ", out);
		err = print_shorter(&kind_option_number, set, out);
	}
	set_drop(others);
	return err;
}

static void print_marks(const struct set *set, uint32_t bits, FILE *out)
{
	const char *comma = "";

	for (size_t i = 0; i < set->nr; i++, comma = ", ") {
		const struct range *range = &set->ranges[i];

		fprintf(out, "%s0x%" PRIx64, comma, range->first.low);
		if (range->first.low != range->last.low)
			fprintf(out, "-0x%" PRIx64, range->last.low);
		if (bits != UINT32_MAX)
			fprintf(out, "/0x%" PRIx32, bits);
	}
}

/* Numbers that no mark has under the mask are there only if not was said. */
static int print_mark(const struct set *set, uint32_t bits, FILE *out)
{
	struct set *all = all_numbers(&kind_mark);
	struct set *others = all ? set_without(all, set) : NULL;
	bool is_not;

	set_drop(all);
	if (!others)
		return -1;
	is_not = !set->nr || (bits == UINT32_MAX ? others->nr && others->nr < set->nr :
			      set->ranges[set->nr - 1].last.low == UINT32_MAX);
	fputs(is_not ? "not { " : "{ ", out);
	print_marks(is_not ? others : set, bits, out);
	fputs(" }", out);
	set_drop(others);
	return 0;
}

const struct kind *icmp_kind(const struct rule *rule)
{
	const struct set *protocols = rule->match[FIELD_PROTOCOL];

	if (!protocols || protocols->nr != 1)
		return &kind_icmp_number;
	return set_has_low(protocols, 1) ? &kind_icmp4 : &kind_icmp6;
}

static int live_of(const struct rule *rule, enum field field, bool *is_not)
{
	*is_not = field == FIELD_SOURCE ? rule->live_source_not : rule->live_destination_not;
	return field == FIELD_SOURCE ? rule->live_source :
		field == FIELD_DESTINATION ? rule->live_destination : -1;
}

bool rule_asks(const struct rule *rule, enum field field)
{
	bool is_not;

	if (field == FIELD_PROTOCOL && rule->match[FIELD_ICMP])
		return false;
	return rule->match[field] || live_of(rule, field, &is_not) >= 0;
}

int print_field_values(const struct rules *rules, const struct rule *rule, enum field field,
		       FILE *out)
{
	const struct set *set = rule->match[field];
	bool is_not;
	int live = live_of(rule, field, &is_not);

	if (live >= 0)
		return fprintf(out, "%s@%s", is_not ? "not " : "", rules->live[live].name) < 0;
	if (print_named(rules, set, out))
		return 0;
	if (field_kind_of[field] == &kind_mac && print_mac_word(set, out))
		return 0;
	if (field == FIELD_TCP_FLAGS)
		return print_flags(set, out);
	if (field == FIELD_EXTRAS)
		return print_options(set, out);
	if (field == FIELD_MARK)
		return print_mark(set, rules->mark_bits, out);
	if (field == FIELD_ICMP)
		return print_shorter(icmp_kind(rule), set, out);
	return print_shorter(field_kind_of[field], set, out);
}

const char *field_word(const struct rule *rule, enum field field)
{
	if (field == FIELD_EXTRAS)
		return "option";
	if (field != FIELD_ICMP)
		return field_kinds[field].name;
	return icmp_kind(rule) == &kind_icmp_number ? "icmp number" : icmp_kind(rule)->name;
}
