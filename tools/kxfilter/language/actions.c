// SPDX-License-Identifier: GPL-2.0-only
/* What a rule does: the words of its actions and what follows them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clauses.h"

const char *const reject_words[REJECTS] = {
	[REJECT_USUAL] = "usual", [REJECT_RESET] = "reset", [REJECT_PORT] = "port-unreachable",
	[REJECT_HOST] = "host-unreachable", [REJECT_NET] = "net-unreachable",
	[REJECT_ADMIN] = "admin-prohibited",
};

static int decide(struct draft *d, const struct token *word, enum verdict verdict)
{
	if (d->decides)
		return wrong(d->reader, word, "a rule decides once: %.*s is there already",
			     (int)d->decides->len, d->decides->at);
	if (d->counts)
		return wrong(d->reader, word, "count lets packets go on to the next rule, %.*s does not: leave count out, every rule counts",
			     (int)word->len, word->at);
	d->decides = word;
	d->rule->verdict = verdict;
	return 0;
}

int take_pass(struct draft *d, const struct token *word)
{
	return decide(d, word, VERDICT_PASS);
}

int take_drop(struct draft *d, const struct token *word)
{
	return decide(d, word, VERDICT_DROP);
}

/* reject [with HOW] */
int take_reject(struct draft *d, const struct token *word)
{
	static const char *const shorter[COUNT_OF(reject_words)] = {
		[REJECT_PORT] = "port", [REJECT_HOST] = "host", [REJECT_NET] = "net", [REJECT_ADMIN] = "admin",
	};
	struct reader *r = d->reader;
	const struct token *how;
	struct guess guess;
	int err = decide(d, word, VERDICT_REJECT);

	if (err || !take_if(r, "with"))
		return err;
	how = take(r);
	guess = guess_for(how);
	for (size_t i = 0; i < COUNT_OF(reject_words); i++) {
		if (token_is(how, reject_words[i]) || (shorter[i] && token_is(how, shorter[i]))) {
			d->rule->reject = i;
			d->rejects = how;
			return 0;
		}
		guess_try(&guess, reject_words[i]);
	}
	return wrong(r, how, "no answer%s; reject with reset, port-unreachable, host-unreachable, net-unreachable or admin-prohibited",
		     guess_text(&guess));
}

/* redirect to [ingress] DEVICE */
int take_redirect(struct draft *d, const struct token *word)
{
	struct reader *r = d->reader;
	const struct token *device;
	int err = decide(d, word, VERDICT_REDIRECT);

	if (err)
		return err;
	if (!take_if(r, "to"))
		return wrong(r, look(r), "to and a device are needed here: redirect to eth1");
	d->rule->redirect_ingress = take_if(r, "ingress");
	device = take(r);
	if (device->kind != TOKEN_WORD && device->kind != TOKEN_STRING)
		return wrong(r, device, "a device is missing here: redirect to eth1");
	if (!device->len || device->len >= sizeof(d->rule->device) ||
			memchr(device->at, '/', device->len) || memchr(device->at, 0, device->len))
		return wrong(r, device, "this is no name of a device: it has 1 to 15 letters, and no /");
	memcpy(d->rule->device, device->at, device->len);
	return 0;
}

int take_count_word(struct draft *d, const struct token *word)
{
	if (d->decides)
		return wrong(d->reader, word, "count lets packets go on to the next rule, %.*s does not: leave count out, every rule counts",
			     (int)d->decides->len, d->decides->at);
	if (d->counts)
		return wrong(d->reader, word, "count is there twice");
	d->counts = word;
	return 0;
}

/* log [at RATE] */
int take_log(struct draft *d, const struct token *word)
{
	if (d->rule->log)
		return wrong(d->reader, word, "log is there twice");
	d->rule->log = true;
	return take_if(d->reader, "at") ? take_rate(d->reader, &d->rule->log_ns) : 0;
}

static int add_rewrite(struct draft *d, const struct token *word, enum rewrite_kind kind,
		       struct rewrite **out)
{
	struct rule *rule = d->rule;

	for (size_t i = 0; i < rule->nr_rewrites; i++)
		if (rule->rewrites[i].kind == kind)
			return wrong(d->reader, word, "this is written twice: a packet has it once");
	*out = &rule->rewrites[rule->nr_rewrites];
	d->rewrites[rule->nr_rewrites++] = word;
	**out = (struct rewrite){ .kind = kind };
	return 0;
}

static int take_nat_ports(struct draft *d, struct rewrite *rewrite)
{
	const struct token *at = look(d->reader);
	struct values ports;
	int err = take_values(d->reader, &kind_port, &ports);

	if (!err && (ports.is_not || ports.set->nr != 1 || ports.set->ranges[0].first.low == 0))
		err = wrong(d->reader, at, "one port or one range of ports is needed here, not 0: port 1024-65535");
	if (!err) {
		rewrite->first_port = ports.set->ranges[0].first.low;
		rewrite->last_port = ports.set->ranges[0].last.low;
	}
	values_free(&ports);
	return err;
}

/* nat source|destination to ADDRESSES [port PORTS] */
int take_nat(struct draft *d, const struct token *word)
{
	struct reader *r = d->reader;
	struct rewrite *rewrite;
	const struct token *at;
	struct values values = {};
	bool source = take_if(r, "source");
	int err;

	if (!source && !take_if(r, "destination"))
		return wrong(r, look(r), "nat of what? write nat source to ADDRESS or nat destination to ADDRESS");
	err = add_rewrite(d, word, source ? REWRITE_SOURCE : REWRITE_DESTINATION, &rewrite);
	if (err)
		return err;
	if (!take_if(r, "to"))
		return wrong(r, look(r), "to and an address are needed here: nat source to 192.0.2.1");
	at = look(r);
	err = take_values(r, &kind_address, &values);
	if (!err && (values.is_not || values.is_any || values.live >= 0 || values.set->nr != 1))
		err = wrong(r, at, "one address, prefix or range is needed here: nat goes to one of these");
	if (!err && is_ip4(values.set->ranges[0].first) != is_ip4(values.set->ranges[0].last))
		err = wrong(r, at, "addresses of one family are needed here");
	if (!err)
		rewrite->addresses = values.set->ranges[0];
	values_free(&values);
	return !err && take_if(r, "port") ? take_nat_ports(d, rewrite) : err;
}

static int take_live(struct reader *r, unsigned int *out)
{
	const struct token *at = take(r);
	struct token name = piece(at, 1, at->len ? at->len - 1 : 0);
	struct name *found = NULL;
	struct named *named;

	if (at->kind != TOKEN_WORD || *at->at != '@')
		return wrong(r, at, "a live set is needed here: add source to @banned");
	found = names_find(&r->set_names, name.at, name.len);
	if (!found)
		return wrong(r, at, "there is no set %.*s: \"set %.*s address live\" in a line before makes it",
			     shown(&name), name.at, shown(&name), name.at);
	named = &r->rules->named[found->value];
	if (named->kind != NAMED_LIVE)
		return wrong(r, at, "@%s is not changed live: \"set %s address live\" makes such a set", named->name,
			     named->name);
	named->used = true;
	*out = named->live;
	return 0;
}

/* add source|destination to @SET [timeout TIME] */
int take_add(struct draft *d, const struct token *word)
{
	struct reader *r = d->reader;
	struct rule *rule = d->rule;
	bool source = take_if(r, "source");
	int err;

	if (rule->add)
		return wrong(r, word, "add is there twice: a rule adds to one set");
	if (!source && !take_if(r, "destination"))
		return wrong(r, look(r), "add what? write add source to @SET or add destination to @SET");
	if (!take_if(r, "to"))
		return wrong(r, look(r), "to and a live set are needed here: add source to @banned");
	err = take_live(r, &rule->add_to);
	if (!err)
		rule->add = source ? ADD_SOURCE : ADD_DESTINATION;
	return !err && take_if(r, "timeout") ? take_duration(r, &rule->add_ns) : err;
}

/* [mark] set VALUE[/MASK] */
int take_new_mark(struct draft *d, const struct token *word)
{
	struct reader *r = d->reader;
	const struct token *at = look(r);
	struct values values;
	int err = take_values(r, &kind_mark, &values);

	if (!err && d->rule->has_mark)
		err = wrong(r, word, "the mark is set twice");
	if (!err && (values.is_not || values.is_any || values.set->nr != 1 ||
		     values.set->ranges[0].first.low != values.set->ranges[0].last.low))
		err = wrong(r, at, "one mark is needed here: mark set 0x10, or 0x10/0xf0 to change these bits only");
	if (!err) {
		d->rule->has_mark = true;
		d->rule->mark = values.set->ranges[0].first.low;
		d->rule->mark_mask = values.mark_bits;
	}
	values_free(&values);
	return err;
}

static int take_value(struct draft *d, const struct kind *kind, uint64_t least, uint8_t *out)
{
	const struct token *at = look(d->reader);
	struct values values;
	int err = take_values(d->reader, kind, &values);
	const struct range *range = values.set ? values.set->ranges : NULL;

	if (!err && (values.is_not || values.set->nr != 1 || range->first.low < least ||
		     range->first.low != range->last.low))
		err = wrong(d->reader, at, "one number of %" PRIu64 " to %" PRIu64 " is needed here", least, kind->max);
	if (!err)
		*out = range->first.low;
	values_free(&values);
	return err;
}

/* set ttl N | set dscp N | set mark N */
int take_change(struct draft *d, const struct token *word)
{
	struct reader *r = d->reader;
	const struct token *what = take(r);
	bool is_ttl = token_is(what, "ttl");
	struct rewrite *rewrite;
	int err;

	if (token_is(what, "mark"))
		return take_new_mark(d, word);
	if (!is_ttl && !token_is(what, "dscp"))
		return wrong(r, what, "a rule sets ttl, dscp or mark; a named set begins a line of its own: set bad address { ... }");
	err = add_rewrite(d, word, is_ttl ? REWRITE_TTL : REWRITE_DSCP, &rewrite);
	if (err)
		return err;
	return take_value(d, is_ttl ? &kind_ttl : &kind_dscp, is_ttl, &rewrite->value);
}
