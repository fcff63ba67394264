/* SPDX-License-Identifier: GPL-2.0-only */
/* From rules to the tables by which the kernel half decides. */
#ifndef KXFILTER_COMPILE_H
#define KXFILTER_COMPILE_H

#include "../../../bpf/kxfilter.h"

#include "../rules.h"

struct bpf_object;
struct compiled;

/**
 * struct protected_session - a TCP connection that no rule shall cut
 * @peer: address of the other end, and @own of this one; of one family
 * @peer_port: and @own_port: of them
 */
struct protected_session {
	struct number peer;
	struct number own;
	uint16_t peer_port;
	uint16_t own_port;
};

/**
 * rules_protect() - put rules in front that let pass what a user would be cut off without
 * @rules: their protect says whether; where it is false nothing is done
 * @sessions: of who applies them
 *
 * ARP, neighbour discovery, and the sessions, in each direction that has rules or does not let
 * all pass. They are rules as others are, with ids "protect-...", so they are shown and
 * counted. Before compile().
 *
 * Return: 0; -ENOMEM: @rules is as it was.
 */
int rules_protect(struct rules *rules, const struct protected_session *sessions, size_t nr);

/**
 * struct compile_opts - what the rule set is made for
 * @at_xdp: what comes in is looked at by XDP, else by tc
 * @monitor: all pass, what would have become of them is counted
 * @trial: for tests: time and chance come from the map "trial"
 * @bounces: at XDP the device takes back what is redirected to it, and not by XDP_TX (veth)
 * @seed: of hashes, secret: the same flows are taken by "flow" as long as it is the same, and
 *	  connections of the rule set before are found
 * @connections: that there is room for, if the rules need it; 0: as they say, else KXF_CONNECTIONS
 * @ids: KXF_SLOTS of them, as the map "ids" has them; NULL: no rule set acts yet
 * @live: KXF_LIVE_SLOTS of them, as the map "live_sets" has them; NULL: no rule set acts yet
 * @serial: of this rule set, larger than of those before
 */
struct compile_opts {
	bool at_xdp;
	bool monitor;
	bool trial;
	bool bounces;
	uint32_t connections;
	uint64_t seed;
	const struct kxf_id *ids;
	const struct kxf_live *live;
	uint64_t serial;
};

/**
 * compile() - make the tables of a rule set
 * @rules: may be freed afterwards
 * @fn: gets a sentence for everything that cannot be compiled
 * @out: receives them, for compiled_free()
 *
 * Return: 0; -EOPNOTSUPP, -E2BIG, -ENODEV: cannot be compiled, @fn was told; -ENOMEM.
 */
int compile(const struct rules *rules, const struct compile_opts *opts, complaint_fn *fn,
	    void *ctx, struct compiled **out);
void compiled_free(struct compiled *compiled);

/**
 * compiled_prepare() - before the object is loaded: sizes, constants, which programs
 *
 * Return: 0; -ENOENT: the object is not kxfilter's; others of libbpf.
 */
int compiled_prepare(const struct compiled *compiled, struct bpf_object *obj);

/**
 * compiled_fill() - after the load, before a program runs: what is in the maps
 *
 * Return: 0; a negative errno of bpf(2) or mmap(2).
 */
int compiled_fill(const struct compiled *compiled, struct bpf_object *obj);

/* Where a rule is counted. */
uint32_t compiled_slot(const struct compiled *compiled, size_t rule);
/* Slots of the maps "live_sets" and "live_elements" that it has, a bit each. */
uint32_t compiled_live_slots(const struct compiled *compiled);
/* Of a number of a rule in its direction (kxf_trial.rule): its number in struct rules. */
size_t compiled_rule(const struct compiled *compiled, enum kxf_way way, uint32_t number);

/* For "check": what the rules of a direction became. */
struct compiled_about {
	uint32_t rules;
	uint32_t flags;		/* enum kxf_rules_flags: what of the program is in use */
	uint32_t fields;	/* that are compared: a bit for each enum field */
	uint32_t classes;	/* of all fields */
	bool asks_live;		/* addresses are looked up in live sets */
	uint64_t bytes;		/* of all tables, both directions */
};

void compiled_about(const struct compiled *compiled, enum kxf_way way,
		    struct compiled_about *out);

#endif
