/* SPDX-License-Identifier: GPL-2.0-only */
/* Scheduling: policies, processors, priorities. */
#ifndef KXTRACE_SCHED_H
#define KXTRACE_SCHED_H

#include "args.h"

/* As of Linux 5.3. */
struct ksched_attr {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime;
	uint64_t deadline;
	uint64_t period;
	uint32_t util_min;
	uint32_t util_max;
};

arg_printer print_sched_param, print_sched_attr, print_cpu_set, print_ioprio;

void note_sched_policy(struct out *o, struct call *c);
void note_ioprio(struct out *o, struct call *c);

#define SCHED_PARAM(n, when)	STRUCT(n, print_sched_param, when, int32_t)
/* cpu_set_t, which is what nearly all callers have. */
#define CPU_SET(n, when)						\
	{ n, print_cpu_set, CAPTURE(FIXED, when, KXT_FROM_NONE, 128) }

#endif
