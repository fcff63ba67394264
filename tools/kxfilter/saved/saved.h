/* SPDX-License-Identifier: GPL-2.0-only */
/* What was applied, kept in the kernel with what acts: rules as text, and how they were applied. */
#ifndef KXFILTER_SAVED_H
#define KXFILTER_SAVED_H

#include "../filter/filter.h"

struct bpf_object;

/* Before the load, and after it. @text may be NULL; @live: slots of live sets. -errno. */
int saved_prepare(struct bpf_object *obj, const char *text);
int saved_fill(struct bpf_object *obj, const struct filter_opts *how, uint32_t live);

/* Of a filter that acts; *@out is for free(). -errno is told. */
int saved_read(const struct filter *filter, struct kxf_saved **out);

#endif
