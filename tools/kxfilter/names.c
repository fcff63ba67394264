// SPDX-License-Identifier: GPL-2.0-only
/* Ids of rules by slot: read where whoever applies a rule set writes them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cli/own.h"
#include "names.h"
#include "verb.h"

#define BYTES	(KXF_SLOTS * sizeof(struct kxf_id))

int names_open(const struct filter *filter, struct names *out)
{
	void *at = mmap(NULL, BYTES, PROT_READ, MAP_SHARED, filter->ids, 0);

	if (at == MAP_FAILED) {
		tell("%s: its ids cannot be read: %s", filter->device, strerror(errno));
		return -errno;
	}
	out->ids = at;
	return 0;
}

void names_close(struct names *names)
{
	if (names->ids)
		munmap((void *)names->ids, BYTES);
	names->ids = NULL;
}

void name_of(const struct names *names, uint32_t slot, char out[NAME_TEXT])
{
	const char *known = slot < KXF_SLOTS ? names->ids[slot].id : "";

	if (slot == KXF_NO_RULE)
		known = "default";
	snprintf(out, NAME_TEXT, "%.*s", KXF_ID, *known ? known : "?");
}

int name_find(struct filter *filter, const char *id, uint32_t *slot)
{
	_cleanup_free_ struct filter_rule *list = NULL;
	size_t nr = 0;
	int err;

	*slot = KXF_NO_RULE;
	if (!strcmp(id, "default"))
		return 0;
	err = filter_rules(filter, &list, &nr);
	for (size_t i = 0; !err && i < nr; i++) {
		if (strncmp(list[i].about.id, id, KXF_ID) || strlen(id) > KXF_ID)
			continue;
		*slot = list[i].about.slot;
		return 0;
	}
	return err ?: -ENOENT;
}
