// SPDX-License-Identifier: GPL-2.0-only
/* --top: the kernel half's counters, read again and again; the differences are shown. */
#include "top.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "counters.h"
#include "session.h"
#include "summary.h"

static struct top_row *add_row(struct top_list *list)
{
	struct top_row *rows;

	if (list->nr == list->room) {
		rows = reallocarray(list->rows, 2 * list->room + 64, sizeof(*rows));
		if (!rows)
			return NULL;
		list->rows = rows;
		list->room = 2 * list->room + 64;
	}
	list->rows[list->nr] = (struct top_row){};
	return &list->rows[list->nr++];
}

static struct kxt_sum difference(const struct kxt_sum *now, const struct kxt_sum *before)
{
	return (struct kxt_sum){
		.calls = now->calls - before->calls,
		.errors = now->errors - before->errors,
		.time_ns = now->time_ns - before->time_ns,
		.max_ns = now->max_ns,
	};
}

static int take_calls(struct top_sample *sample, struct session *session)
{
	static struct kxt_sum now[KXT_NR_ROWS];
	struct kxt_sum zero = {};
	struct top_row *row;
	unsigned int nr;
	int err;

	err = session_sums(session, now);
	if (err)
		return err;
	sample->calls.nr = 0;
	sample->all = zero;
	for (nr = 0; nr < KXT_NR_ROWS; nr++) {
		if (now[nr].calls == sample->before_calls[nr].calls)
			continue;
		row = add_row(&sample->calls);
		if (!row)
			return -ENOMEM;
		row->name = sum_name(nr);
		row->sum = difference(&now[nr], &sample->before_calls[nr]);
		sample->before_calls[nr] = now[nr];
		sample->all.calls += row->sum.calls;
		sample->all.errors += row->sum.errors;
		sample->all.time_ns += row->sum.time_ns;
	}
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct top_row *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

/* Its name as of now, or as it was when it was first seen. */
static void fill_comm(struct top_row *row, const struct kxt_process *process)
{
	char path[32];
	ssize_t len;
	int fd;

	memcpy(row->comm, process->comm, sizeof(row->comm));
	snprintf(path, sizeof(path), "/proc/%u/comm", row->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	len = read(fd, row->comm, sizeof(row->comm) - 1);
	close(fd);
	if (len > 0)
		row->comm[len] = '\0';
	row->comm[strcspn(row->comm, "\n")] = '\0';
}

static bool is_gone(uint32_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%u", pid);
	return access(path, F_OK) != 0;
}

struct collection {
	struct top_sample *sample;
	struct top_list now;
};

/* The counts so far go to `now`, the difference to the sample. */
static bool take_process(void *ctx, const struct kxt_process *process)
{
	struct collection *collection = ctx;
	struct top_sample *sample = collection->sample;
	struct top_row key = { .key = process->tgid }, *before, *row;
	struct kxt_sum zero = {};

	before = sample->before.nr ? bsearch(&key, sample->before.rows, sample->before.nr,
					     sizeof(key), by_key) : NULL;
	if (before && before->sum.calls == process->sum.calls && is_gone(process->tgid))
		return false;
	row = add_row(&collection->now);
	if (row)
		*row = (struct top_row){ .key = process->tgid, .sum = process->sum };
	if (!row)
		sample->starved = true;
	if (before && before->sum.calls == process->sum.calls)
		return true;
	row = add_row(&sample->processes);
	if (!row) {
		sample->starved = true;
		return true;
	}
	row->key = row->pid = process->tgid;
	row->sum = difference(&process->sum, before ? &before->sum : &zero);
	fill_comm(row, process);
	return true;
}

static void take_processes(struct top_sample *sample, struct session *session)
{
	struct collection collection = { .sample = sample };

	sample->processes.nr = 0;
	session_processes(session, take_process, &collection);
	if (collection.now.nr)
		qsort(collection.now.rows, collection.now.nr, sizeof(struct top_row), by_key);
	free(sample->before.rows);
	sample->before = collection.now;
}

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

int top_sample_take(struct top_sample *sample, struct session *session)
{
	uint64_t now = monotonic_ns();
	int err;

	err = take_calls(sample, session);
	if (err)
		return err;
	take_processes(sample, session);
	session_next_epoch(session);
	sample->uncounted = session_uncounted(session);
	sample->seconds = (now - sample->end_ns) / 1e9;
	sample->end_ns = now;
	return 0;
}

void top_sample_done(struct top_sample *sample)
{
	free(sample->calls.rows);
	free(sample->processes.rows);
	free(sample->before.rows);
}

static uint64_t weight(const struct top_row *row, enum top_column column)
{
	switch (column) {
	case TOP_TIME:
		return row->sum.time_ns;
	case TOP_CALLS:
		return row->sum.calls;
	case TOP_ERRORS:
		return row->sum.errors;
	case TOP_AVG:
		return row->sum.calls ? row->sum.time_ns / row->sum.calls : 0;
	case TOP_MAX:
		return row->sum.max_ns;
	default:
		return 0;
	}
}

static int compare(const void *a, const void *b, void *ctx)
{
	const struct top_choice *choice = ctx;
	const struct top_row *x = a, *y = b;
	uint64_t of_x = weight(x, choice->sort), of_y = weight(y, choice->sort);
	int names;

	/* What is not to be shown goes behind the rest. */
	if (choice->errors_only && !x->sum.errors != !y->sum.errors)
		return x->sum.errors ? -1 : 1;
	if (of_x != of_y)
		return of_x < of_y ? 1 : -1;
	names = strcmp(x->name ? x->name : x->comm, y->name ? y->name : y->comm);
	return names ? names : by_key(a, b);
}

unsigned int top_sort(struct top_list *list, const struct top_choice *choice)
{
	unsigned int shown = list->nr;

	if (list->nr)
		qsort_r(list->rows, list->nr, sizeof(list->rows[0]), compare, (void *)choice);
	while (choice->errors_only && shown && !list->rows[shown - 1].sum.errors)
		shown--;
	return shown;
}
