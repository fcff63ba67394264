/* SPDX-License-Identifier: GPL-2.0-only */
/* The code of the traced processes before the first record of the flight recorder. */
#ifndef KXTRACE_FLIGHT_MAPS_H
#define KXTRACE_FLIGHT_MAPS_H

#include <stddef.h>

#include "../tasks.h"

struct flight_map;

struct flight_maps {
	struct flight_map *first;
	struct flight_map *last;
};

/* A record that falls out: what it tells of code stays. */
void maps_remember(struct flight_maps *maps, const void *record, size_t len);
/* As records of kind KXT_MAP. */
void maps_each(const struct flight_maps *maps,
	       int (*fn)(void *ctx, const void *record, size_t len), void *ctx);
void maps_free(struct flight_maps *maps);

#endif
