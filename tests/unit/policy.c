// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of a policy against a plain reading of its rules: random patterns, random
 * paths and addresses; and what is wrong with rules.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/tables.h"

static int nr_tests, nr_failed;

static void ok(bool good, const char *what)
{
	nr_tests++;
	nr_failed += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", nr_tests, what);
}

static int identify(void *ctx, const char *path, struct kxp_file *out)
{
	(void)ctx;
	*out = (struct kxp_file){ .ino = strlen(path), .dev = 1 };
	return 0;
}

static int make(struct rules *rules, struct tables *tables, const char *text)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int err = rules_parse(rules, file, "test");

	fclose(file);
	return err ? err : tables_make(tables, rules, identify, NULL);
}

static void drop(struct rules *rules, struct tables *tables)
{
	tables_free(tables);
	rules_free(rules);
	*rules = (struct rules){};
	*tables = (struct tables){};
}

/* As the kernel half reads a name: by its pieces, else the way of all other names. */
static uint32_t step(const struct tables *tables, uint32_t node, const char *name)
{
	uint32_t before = node;
	size_t left = strlen(name), i;

	while (left) {
		struct kxp_edge key = { .node = node, .more = left > KXP_PIECE };

		key.len = left > KXP_PIECE ? KXP_PIECE : left;
		memcpy(key.piece, name, key.len);
		for (i = 0; i < tables->nr_edges; i++)
			if (!memcmp(&tables->edges[i].key, &key, sizeof(key)))
				break;
		if (i == tables->nr_edges)
			return tables->nodes[before].other;
		node = tables->edges[i].to;
		name += key.len;
		left -= key.len;
	}
	return node;
}

static uint32_t class_of_names(const struct tables *tables, char *const *names, size_t nr)
{
	uint32_t node = 0;
	size_t i;

	for (i = 0; i < nr && !tables->nodes[node].last; i++)
		node = step(tables, node, names[i]);
	return tables->nodes[node].class;
}

/* The first entry of a class that is about this operation; -1: none. */
static int first_entry(const struct tables *tables, uint32_t class, uint32_t op)
{
	for (uint32_t i = 0; i < tables->nr_entries; i++)
		if (tables->classes[class].entries[i / 64] & 1ull << i % 64 &&
		    tables->entries[i].ops & op)
			return tables->entries[i].line;
	return -1;
}

static bool pattern_takes(const char *pattern, char *const *names, size_t nr)
{
	char copy[4096], *rest = copy, *want;
	size_t at = 0;

	snprintf(copy, sizeof(copy), "%s", pattern + 1);
	while ((want = strsep(&rest, "/"))) {
		if (!*want)
			continue;
		if (!strcmp(want, "**"))
			return at < nr;
		if (at == nr || (strcmp(want, "*") && strcmp(want, names[at])))
			return false;
		at++;
	}
	return at == nr;
}

static int first_rule(const struct rules *rules, char *const *names, size_t nr, uint32_t op)
{
	for (size_t i = 0; i < rules->nr; i++) {
		const struct values *on = &rules->list[i].on[ON_PATH];

		if (!(rules->list[i].ops & op))
			continue;
		if (!on->nr)
			return rules->list[i].line;
		for (size_t j = 0; j < on->nr; j++)
			if (pattern_takes(on->list[j].text, names, nr))
				return rules->list[i].line;
	}
	return -1;
}

#define LONG	"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"

/* Few names, some of them with a long beginning in common: so that they meet. */
static const char *const pool[] = { "a", "b", "c", "ab", LONG, LONG "a", LONG "b", LONG LONG };

static const char *any_name(void)
{
	return pool[rand() % (sizeof(pool) / sizeof(pool[0]))];
}

/* One in eight is deep: as far as a pattern may be. */
static int any_depth(void)
{
	return rand() % 8 ? 1 + rand() % 5 : 1 + rand() % (KXP_DEPTH - 1);
}

/* Deep ones have names of few kinds, so that some path is taken by them. */
static const char *name_at(int depth)
{
	return depth < 5 ? any_name() : pool[rand() % 2];
}

static void add_pattern(FILE *out)
{
	int names = any_depth();

	for (int i = 0; i < names; i++)
		fprintf(out, "/%s", rand() % 4 && (i < 5 || rand() % 2) ? name_at(i) : "*");
	if (!(rand() % 3))
		fputs("/**", out);
}

static char *random_rules(int nr)
{
	static const char *const ops[] = { "read", "write", "open", "unlink", "read,unlink" };
	size_t len;
	char *text;
	FILE *out = open_memstream(&text, &len);

	for (int i = 0; i < nr; i++) {
		int patterns = rand() % 4;

		fprintf(out, "error EACCES %s", ops[rand() % 5]);
		if (patterns || rand() % 8)
			fputs(" path ", out);
		else
			patterns = -1;
		for (int j = 0; j <= patterns; j++) {
			if (j)
				fputs(", ", out);
			add_pattern(out);
		}
		fputc('\n', out);
	}
	fclose(out);
	return text;
}

static void test_paths(void)
{
	static const uint32_t ops[] = { KXP_READ, KXP_WRITE, KXP_UNLINK };
	unsigned int asked = 0, wrong = 0, refused = 0, deep = 0;
	struct tables tables = {};
	struct rules rules = {};
	char *names[KXP_DEPTH + 8];

	for (int round = 0; round < 60; round++) {
		char *text = random_rules(1 + rand() % 20);

		refused += make(&rules, &tables, text) != 0;
		for (int i = 0; i < 300; i++) {
			size_t nr = rand() % 4 ? rand() % 7 : rand() % (KXP_DEPTH + 8);
			uint32_t op = ops[rand() % 3];
			int got, expected;

			for (size_t j = 0; j < nr; j++)
				names[j] = (char *)name_at(j);
			asked++;
			got = first_entry(&tables, class_of_names(&tables, names, nr), op);
			expected = first_rule(&rules, names, nr, op);
			deep += expected >= 0 && nr > 8;
			if (got == expected || wrong++)
				continue;
			printf("# line %d decides, not %d, of the path", got, expected);
			for (size_t j = 0; j < nr; j++)
				printf("/%s", names[j]);
			printf("\n# %s", text);
		}
		drop(&rules, &tables);
		free(text);
	}
	printf("# %u paths, %u of them deep and in a rule\n", asked, deep);
	ok(deep > 100, "deep paths are in rules");
	ok(!refused, "random rules are made into tables");
	ok(!wrong, "the tables decide as the rules read");
}

/* By the longest prefix, as the kernel half looks them up. */
static uint32_t class_of_number(const struct tables *tables, const uint8_t *address)
{
	int best = -1;
	uint32_t class = 0;

	for (size_t i = 0; i < tables->nr_prefixes; i++) {
		const struct kxp_prefix *key = &tables->prefixes[i].key;
		uint32_t bit = 0;

		while (bit < key->bits &&
		       !((key->address[bit / 8] ^ address[bit / 8]) & 0x80 >> bit % 8))
			bit++;
		if (bit == key->bits && (int)bit > best) {
			best = bit;
			class = tables->prefixes[i].class;
		}
	}
	return class;
}

static void test_addresses(void)
{
	static const struct {
		const char *address;
		int line;
	} cases[] = {
		{ "10.1.2.3", 1 }, { "10.1.9.9", 2 }, { "10.9.9.9", 3 }, { "11.0.0.1", -1 },
		{ "::1", 4 }, { "::2", -1 }, { "fd00::7", 5 }, { "fe80::1", -1 },
	};
	struct tables tables = {};
	struct rules rules = {};
	uint8_t address[16];
	uint32_t bits;
	unsigned int i;
	int err;

	err = make(&rules, &tables, "error EACCES connect to 10.1.2.3\n"
				    "allow connect to 10.1.0.0/16\n"
				    "error EACCES connect to 10.0.0.0/8\n"
				    "error EACCES connect to ::1\n"
				    "error EACCES connect to fd00::/8\n");
	ok(!err, "rules about addresses are made into tables");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(!address_parse(cases[i].address, address, &bits) &&
		   first_entry(&tables, class_of_number(&tables, address), KXP_CONNECT) ==
		   cases[i].line, cases[i].address);
	drop(&rules, &tables);
}

#define TEN	"/1/2/3/4/5/6/7/8/9/0"

/* Each is refused; what is said of it is on stderr, which nobody reads here. */
static void test_refused(void)
{
	static const char *const wrong[] = {
		"ask read path /x\n", "ask me read,kill path /x\n", "ask 1234567890123456 read\n", "deny read path /x\n", "error read path /x\n", "error ENOTHING read path /x\n",
		"error EACCES opne path /x\n", "allow read path x\n", "allow read path /a/../b\n",
		"allow read path /a*\n", "allow read path /a/**/b\n", "allow read path\n",
		"allow read path /a path /b\n", "allow read to 10.0.0.1\n",
		"allow connect path /x\n", "allow connect to 10.0.0.0/33\n",
		"allow connect port 65536\n", "allow connect port 9-1\n", "limit 0/s read\n",
		"limit 5 read\n", "allow read uid x\n", "allow read comm 1234567890123456\n",
		"allow read exe relative\n", "allow read path $none\n", "set = { a }\n",
		"set x a\n", "set x = { /a\n", "allow read path \"/a\n", "allow\n",
		"allow read path /1" TEN TEN TEN "/2\n", "allow read cgroup /no/such/group\n",
	};
	struct tables tables = {};
	struct rules rules = {};
	unsigned int i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char what[128];

		snprintf(what, sizeof(what), "refused: %.*s", (int)strcspn(wrong[i], "\n"), wrong[i]);
		ok(make(&rules, &tables, wrong[i]) == -EINVAL, what);
		drop(&rules, &tables);
	}
}

/* A rule is the same after a reload, wherever it stands and however it is spaced. */
static void test_names(void)
{
	struct tables tables = {};
	struct rules rules = {};

	ok(!make(&rules, &tables, "# one\n\nerror EACCES read path /x\n"
				  "error  EACCES\tread path /x # the same\nallow read path /x\n"),
	   "comments and blanks");
	ok(rules.nr == 3 && rules.list[0].id == rules.list[1].id, "a rule keeps its counters");
	ok(rules.nr == 3 && rules.list[0].id != rules.list[2].id, "and another has its own");
	drop(&rules, &tables);
	ok(!make(&rules, &tables, "error EACCES read path /1" TEN TEN TEN "/**\n") &&
	   tables.patterns[0].nr == KXP_DEPTH - 1, "a path has up to 31 names");
	drop(&rules, &tables);
}

int main(void)
{
	srand(1);
	test_paths();
	test_addresses();
	test_refused();
	test_names();
	printf("1..%d\n", nr_tests);
	return nr_failed != 0;
}
