/* SPDX-License-Identifier: GPL-2.0-only */
/* Do two objects mean the same by a map? */
#ifndef KX_LAYOUT_H
#define KX_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btf;

/*
 * Compare a map by name: its definition in ".maps", with the types of key and value;
 * or, for the map of a section of variables (".bss"), the variables in it.
 *
 * Return: true: the same; else @why receives how they differ: "value.x was u32,
 * is u64". Names of types do not count, names of members do.
 */
bool layout_same_map(const struct btf *before, const struct btf *after, const char *map,
		     char *why, size_t why_len);

/* Two types, members and all; what pointers lead to is not looked at. */
bool layout_same_type(const struct btf *before, uint32_t before_id, const struct btf *after,
		      uint32_t after_id, char *why, size_t why_len);

/* The id of a DATASEC, 0 when there is none; of a variable in one. */
uint32_t layout_section(const struct btf *btf, const char *section);
uint32_t layout_variable(const struct btf *btf, const char *section, const char *variable);

#endif
