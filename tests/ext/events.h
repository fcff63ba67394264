/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Numbered events: each thread of tests/live/events.c numbers what it does, so an
 * extension that looks on can tell what it missed and what it saw twice.
 */
#ifndef TESTS_EXT_EVENTS_H
#define TESTS_EXT_EVENTS_H

#include <vmlinux.h>
#include <kx/kx.bpf.h>

#include "numbers.h"

#ifndef GENERATION
#define GENERATION	1
#endif

struct seen {
	u64 next;	/* number of the event that comes next */
	u64 missing;
	u64 doubled;
};

KX_VALUE(struct seen[EVENTS_HOOKS * EVENTS_THREADS], seen, "by hook and thread");
KX_VALUE(u64[2], by, "events that each of two generations saw");

static __always_inline void see(u32 hook, u32 thread, u64 number)
{
	u32 at = hook * EVENTS_THREADS + thread;
	volatile struct seen *s;

	if (thread >= EVENTS_THREADS || at >= EVENTS_HOOKS * EVENTS_THREADS)
		return;
	/* The compiler would drop the mask, the verifier needs it. */
	barrier_var(at);
	s = &seen[at & (EVENTS_HOOKS * EVENTS_THREADS - 1)];
	if (number < s->next) {
		s->doubled++;
	} else {
		s->missing += number - s->next;
		s->next = number + 1;
	}
	__sync_fetch_and_add(&by[(GENERATION - 1) & 1], 1);
}

#endif
