// SPDX-License-Identifier: GPL-2.0-only
/* Warns of rules that can never decide, and of what is there without effect. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language.h"
#include "spans.h"

#define MAX_UNION	65536	/* ranges that are joined to judge one rule */

/* What a rule asks for, with the direction as one more field. */
#define DIRECTION	FIELDS
#define ALL_FIELDS	(FIELDS + 1)

struct examination {
	const struct rules *rules;
	complaint_fn *fn;
	void *ctx;
	uint32_t *asked;	/* by each rule: a bit for each field, and DIRECTION */
	struct spans spans;
	const struct span *apart[2];	/* of the fields in which the last rules differed */
};

static void warn(const struct examination *e, struct complaint complaint, const char *format,
		 va_list args)
{
	char text[256];

	vsnprintf(text, sizeof(text), format, args);
	complaint.text = text;
	complaint.is_warning = true;
	e->fn(e->ctx, &complaint);
}

__attribute__((format(printf, 3, 4)))
static void warn_rule(const struct examination *e, const struct rule *rule, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	warn(e, (struct complaint){ .file = rule->file, .line = rule->line, .column = rule->column,
				    .width = rule->width, .source = rule->source }, format, args);
	va_end(args);
}

__attribute__((format(printf, 3, 4)))
static void warn_named(const struct examination *e, const struct named *n, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	warn(e, (struct complaint){ .file = n->file, .line = n->line, .column = n->column,
				    .width = n->width, .source = n->source }, format, args);
	va_end(args);
}

static bool takes_all(const struct share *share)
{
	return !share->every && !share->random && !share->flow && !share->limit_ns;
}

/* Whether what matches the rule never gets to the next one. */
static bool is_final(const struct rule *rule)
{
	return rule->verdict != VERDICT_CONTINUE && takes_all(&rule->share);
}

static bool live_within(int inner, bool inner_not, int outer, bool outer_not)
{
	return outer < 0 || (inner == outer && inner_not == outer_not);
}

/* Whether all packets of the one rule have for this field what the other one asks for. */
static bool is_covered(const struct rule *inner, const struct rule *outer, unsigned int field)
{
	const struct set *in, *out;

	if (field == DIRECTION)
		return !(inner->directions & ~outer->directions);
	if (field == FIELD_SOURCE && !live_within(inner->live_source, inner->live_source_not,
						  outer->live_source, outer->live_source_not))
		return false;
	if (field == FIELD_DESTINATION &&
			!live_within(inner->live_destination, inner->live_destination_not,
				     outer->live_destination, outer->live_destination_not))
		return false;
	in = inner->match[field];
	out = outer->match[field];
	return !out || in == out || (in && set_is_within(in, out));
}

static bool has_live(const struct rule *rule, unsigned int field)
{
	return (field == FIELD_SOURCE && rule->live_source >= 0) ||
		(field == FIELD_DESTINATION && rule->live_destination >= 0);
}

/* Earlier rules that differ from a rule in one field each: what they leave of it. */
struct rest {
	struct set *joined[FIELDS];
	unsigned int directions;
};

/* The field in which the earlier rule does not cover this one; ALL_FIELDS: in none; -1: several. */
static int find_gap(struct examination *e, const struct rule *rule, const struct rule *earlier,
		    uint32_t asked)
{
	int gap = ALL_FIELDS;

	for (; asked; asked &= asked - 1) {
		unsigned int field = __builtin_ctz(asked);

		if (is_covered(rule, earlier, field))
			continue;
		if (gap == ALL_FIELDS) {
			gap = field;
			continue;
		}
		if (gap < FIELDS && field < FIELDS) {
			e->apart[0] = e->spans.of[gap];
			e->apart[1] = e->spans.of[field];
		}
		return -1;
	}
	return gap;
}

/* All pairs of rules come here. Most of them differ in the same two fields. */
static bool is_far(const struct examination *e, size_t nr, size_t earlier)
{
	const struct span *one = e->apart[0], *other = e->apart[1];

	return one && other && span_sticks_out(one[nr], one[earlier]) &&
	       span_sticks_out(other[nr], other[earlier]);
}

static int join_gap(struct rest *rest, const struct rule *earlier, unsigned int gap)
{
	struct set **joined = &rest->joined[gap];

	if (gap == DIRECTION) {
		rest->directions |= earlier->directions;
		return 0;
	}
	if (has_live(earlier, gap) || !earlier->match[gap])
		return 0;
	if (!*joined)
		*joined = set_new();
	if (!*joined)
		return -ENOMEM;
	if ((*joined)->nr + earlier->match[gap]->nr > MAX_UNION)
		return 0;
	return set_join(*joined, earlier->match[gap]);
}

/* The numbers that packets can have at all, for a rule that asks for none of them. */
static struct set *every_number(unsigned int field)
{
	struct set *set = all_numbers(field_kind_of[field]);
	const struct field_kind *kind = &field_kinds[field];
	int err;

	if (!set)
		return NULL;
	err = kind->none != UINT64_MAX ? set_add_low(set, kind->none, kind->none) : 0;
	if (!err && kind->numbers)
		err = set_add_low(set, 0, kind->numbers - 1);
	if (!err && !set_end(set))
		return set;
	set_drop(set);
	return NULL;
}

static bool is_joined(struct set *joined, const struct rule *rule, unsigned int field)
{
	struct set *all = rule->match[field] ? set_use(rule->match[field]) : every_number(field);
	bool within = all && !set_end(joined) && set_is_within(all, joined);

	set_drop(all);
	return within;
}

/* Whether the earlier rules that are short of it in one field make it up between them. */
static bool is_made_up(struct rest *rest, const struct rule *rule)
{
	bool found = rest->directions && !(rule->directions & ~rest->directions);

	for (unsigned int field = 0; field < FIELDS; field++) {
		if (rest->joined[field] && !found)
			found = is_joined(rest->joined[field], rule, field);
		set_drop(rest->joined[field]);
	}
	return found;
}

static void examine_cover(struct examination *e, size_t nr)
{
	const struct rule *rule = &e->rules->rows[nr];
	struct rest rest = {};
	int err = 0;

	for (size_t i = 0; i < nr && !err; i++) {
		const struct rule *earlier = &e->rules->rows[i];
		int gap;

		if (is_far(e, nr, i) || !is_final(earlier))
			continue;
		gap = find_gap(e, rule, earlier, e->asked[i]);
		if (gap == ALL_FIELDS) {
			warn_rule(e, rule, "this rule never matches: all its packets are decided by %s, in line %u of %s",
				  earlier->id, earlier->line, earlier->file);
			err = 1;
		} else if (gap >= 0) {
			err = join_gap(&rest, earlier, gap);
		}
	}
	if (is_made_up(&rest, rule) && !err)
		warn_rule(e, rule, "this rule never matches: the rules before it decide all its packets between them");
}

static bool examine_empty(const struct examination *e, const struct rule *rule)
{
	for (unsigned int field = 0; field < FIELDS; field++)
		if (rule->match[field] && !rule->match[field]->nr) {
			warn_rule(e, rule, "this rule never matches: nothing is left of its %s",
				  field_kinds[field].name);
			return true;
		}
	return false;
}

/* Malformed packets are dropped or passed before any rule, unless "malformed match" is said. */
static bool examine_malformed(const struct examination *e, const struct rule *rule)
{
	const struct set *extras = rule->match[FIELD_EXTRAS];

	if (!extras || e->rules->malformed == VERDICT_CONTINUE || !extras->nr ||
			extras->ranges[0].first.low < EXTRA_MALFORMED)
		return false;
	warn_rule(e, rule, "this rule never matches: malformed packets are decided before the rules; write \"malformed match\" to leave them to these");
	return true;
}

static bool can_have(const struct rule *rule, enum field field, uint64_t number)
{
	return !rule->match[field] || set_has_low(rule->match[field], number);
}

/* Whether packets of connections that this machine began can come back by this rule. */
static bool lets_replies_in(const struct rule *rule)
{
	if (!(rule->directions & DIRECTION_IN) ||
			(rule->verdict != VERDICT_PASS && rule->verdict != VERDICT_REDIRECT))
		return false;
	if (rule->match[FIELD_STATE])
		return can_have(rule, FIELD_STATE, STATE_ESTABLISHED);
	return !rule->match[FIELD_DESTINATION_PORT] && !rule->match[FIELD_ICMP] &&
		can_have(rule, FIELD_TCP_FLAGS, 0x12) &&
		(can_have(rule, FIELD_PROTOCOL, 6) || can_have(rule, FIELD_PROTOCOL, 17));
}

static void examine_replies(const struct examination *e)
{
	if (e->rules->fallback[0] == VERDICT_PASS || !e->rules->default_in.line)
		return;
	for (size_t i = 0; i < e->rules->nr; i++)
		if (lets_replies_in(&e->rules->rows[i]))
			return;
	warn_named(e, &e->rules->default_in, "what comes in is refused, and no rule lets replies in: add \"pass in state established, related\"");
}

static void examine_named(const struct examination *e, const struct named *named)
{
	if (named->used)
		return;
	if (named->kind == NAMED_LIVE)
		warn_named(e, named, "no rule asks for the live set @%s: what is added to it has no effect", named->name);
	else
		warn_named(e, named, "%s%s is never used", named->kind == NAMED_SET ? "@" : "$", named->name);
}

static bool refuses(enum verdict verdict)
{
	return verdict == VERDICT_DROP || verdict == VERDICT_REJECT;
}

/* Whether anything behind the rule refuses what it has not taken. */
static bool is_refused_later(const struct rules *rules, size_t nr)
{
	unsigned int directions = rules->rows[nr].directions;

	if ((directions & DIRECTION_IN && refuses(rules->fallback[0])) ||
			(directions & DIRECTION_OUT && refuses(rules->fallback[1])))
		return true;
	for (size_t i = nr + 1; i < rules->nr; i++)
		if (refuses(rules->rows[i].verdict) && rules->rows[i].directions & directions)
			return true;
	return false;
}

/* A limit is of what the rule takes: two ways to write the contrary of what is meant. */
static void examine_limit(const struct examination *e, size_t nr)
{
	const struct rule *rule = &e->rules->rows[nr];

	if (!rule->share.limit_ns || rule->share.limit_is_above)
		return;
	if (refuses(rule->verdict))
		warn_rule(e, rule, "this refuses packets up to the limit and lets those beyond it go on: \"limit over\" is the other way round");
	else if (rule->verdict == VERDICT_PASS && !is_refused_later(e->rules, nr))
		warn_rule(e, rule, "this limit has no effect: what is beyond it goes on, and nothing behind it is refused");
}

static uint32_t fields_asked(const struct rule *rule)
{
	uint32_t asked = 1U << DIRECTION;

	for (unsigned int field = 0; field < FIELDS; field++)
		asked |= rule->match[field] || has_live(rule, field) ? 1U << field : 0;
	return asked;
}

void rules_examine(const struct rules *rules, complaint_fn *fn, void *ctx)
{
	struct examination e = {
		.rules = rules, .fn = fn, .ctx = ctx,
		.asked = calloc(rules->nr + 1, sizeof(uint32_t)),
	};

	spans_make(rules, &e.spans);
	for (size_t i = 0; i < rules->nr_named; i++)
		examine_named(&e, &rules->named[i]);
	examine_replies(&e);
	for (size_t i = 0; e.asked && i < rules->nr; i++) {
		e.asked[i] = fields_asked(&rules->rows[i]);
		if (!examine_empty(&e, &rules->rows[i]) && !examine_malformed(&e, &rules->rows[i]))
			examine_cover(&e, i);
		examine_limit(&e, i);
	}
	spans_free(&e.spans);
	free(e.asked);
}
