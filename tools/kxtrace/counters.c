// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel half counts: chosen before the load, read at any time. */
#include "counters.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "summary.h"

unsigned int counters_choose(struct kxt_counting *counting, const struct options *opt)
{
	const struct counting_options *want = &opt->counting;
	unsigned int nr, rows = 0, nameless = 0;

	counting->sums = want->table || want->top;
	counting->hists = want->hist;
	counting->processes = want->top;
	counting->overhead_ns = want->overhead_ns;
	for (nr = 0; nr < KXT_NR_ROWS && want->hist; nr++) {
		bool wanted = want->hist_calls ? want->hist_calls[nr] : opt->selected[nr];

		if (!wanted)
			continue;
		/* What has no name shares a row, as it does its name. */
		if (!call_info_by_nr(nr) && nameless)
			counting->hist_rows[nr] = nameless;
		else
			counting->hist_rows[nr] = ++rows;
		if (!call_info_by_nr(nr))
			nameless = counting->hist_rows[nr];
	}
	return rows ? rows : 1;
}

static int map_of(struct session *session, const char *name)
{
	return bpf_object__find_map_fd_by_name(session_object(session), name);
}

/* The values of a per-CPU map's row, one after the other; NULL: errno. */
static void *read_cpus(int map, uint32_t key, size_t size, int *nr_cpus)
{
	char *values;

	*nr_cpus = libbpf_num_possible_cpus();
	if (*nr_cpus < 0) {
		errno = -*nr_cpus;
		return NULL;
	}
	values = calloc(*nr_cpus, size);
	if (values && bpf_map_lookup_elem(map, &key, values)) {
		free(values);
		return NULL;
	}
	return values;
}

/* Extremes of an epoch that is over say nothing of this one. */
static void add_current(struct kxt_sum *sum, const struct kxt_sum *more, uint64_t epoch)
{
	struct kxt_sum now = *more;

	if (now.epoch != epoch)
		now.epoch = now.min_ns = now.max_ns = 0;
	sum_add(sum, &now);
}

int session_sums(struct session *session, struct kxt_sum *rows)
{
	int map = map_of(session, "sums"), cpu, nr_cpus;
	uint64_t epoch = *session_epoch(session) + 1ull;
	struct kxt_sum *each;
	uint32_t nr;

	memset(rows, 0, KXT_NR_ROWS * sizeof(*rows));
	for (nr = 0; nr < KXT_NR_ROWS; nr++) {
		each = read_cpus(map, nr, sizeof(*each), &nr_cpus);
		if (!each)
			return -errno;
		for (cpu = 0; cpu < nr_cpus; cpu++)
			add_current(&rows[nr], &each[cpu], epoch);
		free(each);
	}
	return 0;
}

int session_hist(struct session *session, unsigned int nr, struct kxt_hist *hist)
{
	uint32_t row = session_counting(session)->hist_rows[nr];
	uint64_t epoch = *session_epoch(session) + 1ull;
	struct kxt_hist *each;
	int cpu, nr_cpus, i;

	memset(hist, 0, sizeof(*hist));
	if (!row)
		return -ENOENT;
	each = read_cpus(map_of(session, "hists"), row - 1, sizeof(*each), &nr_cpus);
	if (!each)
		return -errno;
	for (cpu = 0; cpu < nr_cpus; cpu++) {
		add_current(&hist->sum, &each[cpu].sum, epoch);
		for (i = 0; i < KXT_NR_SLOTS; i++)
			hist->slots[i] += each[cpu].slots[i];
	}
	free(each);
	return 0;
}

int session_processes(struct session *session, process_fn *fn, void *ctx)
{
	int map = map_of(session, "processes");
	uint64_t epoch = *session_epoch(session) + 1ull;
	uint32_t key, next;
	struct kxt_process process;
	bool more;

	more = !bpf_map_get_next_key(map, NULL, &next);
	while (more) {
		/* Before `fn`, which may delete the key. */
		key = next;
		more = !bpf_map_get_next_key(map, &key, &next);
		if (bpf_map_lookup_elem(map, &key, &process))
			continue;
		process.comm[KXT_COMM_MAX - 1] = '\0';
		if (process.sum.epoch != epoch)
			process.sum.min_ns = process.sum.max_ns = 0;
		if (!fn(ctx, &process))
			(void)bpf_map_delete_elem(map, &key);
	}
	return 0;
}

void session_next_epoch(struct session *session)
{
	__atomic_fetch_add(session_epoch(session), 1, __ATOMIC_SEQ_CST);
}
