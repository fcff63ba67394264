/* SPDX-License-Identifier: GPL-2.0-only */
/* The verifier's rules in the words of somebody who writes C. */
#ifndef KX_RULES_H
#define KX_RULES_H

/*
 * @reason: the verifier's last words, untrusted text. Return: the rule that was
 * broken and what to write instead, one clause without a full stop, static; NULL
 * for words that no rule is known for.
 */
const char *rule_explain(const char *reason);

#endif
