/* SPDX-License-Identifier: GPL-2.0-only */
/* An instance's entry: one page of the kernel's memory, with the gate in it. */
#ifndef KX_ENTRY_H
#define KX_ENTRY_H

#include <kx/abi.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/context.h"

struct entry {
	int fd;
	uint32_t kmid;
	bool writable;		/* and so page is mapped; else it is a copy */
	struct kx_entry *page;
};

#define ENTRY_NONE	((struct entry){ .fd = -1 })

/* A new one, in state LOADING, its gate closed. */
int entry_make(struct kx *kx, const char *name, uint32_t flags, struct entry *out);

/*
 * From a descriptor, which it takes over on success. @writable: it was opened so;
 * the kernel maps no others. -EPROTO: not an entry; -EPROTONOSUPPORT: one of another
 * version of kx.
 */
int entry_take(int fd, bool writable, struct entry *out);

/* Read a copy anew. */
void entry_refresh(struct entry *entry);

/* From a pin; for writing where the user may, else for reading. */
int entry_open(const char *path, struct entry *out);
void entry_close(struct entry *entry);

/* The store that every hook sees. 0 closes the gate. */
void entry_activate(struct entry *entry, uint32_t slot);
uint32_t entry_active(const struct entry *entry);
enum kx_state entry_state(const struct entry *entry);
void entry_set_state(struct entry *entry, enum kx_state state);

#endif
