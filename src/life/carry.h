/* SPDX-License-Identifier: GPL-2.0-only */
/* State that goes on from one generation to the next, and maps of other extensions. */
#ifndef KX_CARRY_H
#define KX_CARRY_H

#include "life/generation.h"
#include "registry/instance.h"

/*
 * Give the new object the running generation's maps, where the layout is the same.
 * -ESTALE: it is not, and opts->fresh was not asked for.
 */
int carry_maps(struct generation *gen, struct kx_instance *inst);

/*
 * Live parameters whose section changed got memory of their own: copy the values
 * of those that both have. Called again just before the switch, for what was set
 * meanwhile.
 */
int carry_params(struct generation *gen, struct kx_instance *inst);

/* Give the new object a map of another instance. */
int carry_import(struct generation *gen, struct kx_instance *from, const char *map);

#endif
