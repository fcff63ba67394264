// SPDX-License-Identifier: GPL-2.0-only
/* What a rule asks for: each clause fills the set of a field, or says which share is taken. */
#include <errno.h>
#include <string.h>

#include "clauses.h"

static void set_place(struct draft *d, enum field field, const struct token *word)
{
	d->first[field] = word;
	d->end[field] = look(d->reader);
}

static int put_live(struct draft *d, enum field field, const struct values *values)
{
	struct rule *rule = d->rule;

	if (values->is_not)
		d->families &= 1 << FAMILY_IP4 | 1 << FAMILY_IP6 | 1 << FAMILY_ARP;
	if (field == FIELD_SOURCE) {
		rule->live_source = values->live;
		rule->live_source_not = values->is_not;
	} else {
		rule->live_destination = values->live;
		rule->live_destination_not = values->is_not;
	}
	return 0;
}

static bool has_live(const struct rule *rule, enum field field)
{
	return (field == FIELD_SOURCE && rule->live_source >= 0) ||
		(field == FIELD_DESTINATION && rule->live_destination >= 0);
}

static int put_both(struct draft *d, enum field field, const struct set *more)
{
	struct set *both = set_both(d->rule->match[field], more);

	if (!both)
		return -ENOMEM;
	set_drop(d->rule->match[field]);
	d->rule->match[field] = both;
	return 0;
}

static int put_field(struct draft *d, enum field field, struct values *values,
		     const struct token *word)
{
	struct rule *rule = d->rule;

	if (field == FIELD_EXTRAS && rule->match[field])
		return put_both(d, field, values->set);
	if (d->first[field] && (rule->match[field] || has_live(rule, field)))
		return wrong(d->reader, word, "%s is there twice: write all its values in one, between braces { }",
			     field_kinds[field].name);
	set_place(d, field, word);
	if (values->is_any)
		return 0;
	if (values->live >= 0)
		return put_live(d, field, values);
	rule->match[field] = set_use(values->set);
	return 0;
}

static int take_field(struct draft *d, enum field field, const struct kind *kind,
		      const struct token *word)
{
	struct values values;
	int err = take_values(d->reader, kind, &values);

	if (!err)
		err = put_field(d, field, &values, word);
	values_free(&values);
	return err;
}

int take_family(struct draft *d, const struct token *word)
{
	return take_field(d, FIELD_FAMILY, &kind_family, word);
}

int take_protocol(struct draft *d, const struct token *word)
{
	if (token_is(look(d->reader), "any") && take(d->reader))
		return 0;
	return take_field(d, FIELD_PROTOCOL, &kind_protocol, word);
}

/* "tcp" alone is "proto tcp". */
int take_protocol_word(struct draft *d, const struct token *word)
{
	d->reader->at--;
	return take_field(d, FIELD_PROTOCOL, &kind_protocol, word);
}

static int take_port_of(struct draft *d, const struct token *word)
{
	return take_field(d, d->side_port, &kind_port, word);
}

/* from|to mac ... | port ... | ADDRESSES [port ...] */
static int take_side(struct draft *d, const struct token *word, enum field address,
		     enum field mac, enum field port)
{
	struct reader *r = d->reader;

	d->side = word;
	d->side_port = port;
	if (take_if(r, "mac"))
		return take_field(d, mac, &kind_mac, word);
	if (take_if(r, "port"))
		return take_port_of(d, word);
	return take_field(d, address, &kind_address, word);
}

int take_from(struct draft *d, const struct token *word)
{
	return take_side(d, word, FIELD_SOURCE, FIELD_SOURCE_MAC, FIELD_SOURCE_PORT);
}

int take_to(struct draft *d, const struct token *word)
{
	return take_side(d, word, FIELD_DESTINATION, FIELD_DESTINATION_MAC, FIELD_DESTINATION_PORT);
}

int take_port(struct draft *d, const struct token *word)
{
	if (d->side)
		return take_port_of(d, word);
	return wrong(d->reader, word, "a port of which side? write to port for the one that is asked, from port for the other");
}

int take_vlan(struct draft *d, const struct token *word)
{
	return take_field(d, FIELD_VLAN, &kind_vlan, word);
}

int take_inner(struct draft *d, const struct token *word)
{
	if (!take_if(d->reader, "vlan"))
		return wrong(d->reader, look(d->reader), "inner what? write inner vlan 5");
	return take_field(d, FIELD_INNER_VLAN, &kind_vlan, word);
}

int take_ethertype(struct draft *d, const struct token *word)
{
	return take_field(d, FIELD_ETHERTYPE, &kind_ethertype, word);
}

int take_flags(struct draft *d, const struct token *word)
{
	return take_field(d, FIELD_TCP_FLAGS, &kind_flags, word);
}

int take_fragment(struct draft *d, const struct token *word)
{
	return take_field(d, FIELD_FRAGMENT, &kind_fragment, word);
}

int take_length(struct draft *d, const struct token *word)
{
	return take_field(d, FIELD_LENGTH, &kind_length, word);
}

int take_dscp(struct draft *d, const struct token *word)
{
	return take_field(d, FIELD_DSCP, &kind_dscp, word);
}

int take_ttl(struct draft *d, const struct token *word)
{
	return take_field(d, FIELD_TTL, &kind_ttl, word);
}

int take_state(struct draft *d, const struct token *word)
{
	return take_field(d, FIELD_STATE, &kind_state, word);
}

/* The families of what is there or is not; a routing header is told from others by them. */
static int judge_options(struct draft *d, const struct values *values, const struct token *word)
{
	if (values->is_routing && values->families & 1 << FAMILY_IP4)
		return wrong(d->reader, word, "routing is of IPv6, what is beside it of IPv4 as well: write source-route, which is both, or two rules");
	if (values->is_routing || values->is_not)
		d->families &= values->families;
	return 0;
}

int take_option(struct draft *d, const struct token *word)
{
	bool is_number = take_if(d->reader, "number");
	struct values values;
	int err = take_values(d->reader, is_number ? &kind_option_number : &kind_option, &values);

	if (!err)
		err = put_field(d, FIELD_EXTRAS, &values, word);
	if (!err && !is_number)
		err = judge_options(d, &values, word);
	values_free(&values);
	return err;
}

int take_malformed(struct draft *d, const struct token *word)
{
	struct values values = { .kind = &kind_option, .set = set_new(), .live = -1 };
	int err = values.set ? 0 : -ENOMEM;

	for (uint32_t number = EXTRA_MALFORMED; number < EXTRAS && !err; number++)
		err = add_fixed(&values, number, number);
	if (!err)
		err = set_end(values.set);
	if (!err)
		err = put_field(d, FIELD_EXTRAS, &values, word);
	values_free(&values);
	return err;
}

/* mark VALUES is asked for, mark set VALUE is done. */
int take_mark(struct draft *d, const struct token *word)
{
	struct values values;
	int err;

	if (take_if(d->reader, "set"))
		return take_new_mark(d, word);
	err = take_values(d->reader, &kind_mark, &values);
	if (!err)
		err = put_field(d, FIELD_MARK, &values, word);
	if (!err && d->rule->match[FIELD_MARK])
		d->mark = (struct mark_match){ values.mark_bits, values.is_not };
	values_free(&values);
	return err;
}

/* Whether a type follows: what is no word of a rule is meant as one; redirect is both. */
static bool starts_type(const struct reader *r)
{
	const struct token *next = look(r);

	if (next->kind != TOKEN_WORD)
		return next->kind != TOKEN_END && next->kind != TOKEN_STRING;
	return token_is(next, "not") || token_is(next, "redirect") || !is_clause(next);
}

static int take_icmp_protocol(struct draft *d, const struct kind *kind, const struct token *word)
{
	struct values values = { .set = set_new(), .live = -1 };
	int err = values.set ? 0 : -ENOMEM;

	if (!err && kind != &kind_icmp6)
		err = add_fixed(&values, 1, 1);
	if (!err && kind != &kind_icmp4)
		err = add_fixed(&values, 58, 58);
	if (!err)
		err = set_end(values.set);
	if (!err)
		err = put_field(d, FIELD_PROTOCOL, &values, word);
	values_free(&values);
	return err;
}

/* icmp|icmp4|icmp6 [type] [TYPES]; they are numbers once the family is known. */
int take_icmp(struct draft *d, const struct token *word)
{
	struct reader *r = d->reader;
	const struct kind *kind = token_is(word, "icmp4") ? &kind_icmp4 :
		token_is(word, "icmp") ? &kind_icmp : &kind_icmp6;
	int err;

	if (kind == &kind_icmp && take_if(r, "number"))
		kind = &kind_icmp_number;
	else if (!take_if(r, "type") && !starts_type(r))
		return take_icmp_protocol(d, kind, word);
	if (d->has_icmp)
		return wrong(r, word, "icmp is there twice: write all types in one, between braces { }");
	err = take_values(r, kind, &d->icmp);
	d->has_icmp = true;
	set_place(d, FIELD_ICMP, word);
	return err;
}

/* every N [per cpu] */
int take_every(struct draft *d, const struct token *word)
{
	struct share *share = &d->rule->share;
	uint64_t number;
	int err;

	if (share->every)
		return wrong(d->reader, word, "every is there twice");
	err = take_count(d->reader, UINT32_MAX, &number);
	if (err)
		return err;
	share->every = number == 1 ? 0 : number;
	if (!token_is(look(d->reader), "per"))
		return 0;
	take(d->reader);
	if (!take_if(d->reader, "cpu"))
		return wrong(d->reader, look(d->reader), "per what? write every 2 per cpu, or every 2 alone, which is exact");
	share->every_per_cpu = share->every != 0;
	return 0;
}

int take_random(struct draft *d, const struct token *word)
{
	if (d->rule->share.random)
		return wrong(d->reader, word, "random is there twice");
	return take_share(d->reader, &d->rule->share.random);
}

int take_flow(struct draft *d, const struct token *word)
{
	if (d->rule->share.flow)
		return wrong(d->reader, word, "flow is there twice");
	return take_share(d->reader, &d->rule->share.flow);
}

#define USUAL_BURST	5
#define MAX_BURST	1000000000

/* limit [over] RATE [burst N] [per source] */
int take_limit(struct draft *d, const struct token *word)
{
	struct share *share = &d->rule->share;
	struct reader *r = d->reader;
	int err;

	if (share->limit_ns)
		return wrong(r, word, "limit is there twice");
	share->limit_is_above = take_if(r, "over");
	share->limit_burst = USUAL_BURST;
	err = take_rate(r, &share->limit_ns);
	while (!err) {
		if (take_if(r, "burst"))
			err = take_count(r, MAX_BURST, &share->limit_burst);
		else if (!take_if(r, "per"))
			return 0;
		else if (take_if(r, "source"))
			share->limit_per_source = true;
		else
			err = wrong(r, look(r), "per what? write limit 10/s per source, or limit 10/s alone");
	}
	return err;
}

int take_in(struct draft *d, const struct token *word)
{
	(void)word;
	d->rule->directions |= DIRECTION_IN;
	return 0;
}

int take_out(struct draft *d, const struct token *word)
{
	(void)word;
	d->rule->directions |= DIRECTION_OUT;
	return 0;
}
