/* SPDX-License-Identifier: GPL-2.0-only */
/* What kx new and kx build share: the tools of somebody who writes extensions. */
#ifndef KX_TOOL_AUTHOR_H
#define KX_TOOL_AUTHOR_H

#include <stdbool.h>
#include <stddef.h>

/*
 * All functions below return a status, DONE or FAILED; errors have been told.
 * What they hand out is for free(), unless another way is named.
 */

/* Where kx's own files are, in the source tree or where it is installed. */
struct home {
	char *include;		/* of <kx/kx.bpf.h> */
	char *vmlinux;		/* of <vmlinux.h> */
	char *templates;	/* of kx new */
};

int home_find(struct home *out);
void home_done(struct home *home);

/*
 * The directory of vmlinux_btf.h, the types of the running kernel: made at first
 * use, then kept. NULL where the kernel has no BTF.
 */
int types_find(char **out);

/* A C file into an object with debug information, written to the file @to. */
struct source {
	const char *file;
	const struct home *home;
	const char *types;	/* as from types_find() */
	char *const *flags;	/* of the author, up to a NULL */
};

int compile(const struct source *source, int to);

/* All of a file at once: readers see the old bytes or the new. */
int file_write(const char *path, const void *data, size_t len);

/* Terminated, so that a text is a string; @len may be NULL. */
int file_read(const char *path, char **out, size_t *len);

#endif
