// SPDX-License-Identifier: GPL-2.0-only
/* Reads a rule set: files, statements, what is done at the end; and frees it. */
#include <errno.h>
#include <stdlib.h>

#include "language.h"

void reader_done(struct reader *r)
{
	for (size_t i = 0; i < r->nr_variables; i++)
		free(r->variables[i].tokens);
	free(r->variables);
	names_done(&r->variable_names);
	names_done(&r->set_names);
	names_done(&r->labels);
	free(r->marks);
	free(r->tokens);
	sources_free(r);
	rules_free(r->rules);
}

static int read_rules(struct reader *r, const char *path, const char *text)
{
	struct source *source;
	int err;

	err = text ? source_text(r, path, text, &source) : source_read(r, path, NULL, &source);
	if (!err)
		err = read_source(r, source);
	if (!err)
		err = finish_marks(r);
	if (!err)
		err = finish_ids(r);
	if (!err && r->nr_errors)
		err = -EINVAL;
	return err;
}

int rules_read(const char *path, const char *text, complaint_fn *fn, void *ctx, struct rules **out)
{
	struct reader reader = { .fn = fn, .ctx = ctx };
	int err = -ENOMEM;

	reader.rules = calloc(1, sizeof(*reader.rules));
	if (reader.rules) {
		reader.rules->fallback[0] = VERDICT_PASS;
		reader.rules->fallback[1] = VERDICT_PASS;
		reader.rules->malformed = VERDICT_DROP;
		reader.rules->protect = true;
		err = read_rules(&reader, path, text);
	}
	if (!err) {
		*out = reader.rules;
		reader.rules = NULL;
	}
	reader_done(&reader);
	return err;
}

static void named_done(struct named *named)
{
	set_drop(named->set);
	set_drop(named->others);
	free(named->source);
}

void rules_free(struct rules *rules)
{
	if (!rules)
		return;
	for (size_t i = 0; i < rules->nr; i++)
		rule_done(&rules->rows[i]);
	for (size_t i = 0; i < rules->nr_live; i++)
		set_drop(rules->live[i].first);
	for (size_t i = 0; i < rules->nr_named; i++)
		named_done(&rules->named[i]);
	for (size_t i = 0; i < rules->nr_files; i++)
		free(rules->files[i]);
	named_done(&rules->default_in);
	free(rules->rows);
	free(rules->live);
	free(rules->named);
	free(rules->files);
	free(rules);
}
