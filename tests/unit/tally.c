// SPDX-License-Identifier: GPL-2.0-only
/* What a report gathers: bounded in memory, and nothing forgotten; under the sanitizers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/spans.h"
#include "views/tally.h"

static int nr_tests, nr_failed;

static void ok(bool good, const char *what)
{
	nr_tests++;
	nr_failed += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", nr_tests, what);
}

static void test_tally(void)
{
	uint64_t calls = 0, in_buckets = 0;
	struct tally tally;
	char key[32];
	unsigned int i, j;

	tally_init(&tally, 100, true);
	for (i = 0; i < 10000; i++) {
		snprintf(key, sizeof(key), "name %u", i % 1000);
		tally_add(&tally, key, strlen(key), i % 2, i ? UINT64_MAX / i : UINT64_MAX);
	}
	ok(tally.nr == 101, "as many names as allowed, and one for the others");
	tally_sort(&tally, true);
	ok(!strcmp(tally.rows[0].key, TALLY_OTHERS), "which has the most");
	for (i = 0; i < tally.nr; i++) {
		calls += tally.rows[i].calls;
		for (j = 0; j < TALLY_BUCKETS; j++)
			in_buckets += tally.rows[i].buckets[j];
	}
	ok(calls == 10000 && in_buckets == 10000, "every call is counted, and in a bucket");
	tally_done(&tally);
}

/* Adds `nr` calls of `tasks` tasks; are they all there, and in order? */
static bool all_there(unsigned int nr, unsigned int tasks, uint64_t step)
{
	uint64_t calls = 0, errors = 0, last[MAX_LANES] = {};
	struct spans spans;
	struct lane *lane;
	bool ordered = true;
	unsigned int i;

	if (spans_init(&spans))
		return false;
	for (i = 0; i < nr; i++) {
		lane = spans_lane(&spans, 1 + i % tasks, 1);
		spans_add(&spans, lane, (i + 1) * step, (i + 1) * step + step / 2, 0, i % 10 == 0);
	}
	for (i = 0; i < spans.nr; i++) {
		const struct span *span = &spans.list[i];

		calls += span->calls;
		errors += span->errors;
		ordered = ordered && span->lane < spans.nr_lanes && span->end >= span->begin &&
			  (span->lane == MAX_LANES - 1 || span->begin >= last[span->lane]);
		last[span->lane] = span->end;
	}
	ordered = ordered && spans.nr <= MAX_SPANS && spans.nr_lanes <= MAX_LANES;
	spans_done(&spans);
	return ordered && calls == nr && errors == nr / 10;
}

static void test_spans(void)
{
	struct spans spans;
	unsigned int i;

	ok(all_there(1000, 3, 100), "few calls stay as they are");
	ok(all_there(300000, 1, 500), "many calls of one task");
	ok(all_there(300000, 7, 50000), "of several, over a long time");
	ok(all_there(200000, 100000, 1000), "of more tasks than there are lanes");
	ok(all_there(100000, 1, 1ull << 44), "over centuries");
	if (spans_init(&spans))
		exit(1);
	/* Times that a damaged file may hold. */
	for (i = 0; i < 3 * MAX_SPANS; i++)
		spans_add(&spans, spans_lane(&spans, i * 2654435761u, i), (uint64_t)i << 47,
			  UINT64_MAX - i, i, false);
	ok(spans.nr <= MAX_SPANS && spans.left_out, "times beyond all sense do not hang it");
	spans_done(&spans);
}

int main(void)
{
	test_tally();
	test_spans();
	printf("1..%d\n", nr_tests);
	return nr_failed != 0;
}
