// SPDX-License-Identifier: GPL-2.0-only
/* -c, -C: what was called how often, with how many errors, for how long. */
#include <errno.h>
#include <stdlib.h>

#include "../summary.h"
#include "../view.h"

struct counts_view {
	struct view view;
	struct kxt_sum sums[KXT_NR_ROWS];	/* of a replay */
};

/* Live, the kernel counts, and also what was dropped on the way here. */
static void count_call(struct view *view, struct call *call)
{
	struct counts_view *counts = (struct counts_view *)view;
	const struct kxt_call *rec = call->rec;
	struct kxt_sum one = { .calls = 1 };

	if (view->trace->live || rec->head.flags & KXT_F_NO_RETURN)
		return;
	one.errors = sum_failed(call);
	if (rec->enter_ns && rec->exit_ns >= rec->enter_ns) {
		one.time_ns = sum_spent(view->trace->opt, rec);
		one.min_ns = one.max_ns = one.time_ns;
		one.epoch = 1;
	}
	sum_add(&counts->sums[call->row], &one);
}

static int print_counts(struct view *view, const struct totals *totals)
{
	struct counts_view *counts = (struct counts_view *)view;

	if (view->trace->live && !totals->sums) {
		complain("-c: the counters of the kernel half cannot be read");
		return -EIO;
	}
	summary_print(&view->trace->out, totals->sums ? totals->sums : counts->sums,
		      &view->trace->opt->counting);
	return 0;
}

static void close_counts(struct view *view)
{
	free(view);
}

static const struct view_ops counts_ops = {
	.call = count_call,
	.finish = print_counts,
	.close = close_counts,
};

int counts_view_open(struct view **view, struct trace *trace)
{
	struct counts_view *counts = calloc(1, sizeof(*counts));

	if (!counts)
		return -ENOMEM;
	counts->view = (struct view){ &counts_ops, trace };
	*view = &counts->view;
	return 0;
}
