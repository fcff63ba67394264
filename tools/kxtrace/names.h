/* SPDX-License-Identifier: GPL-2.0-only */
/* -Y: the names of tasks, behind their numbers. */
#ifndef KXTRACE_NAMES_H
#define KXTRACE_NAMES_H

#include "out.h"
#include "tasks.h"

/* Where names come from. */
struct task_names {
	struct task_table *tasks;
	bool live;		/* what the table lacks is asked of /proc */
	bool foreign;		/* numbers in this call are those of another namespace */
};

/* Before numbers of `tid` are printed: whether they are those of its own namespace. */
void task_names_of(struct task_names *names, uint32_t tid);

/* <sh>, when names are wanted and it has one. */
void out_task_name_known(struct out *o, uint32_t tid);
static inline void out_task_name(struct out *o, uint32_t tid)
{
	if (o->names)
		out_task_name_known(o, tid);
}

/* 123<sh>; other numbers (0, -1, groups) have no names. */
void out_pid(struct out *o, int64_t pid);

#endif
