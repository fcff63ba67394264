/* SPDX-License-Identifier: GPL-2.0-only */
/* What the text and the JSON of a rule have in common. */
#ifndef KXFILTER_PRINT_H
#define KXFILTER_PRINT_H

#include "language.h"

/* Whether the rule has a clause for it; the clause's word; its values. 0, or -1: no memory. */
bool rule_asks(const struct rule *rule, enum field field);
const char *field_word(const struct rule *rule, enum field field);
int print_field_values(const struct rules *rules, const struct rule *rule, enum field field,
		       FILE *out);
void print_ranges(const struct kind *kind, const struct set *set, const char *comma, FILE *out);
bool print_mac_word(const struct set *set, FILE *out);
void print_add(const struct rules *rules, const struct rule *rule, FILE *out);
void print_rewrite(const struct rewrite *rewrite, FILE *out);
const struct kind *icmp_kind(const struct rule *rule);

extern const char *const verdict_words[];

#endif
