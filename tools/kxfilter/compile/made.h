/* SPDX-License-Identifier: GPL-2.0-only */
/* What a rule set became, before it is in the kernel. */
#ifndef KXFILTER_MADE_H
#define KXFILTER_MADE_H

#include "compile.h"
#include "place.h"

/**
 * struct made_live - a live set, by its number in struct rules
 * @name: of it
 * @slot: where the kernel half has it
 * @is_new: it begins empty; else with what it has
 * @size: room for so many elements
 * @timeout_ns: of what is added without one
 */
struct made_live {
	char name[KXF_ID];
	uint32_t slot;
	bool is_new;
	uint32_t size;
	uint64_t timeout_ns;
};

/**
 * struct compiled - a rule set that can be loaded
 * @config: constants of the kernel half
 * @image: the tables
 * @at_xdp: which program looks at what comes in
 * @picks_up: for connections
 * @bins: of them
 * @ids: whose the slots of counters are
 * @was_others: of each slot: another rule has counted there, so it is cleared
 * @slot: of each rule
 * @rule: by direction: which rule of the set each is
 * @nr: rules of the set
 * @live: sets that are changed live
 * @nr_live: of them
 * @serial: of the rule set
 * @about: by direction
 */
struct compiled {
	struct kxf_config config;
	struct image image;
	bool at_xdp;
	bool picks_up;
	uint32_t bins;
	struct kxf_id ids[KXF_SLOTS];
	bool was_others[KXF_SLOTS];
	uint32_t *slot;
	size_t *rule[KXF_WAYS];
	size_t nr;
	struct made_live live[KXF_LIVE];
	uint32_t nr_live;
	uint64_t serial;
	struct compiled_about about[KXF_WAYS];
};

/* Gives each rule the slot that its id has had, or one of its own. -ENOMEM; -E2BIG. */
int slots_give(struct compiled *compiled, const struct rules *rules,
	       const struct compile_opts *opts);

#endif
