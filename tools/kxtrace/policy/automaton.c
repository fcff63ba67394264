// SPDX-License-Identifier: GPL-2.0-only
/*
 * The automaton that reads the names of a path, from the root on. Its states are sets of
 * places in patterns; a name leads from all of them at once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../options.h"
#include "tables.h"

struct place {
	uint32_t pattern;
	uint32_t at;
};

struct state {
	struct place *places;
	size_t nr;
};

static int bad(const struct rule *rule, const struct value *value, const char *why)
{
	return rule_refuse(rule, value, "%s", why);
}

static int parse_pattern(struct tables *tables, size_t nr, const struct value *value)
{
	const struct rule *rule = &tables->rules->list[nr];
	struct pattern *pattern = &tables->patterns[tables->nr_patterns++];
	const char *at = value->text;
	size_t len;

	pattern->rule = nr;
	if (*at != '/')
		return bad(rule, value, "a path begins with /: the kernel knows no others");
	for (; *at; at += len) {
		at += strspn(at, "/");
		len = strcspn(at, "/");
		if (!len)
			break;
		if (pattern->below)
			return bad(rule, value, "** must be the last name of a path");
		pattern->below = len == 2 && !strncmp(at, "**", 2);
		if (pattern->below)
			continue;
		if (len > 255 || (len == 1 && *at == '.') || (len == 2 && !strncmp(at, "..", 2)))
			return bad(rule, value, "a name is . or .. or longer than 255 bytes: no path of the kernel has it");
		if (memchr(at, '*', len) && len > 1)
			return bad(rule, value, "* stands for a whole name: write /dir/* or /dir/** and a rule for what is excepted before");
		if (pattern->nr == KXP_DEPTH - 1)
			return rule_refuse(rule, value, "a path has more than %d names: end it earlier with **", KXP_DEPTH - 1);
		pattern->names[pattern->nr] = strndup(at, len);
		if (!pattern->names[pattern->nr++])
			return -ENOMEM;
	}
	return 0;
}

static int parse_patterns(struct tables *tables)
{
	int err = 0;

	for (size_t i = 0; i < tables->rules->nr; i++) {
		const struct values *values = &tables->rules->list[i].on[ON_PATH];

		for (size_t j = 0; j < values->nr && !err; j++)
			err = parse_pattern(tables, i, &values->list[j]);
	}
	return err;
}

/* Where a name leads to from a place; -1: nowhere. Behind "**" it stays. */
static long next_place(const struct pattern *pattern, uint32_t at, const char *name)
{
	if (at >= pattern->nr)
		return pattern->below ? (long)pattern->nr + 1 : -1;
	if (!strcmp(pattern->names[at], "*"))
		return (long)at + 1;
	return name && !strcmp(pattern->names[at], name) ? (long)at + 1 : -1;
}

static bool is_end(const struct pattern *pattern, uint32_t at)
{
	return pattern->below ? at == pattern->nr + 1 : at == pattern->nr;
}

struct maker {
	struct tables *tables;
	struct state *states;
};

/* The node of a set of places: one that is there, or a new one. Takes the places. */
static int intern(struct maker *m, struct place *places, size_t nr)
{
	struct tables *tables = m->tables;
	__u64 bits[KXP_WORDS];
	struct kxp_node *node = &tables->nodes[tables->nr_nodes];
	int class;

	for (uint32_t i = 0; i < tables->nr_nodes; i++)
		if (m->states[i].places && m->states[i].nr == nr &&
		    !memcmp(m->states[i].places, places, nr * sizeof(*places))) {
			free(places);
			return i;
		}
	if (tables->nr_nodes == KXP_NODES) {
		free(places);
		complain("policy: the paths of the rules are too many: their automaton has more than %d states", KXP_NODES);
		return -E2BIG;
	}
	m->states[tables->nr_nodes] = (struct state){ places, nr };
	memcpy(bits, tables->classes[0].entries, sizeof(bits));
	node->last = 1;
	for (size_t i = 0; i < nr; i++) {
		const struct pattern *pattern = &tables->patterns[places[i].pattern];

		if (is_end(pattern, places[i].at))
			class_add(tables, bits, pattern->rule);
		/* Only behind "**" a path may have any more names. */
		if (!pattern->below || places[i].at <= pattern->nr)
			node->last = 0;
	}
	class = class_of(tables, bits);
	if (class < 0)
		return class;
	node->class = class;
	return tables->nr_nodes++;
}

/* The node that a name leads to; NULL: a name that no pattern has here. */
static int follow(struct maker *m, uint32_t from, const char *name)
{
	const struct state *state = &m->states[from];
	struct place *places = calloc(state->nr + 1, sizeof(*places));
	size_t nr = 0;

	if (!places)
		return -ENOMEM;
	for (size_t i = 0; i < state->nr; i++) {
		uint32_t pattern = state->places[i].pattern;
		long at = next_place(&m->tables->patterns[pattern], state->places[i].at, name);

		if (at >= 0)
			places[nr++] = (struct place){ pattern, at };
	}
	return intern(m, places, nr);
}

static struct edge *find_edge(struct tables *tables, const struct kxp_edge *key)
{
	for (size_t i = tables->nr_edges; i-- > 0;)
		if (tables->edges[i].key.node != key->node)
			continue;
		else if (!memcmp(&tables->edges[i].key, key, sizeof(*key)))
			return &tables->edges[i];
	return NULL;
}

static int put_edge(struct tables *tables, const struct kxp_edge *key, uint32_t to)
{
	if (tables->nr_edges == KXP_EDGES) {
		complain("policy: the paths of the rules have too many names: %d are possible", KXP_EDGES);
		return -E2BIG;
	}
	tables->edges[tables->nr_edges++] = (struct edge){ *key, to };
	return 0;
}

/* Pieces of a long name lead through nodes of their own, which no path ends at. */
static int put_name(struct tables *tables, uint32_t from, const char *name, uint32_t to)
{
	size_t left = strlen(name), len;
	struct edge *there;
	int err;

	for (;; name += len, left -= len) {
		struct kxp_edge key = { .node = from, .more = left > KXP_PIECE };

		len = left > KXP_PIECE ? KXP_PIECE : left;
		key.len = len;
		memcpy(key.piece, name, len);
		there = find_edge(tables, &key);
		if (!key.more)
			return there ? 0 : put_edge(tables, &key, to);
		if (there) {
			from = there->to;
			continue;
		}
		if (tables->nr_nodes == KXP_NODES)
			return complain("policy: too many long names"), -E2BIG;
		err = put_edge(tables, &key, tables->nr_nodes);
		if (err)
			return err;
		from = tables->nr_nodes++;
	}
}

static int expand(struct maker *m, uint32_t node)
{
	struct tables *tables = m->tables;
	int to = follow(m, node, NULL);
	int err = 0;

	if (to < 0)
		return to;
	tables->nodes[node].other = to;
	for (size_t i = 0; i < m->states[node].nr && !err; i++) {
		const struct place *place = &m->states[node].places[i];
		const struct pattern *pattern = &tables->patterns[place->pattern];

		if (place->at >= pattern->nr || !strcmp(pattern->names[place->at], "*"))
			continue;
		to = follow(m, node, pattern->names[place->at]);
		err = to < 0 ? to : put_name(tables, node, pattern->names[place->at], to);
	}
	return err;
}

int automaton_make(struct tables *tables)
{
	struct maker m = { tables, calloc(KXP_NODES + 1, sizeof(*m.states)) };
	struct place *places;
	int err = m.states ? parse_patterns(tables) : -ENOMEM;

	places = err ? NULL : calloc(tables->nr_patterns + 1, sizeof(*places));
	if (!err && !places)
		err = -ENOMEM;
	for (size_t i = 0; i < tables->nr_patterns && !err; i++)
		places[i].pattern = i;
	if (!err)
		err = intern(&m, places, tables->nr_patterns);
	for (uint32_t i = 0; i < tables->nr_nodes && err >= 0; i++)
		if (m.states[i].places)
			err = expand(&m, i);
	for (uint32_t i = 0; m.states && i < tables->nr_nodes; i++)
		free(m.states[i].places);
	free(m.states);
	return err < 0 ? err : 0;
}
