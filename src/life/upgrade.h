/* SPDX-License-Identifier: GPL-2.0-only */
/* Generations of a resident instance: switched, and dropped. */
#ifndef KX_UPGRADE_H
#define KX_UPGRADE_H

#include "registry/instance.h"

/*
 * Remove a generation that is not active: its slots, the dispatchers that only it
 * needed, its directory.
 */
int generation_drop(struct kx *kx, struct kx_instance *inst, uint32_t number, uint32_t slot);

/* Activations are numbered: this slot's was the last. */
void generation_mark(struct kx_instance *inst, uint32_t slot);

/* Let "current" lead to the active generation. */
int current_point(struct kx *kx, const struct kx_instance *inst, uint32_t number);

#endif
