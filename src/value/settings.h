/* SPDX-License-Identifier: GPL-2.0-only */
/* Parameters of an opened object: "name=value" put into its initial memory. */
#ifndef KX_SETTINGS_H
#define KX_SETTINGS_H

#include <bpf/libbpf.h>

#include "extension/about.h"
#include "registry/meta.h"

/* The map of a section of variables; NULL: the object has none. */
struct bpf_map *section_map(const struct bpf_object *obj, const char *section);

/* The section of an internal map: ".bss", ".data.param"; NULL for other maps. */
const char *map_section(const struct bpf_map *map);

/*
 * Apply one setting. @from_user: 0 for one that is carried over from another
 * generation: a parameter that is gone, or is live now, is passed over.
 */
int setting_apply(struct kx *kx, const char *who, struct bpf_object *obj,
		  const struct about *about, const char *setting, int from_user);

/* A load-time parameter's bytes, terminated when it is text; NULL: no such one. */
const void *setting_bytes(const struct bpf_object *obj, const struct param *param);

/* "no parameter x; it has: a, b", with the one that was probably meant. */
int param_unknown(struct kx *kx, const char *who, const struct about *about, const char *name,
		  size_t len);

#endif
