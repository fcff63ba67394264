/* SPDX-License-Identifier: GPL-2.0-only */
/* Which connections a user means, by clauses: those whose first packet a rule would match. */
#ifndef KXFILTER_CHOICE_H
#define KXFILTER_CHOICE_H

#include "../filter/acting.h"
#include "connections.h"

/**
 * struct choice - connections that are meant
 * @acting: the filter that has them
 * @table: they are in
 * @at: the place that is looked at next
 * @rules: what the clauses were read into
 * @rule: the clauses; NULL: all are meant
 * @live: what was in the live set that a source, a destination has to be in; or NULL
 */
struct choice {
	struct acting acting;
	struct connections table;
	uint32_t at;
	struct rules *rules;
	const struct rule *rule;
	struct set *live[2];
};

/*
 * @argv: the clauses, which can ask for sets of the rules that act; none: all connections.
 * Return: DONE, or the status to exit with: told. choice_close() in any case.
 */
int choice_open(struct kx *kx, const char *device, int argc, char **argv, bool json,
		struct choice *out);
void choice_close(struct choice *choice);

#define _cleanup_choice_	_cleanup_(choice_close)

/* One after the other; false: that were all. */
bool choice_next(struct choice *choice, struct connection *out);

/* TCP, UDP and others; ICMP has types instead. */
bool connection_has_ports(const struct connection *it);

#endif
