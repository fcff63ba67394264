// SPDX-License-Identifier: GPL-2.0-only
/* -c: what was called how often, with how many errors, for how long. */
#include <errno.h>
#include <stdlib.h>

#include "../summary.h"
#include "../view.h"

static int print_counts(struct view *view, const struct totals *totals)
{
	if (totals->sums)
		summary_print(&view->trace->out, totals->sums);
	return 0;
}

static void close_counts(struct view *view)
{
	free(view);
}

static const struct view_ops counts_ops = {
	.finish = print_counts,
	.close = close_counts,
};

int counts_view_open(struct view **view, struct trace *trace)
{
	*view = calloc(1, sizeof(**view));
	if (!*view)
		return -ENOMEM;
	**view = (struct view){ &counts_ops, trace };
	return 0;
}
