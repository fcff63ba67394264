/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of processes, and of the files that calls name. */
#ifndef KXTRACE_VIEWS_NAMES_H
#define KXTRACE_VIEWS_NAMES_H

#include "../view.h"

/*
 * The first path among the arguments, as the call gave it: `*len` bytes, no
 * NUL behind them. NULL when there is none or it could not be read.
 */
const char *call_path(const struct call *call, size_t *len);

/*
 * What the kernel half has not told about a task, its successful execve does:
 * the name is that of the file. True when the call was one, so that the task
 * may have a new name.
 */
bool learn_name(struct trace *trace, const struct call *call);

/* "bash", or "pid 123" in `space` when the name is not known. */
const char *process_name(struct trace *trace, uint32_t tid, uint32_t tgid, char space[24]);

#endif
