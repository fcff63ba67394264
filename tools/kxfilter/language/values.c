// SPDX-License-Identifier: GPL-2.0-only
/* Values of a clause or of a set: one, several, those of a named set, those of a file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "language.h"

#define MAX_LIST_ERRORS	20

void values_free(struct values *values)
{
	set_drop(values->set);
	set_drop(values->second);
	values->set = NULL;
	values->second = NULL;
}

struct set *all_numbers(const struct kind *kind)
{
	struct set *all = set_new();
	int err;

	if (!all)
		return NULL;
	if (kind == &kind_address)
		err = add_address_range(all, (struct number){},
					(struct number){ UINT64_MAX, UINT64_MAX }) ||
			set_add_low(all, 0xffff00000000, 0xffffffffffff);
	else
		err = set_add_low(all, kind->min, kind->max);
	if (!err && !set_end(all))
		return all;
	set_drop(all);
	return NULL;
}

static int unknown_set(struct reader *r, const struct token *at, const struct token *name)
{
	struct guess guess = guess_for(name);

	if (!name->len)
		return wrong(r, at, "the name of a set is missing behind @");
	for (size_t i = 0; i < r->rules->nr_named && r->nr_complaints < MAX_COMPLAINTS; i++)
		if (r->rules->named[i].kind != NAMED_VARIABLE)
			guess_try(&guess, r->rules->named[i].name);
	if (names_find(&r->variable_names, name->at, name->len))
		return wrong(r, at, "%.*s is a variable: write $%.*s", (int)name->len, name->at,
			     (int)name->len, name->at);
	if (guess.best)
		return wrong(r, at, "there is no set %.*s%s", shown(name), name->at, guess_text(&guess));
	return wrong(r, at, "there is no set %.*s: \"set %.*s address { ... }\" in a line before makes it",
		     shown(name), name->at, shown(name), name->at);
}

static int add_named(struct values *values, const struct token *at)
{
	struct reader *r = values->reader;
	struct token name = piece(at, 1, at->len - 1);
	struct name *found = names_find(&r->set_names, name.at, name.len);
	struct named *named;

	if (!found)
		return unknown_set(r, at, &name);
	named = &r->rules->named[found->value];
	if (!values->kind->has_set || strcmp(named->of, values->kind->name))
		return wrong(r, at, "@%s is a set of kind %s: here %s is needed", named->name,
			     named->of, values->kind->what);
	named->used = true;
	if (values->nr > 1 && (named->kind == NAMED_LIVE || values->live >= 0))
		return wrong(r, at, "a live set stands alone: write one rule for it and one for the rest");
	if (named->kind == NAMED_LIVE)
		values->live = named->live;
	else if (values->nr == 1)
		values->named = named;
	else
		return set_join(values->set, named->set);
	return 0;
}

/* One value a line; comments begin with # or ;. */
static int read_line(struct values *values, struct token *line)
{
	while (line->len && strchr(" \t\r", line->at[line->len - 1]))
		line->len--;
	while (line->len && strchr(" \t", *line->at)) {
		line->at++;
		line->len--;
	}
	if (!line->len)
		return 0;
	return values->kind->add ? values->kind->add(values, line) : add_number(values, line);
}

static size_t without_comment(const char *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (at[i] == '#' || at[i] == ';')
			return i;
	return len;
}

static int read_lines(struct values *values, const struct source *source)
{
	const char *end = source->text + source->len;
	struct token line = { .source = source, .kind = TOKEN_WORD, .at = source->text }, first;
	unsigned int nr_errors = 0;
	int err = 0;

	while (line.at < end && err != -ENOMEM && nr_errors < MAX_LIST_ERRORS) {
		const char *stop = memchr(line.at, '\n', end - line.at);

		stop = stop ? stop : end;
		line.line++;
		line.len = without_comment(line.at, stop - line.at);
		err = read_line(values, &line);
		nr_errors += err != 0;
		line.at = stop + 1;
	}
	first = (struct token){ .at = source->text, .len = 1, .line = 1, .source = source };
	if (nr_errors == MAX_LIST_ERRORS && err != -ENOMEM)
		wrong(values->reader, &first, "this list has %d errors up to line %u: the rest of it was not read",
		      MAX_LIST_ERRORS, line.line);
	return err == -ENOMEM ? err : nr_errors ? -EINVAL : 0;
}

static int read_list(struct values *values, const struct token *path)
{
	struct source *source;
	char *name = NULL;
	int err = source_path(values->reader, path, &name);

	if (!err)
		err = source_read(values->reader, name, path, &source);
	free(name);
	return err ? err : read_lines(values, source);
}

static int add_list(struct values *values)
{
	const struct token *path = take(values->reader);

	if (path->kind != TOKEN_STRING)
		return wrong(values->reader, path, "a name in quotes is needed after file: file \"blocklist.txt\"");
	return read_list(values, path);
}

static int add_value(struct values *values)
{
	struct reader *r = values->reader;
	const struct token *word = take(r);

	values->nr++;
	if (word->kind == TOKEN_STRING)
		return wrong(r, word, "quotes are for names of files and devices: here %s is needed",
			     values->kind->what);
	if (word->kind == TOKEN_NOT || token_is(word, "not"))
		return wrong(r, word, "not stands before all values: not { 22, 53 }");
	if (word->kind != TOKEN_WORD)
		return wrong(r, word, "%s is missing here, as %s", values->kind->what,
			     values->kind->example);
	if (*word->at == '@')
		return add_named(values, word);
	if (values->live >= 0)
		return wrong(r, word, "a live set stands alone: write one rule for it and one for the rest");
	if (token_is(word, "file"))
		return add_list(values);
	return values->kind->add ? values->kind->add(values, word) : add_number(values, word);
}

/* Behind the open brace, up to the one that closes it; braces of variables are in it. */
int take_braces(struct reader *r, struct values *values)
{
	unsigned int depth = 1;
	int err = 0;

	while (!err && depth) {
		if (take_kind(r, TOKEN_OPEN))
			depth++;
		else if (take_kind(r, TOKEN_CLOSE))
			depth--;
		else if (take_kind(r, TOKEN_COMMA))
			continue;
		else
			err = add_value(values);
	}
	return err;
}

static int take_some(struct reader *r, struct values *values)
{
	int err = 0;

	do {
		if (take_kind(r, TOKEN_OPEN))
			err = take_braces(r, values);
		else
			err = add_value(values);
	} while (!err && take_kind(r, TOKEN_COMMA));
	return err;
}

/* The set of a name is shared by all rules that ask for it, and so is its complement. */
static int share(struct values *values)
{
	struct named *named = values->named;

	if (values->is_not && !named->others) {
		struct set *all = all_numbers(values->kind);

		named->others = all ? set_without(all, named->set) : NULL;
		set_drop(all);
		if (!named->others)
			return -ENOMEM;
	}
	set_drop(values->set);
	values->set = set_use(values->is_not ? named->others : named->set);
	return 0;
}

static int turn(struct values *values)
{
	struct set *all = all_numbers(values->kind);
	struct set *rest = all ? set_without(all, values->set) : NULL;

	set_drop(all);
	if (!rest)
		return -ENOMEM;
	set_drop(values->set);
	values->set = rest;
	return 0;
}

static int finish(struct values *values)
{
	/* Later, when it is known among what "not" is. */
	bool is_later = values->kind == &kind_mark || values->second;

	if (values->named && values->nr == 1 && !is_later)
		return share(values);
	if (values->named && set_join(values->set, values->named->set))
		return -ENOMEM;
	if (set_end(values->set) || (values->second && set_end(values->second)))
		return -ENOMEM;
	return values->is_not && !is_later && values->live < 0 ? turn(values) : 0;
}

int take_values(struct reader *r, const struct kind *kind, struct values *out)
{
	const struct token *first = look(r);
	int err;

	*out = (struct values){ .reader = r, .kind = kind, .set = set_new(), .live = -1 };
	if (!out->set)
		return -ENOMEM;
	(void)take_kind(r, TOKEN_EQUAL);
	out->is_not = take_kind(r, TOKEN_NOT) || take_if(r, "not");
	(void)take_kind(r, TOKEN_EQUAL);
	if (kind->any_is_all && take_if(r, "any")) {
		out->is_any = true;
		return out->is_not ? wrong(r, first, "not any is no packet: the rule could not match") : 0;
	}
	err = take_some(r, out);
	if (!err && !out->nr)
		err = wrong(r, first, "there is nothing between the braces: write %s, as %s",
			    kind->what, kind->example);
	return err ? err : finish(out);
}
