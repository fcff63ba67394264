/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the state of a packet is to be, found in the plainest way: a list of connections,
 * each with who began it. Nothing is shared with the kernel half, which is measured by it.
 */
#ifndef KXFILTER_REFERENCE_TRACK_H
#define KXFILTER_REFERENCE_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../rules.h"

struct reference_tracker;

struct reference_tracker *reference_tracker_new(bool picks_up);
void reference_tracker_free(struct reference_tracker *tracker);

/* All connections are forgotten. */
void reference_tracker_clear(struct reference_tracker *tracker);

/* What a packet is, which is whole and without VLAN tags and extension headers. */
enum state reference_track(struct reference_tracker *tracker, const uint8_t *frame, size_t len,
			   uint64_t now_ns);

/* It passes: only now it does something to its connection. */
void reference_track_pass(struct reference_tracker *tracker);

#endif
