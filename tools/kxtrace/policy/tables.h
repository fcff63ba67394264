/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables that kernel code decides by, made of rules. */
#ifndef KXTRACE_POLICY_TABLES_H
#define KXTRACE_POLICY_TABLES_H

#include "rules.h"

/* Finds the numbers of a file; a negative errno: it has none. */
typedef int (*identify_fn)(void *ctx, const char *path, struct kxp_file *out);

struct pattern {
	char *names[KXP_DEPTH];
	unsigned int nr;
	bool below;		/* ends with "**" */
	size_t rule;
};

struct prefix {
	struct kxp_prefix key;
	uint32_t class;
	size_t rule;
};

struct edge {
	struct kxp_edge key;
	uint32_t to;
};

struct tables {
	const struct rules *rules;
	struct kxp_entry *entries;
	uint32_t nr_entries;
	uint32_t *first;	/* of each rule, and one more */
	struct kxp_class *classes;
	uint32_t nr_classes;
	struct kxp_node *nodes;
	uint32_t nr_nodes;
	struct edge *edges;
	size_t nr_edges;
	struct pattern *patterns;
	size_t nr_patterns;
	struct prefix *prefixes;
	size_t nr_prefixes;
	uint32_t ops;
};

/* 0, or a negative errno after a sentence on stderr. */
int tables_make(struct tables *tables, const struct rules *rules, identify_fn identify, void *ctx);
void tables_free(struct tables *tables);

/* Warns of rules that no call can ever come to; how many. */
size_t tables_warn(const struct tables *tables);

/* Parts of it. */
int entries_make(struct tables *tables, identify_fn identify, void *ctx);
int automaton_make(struct tables *tables);
int prefixes_make(struct tables *tables);
/* The number of the class with these entries, and those that match every object. */
int class_of(struct tables *tables, const __u64 *bits);
void class_add(const struct tables *tables, __u64 *bits, size_t rule);

/* The id of a control group, and its level below the root; -ENOENT. */
int cgroup_find(const char *path, __u64 *id, uint32_t *level);
/* "10.0.0.0/8", "::1" */
int address_parse(const char *text, uint8_t *address, uint32_t *bits);
/* "22", "1000-1999" */
int range_parse(const char *text, uint32_t most, uint32_t *low, uint32_t *high);

#endif
