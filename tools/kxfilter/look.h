/* SPDX-License-Identifier: GPL-2.0-only */
/* A look at the packets of a device that is filtered: what the kernel half is asked to show. */
#ifndef KXFILTER_LOOK_H
#define KXFILTER_LOOK_H

#include "filter/filter.h"

struct look {
	struct filter filter;
	struct kx_share *share;
	struct kxf_look *asked;
	enum kxf_looks what;
	int lock;
	int looked;		/* map; -1 */
	uint64_t renewed_ns;
};

/*
 * One process looks at the same things of a device at a time. 0; -EBUSY: another one does, told
 * unless @quiet; others are told.
 */
int look_open(struct kx *kx, const char *device, enum kxf_looks what, bool quiet,
	      struct look *out);
void look_close(struct look *look);

/* From now on, for five seconds; then again. Return: how long nothing was shown meanwhile. */
void look_begin(struct look *look);
uint64_t look_renew(struct look *look);
/* Afterwards no program is at it any more. */
void look_end(struct look *look);

int look_sums(struct look *look, struct kxf_looked out[KXF_WAYS]);

/* The filter acts, maybe with another rule set by now. */
bool look_is_there(struct look *look);

#endif
