/* SPDX-License-Identifier: GPL-2.0-only */
/* A file that a view writes besides the trace's own output. */
#ifndef KXTRACE_VIEWS_FILE_H
#define KXTRACE_VIEWS_FILE_H

#include "../view.h"

struct view_file {
	const char *path;
	struct out out;
	bool made;		/* by us: it was not there */
	bool begun;		/* what was in it is gone */
};

/*
 * Can it be written? What is in it stays until the first record, in case that
 * the trace cannot begin. On failure one sentence has been printed.
 */
int view_file_open(struct view_file *file, const char *path);
/* Before the first byte. */
void view_file_begin(struct view_file *file);
/* Writes what is left; 0, or a negative errno after one sentence. */
int view_file_finish(struct view_file *file);
/* A file that was made and never begun disappears. */
void view_file_close(struct view_file *file);

#endif
