/* SPDX-License-Identifier: GPL-2.0-only */
/* A filter that acts, with its live sets and the text of its rules. */
#ifndef KXFILTER_ACTING_H
#define KXFILTER_ACTING_H

#include "../saved/saved.h"
#include "../sets/sets.h"

struct acting {
	bool is_open;
	struct filter filter;
	struct sets sets;
	struct kxf_saved *saved;
};

/* 0; -ENOENT: the device has no filter, nothing is said; else told. */
int acting_open(struct kx *kx, const char *device, struct acting *out);
void acting_close(struct acting *acting);

#define _cleanup_acting_	_cleanup_(acting_close)

/* The rules again, by what was saved of them, for rules_free(); NULL: told. */
struct rules *acting_rules(const struct acting *acting);

/* A live set by its name; NULL: there is none, which is told. */
struct kxf_live *acting_set(const struct acting *acting, const char *name);

/* What remains of a time, as "523s"; whole seconds, the last one begun. */
uint64_t rest_ns(const struct kxf_until *until, uint64_t now_ns);

#endif
