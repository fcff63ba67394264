// SPDX-License-Identifier: GPL-2.0-only
/* Options: counting instead of showing. */
#include "family.h"

#include <errno.h>

static int take_summary(struct options *opt, const char *argument)
{
	(void)argument;
	opt->summary = true;
	return 0;
}

static int take_wall_clock(struct options *opt, const char *argument)
{
	(void)argument;
	opt->wall_clock = true;
	return 0;
}

static const struct option_row rows[] = {
	{ 'c', "summary-only", NULL, "a table of calls, errors and time on the CPU", take_summary },
	{ 'w', "summary-wall-clock", NULL, "-c: time from beginning to end instead",
	  take_wall_clock },
	{ 'C', "summary", NULL, NULL, NULL, "use -c alone, or count the output" },
	{ 'S', "summary-sort-by", "COLUMN", NULL, NULL, "the summary is sorted by time" },
	{ 'U', "summary-columns", "COLUMNS", NULL, NULL, "the summary's columns are fixed" },
	{ 'O', "summary-syscall-overhead", "TIME", NULL, NULL, "there is no overhead to subtract" },
};

static int judge(struct options *opt)
{
	if (opt->wall_clock && !opt->summary) {
		complain("-w: needs -c, whose times it changes");
		return -EINVAL;
	}
	return 0;
}

const struct option_family counting_options = {
	"Count instead", rows, NR(rows), NULL, 0, judge,
};
