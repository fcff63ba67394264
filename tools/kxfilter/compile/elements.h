/* SPDX-License-Identifier: GPL-2.0-only */
/* The elements of live sets, as the kernel has them. */
#ifndef KXFILTER_ELEMENTS_H
#define KXFILTER_ELEMENTS_H

#include <stddef.h>

#include <stdbool.h>
#include <stdint.h>

#include "../../../bpf/kxfilter.h"

/* Elements and how long each stays: two arrays of the same length. */
struct elements {
	struct kxf_element *keys;
	struct kxf_until *values;
	size_t nr;
};

void elements_free(struct elements *elements);

/* The map of a set: its file descriptor; -ENOENT: the slot has none. */
int elements_open(int outer, uint32_t slot);

/* An empty map, that belongs to no set yet: its file descriptor, or -errno. */
int elements_make(uint32_t size);
/* Gives it to a slot, instead of the one that this has; and an empty one. */
int elements_give(int outer, uint32_t slot, int fd);
int elements_new(int outer, uint32_t slot, uint32_t size);

/* All that are there, also those that have expired. */
int elements_read(int fd, struct elements *out);

/* As many as there is room for: how many, from the first on; -errno. */
long elements_put(int fd, const struct elements *elements);

/* Those that are not there yet, one by one. */
int elements_fill_up(int fd, const struct elements *elements);

/* Whether they are there does not matter. */
int elements_remove(int fd, const struct kxf_element *keys, size_t nr);

/* Says which lengths a set has, before there are elements of them. @set: as it is mapped. */
void elements_lengths(struct kxf_live *set, const struct elements *elements);

#endif
