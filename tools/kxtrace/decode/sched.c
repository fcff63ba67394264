/* SPDX-License-Identifier: GPL-2.0-only */
/* Scheduling: policies, processors, priorities. */
#include "sched.h"

#include <linux/sched.h>

#include "member.h"
#include "../xlat/process.h"

void print_sched_param(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	const int32_t *priority = arg_data(o, c, i, sizeof(*priority));

	(void)arg;
	if (!priority)
		return;
	out_char(o, '[');
	out_dec(o, *priority);
	out_char(o, ']');
}

void note_sched_policy(struct out *o, struct call *c)
{
	const char *name = xlat_name(&sched_policies, c->rec->ret);

	if (!c->failed && name)
		out_str(o, name);
}

static void out_sched_params(struct out *o, const struct ksched_attr *a)
{
	member_dec(o, "sched_nice", a->nice);
	member_udec(o, "sched_priority", a->priority);
	member_udec(o, "sched_runtime", a->runtime);
	member_udec(o, "sched_deadline", a->deadline);
	member_udec(o, "sched_period", a->period);
}

/* The structure says itself how long it is; 0 stands for its first version. */
void print_sched_attr(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	bool set = !(arg->op.when & KXT_ON_SUCCESS);
	const struct ksched_attr *a = arg_data(o, c, i, sizeof(*a));
	uint32_t size;

	if (!a)
		return;
	size = a->size ? a->size : 48;
	out_char(o, '{');
	member_udec(o, "size", a->size);
	if (size >= 48) {
		if (!set || !(a->flags & SCHED_FLAG_KEEP_POLICY))
			member_value(o, "sched_policy", &sched_policies,
				     a->policy);
		member_flags(o, "sched_flags", &sched_flags, a->flags);
		if (!set || !(a->flags & SCHED_FLAG_KEEP_PARAMS))
			out_sched_params(o, a);
	}
	if (size >= 56) {
		member_udec(o, "sched_util_min", a->util_min);
		member_udec(o, "sched_util_max", a->util_max);
	}
	if (size > 56)
		out_str(o, ", ...");
	out_char(o, '}');
}

/* The kernel says how many bytes it filled in, the caller how many it gave. */
void print_cpu_set(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	bool filled = arg->op.when & KXT_ON_SUCCESS;
	uint64_t len = filled ? c->rec->ret : (uint32_t)c->rec->args[1];
	const unsigned char *set;
	size_t cpu, nr = 0;

	if (!filled && !len) {
		out_str(o, c->rec->args[i] ? "[]" : "NULL");
		return;
	}
	set = filled ? arg_data_out(o, c, i, 128) : arg_data(o, c, i, 128);
	if (!set)
		return;
	out_char(o, '[');
	for (cpu = 0; cpu < (len < 128 ? len : 128) * 8; cpu++) {
		if (!(set[cpu / 8] >> cpu % 8 & 1))
			continue;
		if (nr++)
			out_char(o, ' ');
		out_udec(o, cpu);
	}
	if (!filled && len > 128)
		out_str(o, nr ? " ..." : "...");
	out_char(o, ']');
}

static void out_ioprio(struct out *o, uint32_t prio)
{
	if (o->constants)
		out_udec(o, prio);
	if (!names_begin(o))
		return;
	out_str(o, "IOPRIO_PRIO_VALUE(");
	xlat_value(o, &ioprio_classes, prio >> 13);
	out_mem(o, ", ", 2);
	out_udec(o, prio & 0x1fff);
	out_char(o, ')');
	names_end(o);
}

void print_ioprio(struct out *o, const struct call *c, unsigned int i,
		  const struct arg *arg)
{
	(void)arg;
	out_ioprio(o, c->rec->args[i]);
}

void note_ioprio(struct out *o, struct call *c)
{
	uint8_t constants = o->constants;

	o->constants = CONSTANTS_ABBREV;
	if (!c->failed)
		out_ioprio(o, c->rec->ret);
	o->constants = constants;
}
