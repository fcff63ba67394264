/* SPDX-License-Identifier: GPL-2.0-only */
/* From the slot in a record to the id of its rule, also of one that acts no more. */
#ifndef KXFILTER_NAMES_H
#define KXFILTER_NAMES_H

#include "filter/filter.h"

/* The map "ids", as it is now. */
struct names {
	const struct kxf_id *ids;
};

/* 0; -errno, told. */
int names_open(const struct filter *filter, struct names *out);
void names_close(struct names *names);

/* "default" where no rule decided, "?" where it is not known. */
#define NAME_TEXT	(KXF_ID + 1)
void name_of(const struct names *names, uint32_t slot, char out[NAME_TEXT]);

/* KXF_NO_RULE for "default"; -ENOENT: the acting rules have no such id. */
int name_find(struct filter *filter, const char *id, uint32_t *slot);

#endif
