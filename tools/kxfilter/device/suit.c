// SPDX-License-Identifier: GPL-2.0-only
/* Looks for rules that need what only some hooks can do. */
#include <stdio.h>
#include <string.h>

#include "netdev.h"
#include "suit.h"

bool rejects(const struct rules *rules, unsigned int directions)
{
	for (size_t i = 0; i < rules->nr; i++)
		if (rules->rows[i].verdict == VERDICT_REJECT &&
				rules->rows[i].directions & directions)
			return true;
	return (directions & DIRECTION_IN && rules->fallback[0] == VERDICT_REJECT) ||
	       (directions & DIRECTION_OUT && rules->fallback[1] == VERDICT_REJECT);
}

/* Generic XDP sends to any device; the driver has to help native XDP. */
static bool cannot_send(enum hook hook, const struct rule *rule)
{
	int ifindex = if_nametoindex(rule->device);

	return hook == HOOK_XDP && ifindex && netdev_takes_frames(ifindex) == ANSWER_NO;
}

static bool rule_lacks(enum hook hook, const struct rule *rule, char *why, size_t len)
{
	if (rule->has_mark || rule->match[FIELD_MARK])
		snprintf(why, len, "the rule %s is about the mark, which packets do not have at XDP",
			 rule->id);
	else if (rule->verdict == VERDICT_REDIRECT && rule->redirect_ingress)
		snprintf(why, len, "the rule %s lets packets come in at %s, which XDP cannot",
			 rule->id, rule->device);
	else if (rule->verdict == VERDICT_REDIRECT && cannot_send(hook, rule))
		snprintf(why, len, "the rule %s redirects to %s, which takes nothing from native XDP",
			 rule->id, rule->device);
	else
		return false;
	return true;
}

bool hook_lacks(enum hook hook, const struct rules *rules, char *why, size_t len)
{
	if (hook == HOOK_TC)
		return false;
	for (size_t i = 0; i < rules->nr; i++)
		if (rules->rows[i].directions & DIRECTION_IN &&
				rule_lacks(hook, &rules->rows[i], why, len))
			return true;
	if (hook != HOOK_XDP_GENERIC || !rejects(rules, DIRECTION_OUT))
		return false;
	snprintf(why, len, "answers to what goes out and is rejected come in, and generic XDP cannot tell them from others");
	return true;
}

enum hook hook_suit(const struct device *device, const struct rules *rules, char *why, size_t len)
{
	enum hook hook = hook_choose(device, why, len);

	return rules && hook_lacks(hook, rules, why, len) ? HOOK_TC : hook;
}
