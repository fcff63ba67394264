/* SPDX-License-Identifier: GPL-2.0-only */
/* The time line of a report: calls of tasks, put together where there are too many. */
#ifndef KXTRACE_VIEWS_SPANS_H
#define KXTRACE_VIEWS_SPANS_H

#include <stdbool.h>
#include <stdint.h>

#define MAX_SPANS	(48u << 10)
#define MAX_LANES	2000
#define LANE_NAME	20

/* One call, or several that lie close together. */
struct span {
	uint64_t begin;
	uint64_t end;
	uint64_t longest;	/* of the calls, that of `nr` */
	uint32_t lane;
	uint32_t nr;
	uint32_t calls;
	uint32_t errors;
};

/* A task. The last lane takes all that came after MAX_LANES. */
struct lane {
	uint32_t tid;
	uint32_t tgid;
	char name[LANE_NAME];
	bool known;		/* the next three */
	uint32_t ppid;
	uint32_t uid;
	uint64_t cgroup_id;
	uint64_t calls;
	uint64_t errors;
	uint64_t ns;
	uint64_t begin;
	uint64_t end;
	uint32_t last;		/* while spans are put together */
};

struct spans {
	struct span *list;	/* in the order of their ends */
	uint32_t nr;
	uint64_t resolution;	/* ns that were put together, 0: nothing was */
	uint64_t left_out;	/* calls whose times are beyond all sense */
	struct lane *lanes;
	uint32_t nr_lanes;
	uint32_t *lane_of;	/* by tid, plus 1 */
};

int spans_init(struct spans *spans);
void spans_done(struct spans *spans);

/* The lane of a task, made when it is new. */
struct lane *spans_lane(struct spans *spans, uint32_t tid, uint32_t tgid);
/* The task is gone, its number may come back for another. */
void spans_forget(struct spans *spans, uint32_t tid);

void spans_add(struct spans *spans, const struct lane *lane, uint64_t begin, uint64_t end,
	       uint32_t nr, bool failed);

#endif
