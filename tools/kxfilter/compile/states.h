/* SPDX-License-Identifier: GPL-2.0-only */
/* What rules say of connections: states, translation; and how the kernel half is told. */
#ifndef KXFILTER_STATES_H
#define KXFILTER_STATES_H

#include <stdbool.h>
#include <stdint.h>

#include "made.h"

struct bpf_object;

/* Whether the kernel half has to track connections. */
bool states_are_used(const struct rules *rules);

/* Half as many places again as connections; 1 where they are not tracked. */
uint32_t states_bins(const struct rules *rules, uint32_t connections);

/* NULL, or why what a rule translates to cannot be done. */
const char *states_refuse(const struct rule *rule);

/* Places what a rule translates to: @at; 0: it does not. -ENOMEM, -E2BIG. */
int states_place(struct image *image, const struct rule *rule, uint32_t *at);

/* From one number others that do not show it; Steele, Lea, Flood: SplitMix. */
uint64_t next_key(uint64_t *state);

/* Before the load: constants, and the room for connections. -ENOENT; others of libbpf. */
int states_prepare(const struct compiled *compiled, struct bpf_object *obj);

#endif
