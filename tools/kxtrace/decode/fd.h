/* SPDX-License-Identifier: GPL-2.0-only */
/* Descriptors, and the files behind them: 3</etc/passwd>. */
#ifndef KXTRACE_FD_PRINTERS_H
#define KXTRACE_FD_PRINTERS_H

#include "../decode.h"
#include "../options.h"

/* The number, and what is known of a descriptor in the memory of a call. */
void out_fd(struct out *o, const struct call *c, int32_t fd);
/* What is known alone, <...>; nothing when nothing of it is to be shown. */
void out_fd_chunk(struct out *o, const struct call *c, const struct kxt_chunk *chunk);

/*
 * The chunk as a structure and what follows it; NULL when it is not whole. The
 * names or the socket are `len` bytes.
 */
const struct kxt_fd *fd_of_chunk(const struct kxt_chunk *chunk, const char **rest,
				 size_t *len);
/*
 * The path, namespace or "pipe:[1]" as /proc/PID/fd has it, NUL-terminated,
 * without " (deleted)"; what does not fit is cut at the front. Its length.
 */
size_t fd_path(const struct kxt_fd *fd, const char *rest, size_t len, char *path,
	       size_t size);

/* TCP:[...], without brackets around it; false: none that is known. */
bool out_fd_socket(struct out *o, const struct kxt_fd *fd, const char *rest,
		   size_t len);
/* As within quotes; < and > are escaped too. */
void out_fd_text(struct out *o, const char *text, size_t len);

/* Which descriptors of which call the kernel half looks at; marks rows that enter. */
void fill_fd_rows(struct kxt_fd_row *fd_rows, struct kxt_row *rows,
		  const struct options *opt);

#endif
