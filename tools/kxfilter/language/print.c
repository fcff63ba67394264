// SPDX-License-Identifier: GPL-2.0-only
/* A rule set as text: what is read from it is equal to it. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clauses.h"
#include "print.h"

const char *const verdict_words[] = {
	[VERDICT_CONTINUE] = "count", [VERDICT_PASS] = "pass", [VERDICT_DROP] = "drop",
	[VERDICT_REJECT] = "reject", [VERDICT_REDIRECT] = "redirect",
};

static void print_verdict(const struct rule *rule, FILE *out)
{
	bool plain = true;

	fputs(verdict_words[rule->verdict], out);
	if (rule->verdict == VERDICT_REJECT && rule->reject)
		fprintf(out, " with %s", reject_words[rule->reject]);
	if (rule->verdict != VERDICT_REDIRECT)
		return;
	for (const char *at = rule->device; *at; at++)
		plain &= isalnum((unsigned char)*at) || *at == '-' || *at == '_' || *at == '.';
	plain &= strcmp(rule->device, "ingress") != 0;
	fprintf(out, plain ? " to %s%s" : " to %s\"%s\"", rule->redirect_ingress ? "ingress " : "",
		rule->device);
}

static void print_share_of(const struct share *share, FILE *out)
{
	if (share->every)
		fprintf(out, " every %" PRIu32 "%s", share->every, share->every_per_cpu ? " per cpu" : "");
	if (share->random) {
		fputs(" random ", out);
		print_share(out, share->random);
	}
	if (share->flow) {
		fputs(" flow ", out);
		print_share(out, share->flow);
	}
	if (!share->limit_ns)
		return;
	fputs(share->limit_is_above ? " limit over " : " limit ", out);
	print_rate(out, share->limit_ns);
	fprintf(out, " burst %" PRIu64 "%s", share->limit_burst, share->limit_per_source ? " per source" : "");
}

void print_rewrite(const struct rewrite *rewrite, FILE *out)
{
	if (rewrite->kind >= REWRITE_TTL) {
		fprintf(out, "set %s %u", rewrite->kind == REWRITE_TTL ? "ttl" : "dscp", rewrite->value);
		return;
	}
	fprintf(out, "nat %s to ", rewrite->kind == REWRITE_SOURCE ? "source" : "destination");
	print_address_range(out, &rewrite->addresses);
	if (rewrite->last_port)
		fprintf(out, " port %u-%u", rewrite->first_port, rewrite->last_port);
}

void print_add(const struct rules *rules, const struct rule *rule, FILE *out)
{
	fprintf(out, "add %s to @%s", rule->add == ADD_SOURCE ? "source" : "destination",
		rules->live[rule->add_to].name);
	if (!rule->add_ns)
		return;
	fputs(" timeout ", out);
	print_duration(out, rule->add_ns);
}

static void print_done(const struct rules *rules, const struct rule *rule, FILE *out)
{
	if (rule->log)
		fputs(" log", out);
	if (rule->log_ns) {
		fputs(" at ", out);
		print_rate(out, rule->log_ns);
	}
	if (rule->has_mark)
		fprintf(out, " mark set 0x%" PRIx32 "/0x%" PRIx32, rule->mark, rule->mark_mask);
	if (rule->add) {
		fputc(' ', out);
		print_add(rules, rule, out);
	}
	for (size_t i = 0; i < rule->nr_rewrites; i++) {
		fputc(' ', out);
		print_rewrite(&rule->rewrites[i], out);
	}
}

int rule_print(const struct rules *rules, const struct rule *rule, FILE *out)
{
	int err = 0;

	fprintf(out, "%s: ", rule->id);
	print_verdict(rule, out);
	fputs(rule->directions & DIRECTION_IN ? " in" : "", out);
	fputs(rule->directions & DIRECTION_OUT ? " out" : "", out);
	for (unsigned int field = 0; field < FIELDS && !err; field++) {
		if (!rule_asks(rule, field))
			continue;
		fprintf(out, " %s ", field_word(rule, field));
		err = print_field_values(rules, rule, field, out);
	}
	print_share_of(&rule->share, out);
	print_done(rules, rule, out);
	return err;
}

static const struct kind *kind_named(const char *name)
{
	for (unsigned int field = 0; field < FIELDS; field++)
		if (!strcmp(field_kind_of[field]->name, name))
			return field_kind_of[field];
	return &kind_address;
}

void set_print(const struct named *named, const struct set *set, FILE *out)
{
	print_ranges(kind_named(named->of), set, ", ", out);
}

static void print_set(const struct rules *rules, const struct named *named, FILE *out)
{
	const struct live_set *live = named->kind == NAMED_LIVE ? &rules->live[named->live] : NULL;
	const struct set *set = live ? live->first : named->set;

	fprintf(out, "set %s %s%s", named->name, named->of, live ? " live" : "");
	if (live && live->size != LIVE_SIZE)
		fprintf(out, " size %" PRIu32, live->size);
	if (live && live->timeout_ns) {
		fputs(" timeout ", out);
		print_duration(out, live->timeout_ns);
	}
	fputs(set->nr ? " {\n\t" : " {", out);
	print_ranges(kind_named(named->of), set, "\n\t", out);
	fputs(set->nr ? "\n}\n" : " }\n", out);
}

static int print_all(const struct rules *rules, FILE *out)
{
	static const char *const malformed[] = { "match", "pass", "drop" };
	int err = 0;

	fprintf(out, "protect %s\nmalformed %s\n", rules->protect ? "on" : "off", malformed[rules->malformed]);
	fprintf(out, "default in %s\ndefault out %s\n", verdict_words[rules->fallback[0]],
		verdict_words[rules->fallback[1]]);
	if (rules->connections)
		fprintf(out, "connections %u\n", rules->connections);
	if (rules->picks_up)
		fputs("pickup on\n", out);
	for (size_t i = 0; i < rules->nr_named; i++)
		if (rules->named[i].kind != NAMED_VARIABLE)
			print_set(rules, &rules->named[i], out);
	for (size_t i = 0; i < rules->nr && !err; i++) {
		err = rule_print(rules, &rules->rows[i], out);
		fputc('\n', out);
	}
	return err;
}

char *rules_print(const struct rules *rules)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int err;

	if (!out)
		return NULL;
	err = print_all(rules, out);
	if (!fclose(out) && !err)
		return text;
	free(text);
	return NULL;
}
