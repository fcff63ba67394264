// SPDX-License-Identifier: GPL-2.0-only
/* Opens a filter that acts, for who looks at its live sets, changes or saves them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../verb.h"
#include "acting.h"
#include "cli/own.h"

#define SECOND_NS	1000000000ULL

int acting_open(struct kx *kx, const char *device, struct acting *out)
{
	struct acting acting = {};
	int err = filter_open(kx, device, &acting.filter);

	*out = acting;
	if (err)
		return err;
	acting.is_open = true;
	err = saved_read(&acting.filter, &acting.saved);
	if (!err) {
		err = sets_open(acting.filter.live_sets, acting.filter.live_elements,
				acting.saved->live, &acting.sets);
		if (err)
			tell("%s: its live sets cannot be read: %s", device, strerror(-err));
	}
	*out = acting;
	return err;
}

void acting_close(struct acting *acting)
{
	if (!acting->is_open)
		return;
	sets_close(&acting->sets);
	free(acting->saved);
	filter_close(&acting->filter);
}

struct rules *acting_rules(const struct acting *acting)
{
	struct complaints complaints = {};
	struct rules *rules = NULL;

	if (!rules_read(acting->filter.device, acting->saved->text, complaints_tell, &complaints,
			&rules))
		return rules;
	tell("%s: its rules cannot be read back", acting->filter.device);
	return NULL;
}

struct kxf_live *acting_set(const struct acting *acting, const char *name)
{
	struct kxf_live *set = strlen(name) < KXF_ID ? sets_find(&acting->sets, name) : NULL;

	if (!set)
		tell("%s: its rules have no live set %s; kxfilter set %s lists its sets",
		     acting->filter.device, name, acting->filter.device);
	return set;
}

uint64_t rest_ns(const struct kxf_until *until, uint64_t now_ns)
{
	uint64_t rest = until->expires_ns > now_ns ? until->expires_ns - now_ns : 1;

	return (rest + SECOND_NS - 1) / SECOND_NS * SECOND_NS;
}
