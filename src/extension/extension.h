/* SPDX-License-Identifier: GPL-2.0-only */
/* An object file that has been read and checked: the inside of kx_extension. */
#ifndef KX_EXTENSION_H
#define KX_EXTENSION_H

#include <kx/kx.h>

#include "channel/channel.h"

struct kx_extension {
	struct kx_about pub;	/* what kx_extension_about() hands out */
	struct about about;	/* the tags */
	struct channels channels;
	char *name;		/* about.name, or the file's name */
	uint8_t hash[32];
	char *elf;
	size_t len;
	struct bpf_object *obj;	/* opened, not loaded; for pub and the first load */
};

/*
 * An opened object of the extension, for bpf_object__close(): the one at hand, or
 * another of the same bytes.
 */
/* The licence in a file that passed elf_check(); "" for none. Within @elf. */
const char *extension_license(const void *elf);

int extension_object(struct kx *kx, struct kx_extension *ext,
		     struct bpf_object **out);

#endif
