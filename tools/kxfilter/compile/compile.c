// SPDX-License-Identifier: GPL-2.0-only
/* The way of a rule set into tables: by direction, field after field. */
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "live.h"
#include "made.h"
#include "states.h"

#define LOG_USUAL_NS	100000000ULL	/* between two lines of a rule's log */

/* Where the kernel has a field of a rule: in a table, or found by search. */
static const struct {
	bool by_search;
	uint32_t number;
} homes[FIELDS_MADE] = {
	[FIELD_FAMILY] = { false, KXF_FAMILY },
	[FIELD_SOURCE] = { true, KXF_SOURCE },
	[FIELD_DESTINATION] = { true, KXF_DESTINATION },
	[FIELD_SOURCE_MAC] = { true, KXF_SOURCE_MAC },
	[FIELD_DESTINATION_MAC] = { true, KXF_DESTINATION_MAC },
	[FIELD_VLAN] = { false, KXF_VLAN },
	[FIELD_INNER_VLAN] = { false, KXF_INNER_VLAN },
	[FIELD_ETHERTYPE] = { false, KXF_ETHERTYPE },
	[FIELD_PROTOCOL] = { false, KXF_PROTOCOL },
	[FIELD_SOURCE_PORT] = { false, KXF_SOURCE_PORT },
	[FIELD_DESTINATION_PORT] = { false, KXF_DESTINATION_PORT },
	[FIELD_TCP_FLAGS] = { false, KXF_TCP_FLAGS },
	[FIELD_ICMP] = { false, KXF_ICMP },
	[FIELD_FRAGMENT] = { false, KXF_FRAGMENT },
	[FIELD_EXTRAS] = { false, KXF_EXTRAS },
	[FIELD_LENGTH] = { false, KXF_LENGTH },
	[FIELD_DSCP] = { false, KXF_DSCP },
	[FIELD_TTL] = { false, KXF_TTL },
	[FIELD_MARK] = { true, KXF_MARK },
	[FIELD_STATE] = { false, KXF_STATE },
	[FIELD_LIVE_SOURCE] = { false, KXF_LIVE_SOURCE },
	[FIELD_LIVE_DESTINATION] = { false, KXF_LIVE_DESTINATION },
};

/* One rule set being compiled. */
struct work {
	const struct rules *rules;
	const struct compile_opts *opts;
	complaint_fn *fn;
	void *ctx;
	struct compiled *out;
	struct live_rules live;
};

__attribute__((format(printf, 4, 5)))
static int refuse(const struct work *work, const struct rule *rule, int err, const char *fmt, ...)
{
	struct complaint complaint = {};
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	complaint.text = text;
	if (rule) {
		complaint.file = rule->file;
		complaint.line = rule->line;
		complaint.column = rule->column;
		complaint.width = rule->width;
		complaint.source = rule->source;
	} else if (work->rules->nr_files) {
		complaint.file = work->rules->files[0];
	}
	if (work->fn)
		work->fn(work->ctx, &complaint);
	return err;
}

static int check_verdict(const struct work *work, const struct rule *rule, enum verdict verdict)
{
	if (verdict != VERDICT_REDIRECT)
		return 0;
	if (!rule || !if_nametoindex(rule->device))
		return refuse(work, rule, -ENODEV, "there is no device %s", rule ? rule->device : "");
	if (rule->redirect_ingress && work->opts->at_xdp && rule->directions & DIRECTION_IN)
		return refuse(work, rule, -EOPNOTSUPP, "XDP cannot let a packet come in at another device: let this device be filtered at tc");
	return 0;
}

static int check_rewrites(const struct work *work, const struct rule *rule)
{
	const char *why = states_refuse(rule);

	return why ? refuse(work, rule, -EOPNOTSUPP, "%s", why) : 0;
}

static int check_rule(const struct work *work, const struct rule *rule)
{
	bool at_xdp = work->opts->at_xdp && rule->directions & DIRECTION_IN;
	int err = check_verdict(work, rule, rule->verdict);

	if (!err)
		err = check_rewrites(work, rule);
	if (err)
		return err;
	if (at_xdp && (rule->has_mark || rule->match[FIELD_MARK]))
		return refuse(work, rule, -EOPNOTSUPP, "packets have no mark at XDP: let this device be filtered at tc, or this rule be for what goes out");
	if (rule->share.limit_ns && rule->share.limit_burst > UINT64_MAX / 2 / rule->share.limit_ns)
		return refuse(work, rule, -E2BIG, "the burst lasts longer than 290 years");
	return 0;
}

static int check_rules(const struct work *work)
{
	const struct rules *rules = work->rules;
	int err = check_verdict(work, NULL, rules->malformed);

	for (int i = 0; i < 2 && !err; i++)
		err = check_verdict(work, NULL, rules->fallback[i]);
	if (!err && work->opts->connections > KXF_MOST_CONNECTIONS)
		err = refuse(work, NULL, -E2BIG, "there cannot be room for more than %u connections",
			     KXF_MOST_CONNECTIONS);
	if (!err && rules->nr_live > KXF_LIVE)
		err = refuse(work, NULL, -E2BIG, "there are %zu live sets, and no more than %d are possible: rules that use them in the same way can share one",
			     rules->nr_live, KXF_LIVE);
	for (size_t i = 0; i < rules->nr && !err; i++)
		err = check_rule(work, &rules->rows[i]);
	return err;
}

/* A share of 0 is all: a limit that nothing exceeds takes nothing, where it takes the rest. */
static bool has_share(const struct share *share)
{
	return share->every > 1 || share->random || share->flow || share->limit_ns;
}

static uint32_t put_share(const struct share *share, struct kxf_rule *to)
{
	uint32_t flags = 0;

	if (!has_share(share))
		return 0;
	to->every = share->every > 1 ? share->every : 0;
	to->random = share->random;
	to->flow = share->flow;
	to->limit_ns = share->limit_ns;
	if (share->limit_ns)
		to->burst_ns = (share->limit_burst ? share->limit_burst - 1 : 0) * share->limit_ns;
	to->flags |= KXF_SHARES;
	to->flags |= share->every_per_cpu ? KXF_EVERY_PER_CPU : 0;
	to->flags |= share->limit_per_source ? KXF_PER_SOURCE : 0;
	to->flags |= share->limit_is_above ? KXF_ABOVE : 0;
	flags = KXF_HAS_SHARES | KXF_HAS_MORE;
	return share->limit_ns ? flags | KXF_HAS_LIMITS : flags;
}

static uint32_t put_rewrites(const struct rule *rule, struct kxf_rule *to)
{
	for (size_t i = 0; i < rule->nr_rewrites; i++)
		if (rule->rewrites[i].kind == REWRITE_TTL) {
			to->flags |= KXF_SET_TTL;
			to->ttl = rule->rewrites[i].value;
		} else if (rule->rewrites[i].kind == REWRITE_DSCP) {
			to->flags |= KXF_SET_DSCP;
			to->dscp = rule->rewrites[i].value & 63;
		}
	return rule->nr_rewrites ? KXF_HAS_REWRITES : 0;
}

/* What a rule does, and what the program has to be able to do for it. */
static uint32_t put_rule(const struct compiled *compiled, const struct rule *rule, uint32_t slot,
			 struct kxf_rule *to)
{
	uint32_t flags = put_share(&rule->share, to) | put_rewrites(rule, to);

	to->slot = slot;
	to->verdict = rule->verdict;
	if (rule->verdict == VERDICT_REDIRECT) {
		to->ifindex = if_nametoindex(rule->device);
		to->flags |= rule->redirect_ingress ? KXF_TO_INGRESS : 0;
		flags |= KXF_HAS_REDIRECTS;
	}
	if (rule->verdict == VERDICT_REJECT) {
		to->answer = rule->reject;
		flags |= KXF_HAS_REJECTS;
	}
	if (rule->verdict == VERDICT_CONTINUE)
		flags |= KXF_HAS_MORE;
	if (rule->log) {
		to->flags |= KXF_LOGS;
		to->log_ns = rule->log_ns ? rule->log_ns : LOG_USUAL_NS;
		flags |= KXF_HAS_LOGS;
	}
	if (rule->has_mark) {
		to->flags |= KXF_MARKS;
		to->mark = rule->mark;
		to->mark_mask = rule->mark_mask;
		flags |= KXF_HAS_MARKS;
	}
	return flags | live_put(compiled, rule, to);
}

static int place_rules(struct work *work, const struct rule *const *rules, struct kxf_rules *to,
		       enum kxf_way way)
{
	struct image *image = &work->out->image;
	int err = image_place(image, (to->nr + 1) * sizeof(struct kxf_rule), &to->rules);

	for (uint32_t i = 0; i < to->nr && !err; i++) {
		size_t rule = work->out->rule[way][i];
		struct kxf_rule *at;
		uint32_t nat;

		err = states_place(image, rules[i], &nat);
		if (err)
			break;
		at = (struct kxf_rule *)(image->bytes + to->rules) + i;
		at->nat = nat;
		to->flags |= put_rule(work->out, rules[i], work->out->slot[rule], at);
	}
	return err;
}

static int place_field(struct work *work, const struct classes *classes, enum field field,
		       struct kxf_rules *to)
{
	const struct field_kind *kind = &field_kinds[field];
	struct image *image = &work->out->image;
	int err;

	if (homes[field].by_search) {
		struct kxf_search *search = &to->search[homes[field].number];

		err = place_search(image, classes, search);
		return err ? err : place_rows(image, classes, to->row, &search->rows);
	}
	struct kxf_table *table = &to->tables[to->nr_tables++];

	table->field = homes[field].number;
	err = place_table(image, classes, kind->none == UINT64_MAX ? kind->numbers - 1 : kind->none,
			  table);
	return err ? err : place_rows(image, classes, to->row, &table->rows);
}

static int compile_field(struct work *work, const struct rule *const *rules, enum field field,
			 enum kxf_way way)
{
	struct kxf_rules *to = &work->out->config.rules[way];
	struct classes classes;
	size_t culprit = 0;
	int err = classes_make(rules, to->nr, field, KXF_CLASSES, &classes, &culprit);

	if (err == -E2BIG)
		refuse(work, rules[culprit], err, "with this rule \"%s\" has more than %d classes, sets of rules that differ: fewer overlapping sets would help",
		       field_kinds[field].name, KXF_CLASSES);
	if (!err) {
		err = place_field(work, &classes, field, to);
		if (err == -E2BIG)
			refuse(work, NULL, err, "the tables need more than %u MiB", IMAGE_MAX >> 20);
	}
	work->out->about[way].fields |= 1u << field;
	work->out->about[way].classes += classes.nr;
	classes_free(&classes);
	return err;
}

static bool is_compared(const struct rule *const *rules, size_t nr, enum field field)
{
	for (size_t i = 0; i < nr; i++)
		if (rules[i]->match[field])
			return true;
	return false;
}

/* The rules of a direction, and which of the set they are. */
static int choose_rules(struct work *work, enum kxf_way way, const struct rule **rules)
{
	struct kxf_rules *to = &work->out->config.rules[way];
	unsigned int direction = way == KXF_IN ? DIRECTION_IN : DIRECTION_OUT;
	int nr;

	for (size_t i = 0; i < work->rules->nr; i++) {
		const struct rule *rule = &work->rules->rows[i];

		if (!(rule->directions & direction))
			continue;
		nr = live_rules(&work->live, work->rules, rule, rules + to->nr);
		if (nr < 0)
			return nr;
		if (to->nr + nr > KXF_RULES)
			return refuse(work, rule, -E2BIG, "there are more than %d rules for what %s",
				      KXF_RULES, way == KXF_IN ? "comes in" : "goes out");
		for (int n = 0; n < nr; n++)
			work->out->rule[way][to->nr++] = i;
		live_asked(rule, to);
	}
	return 0;
}

static int compile_way(struct work *work, enum kxf_way way)
{
	struct kxf_rules *to = &work->out->config.rules[way];
	const struct rule **rules = calloc(KXF_RULES + LIVE_RULES, sizeof(*rules));
	int err = rules ? choose_rules(work, way, rules) : -ENOMEM;

	to->fallback = work->rules->fallback[way];
	to->flags = states_are_used(work->rules) ? KXF_HAS_STATES : 0;
	to->flags |= to->fallback == KXF_REJECT ? KXF_HAS_REJECTS : 0;
	to->words = (to->nr + 63) / 64;
	to->row = to->words <= 1 ? 8 : 8 + 8 * to->words;
	if (!err)
		err = place_rules(work, rules, to, way);
	if (!err)
		err = place_every(&work->out->image, to->nr, to->row, &to->every);
	for (enum field field = 0; field < FIELDS_MADE && !err; field++)
		if (is_compared(rules, to->nr, field))
			err = compile_field(work, rules, field, way);
	work->out->about[way].rules = to->nr;
	work->out->about[way].flags = to->flags;
	work->out->about[way].asks_live = to->live[0] || to->live[1];
	free(rules);
	return err;
}

/* Of the seed, which nobody outside knows: the rule sets of a device have the same. */
static void put_secret(uint64_t seed, uint32_t secret[4])
{
	uint64_t state = seed ^ 0x616e7377657273;

	for (int i = 0; i < 4; i++)
		secret[i] = next_key(&state) >> 32;
}

static struct compiled *compiled_new(const struct rules *rules, const struct compile_opts *opts)
{
	struct compiled *compiled = calloc(1, sizeof(*compiled));

	if (!compiled)
		return NULL;
	compiled->at_xdp = opts->at_xdp;
	compiled->picks_up = rules->picks_up;
	compiled->bins = states_bins(rules, opts->connections ?: rules->connections);
	compiled->nr = rules->nr;
	compiled->slot = calloc(rules->nr + 1, sizeof(*compiled->slot));
	compiled->rule[KXF_IN] = calloc(KXF_RULES, sizeof(size_t));
	compiled->rule[KXF_OUT] = calloc(KXF_RULES, sizeof(size_t));
	compiled->serial = opts->serial;
	compiled->config.malformed = rules->malformed;
	compiled->config.monitor = opts->monitor;
	compiled->config.trial = opts->trial;
	compiled->config.bounces = opts->bounces;
	compiled->config.mark_bits = rules->mark_bits;
	compiled->config.seed = opts->seed;
	put_secret(opts->seed, compiled->config.secret);
	if (compiled->slot && compiled->rule[KXF_IN] && compiled->rule[KXF_OUT])
		return compiled;
	compiled_free(compiled);
	return NULL;
}

int compile(const struct rules *rules, const struct compile_opts *opts, complaint_fn *fn,
	    void *ctx, struct compiled **out)
{
	struct work work = { rules, opts, fn, ctx, NULL, {} };
	int err = check_rules(&work);

	if (err)
		return err;
	work.out = compiled_new(rules, opts);
	if (!work.out)
		return -ENOMEM;
	err = slots_give(work.out, rules, opts);
	if (err == -E2BIG)
		refuse(&work, NULL, err, "there are more than %d rules", KXF_SLOTS);
	live_give(work.out, rules, opts->live);
	if (!err)
		err = compile_way(&work, KXF_IN);
	if (!err)
		err = compile_way(&work, KXF_OUT);
	live_rules_free(&work.live);
	if (err) {
		compiled_free(work.out);
		return err;
	}
	work.out->config.size = work.out->image.len;
	*out = work.out;
	return 0;
}

void compiled_free(struct compiled *compiled)
{
	if (!compiled)
		return;
	free(compiled->slot);
	free(compiled->rule[KXF_IN]);
	free(compiled->rule[KXF_OUT]);
	free(compiled->image.bytes);
	free(compiled);
}

uint32_t compiled_slot(const struct compiled *compiled, size_t rule)
{
	return compiled->slot[rule];
}

size_t compiled_rule(const struct compiled *compiled, enum kxf_way way, uint32_t number)
{
	return compiled->rule[way][number];
}

void compiled_about(const struct compiled *compiled, enum kxf_way way, struct compiled_about *out)
{
	*out = compiled->about[way];
	out->bytes = compiled->image.len;
}
