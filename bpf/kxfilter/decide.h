/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the fields of a packet to the rule that decides, and to the verdict. */
#ifndef KXFILTER_DECIDE_H
#define KXFILTER_DECIDE_H

#include "classify.h"
#include "act.h"
#include "live.h"
#include "nat.h"

static __always_inline const void *table_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&tables, &zero);
}

/* NULL: the tables are wrong. */
static __always_inline const struct kxf_rule *rule_get(const void *table,
		const volatile struct kxf_rules *rules, __u32 number)
{
	__u64 at = rules->rules + (__u64)number * sizeof(struct kxf_rule);

	if (number >= rules->nr || at > setup.size - sizeof(struct kxf_rule))
		return NULL;
	return table + at;
}

/* Looks at the next rule that matches; true: it has decided, or there is none. */
static __always_inline bool try_next(const volatile struct kxf_rules *rules, struct work *work,
				     __u32 way)
{
	struct match *match = &work->match;
	__u32 nr = COMPARED(rules);
	const void *table = table_get();
	const struct kxf_rule *rule;
	__u32 number;

	if (!table)
		return true;
	if (!match->bits) {
		if (rules->words <= 1 || !match->summary)
			return true;
		match->word = first_bit(match->summary);
		match->summary &= match->summary - 1;
		match->bits = join(table, rules, match, nr, 8 + (__u64)(match->word & 63) * 8);
		return false;
	}
	number = (match->word & 63) * 64 + first_bit(match->bits);
	match->bits &= match->bits - 1;
	rule = rule_get(table, rules, number);
	if (!rule)
		return true;
	if (rules->flags & KXF_HAS_SHARES && rule->flags & KXF_SHARES &&
			!takes(rule, &work->packet))
		return false;
	work->rule = number;
	if (apply(rules, rule, work, way))
		return true;
	work->rule = KXF_NO_RULE;
	return false;
}

static long try_next_in(__u32 i, void *unused)
{
	struct work *work = work_get();

	return !work || try_next(&setup.rules[KXF_IN], work, KXF_IN);
}

static long try_next_out(__u32 i, void *unused)
{
	struct work *work = work_get();

	return !work || try_next(&setup.rules[KXF_OUT], work, KXF_OUT);
}

/* More than the first rule that matches have to be looked at. */
static __always_inline void try_all(__u32 way)
{
	if (way == KXF_IN)
		bpf_loop(KXF_RULES + KXF_WORDS, try_next_in, NULL, 0);
	else
		bpf_loop(KXF_RULES + KXF_WORDS, try_next_out, NULL, 0);
}

/* False: the tables could not be read. */
static __always_inline bool decide_by_rules(const volatile struct kxf_rules *rules,
					    struct work *work, __u32 way)
{
	const void *table = table_get();
	const struct kxf_rule *rule;
	__u32 number;

	find_live(rules, &work->packet);
	if (!table || !find_rules(table, rules, &work->packet, &work->match))
		return false;
	if (rules->flags & KXF_HAS_MORE) {
		/* Mostly the first one decides, and a loop takes longer to begin than this. */
		if (!try_next(rules, work, way) && !try_next(rules, work, way))
			try_all(way);
		return true;
	}
	if (!work->match.bits)
		return true;
	number = work->match.word * 64 + first_bit(work->match.bits);
	rule = rule_get(table, rules, number);
	if (!rule)
		return false;
	work->rule = number;
	apply(rules, rule, work, way);
	return true;
}

/* Here, or on another device. */
static __always_inline bool goes_on(const struct work *work)
{
	return work->verdict == KXF_PASS || work->verdict == KXF_REDIRECT;
}

/* It passes, if its connection can be entered: enum kxf_verdict. */
static __always_inline __u32 pass_connection(const volatile struct kxf_rules *rules,
					     const struct work *work)
{
	const void *table = table_get();
	struct followed *track = track_get();
	const struct kxf_rule *rule;
	__u64 at = work->nat;

	if (!table || !track)
		return KXF_DROP;
	rule = rule_get(table, rules, work->rule);
	if (rule)
		track->rule = rule->slot;
	if (at && at <= setup.size - sizeof(struct kxf_nat) && !setup.monitor)
		track->nat = *(const struct kxf_nat *)(table + at);
	return commit_connection(track);
}

static __always_inline void count_all(const struct work *work, __u32 way, bool is_bad, bool is_read)
{
	struct kxf_totals *total = bpf_map_lookup_elem(&totals, &way);

	if (!total)
		return;
	total->packets++;
	total->bytes += work->packet.bytes;
	if (work->verdict == KXF_PASS)
		total->passed++;
	else if (work->verdict == KXF_REDIRECT)
		total->redirected++;
	else if (work->verdict == KXF_REJECT)
		total->rejected++;
	else
		total->dropped++;
	if (work->rule == KXF_NO_RULE && !is_bad)
		total->fallback++;
	if (is_bad)
		total->malformed++;
	if (!is_read)
		total->unread++;
}

static __always_inline void tell_trial(const struct work *work)
{
	struct kxf_trial *told = trial_get();

	if (!told)
		return;
	told->rule = work->rule;
	told->verdict = work->verdict;
	told->mark = work->mark;
	told->reply = KXF_NO_REPLY;
	told->packet = work->packet;
}

/* The verdict is in @work. */
static __always_inline void decide(struct work *work, __u32 way, bool is_bad)
{
	const volatile struct kxf_rules *rules = &setup.rules[way];
	bool is_read = true;

	work->rule = KXF_NO_RULE;
	work->slot = KXF_NO_RULE;
	work->verdict = rules->fallback;
	if (is_bad)
		work->packet.value[KXF_EXTRAS] |= KXF_EXTRA_MALFORMED;
	if (is_bad && setup.malformed != KXF_CONTINUE)
		work->verdict = setup.malformed;
	else
		is_read = decide_by_rules(rules, work, way);
	if (!is_read)
		work->verdict = KXF_DROP;
	if (rules->flags & KXF_HAS_STATES && (goes_on(work) || setup.monitor) &&
	    pass_connection(rules, work) != KXF_PASS)
		work->verdict = KXF_DROP;
	count_all(work, way, is_bad, is_read);
	if (setup.trial)
		tell_trial(work);
}

#endif
