/* SPDX-License-Identifier: GPL-2.0-only */
/* The clauses of a rule: each takes what follows its word. */
#ifndef KXFILTER_CLAUSES_H
#define KXFILTER_CLAUSES_H

#include "language.h"

typedef int clause_fn(struct draft *d, const struct token *word);

clause_fn take_family, take_protocol, take_protocol_word, take_from, take_to, take_port, take_vlan,
	take_inner, take_ethertype, take_flags, take_fragment, take_length, take_dscp, take_ttl,
	take_state, take_option, take_malformed, take_mark, take_icmp, take_every, take_random,
	take_flow, take_limit, take_in, take_out;

/* actions.c */
clause_fn take_pass, take_drop, take_reject, take_redirect, take_count_word, take_log, take_nat,
	take_change, take_new_mark, take_add;
#define REJECTS	(REJECT_ADMIN + 1)

extern const char *const reject_words[REJECTS];

#endif
