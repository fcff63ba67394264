/* SPDX-License-Identifier: GPL-2.0-only */
/* What of bpf(2) the processes have open, from /proc. */
#ifndef KX_PROCFD_H
#define KX_PROCFD_H

#include <stdbool.h>
#include <stdint.h>

/* One descriptor: a map, a program, or a link. */
struct procfd {
	uint32_t pid;
	bool is_map;
	bool is_link;
	uint32_t id;		/* of a link: that of its program */
	uint32_t map_type;	/* maps only, and so the next */
	uint32_t value_size;
};

/*
 * Calls @fn for each that this user may see, until it does not return 0.
 *
 * By their numbers the kernel would hand out all maps at once; but it takes one that
 * is opened so while it is being removed for one that goes twice, and a program
 * array then never goes (seen on 6.18).
 *
 * Return: what @fn returned last, 0 when there was nothing.
 */
typedef int (*procfd_fn)(void *ctx, const struct procfd *found);
int procfd_walk(procfd_fn fn, void *ctx);

#endif
