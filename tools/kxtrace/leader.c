// SPDX-License-Identifier: GPL-2.0-only
/* What stands before a line: who, when, where; and times as lines show them. */
#include "leader.h"

#include <string.h>
#include <time.h>

#include "containers.h"
#include "decode/fd.h"

#define NS_PER_S	1000000000ull

/* How many digits, and what one of the last is worth. */
static const struct {
	unsigned int digits;
	uint64_t unit_ns;
} fractions[] = {
	[PRECISION_S] = { 0, NS_PER_S }, [PRECISION_MS] = { 3, 1000000 },
	[PRECISION_US] = { 6, 1000 }, [PRECISION_NS] = { 9, 1 },
};

static void out_fraction(struct out *o, uint64_t ns, enum precision precision)
{
	if (precision == PRECISION_S)
		return;
	out_char(o, '.');
	out_udec_pad(o, ns % NS_PER_S / fractions[precision].unit_ns,
		     fractions[precision].digits, '0');
}

void out_seconds(struct out *o, uint64_t ns, enum precision precision)
{
	out_udec(o, ns / NS_PER_S);
	out_fraction(o, ns, precision);
}

static void print_time_of_day(struct out *o, time_t seconds)
{
	static time_t minute = -1;
	static struct tm tm;

	if (seconds / 60 != minute) {
		minute = seconds / 60;
		localtime_r(&seconds, &tm);
	}
	out_udec_pad(o, tm.tm_hour, 2, '0');
	out_char(o, ':');
	out_udec_pad(o, tm.tm_min, 2, '0');
	out_char(o, ':');
	out_udec_pad(o, seconds % 60, 2, '0');
}

static void print_stamp(struct line_context *line, uint64_t ns)
{
	uint64_t real = ns + line->epoch_ns;
	struct out *o = line->out;

	if (line->opt->stamp == STAMP_EPOCH)
		out_udec(o, real / NS_PER_S);
	else
		print_time_of_day(o, real / NS_PER_S);
	out_fraction(o, real, line->opt->show.stamp);
}

static void print_relative(struct line_context *line, uint64_t ns)
{
	uint64_t since = line->last_ns && ns > line->last_ns ?
			 ns - line->last_ns : 0;
	bool brackets = line->opt->stamp != STAMP_NONE;
	struct out *o = line->out;

	line->last_ns = ns;
	if (brackets)
		out_mem(o, "(+", 2);
	out_udec_pad(o, since / NS_PER_S, 6, ' ');
	out_fraction(o, since, line->opt->show.relative);
	out_str(o, brackets ? ") " : " ");
}

void print_place(struct line_context *line, const struct kxt_stack *stack)
{
	struct out *o = line->out;

	if (!line->opt->stack.instruction_pointer)
		return;
	out_char(o, '[');
	if (stack)
		out_printf(o, "%016llx", (unsigned long long)stack->ip);
	else
		out_mem(o, "????????????????", 16);
	out_mem(o, "] ", 2);
}

/* --names: <comm@container> after the number of a task. */
static void print_names(struct line_context *line, uint32_t tid)
{
	struct task_info *task = line->tasks ? tasks_get(line->tasks, tid) : NULL;
	const struct container_name *container;
	struct out *o = line->out;

	if (!task)
		return;
	/* A record may be of another machine, or of long ago. */
	if (!line->opt->replay)
		name_task(task);
	if (!task->comm[0])
		return;
	out_char(o, '<');
	out_fd_text(o, task->comm, strlen(task->comm));
	container = line->opt->replay ? NULL : container_of_cgroup(task->cgroup_id);
	if (container) {
		out_char(o, '@');
		out_fd_text(o, container->id, strlen(container->id));
	}
	out_char(o, '>');
}

static void print_task(struct line_context *line, uint32_t tid)
{
	if (line->opt->descriptor.names)
		print_names(line, tid);
	else
		out_task_name(line->out, tid);
}

void print_who_when(struct line_context *line, uint32_t tid, uint64_t ns)
{
	struct out *o = line->out;

	if (line->prefix == PREFIX_PLAIN) {
		size_t from = out_column(o);

		out_udec(o, tid);
		print_task(line, tid);
		out_spaces_to(o, from + 5);
		out_char(o, ' ');
	} else if (line->prefix == PREFIX_BRACKETS) {
		out_mem(o, "[pid ", 5);
		out_udec_pad(o, tid, 5, ' ');
		print_task(line, tid);
		out_mem(o, "] ", 2);
	}
	if (line->opt->stamp != STAMP_NONE) {
		print_stamp(line, ns);
		out_char(o, ' ');
	}
	if (line->opt->relative)
		print_relative(line, ns);
}

void print_leader(struct line_context *line, uint32_t tid, uint64_t ns)
{
	print_who_when(line, tid, ns);
	print_place(line, NULL);
}
