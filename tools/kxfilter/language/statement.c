// SPDX-License-Identifier: GPL-2.0-only
/* Statements that are no rules: include, define, set, default, malformed, protect and others. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "language.h"

static bool is_name(const struct token *token)
{
	if (token->kind != TOKEN_WORD || !token->len || token->len >= RULE_ID_MAX)
		return false;
	for (unsigned int i = 0; i < token->len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.", token->at[i]))
			return false;
	return true;
}

static struct named *named_add(struct reader *r, const struct token *name, enum named_kind kind)
{
	struct rules *rules = r->rules;
	struct named *named;

	if (!(rules->nr_named & (rules->nr_named - 1))) {
		size_t room = rules->nr_named ? 2 * rules->nr_named : 1;

		named = reallocarray(rules->named, room, sizeof(*named));
		if (!named)
			return NULL;
		rules->named = named;
	}
	named = &rules->named[rules->nr_named];
	*named = (struct named){ .kind = kind, .file = name->source->name, .line = name->line,
				 .width = name->len };
	memcpy(named->name, name->at, name->len);
	named->source = line_of(name, &named->column);
	if (!named->source)
		return NULL;
	rules->nr_named++;
	return named;
}

static int take_include(struct reader *r)
{
	const struct token *path = take(r);
	struct source *source;
	char *name = NULL;
	int err;

	if (path->kind != TOKEN_STRING)
		return wrong(r, path, "the name of a file in quotes is needed here: include \"common.rules\"");
	err = take_end(r);
	if (!err && (r->depth == MAX_DEPTH || r->nr_includes++ == MAX_INCLUDES))
		err = wrong(r, path, "more files are included than a rule set can need: %d inside each other, %d in all",
			    MAX_DEPTH, MAX_INCLUDES);
	if (!err)
		err = source_path(r, path, &name);
	if (!err)
		err = source_read(r, name, path, &source);
	free(name);
	for (unsigned int i = 0; i < r->depth && !err; i++)
		if (source->ino && r->inside[i]->ino == source->ino &&
				r->inside[i]->dev == source->dev)
			err = wrong(r, path, "%.200s includes itself", r->inside[i]->name);
	return err ? err : read_source(r, source);
}

static int keep_tokens(struct reader *r, struct variable *variable)
{
	variable->nr = r->nr_tokens - 1 - r->at;
	variable->tokens = calloc(variable->nr + 1, sizeof(*variable->tokens));
	if (!variable->tokens)
		return -ENOMEM;
	memcpy(variable->tokens, look(r), variable->nr * sizeof(*variable->tokens));
	return 0;
}

/* define NAME = anything */
static int take_define(struct reader *r)
{
	const struct token *name = take(r);
	struct variable *grown;
	struct name *old = names_find(&r->variable_names, name->at, name->len);

	if (!is_name(name))
		return wrong(r, name, "a name of 1 to %d letters is needed here: define WEB = { 80, 443 }", RULE_ID_MAX - 1);
	if (old)
		return wrong(r, name, "%.*s is defined in line %u already: give this one another name", (int)name->len,
			     name->at, r->rules->named[r->variables[old->value].named].line);
	if (!take_kind(r, TOKEN_EQUAL))
		return wrong(r, look(r), "= is missing between the name and what it stands for");
	if (look(r)->kind == TOKEN_END)
		return wrong(r, look(r), "what %.*s stands for is missing: define WEB = { 80, 443 }", (int)name->len, name->at);
	grown = reallocarray(r->variables, r->nr_variables + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	r->variables = grown;
	grown += r->nr_variables;
	*grown = (struct variable){ .named = r->rules->nr_named };
	if (!named_add(r, name, NAMED_VARIABLE))
		return -ENOMEM;
	r->nr_variables++;
	return keep_tokens(r, grown) ? -ENOMEM :
		names_add(&r->variable_names, name->at, name->len, r->nr_variables - 1);
}

static const struct kind *take_set_kind(struct reader *r, const struct token *word)
{
	static const struct kind *const kinds[] = {
		&kind_address, &kind_port, &kind_mac, &kind_vlan, &kind_protocol, &kind_ethertype,
		&kind_length, &kind_dscp, &kind_ttl,
	};
	struct guess guess = guess_for(word);

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (token_is(word, kinds[i]->name))
			return kinds[i];
		guess_try(&guess, kinds[i]->name);
	}
	if (word->kind != TOKEN_WORD)
		wrong(r, word, "what the set is of is missing: set bad address { ... }; it can be address, port, mac, vlan, proto, ethertype, length, dscp or ttl");
	else
		wrong(r, word, "no set can be of %.*s%s; it can be of address, port, mac, vlan, proto, ethertype, length, dscp or ttl",
		      shown(word), word->at, guess_text(&guess));
	return NULL;
}

/* What is between the braces of a set; nothing is fine. */
static int take_content(struct reader *r, const struct kind *kind, struct set **out)
{
	struct values values = { .reader = r, .kind = kind, .set = set_new(), .live = -1 };
	int err;

	if (!values.set)
		return -ENOMEM;
	err = take_braces(r, &values);
	if (!err && values.live >= 0)
		err = wrong(r, r->tokens, "a live set cannot be part of another one");
	if (!err && values.named)
		err = set_join(values.set, values.named->set);
	if (!err)
		err = set_end(values.set);
	if (!err)
		err = take_end(r);
	if (err)
		values_free(&values);
	*out = values.set;
	return err;
}

static int add_live(struct reader *r, struct named *named, struct set *set,
		    const struct live_set *how)
{
	struct rules *rules = r->rules;
	struct live_set *grown = reallocarray(rules->live, rules->nr_live + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	rules->live = grown;
	named->live = rules->nr_live;
	grown += rules->nr_live++;
	*grown = *how;
	grown->first = set_use(set);
	memcpy(grown->name, named->name, sizeof(grown->name));
	return 0;
}

static int add_set(struct reader *r, const struct token *name, const struct kind *kind,
		   struct set *set, const struct live_set *live)
{
	struct named *named = named_add(r, name, live ? NAMED_LIVE : NAMED_SET);
	int err;

	if (!named)
		return -ENOMEM;
	named->of = kind->name;
	err = names_add(&r->set_names, name->at, name->len, r->rules->nr_named - 1);
	if (!err && live)
		return add_live(r, named, set, live);
	named->set = set_use(set);
	return err;
}

static int check_set_name(struct reader *r, const struct token *name)
{
	struct name *old = names_find(&r->set_names, name->at, name->len);

	if (!is_name(name))
		return wrong(r, name, "a name of 1 to %d letters is needed here: set bad address { ... }", RULE_ID_MAX - 1);
	if (old)
		return wrong(r, name, "there is a set %.*s in line %u already: give this one another name",
			     (int)name->len, name->at, r->rules->named[old->value].line);
	return 0;
}

/* [size N] [timeout TIME] */
static int take_how(struct reader *r, const struct token *name, bool is_live, struct live_set *how)
{
	uint64_t size;
	int err = 0;

	while (!err && (token_is(look(r), "timeout") || token_is(look(r), "size"))) {
		const struct token *word = take(r);

		if (!is_live)
			return wrong(r, word, "only live sets have a %.*s: set %.*s address live %.*s %s", (int)word->len,
				     word->at, (int)name->len, name->at, (int)word->len, word->at,
				     token_is(word, "size") ? "10000" : "10m");
		if (token_is(word, "timeout") ? how->timeout_ns != 0 : how->size != 0)
			return wrong(r, word, "%.*s is there twice", (int)word->len, word->at);
		if (token_is(word, "timeout")) {
			err = take_duration(r, &how->timeout_ns);
		} else {
			err = take_count(r, LIVE_SIZE_MAX, &size);
			how->size = err ? 0 : size;
		}
	}
	how->size = how->size ? how->size : LIVE_SIZE;
	return err;
}

/* set NAME KIND [live] [size N] [timeout TIME] { VALUES } */
static int take_set(struct reader *r)
{
	const struct token *name = take(r), *of;
	const struct kind *kind;
	struct set *set = NULL;
	struct live_set how = {};
	bool is_live;
	int err = check_set_name(r, name);

	if (err)
		return err;
	of = take(r);
	kind = take_set_kind(r, of);
	if (!kind)
		return -EINVAL;
	is_live = take_if(r, "live");
	if (is_live && kind != &kind_address)
		return wrong(r, of, "live sets are of addresses only");
	err = take_how(r, name, is_live, &how);
	if (err)
		return err;
	(void)take_kind(r, TOKEN_EQUAL);
	if (is_live && look(r)->kind == TOKEN_END) {
		set = set_new();
		err = set ? 0 : -ENOMEM;
	} else if (take_kind(r, TOKEN_OPEN)) {
		err = take_content(r, kind, &set);
	} else {
		return wrong(r, look(r), "the values of a set are between braces: set %.*s %s { ... }", (int)name->len,
			     name->at, kind->name);
	}
	if (!err)
		err = add_set(r, name, kind, set, is_live ? &how : NULL);
	set_drop(set);
	return err;
}

static int take_verdict(struct reader *r, enum verdict *out)
{
	const struct token *word = take(r);

	if (token_is(word, "pass"))
		*out = VERDICT_PASS;
	else if (token_is(word, "drop"))
		*out = VERDICT_DROP;
	else if (token_is(word, "reject"))
		*out = VERDICT_REJECT;
	else
		return wrong(r, word, "pass, drop or reject is needed here");
	return 0;
}

/* default [in|out] VERDICT */
static int take_default(struct reader *r)
{
	const struct token *word = r->tokens, *first = look(r);
	struct rules *rules = r->rules;
	bool in = take_if(r, "in"), out = !in && take_if(r, "out"), both = !in && !out;
	enum verdict verdict = VERDICT_PASS;
	int err = take_verdict(r, &verdict);

	if (!err)
		err = take_end(r);
	if (err)
		return err;
	if ((r->said_in && !out) || (r->said_out && !in))
		return wrong(r, first, "the default of this direction is said twice: take one away");
	if (in || both) {
		rules->fallback[0] = verdict;
		r->said_in = true;
		rules->default_in = (struct named){
			.file = word->source->name, .line = word->line, .width = word->len,
		};
		rules->default_in.source = line_of(word, &rules->default_in.column);
	}
	if (out || both) {
		rules->fallback[1] = verdict;
		r->said_out = true;
	}
	return !(in || both) || rules->default_in.source ? 0 : -ENOMEM;
}

/* malformed pass|drop|match */
static int take_malformed_verdict(struct reader *r)
{
	const struct token *first = look(r);

	if (r->said_malformed)
		return wrong(r, first, "what happens to malformed packets is said twice: take one away");
	r->said_malformed = true;
	if (take_if(r, "match"))
		r->rules->malformed = VERDICT_CONTINUE;
	else if (take_if(r, "pass"))
		r->rules->malformed = VERDICT_PASS;
	else if (take_if(r, "drop"))
		r->rules->malformed = VERDICT_DROP;
	else
		return wrong(r, first, "drop, pass or match (the rules decide) is needed here");
	return take_end(r);
}

static int take_switch(struct reader *r, const char *name, bool *said, bool *out)
{
	const struct token *first = look(r);

	if (*said)
		return wrong(r, first, "%s is said twice: take one away", name);
	*said = true;
	*out = token_is(first, "on");
	if (!*out && !token_is(first, "off"))
		return wrong(r, first, "on or off is needed here");
	take(r);
	return take_end(r);
}

static int take_protect(struct reader *r)
{
	return take_switch(r, "protect", &r->said_protect, &r->rules->protect);
}

static int take_pickup(struct reader *r)
{
	return take_switch(r, "pickup", &r->said_pickup, &r->rules->picks_up);
}

/* connections N */
static int take_connections(struct reader *r)
{
	const struct token *first = look(r);
	uint64_t nr;
	int err;

	if (r->rules->connections)
		return wrong(r, first, "for how many connections there is room is said twice: take one away");
	err = take_count(r, CONNECTIONS_MAX, &nr);
	if (!err)
		r->rules->connections = nr;
	return err ? err : take_end(r);
}

/* "set ttl 64" begins a rule. */
static bool is_change(const struct reader *r)
{
	const struct token *what = look(r);

	return token_is(what, "ttl") || token_is(what, "dscp") || token_is(what, "mark");
}

/* "malformed drop" is for all; with more behind it, a rule that begins with this clause. */
static bool is_malformed_rule(const struct reader *r)
{
	return token_is(r->tokens, "malformed") && r->nr_tokens > 3;
}

static int take_statement(struct reader *r)
{
	static const struct {
		const char *word;
		int (*take)(struct reader *r);
	} rows[] = {
		{ "include", take_include }, { "define", take_define }, { "default", take_default },
		{ "malformed", take_malformed_verdict }, { "protect", take_protect },
		{ "connections", take_connections }, { "pickup", take_pickup },
	};
	const struct token *first = take(r);
	struct token label = *first;

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (token_is(first, rows[i].word) && !is_malformed_rule(r))
			return rows[i].take(r);
	if (token_is(first, "set") && !is_change(r))
		return take_set(r);
	if (first->kind != TOKEN_WORD || first->len < 2 || first->at[first->len - 1] != ':') {
		r->at--;
		return take_rule(r, NULL);
	}
	r->text = first->at + first->len;
	if (look(r)->kind == TOKEN_END)
		return wrong(r, look(r), "a rule is missing behind its id");
	label.len--;
	return take_rule(r, &label);
}

/* All errors are told: after one, reading goes on with the next statement. */
int read_source(struct reader *r, struct source *source)
{
	struct lexer lexer = { .source = source, .at = source->text, .line = 1,
			       .end = source->text + source->len };
	int result, err = 0;

	if (source->len >= 3 && !memcmp(source->text, "\xef\xbb\xbf", 3))
		lexer.at += 3;
	r->inside[r->depth++] = source;
	do {
		result = next_statement(r, &lexer);
		if (result == 1)
			err = take_statement(r);
		if (result == -ENOMEM || err == -ENOMEM)
			result = -ENOMEM;
	} while (result && result != -ENOMEM);
	r->depth--;
	return result;
}
