/* SPDX-License-Identifier: GPL-2.0-only */
/* What is known of the tasks in a trace, by their number. */
#ifndef KXTRACE_TASKS_H
#define KXTRACE_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../bpf/kxtrace.h"

struct stack_frames;

struct task_info {
	uint32_t tid;
	uint32_t tgid;
	uint32_t last_seq;	/* of its calls; 0: none yet */
	uint16_t interrupted;	/* the row of the call to go on with, plus 1; 0: none */
	bool narrow;		/* its last call was one of a 32-bit program */
	bool known;		/* what follows has been told by the kernel half */
	uint32_t ppid;
	uint32_t uid;
	uint32_t gid;
	uint32_t ns_tid;
	uint64_t cgroup_id;
	uint64_t start_ns;
	char comm[KXT_COMM_MAX + 1];	/* "" when not known */
	/* Where its next call was made; NULL: not asked for. Owned by the entry. */
	struct kxt_stack *stack;
	struct stack_frames *frames;
	size_t frames_size;
	uint32_t framed_seq;		/* of the call that `frames` belongs to */
};

struct task_table;

struct task_table *tasks_new(void);
void tasks_free(struct task_table *table);

/*
 * Finds or makes the entry of a task; NULL without memory. The pointer is valid
 * until the next call that may make one.
 */
struct task_info *tasks_get(struct task_table *table, uint32_t tid);
/* NULL when there is none. */
struct task_info *tasks_find(struct task_table *table, uint32_t tid);
void tasks_forget(struct task_table *table, uint32_t tid);

/* Every task in the table, in no order. */
void tasks_each(struct task_table *table, void (*fn)(void *ctx, struct task_info *task),
		void *ctx);

#endif
