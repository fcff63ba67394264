/* SPDX-License-Identifier: GPL-2.0-only */
/* What members of structures have in common: devices, modes, dates. */
#ifndef KXTRACE_FIELDS_H
#define KXTRACE_FIELDS_H

#include "args.h"

/* makedev(0x8, 0x1) */
void out_dev(struct out *o, uint64_t dev);

/* S_IFREG|0644 */
void out_st_mode(struct out *o, unsigned int mode);

/* After flags that were printed in another way: |A|B|0x40 */
void out_more_flags(struct out *o, const struct xlat *x, uint64_t value);

/* The comment with a date behind a time; nothing for the time 0. */
void out_date_comment(struct out *o, int64_t seconds, uint64_t fraction,
		      unsigned int digits);

/* How many bytes or elements an argument has, by its op. */
uint64_t arg_count(const struct call *c, const struct arg *arg);

/* The elements of an ARRAY that were read; *nr is how many. */
const void *arg_elements(const struct call *c, unsigned int i,
			 const struct arg *arg, size_t *nr);

/* Flags of 64 bits. */
arg_printer print_flags64;
#define FLAGS64(n, x)	{ n, print_flags64, .xlat = &(x) }

#endif
