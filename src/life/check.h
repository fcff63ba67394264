/* SPDX-License-Identifier: GPL-2.0-only */
/* What killed commands have left: found and repaired, by who holds the lock. */
#ifndef KX_CHECK_H
#define KX_CHECK_H

#include <stdbool.h>

#include <kx/kx.h>

/*
 * Every change begins so: lock the registry, for close(@lock), and repair what a
 * killed command has left.
 */
int change_begin(struct kx *kx, uint32_t wait_ms, int *lock);

/* Repair what killed commands leave. How many things it was, or a negative errno. */
int check_locked(struct kx *kx);

#endif
