/* SPDX-License-Identifier: GPL-2.0-only */
/* One generation of an instance, on its way into the kernel. */
#ifndef KX_GENERATION_H
#define KX_GENERATION_H

#include "extension/extension.h"
#include "life/hook.h"
#include "registry/entry.h"
#include "registry/meta.h"

struct kx_instance;

/* What a description says of the file. */
struct identity {
	const char *name;
	const char *license;
	const struct about *about;
	uint8_t hash[32];
	const void *elf;
	size_t len;
};

struct generation {
	struct kx *kx;
	const char *who;		/* the instance's name */
	struct kx_extension *ext;	/* not known of a borrowed object */
	struct identity identity;
	const struct kx_load_opts *opts;
	uint32_t number;
	uint32_t slot;
	struct bpf_object *obj;
	bool borrowed;			/* obj is the caller's */
	struct hooks hooks;
	struct text text;		/* what meta will say */
	struct meta *before;		/* upgrade: the running generation, or NULL */
	int meta_fd;
	int pid;			/* text of a pid parameter */
	char pid_text[16];
};

/* Opened, settings applied; nothing in the kernel yet. */
int generation_new(struct kx *kx, const char *who, struct kx_extension *ext,
		   const struct kx_load_opts *opts, struct meta *before,
		   struct generation **out);
void generation_free(struct generation *gen);

/* What it needs and imports, found or loaded; recorded in gen->text. */
int generation_link(struct generation *gen, struct kx_extension *const *chain, size_t nr_chain);

/* Into the kernel, with slots and dispatchers; nothing attached. */
int generation_load(struct generation *gen, struct entry *entry);

/* Let who loads it fill its maps, if that was asked for. */
int generation_fill(struct generation *gen);

/* Run kx_init or kx_fini, where it has one. -ECANCELED: it refused. */
int generation_init(struct generation *gen, uint32_t kmid, enum kx_reason reason);
int generation_fini(struct generation *gen, uint32_t kmid, enum kx_reason reason);

/* Attach what is not attached. The gate decides whether it acts. */
int generation_attach(struct generation *gen);

/* Make gen->meta_fd from what is known by now. */
int generation_describe(struct generation *gen);

/* Pins into @dir: meta, progs/, maps/, files/, links/. */
int generation_pin(struct generation *gen, const char *dir);

/* Pins of new dispatchers into @dir: slots/, then hooks/. */
int generation_pin_hooks(struct generation *gen, const char *dir);

/* Run a pinned kx_init or kx_fini in @dir, if it is there. */
int generation_run_pinned(struct kx *kx, const char *who, const char *dir, const char *prog,
			  const struct kx_life *life);

#endif
