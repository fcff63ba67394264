/* SPDX-License-Identifier: GPL-2.0-only */
/* The connections of a filter that acts: read, and forgotten, while packets use them. */
#ifndef KXFILTER_CONNECTIONS_H
#define KXFILTER_CONNECTIONS_H

#include "../filter/filter.h"

/**
 * struct connections - their table, as programs see it
 * @bins: KXF_WAYS_OF_BIN places each
 * @places: that there are
 */
struct connections {
	struct kxf_bin *bins;
	uint32_t places;
};

/**
 * struct connection - one that is not over, as it was at one moment
 * @slot: as the packet that began it was: before it was translated
 * @other: the same behind the translation
 * @is_translated: @other is valid
 * @place: in the table
 * @phase: enum kxf_phase
 * @age_ns: since it began
 * @silent_ns: since its last packet
 * @rest_ns: until it is over, if there is none
 */
struct connection {
	struct kxf_slot slot;
	struct kxf_slot other;
	bool is_translated;
	uint32_t place;
	uint32_t phase;
	uint64_t age_ns;
	uint64_t silent_ns;
	uint64_t rest_ns;
};

/* 0; -errno, told. Where rules track no connections there are no places. */
int connections_open(struct filter *filter, struct connections *out);
void connections_close(struct connections *table);

#define _cleanup_connections_	_cleanup_(connections_close)

/* False: none is at that place; the other tuple of a translated one is none. */
bool connections_read(const struct connections *table, uint32_t place, struct connection *out);

/* How many there are. */
uint32_t connections_count(const struct connections *table);

/*
 * Its packets belong to no connection any more. One that a CPU has in hand may bring it back:
 * then it is to be forgotten again. False: it has gone before.
 */
bool connections_forget(const struct connections *table, const struct connection *it);

/* "open", "asked"; whether what its first end sends is new for rules, or established. */
const char *phase_name(uint32_t phase);
bool phase_is_new(uint32_t phase);

#endif
