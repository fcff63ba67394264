/* SPDX-License-Identifier: GPL-2.0-only */
/* Small files that are replaced as a whole: cursors, what is known of streams. */
#ifndef KXLOG_FILE_H
#define KXLOG_FILE_H

#include <stddef.h>

/* The whole of a file of at most 16 MiB, with an end; for free(). 0; errno. */
int file_read(int dir_fd, const char *name, char **out);

/* Another content, by rename(2); @safe: it survives a power cut. */
int file_replace(int dir_fd, const char *name, const char *text, size_t len, int safe);

#endif
