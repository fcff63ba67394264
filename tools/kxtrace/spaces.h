/* SPDX-License-Identifier: GPL-2.0-only */
/* The processes in a trace, for unwinding: which code each has. */
#ifndef KXTRACE_SPACES_H
#define KXTRACE_SPACES_H

#include "stacks.h"

struct spaces;

struct spaces *spaces_new(bool sources);
void spaces_free(struct spaces *spaces);
bool spaces_knows(struct spaces *spaces, uint32_t tgid);
/* `path` is NULL for the code of the kernel; false without memory. */
bool spaces_map(struct spaces *spaces, const struct kxt_map *map, const char *path);
void spaces_fork(struct spaces *spaces, uint32_t parent, uint32_t child, bool thread);
void spaces_exit(struct spaces *spaces, uint32_t tgid);

/* Valid until the next one; NULL without memory. */
const struct stack_frames *spaces_unwind(struct spaces *spaces, const struct kxt_stack *stack,
					 const void *memory);

#endif
