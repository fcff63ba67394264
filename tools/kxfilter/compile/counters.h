/* SPDX-License-Identifier: GPL-2.0-only */
/* The counters of rules: on each CPU those of all slots, in memory shared with the kernel. */
#ifndef KXFILTER_COUNTERS_H
#define KXFILTER_COUNTERS_H

#include <bpf/libbpf.h>

#include "kxfilter.h"

/**
 * struct counters - those of a device; zeros: none
 * @each: of the first CPU by slot, then of the next one
 * @cpus: that can be
 */
struct counters {
	struct kxf_counter *each;
	size_t cpus;
};

/* Before the load. Return: 0; -ENOENT: it has none; others of libbpf. */
int counters_prepare(struct bpf_object *obj);

/* @map: its descriptor, which can be closed then. Return: 0; a negative errno of mmap(2). */
int counters_open(int map, struct counters *out);
void counters_close(struct counters *counters);

void counters_sum(const struct counters *counters, uint32_t slot, uint64_t *packets,
		  uint64_t *bytes);

/* Of a slot in which nobody counts. */
void counters_clear(const struct counters *counters, uint32_t slot);

#endif
