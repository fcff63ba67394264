/* SPDX-License-Identifier: GPL-2.0-only */
/* The registry: directories of pins under bpffs, and the lock of those who change them. */
#ifndef KX_REGISTRY_H
#define KX_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/context.h"

/*
 * REGISTRY/NAME/           an instance
 *   entry                  map: struct kx_entry, with the gate
 *   confirm                map: the timer of a change that waits to be confirmed
 *   hooks/HOOK             link: a dispatcher, attached; or directory: life/tc.h
 *   slots/HOOK             map: the dispatcher's programs, by slot
 *   GENERATION/            1, 2, ...
 *     meta                 map: struct kx_meta
 *     progs/, maps/        by name; "." is "_"
 *     files/               iterators: text for cat
 *     links/               programs that are attached without a dispatcher
 *   current                symbolic link to the running generation
 *   intakes/INTAKE/        directory: locked by who writes to it
 * REGISTRY/@/              what is being made or taken apart: whoever holds the
 *                          lock owns all of it, so after a crash it is waste
 */
#define REGISTRY	"/sys/fs/bpf/kx"
#define STAGING		REGISTRY "/@"

#define REGISTRY_PATH	192	/* room for any path in it */

/*
 * Have it there and lock it. @out receives the lock, for close(). 0; -EBUSY: not
 * within @wait_ms, 0 for the usual 10 s; errno of mkdir(2), open(2).
 */
int registry_lock(struct kx *kx, uint32_t wait_ms, int *out);

/* Who has a lock of flock(2): "process 12", or "another process". */
#define LOCK_OWNER	64
void registry_lock_owner(int fd, char owner[LOCK_OWNER]);

/* Formats a path; -ENAMETOOLONG is impossible for names that were checked. */
void registry_path(char out[REGISTRY_PATH], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A directory of mode 0755, whatever the umask. */
int registry_mkdir(const char *path);

/* Remove a file, link, or directory with all in it. 0 also when it is not there. */
int registry_remove(const char *path);

/*
 * Owner, group and mode of every pin below @from, given to what has the same name
 * below @to. What is in one of them only, or cannot be changed, stays as it is.
 */
void registry_copy_modes(const char *from, const char *to);

/*
 * Names in a directory, sorted; "." and ".." left out. @out receives an array
 * for names_free(). -ENOENT: no such directory.
 */
int names_read(const char *path, char ***out, size_t *nr);
void names_free(char **names, size_t nr);

#define _cleanup_names_ _cleanup_(names_done)
struct names {
	char **names;
	size_t nr;
};
static inline void names_done(struct names *list)
{
	names_free(list->names, list->nr);
}

/* A generation's directory name: its number; 0 for any other name. */
uint32_t generation_of(const char *name);

#endif
