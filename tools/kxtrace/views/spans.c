// SPDX-License-Identifier: GPL-2.0-only
/* The time line of a report: calls of tasks, put together where there are too many. */
#include "spans.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TID		(1u << 22)	/* the kernel's own limit */
#define FIRST_RESOLUTION	1000
#define NONE		UINT32_MAX

int spans_init(struct spans *spans)
{
	*spans = (struct spans){};
	spans->list = calloc(MAX_SPANS, sizeof(*spans->list));
	spans->lanes = calloc(MAX_LANES, sizeof(*spans->lanes));
	spans->lane_of = calloc(MAX_TID, sizeof(*spans->lane_of));
	return spans->list && spans->lanes && spans->lane_of ? 0 : -ENOMEM;
}

void spans_done(struct spans *spans)
{
	free(spans->list);
	free(spans->lanes);
	free(spans->lane_of);
	*spans = (struct spans){};
}

struct lane *spans_lane(struct spans *spans, uint32_t tid, uint32_t tgid)
{
	uint32_t at = tid < MAX_TID ? spans->lane_of[tid] : 0;
	struct lane *lane;

	if (at)
		return &spans->lanes[at - 1];
	if (spans->nr_lanes == MAX_LANES) {
		lane = &spans->lanes[MAX_LANES - 1];
		*lane = (struct lane){ .calls = lane->calls, .errors = lane->errors,
				       .ns = lane->ns, .begin = lane->begin,
				       .end = lane->end };
		strcpy(lane->name, "(others)");
	} else {
		lane = &spans->lanes[spans->nr_lanes++];
		*lane = (struct lane){ .tid = tid, .tgid = tgid };
	}
	if (tid < MAX_TID)
		spans->lane_of[tid] = lane - spans->lanes + 1;
	return lane;
}

void spans_forget(struct spans *spans, uint32_t tid)
{
	if (tid < MAX_TID)
		spans->lane_of[tid] = 0;
}

/* Both within the same stretch of time. */
static bool are_close(const struct span *a, const struct span *b, uint64_t resolution)
{
	return a->begin / resolution == b->end / resolution;
}

static void put_together(struct span *to, const struct span *from)
{
	if (from->longest > to->longest) {
		to->longest = from->longest;
		to->nr = from->nr;
	}
	if (from->begin < to->begin)
		to->begin = from->begin;
	if (from->end > to->end)
		to->end = from->end;
	to->calls += from->calls;
	to->errors += from->errors;
}

static void thin_out(struct spans *spans)
{
	uint32_t i, kept = 0;

	for (i = 0; i < spans->nr_lanes; i++)
		spans->lanes[i].last = NONE;
	for (i = 0; i < spans->nr; i++) {
		struct span *span = &spans->list[i];
		struct lane *lane = &spans->lanes[span->lane];

		if (lane->last != NONE && are_close(&spans->list[lane->last], span,
						    spans->resolution)) {
			put_together(&spans->list[lane->last], span);
			continue;
		}
		lane->last = kept;
		spans->list[kept++] = *span;
	}
	spans->nr = kept;
}

/*
 * Half of them or less stay; false: their times are beyond all sense. What came
 * since the last time may be thinned out as the others were already.
 */
static bool make_room(struct spans *spans)
{
	if (!spans->resolution)
		spans->resolution = FIRST_RESOLUTION;
	while (spans->resolution < UINT64_MAX / 4) {
		thin_out(spans);
		if (spans->nr <= MAX_SPANS / 2)
			return true;
		spans->resolution *= 2;
	}
	return false;
}

void spans_add(struct spans *spans, const struct lane *lane, uint64_t begin, uint64_t end,
	       uint32_t nr, bool failed)
{
	if (spans->nr == MAX_SPANS && !make_room(spans)) {
		spans->left_out++;
		return;
	}
	spans->list[spans->nr++] = (struct span){
		.begin = begin, .end = end, .longest = end - begin,
		.lane = lane - spans->lanes, .nr = nr, .calls = 1, .errors = failed,
	};
}
