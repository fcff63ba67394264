// SPDX-License-Identifier: GPL-2.0-only
/* At the end: how much of what was lost could be shown in its place. */
#include <errno.h>
#include <stdlib.h>

#include "../view.h"

struct gaps_view {
	struct view view;
	uint64_t marked;	/* calls that are missing between others */
};

static void add_gap(struct view *view, const struct gap *gap)
{
	((struct gaps_view *)view)->marked += gap->calls;
}

static int tell_rest(struct view *view, const struct totals *totals)
{
	uint64_t marked = ((struct gaps_view *)view)->marked;
	uint64_t lost = totals->stats.dropped + totals->malformed;

	/* After a limit, gaps are not looked for any more. */
	if (!lost || view->trace->over)
		return 0;
	complain("of %llu lost records, %llu are calls marked where they are missing; the other %llu are of tasks whose end was lost, or signals, starts and ends of tasks",
		 (unsigned long long)lost, (unsigned long long)marked,
		 (unsigned long long)(lost > marked ? lost - marked : 0));
	return 0;
}

static void close_gaps(struct view *view)
{
	free(view);
}

static const struct view_ops gaps_ops = {
	.lost = add_gap,
	.finish = tell_rest,
	.close = close_gaps,
};

int gaps_view_open(struct view **view, struct trace *trace)
{
	struct gaps_view *gaps = calloc(1, sizeof(*gaps));

	if (!gaps)
		return -ENOMEM;
	gaps->view = (struct view){ &gaps_ops, trace };
	*view = &gaps->view;
	return 0;
}
