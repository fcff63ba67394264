/* SPDX-License-Identifier: GPL-2.0-only */
/* A share that is mapped: the inside of kx_share. */
#ifndef KX_SHARE_H
#define KX_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "registry/instance.h"

struct btf;

struct kx_share {
	struct kx *kx;
	char instance[64];
	char name[KX_NAME_MAX + 80];
	uint32_t kmid;
	uint32_t map_id;
	uint32_t slot;		/* of the generation whose map it was when we looked */
	struct entry entry;
	struct btf *btf;
	uint32_t type_id;
	bool locked;		/* it begins with a struct kx_seq */
	bool mapped;
	bool writable;
	int fd;			/* of a copy: what it is read from; else -1 */
	char *bytes;
	char *raw;		/* of a copy: where it is made */
	size_t len;
	size_t map_len;		/* whole pages */
};

/*
 * Once more? @deadline is 0 at first. A writer has the lock for less than a
 * microsecond, so it ends soon for one that nobody will give back.
 */
bool share_wait(uint64_t *deadline);

/* -EBUSY, and the sentence. @moves: the lock was given back meanwhile, and taken again. */
int share_busy(const struct kx_share *share, bool moves);

#endif
