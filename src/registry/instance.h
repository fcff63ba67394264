/* SPDX-License-Identifier: GPL-2.0-only */
/* A loaded instance: the inside of kx_instance. */
#ifndef KX_INSTANCE_H
#define KX_INSTANCE_H

#include "life/generation.h"
#include "registry/entry.h"
#include "registry/meta.h"
#include "registry/registry.h"

/* The memory of parameters: ".data.param", ".rodata.param", ".data.value". */
struct section_page {
	int fd;			/* -1: not opened yet */
	char *bytes;
	size_t len;
	bool mapped;		/* else a copy: the user may only read */
};

enum { NR_SECTIONS = 3 };

struct kx_instance {
	char name[64];
	bool held;
	struct entry entry;
	struct meta *meta;	/* of the generation that ran when it was asked for */
	struct section_page pages[NR_SECTIONS];
	struct described *described; /* what kx_instance_about() handed out */
	struct generation *own;	/* a held one of this process: what keeps it alive */
};

/* From an instance's directory. -ENOENT: it is not there. */
int instance_open_dir(struct kx *kx, const char *name, struct kx_instance **out);

/* Under the lock: is it still the one in the registry? -ENOENT, and a sentence. */
int instance_is_there(struct kx *kx, const struct kx_instance *inst);

/*
 * As kx_instances_list() and kx_instance_find_same(), without the held ones, for
 * which all processes are looked at.
 */
int instances_resident(struct kx *kx, struct kx_instance ***out, size_t *nr);
int instance_find_resident(struct kx *kx, const struct kx_extension *ext,
			   struct kx_instance **out);

/* Around an entry, which it takes over. */
int instance_new(struct kx *kx, struct entry *entry, struct kx_instance **out);

/*
 * The description of the running generation, read again when that has changed.
 * inst->meta afterwards.
 */
int instance_refresh(struct kx *kx, struct kx_instance *inst);

/* The directory of a generation by its slot; its number. -ENOENT. */
int instance_generation(const struct kx_instance *inst, uint32_t slot, uint32_t *out);

/* The slot that was active before the active one, still there; 0: none. */
uint32_t instance_previous(const struct kx_instance *inst);

/*
 * A map of the running generation by its name, as the file spells it. Own or
 * imported; a descriptor.
 */
int instance_map(const struct kx_instance *inst, const char *name, bool writable);

/* Its own name, or that of its extension, or one the extension provides. */
bool instance_is_called(const struct kx_instance *inst, const char *name);

#endif
