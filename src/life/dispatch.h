/* SPDX-License-Identifier: GPL-2.0-only */
/* Dispatchers: what is attached in place of a program, and calls one of several. */
#ifndef KX_DISPATCH_H
#define KX_DISPATCH_H

#include "life/hook.h"

/*
 * Make the slots of a hook, a dispatcher for it in hook->stub_fd, and put the
 * hook's program into @slot.
 */
int dispatch_make(struct kx *kx, const char *who, struct hook *hook, int entry_fd,
		  uint32_t slot);

/* Put a hook's program into the slots of a dispatcher that is attached already. */
int dispatch_join(struct kx *kx, const char *who, struct hook *hook, uint32_t slot);

/* Empty a slot; 0 also when it was. */
int dispatch_leave(int slots_fd, uint32_t slot);

#endif
