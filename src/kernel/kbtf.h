/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's BTF, searched by name without building an index. */
#ifndef KX_KBTF_H
#define KX_KBTF_H

#include <stdbool.h>
#include <stddef.h>

struct kbtf {
	char *data;		/* NULL until the first search */
	size_t len;
	bool mapped;		/* the kernel's own pages */
};

/* Reads it, and checks its header: 0 or -EOPNOTSUPP. A search does it by itself. */
int kbtf_read(struct kbtf *kbtf);

/*
 * The id of the type called @name of kind @kind (BTF_KIND_*). -ENOENT: there is
 * no such type; -EOPNOTSUPP: the kernel has no BTF, or it cannot be understood.
 */
int kbtf_find(struct kbtf *kbtf, const char *name, unsigned int kind);

/* The same, of the first structure that has members of both names. */
int kbtf_find_members(struct kbtf *kbtf, const char *one, const char *other);

/* How many bytes of BTF there are, or a negative errno. */
long kbtf_size(void);

void kbtf_done(struct kbtf *kbtf);

#endif
