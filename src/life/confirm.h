/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A change that is undone unless it is confirmed. The pin REGISTRY/NAME/confirm is the map
 * with the kernel's timer; it goes when the change is confirmed, or undone in another way.
 */
#ifndef KX_CONFIRM_H
#define KX_CONFIRM_H

#include "registry/instance.h"

/*
 * Before the switch to @slot: from now on there are @seconds to confirm it. @back: the slot
 * that acts otherwise; 0: none. -EOPNOTSUPP: the kernel has no such timers.
 */
int confirm_arm(struct kx *kx, const struct kx_instance *inst, uint32_t slot, uint32_t back,
		uint32_t seconds);

/*
 * After the switch: was the time over before it came to it? Then it is undone here; the
 * sentence says so.
 */
int confirm_refuse_late(struct kx *kx, const struct kx_instance *inst);

/*
 * Is this the one who decides? false: the time was over before, or nothing was waited
 * for. The timer does nothing from then on.
 */
bool confirm_decide(const struct kx_instance *inst);

/* Is something waited for? */
bool confirm_waits(const struct kx_instance *inst);

/* Under the lock: remove the timer. */
int confirm_disarm(const struct kx_instance *inst);

/* Is a timer left that nothing waits for? */
bool confirm_is_left(const struct kx_instance *inst);

#endif
