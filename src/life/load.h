/* SPDX-License-Identifier: GPL-2.0-only */
/* Loading and unloading for those who hold the registry's lock. */
#ifndef KX_LOAD_H
#define KX_LOAD_H

#include "registry/instance.h"

#define LOAD_CHAIN_MAX	16

/*
 * Load the last extension of the chain; those before it need it. @flags:
 * KX_ENTRY_ON_DEMAND. A resident instance.
 */
int load_locked(struct kx *kx, struct kx_extension *const *chain, size_t nr_chain,
		const struct kx_load_opts *opts, uint32_t flags, struct kx_instance **out);

/* From LOADING to LIVE. */
void instance_go_live(struct kx_instance *inst);

/* Those it stands on were held back until it was sure to stay. */
void needed_go_live(struct kx *kx, struct kx_instance *inst);

/*
 * Close the gate, run fini, remove all of it. A fini that fails is told by the
 * result -ECANCELED, but does not keep anything loaded.
 */
int unload_locked(struct kx *kx, struct kx_instance *inst, enum kx_reason reason);

/* What was loaded on demand and has no user any more. */
int unload_unused_locked(struct kx *kx, size_t *nr);

#endif
