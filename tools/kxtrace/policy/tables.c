// SPDX-License-Identifier: GPL-2.0-only
/* Tables: room for them, the classes, the longest prefixes, rules that are never reached. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../options.h"
#include "tables.h"

void class_add(const struct tables *tables, __u64 *bits, size_t rule)
{
	for (uint32_t i = tables->first[rule]; i < tables->first[rule + 1]; i++)
		bits[i / 64] |= 1ull << (i & 63);
}

int class_of(struct tables *tables, const __u64 *bits)
{
	struct kxp_class *class;

	for (uint32_t i = 0; i < tables->nr_classes; i++)
		if (!memcmp(tables->classes[i].entries, bits, sizeof(class->entries)))
			return i;
	if (tables->nr_classes == KXP_CLASSES) {
		complain("policy: the rules make more than %d kinds of objects: take some of them out", KXP_CLASSES);
		return -E2BIG;
	}
	class = &tables->classes[tables->nr_classes];
	memcpy(class->entries, bits, sizeof(class->entries));
	for (uint32_t i = 0; i < tables->nr_entries; i++)
		if (bits[i / 64] & 1ull << (i & 63))
			class->ops |= tables->entries[i].ops;
	return tables->nr_classes++;
}

/* Class 0: rules that ask for no object. */
static int plain_class(struct tables *tables)
{
	__u64 bits[KXP_WORDS] = {};
	int class;

	for (size_t i = 0; i < tables->rules->nr; i++)
		if (!tables->rules->list[i].on[ON_PATH].nr &&
				!tables->rules->list[i].on[ON_ADDRESS].nr)
			class_add(tables, bits, i);
	class = class_of(tables, bits);
	return class < 0 ? class : 0;
}

static bool covers(const struct kxp_prefix *wide, const struct kxp_prefix *narrow)
{
	if (wide->bits > narrow->bits)
		return false;
	for (uint32_t bit = 0; bit < wide->bits; bit++)
		if ((wide->address[bit / 8] ^ narrow->address[bit / 8]) & 0x80 >> bit % 8)
			return false;
	return true;
}

static int collect_prefixes(struct tables *tables)
{
	for (size_t i = 0; i < tables->rules->nr; i++) {
		const struct rule *rule = &tables->rules->list[i];

		for (size_t j = 0; j < rule->on[ON_ADDRESS].nr; j++) {
			struct prefix *prefix = &tables->prefixes[tables->nr_prefixes];

			if (tables->nr_prefixes++ == KXP_PREFIXES)
				return rule_refuse(rule, &rule->on[ON_ADDRESS].list[j], "more than %d addresses", KXP_PREFIXES);
			prefix->rule = i;
			if (address_parse(rule->on[ON_ADDRESS].list[j].text,
					prefix->key.address, &prefix->key.bits))
				return rule_refuse(rule, &rule->on[ON_ADDRESS].list[j], "not an address: write 10.0.0.0/8, 127.0.0.1, ::1 or fd00::/8");
		}
	}
	return 0;
}

int prefixes_make(struct tables *tables)
{
	int err = collect_prefixes(tables);

	for (size_t i = 0; i < tables->nr_prefixes && !err; i++) {
		__u64 bits[KXP_WORDS];
		int class;

		memcpy(bits, tables->classes[0].entries, sizeof(bits));
		for (size_t j = 0; j < tables->nr_prefixes; j++)
			if (covers(&tables->prefixes[j].key, &tables->prefixes[i].key))
				class_add(tables, bits, tables->prefixes[j].rule);
		class = class_of(tables, bits);
		if (class < 0)
			return class;
		tables->prefixes[i].class = class;
	}
	return err;
}

int tables_make(struct tables *tables, const struct rules *rules, identify_fn identify, void *ctx)
{
	size_t patterns = 0;
	int err;

	for (size_t i = 0; i < rules->nr; i++)
		patterns += rules->list[i].on[ON_PATH].nr;
	*tables = (struct tables){
		.rules = rules,
		.entries = calloc(KXP_ENTRIES, sizeof(*tables->entries)),
		.first = calloc(rules->nr + 1, sizeof(*tables->first)),
		.classes = calloc(KXP_CLASSES, sizeof(*tables->classes)),
		.nodes = calloc(KXP_NODES, sizeof(*tables->nodes)),
		.edges = calloc(KXP_EDGES, sizeof(*tables->edges)),
		.patterns = calloc(patterns + 1, sizeof(*tables->patterns)),
		.prefixes = calloc(KXP_PREFIXES + 1, sizeof(*tables->prefixes)),
	};
	if (!tables->entries || !tables->first || !tables->classes || !tables->nodes ||
	    !tables->edges || !tables->patterns || !tables->prefixes)
		return -ENOMEM;
	err = entries_make(tables, identify, ctx);
	if (!err)
		err = plain_class(tables);
	if (!err)
		err = automaton_make(tables);
	return err ? err : prefixes_make(tables);
}

void tables_free(struct tables *tables)
{
	for (size_t i = 0; i < tables->nr_patterns; i++)
		for (unsigned int j = 0; j < tables->patterns[i].nr; j++)
			free(tables->patterns[i].names[j]);
	free(tables->entries);
	free(tables->first);
	free(tables->classes);
	free(tables->nodes);
	free(tables->edges);
	free(tables->patterns);
	free(tables->prefixes);
}

/* Does @early take every caller that @late takes? */
static bool takes_all(const struct kxp_entry *early, const struct kxp_entry *late)
{
	if (late->ops & ~early->ops || early->has & ~late->has)
		return false;
	if (early->has & KXP_HAS_UID &&
	    (early->uid_low > late->uid_low || early->uid_high < late->uid_high))
		return false;
	if (early->has & KXP_HAS_PORT &&
	    (early->port_low > late->port_low || early->port_high < late->port_high))
		return false;
	if (early->has & KXP_HAS_COMM && memcmp(early->comm, late->comm, KXP_COMM))
		return false;
	if (early->has & KXP_HAS_EXE && memcmp(&early->exe, &late->exe, sizeof(early->exe)))
		return false;
	return !(early->has & (KXP_HAS_CGROUP | KXP_HAS_UNDER_PID | KXP_HAS_UNDER_EXE)) ||
	       (early->cgroup == late->cgroup && early->under_pid == late->under_pid &&
		!memcmp(&early->under_exe, &late->under_exe, sizeof(early->under_exe)));
}

/* In some class, can a call come to this entry? */
static bool is_reached(const struct tables *tables, uint32_t late)
{
	for (uint32_t c = 0; c < tables->nr_classes; c++) {
		const __u64 *bits = tables->classes[c].entries;
		uint32_t early = 0;

		if (!(bits[late / 64] & 1ull << (late & 63)))
			continue;
		while (early < late && !(bits[early / 64] & 1ull << (early & 63) &&
					 takes_all(&tables->entries[early],
							&tables->entries[late])))
			early++;
		if (early == late)
			return true;
	}
	return false;
}

size_t tables_warn(const struct tables *tables)
{
	size_t warned = 0;

	for (size_t i = 0; i < tables->rules->nr; i++) {
		bool reached = false;

		for (uint32_t j = tables->first[i]; j < tables->first[i + 1] && !reached; j++)
			reached = is_reached(tables, j);
		if (reached)
			continue;
		warned++;
		fprintf(stderr, "kxtrace: %s:%u: warning: no call comes to this rule: rules before it take them all\n",
			tables->rules->list[i].file, tables->rules->list[i].line);
	}
	return warned;
}
