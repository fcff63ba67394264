/* SPDX-License-Identifier: GPL-2.0-only */
/* -ff -o FILE: a file for each task, FILE.PID, however many there are. */
#ifndef KXTRACE_FILES_H
#define KXTRACE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct files;

/* On failure one sentence has been printed. */
int files_open(struct files **files, const char *prefix, bool append);
/* Writes what is left. */
void files_close(struct files *files);

/*
 * Text for a task's file. It is kept for a while: files_flush() has all of it
 * written. 0, or a negative errno after one sentence on stderr.
 */
int files_add(struct files *files, uint32_t tid, const char *text, size_t len);
int files_flush(struct files *files);
/* The task has ended: its file is closed. */
int files_end(struct files *files, uint32_t tid);

#endif
