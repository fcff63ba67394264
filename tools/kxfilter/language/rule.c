// SPDX-License-Identifier: GPL-2.0-only
/* A rule: its clauses, in any order, one after the other. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clauses.h"

static const struct clause {
	const char *word;
	clause_fn *take;
} clauses[] = {
	{ "pass", take_pass }, { "drop", take_drop }, { "reject", take_reject },
	{ "redirect", take_redirect }, { "count", take_count_word }, { "log", take_log },
	{ "nat", take_nat }, { "set", take_change }, { "mark", take_mark },
	{ "add", take_add },
	{ "in", take_in }, { "out", take_out }, { "family", take_family },
	{ "proto", take_protocol }, { "from", take_from }, { "to", take_to },
	{ "port", take_port }, { "vlan", take_vlan }, { "inner", take_inner },
	{ "ethertype", take_ethertype }, { "icmp", take_icmp }, { "icmp4", take_icmp },
	{ "icmp6", take_icmp }, { "icmpv6", take_icmp }, { "flags", take_flags },
	{ "fragment", take_fragment }, { "option", take_option }, { "header", take_option },
	{ "malformed", take_malformed }, { "length", take_length }, { "dscp", take_dscp },
	{ "ttl", take_ttl }, { "state", take_state }, { "every", take_every },
	{ "random", take_random }, { "flow", take_flow }, { "limit", take_limit },
	{ "tcp", take_protocol_word }, { "udp", take_protocol_word },
	{ "sctp", take_protocol_word }, { "dccp", take_protocol_word },
	{ "udplite", take_protocol_word }, { "esp", take_protocol_word },
	{ "gre", take_protocol_word }, { "igmp", take_protocol_word },
};

/* Words of other filters, and what is meant. */
static const char *const foreign[][2] = {
	{ "accept", "write pass" }, { "allow", "write pass" }, { "permit", "write pass" },
	{ "block", "write drop" }, { "deny", "write drop" }, { "discard", "write drop" },
	{ "dport", "write to port" }, { "sport", "write from port" }, { "saddr", "write from" },
	{ "daddr", "write to" }, { "src", "write from" }, { "dst", "write to" },
	{ "source", "write from" }, { "destination", "write to" }, { "protocol", "write proto" },
	{ "hoplimit", "write ttl, which is the hop limit as well" }, { "counter", "every rule counts: leave it out" },
	{ "quick", "the first rule that matches decides: leave it out" },
	{ "snat", "write nat source to ADDRESS" }, { "dnat", "write nat destination to ADDRESS" },
	{ "masquerade", "write nat source to ADDRESS" }, { "ct", "write state established" },
	{ "keep", "connections are tracked as soon as a rule asks for the state: write state new" },
	{ "inet", "write family ip" }, { "inet6", "write family ip6" }, { "ip", "write family ip" },
	{ "ip6", "write family ip6" }, { "arp", "write family arp" }, { "tos", "write dscp" },
	{ "meta", "leave it out" }, { "ether", "write from mac or to mac" },
	{ "mac", "write from mac or to mac" },
	{ "on", "rules act on the device they are applied to: leave the device out" },
	{ "iif", "rules act on the device they are applied to: leave the device out" },
	{ "iifname", "rules act on the device they are applied to: leave the device out" },
	{ "oifname", "rules act on the device they are applied to: leave the device out" },
	{ "all", "a rule without clauses takes all packets: leave it out" },
	{ "any", "a rule without clauses takes all packets: leave it out" },
	{ "probability", "write random 10%" }, { "prob", "write random 10%" },
	{ "jump", "there are no chains: write the rules here, or include a file" },
	{ "type", "write icmp echo-request" },
};

/* A line can begin with these as well. */
static const char *const statements[] = {
	"include", "define", "set", "default", "malformed", "protect", "connections", "pickup",
};

static const struct clause *find_clause(const struct token *word)
{
	for (size_t i = 0; i < COUNT_OF(clauses); i++)
		if (token_is(word, clauses[i].word))
			return &clauses[i];
	return NULL;
}

bool is_clause(const struct token *word)
{
	return find_clause(word);
}

static int wrong_clause(struct reader *r, const struct token *word)
{
	struct guess guess = guess_for(word);

	if (word->kind == TOKEN_COMMA)
		return wrong(r, word, "no comma is expected here: clauses of a rule are separated by blanks");
	if (word->kind == TOKEN_OPEN)
		return wrong(r, word, "no values are expected here: a word is missing that says of what they are, as from, to port or proto");
	if (word->kind != TOKEN_WORD)
		return wrong(r, word, "a word of a rule is expected here, as in, proto, from, to or state");
	for (size_t i = 0; i < COUNT_OF(foreign); i++)
		if (token_is(word, foreign[i][0]))
			return wrong(r, word, "%s is no word of a rule here: %s", foreign[i][0], foreign[i][1]);
	for (size_t i = 0; i < COUNT_OF(clauses); i++)
		guess_try(&guess, clauses[i].word);
	for (size_t i = 0; word == r->tokens && i < COUNT_OF(statements); i++)
		guess_try(&guess, statements[i]);
	return wrong(r, word, "%.*s is no word of a rule%s", shown(word),
		     word->at, guess_text(&guess));
}

static int take_clauses(struct draft *d)
{
	struct reader *r = d->reader;
	int err = 0;

	while (!err && look(r)->kind != TOKEN_END) {
		const struct token *word = take(r);
		const struct clause *clause = word->kind == TOKEN_WORD ? find_clause(word) : NULL;

		err = clause ? clause->take(d, word) : wrong_clause(r, word);
	}
	return err;
}

void rule_done(struct rule *rule)
{
	for (unsigned int field = 0; field < FIELDS; field++)
		set_drop(rule->match[field]);
	free(rule->text);
	free(rule->source);
}

static int grow(struct reader *r)
{
	struct rules *rules = r->rules;
	size_t room = rules->nr ? 2 * rules->nr : 1;
	struct rule *rows;
	struct mark_match *marks;

	if (rules->nr & (rules->nr - 1))
		return 0;
	rows = reallocarray(rules->rows, room, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	rules->rows = rows;
	marks = reallocarray(r->marks, room, sizeof(*marks));
	if (!marks)
		return -ENOMEM;
	r->marks = marks;
	return 0;
}

static int add_rule(struct reader *r, struct draft *d)
{
	int err = grow(r);

	if (err)
		return err;
	r->marks[r->rules->nr] = d->mark;
	r->rules->rows[r->rules->nr++] = *d->rule;
	return 0;
}

static int take_label(struct reader *r, const struct token *label, char *id)
{
	struct name *found = names_find(&r->labels, label->at, label->len);

	for (unsigned int i = 0; i < label->len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.", label->at[i]))
			return wrong(r, label, "an id has letters, digits, - _ and . only");
	if (label->len >= RULE_ID_MAX)
		return wrong(r, label, "an id has at most %d letters", RULE_ID_MAX - 1);
	if (found)
		return wrong(r, label, "the id %.*s belongs to the rule of line %zu already: counters are kept by it",
			     (int)label->len, label->at, found->value);
	memcpy(id, label->at, label->len);
	return names_add(&r->labels, label->at, label->len, label->line);
}

/* Where the rule is written, though its first word may come from a variable. */
static int set_place(struct reader *r, struct rule *rule)
{
	struct token place = *look(r);
	size_t left, len;

	place.source = r->tokens[r->nr_tokens - 1].source;
	if (place.through) {
		place.at = place.through;
		place.line = place.through_line;
	}
	rule->file = place.source->name;
	rule->line = place.line;
	rule->source = line_of(&place, &rule->column);
	rule->text = statement_text(r);
	if (!rule->source || !rule->text)
		return -ENOMEM;
	left = strlen(rule->source) - (rule->column - 1);
	len = r->text_end - place.at;
	rule->width = left < len ? left : len;
	return 0;
}

int take_rule(struct reader *r, const struct token *label)
{
	struct rule rule = { .live_source = -1, .live_destination = -1 };
	const struct token *first = look(r);
	struct draft d = { .reader = r, .rule = &rule, .start = first,
			   .families = (1 << FAMILIES) - 1 };
	int err;

	if (r->rules->nr == MAX_RULES)
		return wrong(r, first, "there are more than %d rules: make sets of them", MAX_RULES);
	err = set_place(r, &rule);
	if (!err && label)
		err = take_label(r, label, rule.id);
	if (!err)
		err = take_clauses(&d);
	if (!err)
		err = finish_rule(&d);
	if (!err)
		err = add_rule(r, &d);
	values_free(&d.icmp);
	if (err)
		rule_done(&rule);
	return err;
}
