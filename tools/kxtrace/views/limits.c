// SPDX-License-Identifier: GPL-2.0-only
/* --count, --size: the trace is over after so many calls, so much output. */
#include <errno.h>
#include <stdlib.h>

#include "../view.h"

struct limits_view {
	struct view view;
	uint64_t calls;
};

static bool is_shown(const struct options *opt, const struct call *call)
{
	uint8_t flags = call->rec->head.flags;

	if (flags & KXT_F_GOING_ON)
		return false;
	if (opt->only_failed)
		return call->failed;
	return !opt->only_successful || !(call->failed || flags & KXT_F_NO_RETURN);
}

static void count_call(struct view *view, struct call *call)
{
	struct limits_view *limits = (struct limits_view *)view;
	struct trace *trace = view->trace;
	const struct recording_options *limit = &trace->opt->recording;

	limits->calls += is_shown(trace->opt, call);
	if ((limit->count && limits->calls >= limit->count) ||
	    (limit->size && trace->out.written + trace->out.len >= limit->size))
		trace->over = true;
}

static void close_limits(struct view *view)
{
	free(view);
}

static const struct view_ops limits_ops = {
	.call = count_call,
	.close = close_limits,
};

int limits_view_open(struct view **view, struct trace *trace)
{
	struct limits_view *limits = calloc(1, sizeof(*limits));

	if (!limits)
		return -ENOMEM;
	limits->view = (struct view){ &limits_ops, trace };
	*view = &limits->view;
	return 0;
}
