// SPDX-License-Identifier: GPL-2.0-only
/* -e inject=...:when=: how often each task has made each call. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inject.h"

#define NR_BUCKETS	1024
#define FIRST_SWEEP	4096	/* tasks; so many that some of them have ended */

/*
 * A number is given to another task only after all others have been: not within this time.
 * Who was silent longer is asked when it began.
 */
#define SURE_NS		1000000000

struct counted {
	struct counted *next;
	pid_t tid;
	__u64 seen_ns;
	__u64 began;		/* by the kernel's clock ticks; 0: not known */
	__u32 calls[];
};

struct inject_counts {
	struct counted *buckets[NR_BUCKETS];
	unsigned int nr_tasks;
	unsigned int sweep_at;
	unsigned int nr_rows;
	__u16 place[KXT_NR_ROWS];	/* of a row in `calls`, of those that are counted */
};

struct inject_counts *inject_counts_new(const struct inject_options *opt)
{
	struct inject_counts *counts = calloc(1, sizeof(*counts));
	unsigned int row;

	if (!counts)
		return NULL;
	counts->sweep_at = FIRST_SWEEP;
	for (row = 0; row < KXT_NR_ROWS; row++)
		if (opt->of_row[row])
			counts->place[row] = counts->nr_rows++;
	return counts;
}

void inject_counts_free(struct inject_counts *counts)
{
	struct counted *task, *next;
	unsigned int i;

	for (i = 0; counts && i < NR_BUCKETS; i++) {
		for (task = counts->buckets[i]; task; task = next) {
			next = task->next;
			free(task);
		}
	}
	free(counts);
}

/* Field 22 of the task's stat; its name, the second, may have anything in it. */
static __u64 beginning_of(pid_t tid)
{
	char path[32], text[1024];
	unsigned long long began = 0;
	const char *at;
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	len = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[len] = '\0';
	at = strrchr(text, ')');
	if (at)
		(void)sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
			     &began);
	return began;
}

/* The command may make any number of tasks, one after the other. */
static void sweep(struct inject_counts *counts)
{
	struct counted **at, *task;
	unsigned int i;

	for (i = 0; i < NR_BUCKETS; i++) {
		for (at = &counts->buckets[i]; (task = *at);) {
			if (!kill(task->tid, 0) || errno != ESRCH) {
				at = &task->next;
				continue;
			}
			*at = task->next;
			free(task);
			counts->nr_tasks--;
		}
	}
	counts->sweep_at = counts->nr_tasks * 2 + FIRST_SWEEP;
}

static struct counted *meet(struct inject_counts *counts, pid_t tid)
{
	struct counted *task, **bucket = &counts->buckets[tid % NR_BUCKETS];

	if (counts->nr_tasks >= counts->sweep_at)
		sweep(counts);
	task = calloc(1, sizeof(*task) + counts->nr_rows * sizeof(task->calls[0]));
	if (!task)
		return NULL;
	task->tid = tid;
	task->began = beginning_of(tid);
	task->next = *bucket;
	*bucket = task;
	counts->nr_tasks++;
	return task;
}

static struct counted *find(struct inject_counts *counts, pid_t tid, __u64 now_ns)
{
	struct counted *task = counts->buckets[tid % NR_BUCKETS];
	__u64 began;

	while (task && task->tid != tid)
		task = task->next;
	if (!task)
		return meet(counts, tid);
	if (now_ns - task->seen_ns < SURE_NS)
		return task;
	began = beginning_of(tid);
	if (began != task->began)
		memset(task->calls, 0, counts->nr_rows * sizeof(task->calls[0]));
	task->began = began;
	return task;
}

__u32 inject_count(struct inject_counts *counts, pid_t tid, unsigned int row, __u64 now_ns)
{
	struct counted *task = find(counts, tid, now_ns);
	__u32 *calls;

	if (!task)
		return 0;
	task->seen_ns = now_ns;
	calls = &task->calls[counts->place[row]];
	if (*calls < UINT32_MAX)
		(*calls)++;
	return *calls;
}
