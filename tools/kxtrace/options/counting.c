// SPDX-License-Identifier: GPL-2.0-only
/* Options: counting instead of showing. */
#include "family.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

/* What a call takes by itself: a screen that is renewed faster cannot be read. */
#define LEAST_TOP_NS	50000000

static int take_summary_only(struct options *opt, const char *argument)
{
	(void)argument;
	opt->summary = true;
	opt->counting.table = true;
	return 0;
}

static int take_summary(struct options *opt, const char *argument)
{
	(void)argument;
	opt->counting.table = true;
	opt->counting.lines = true;
	return 0;
}

static int take_wall_clock(struct options *opt, const char *argument)
{
	(void)argument;
	opt->wall_clock = true;
	return 0;
}

/* The names of strace, each ended by a NUL. */
static const char *const column_names[] = {
	[COLUMN_TIME_PERCENT] = "time-percent\0time\0",
	[COLUMN_TOTAL_TIME] = "total-time\0time-total\0",
	[COLUMN_MIN_TIME] = "min-time\0shortest\0time-min\0",
	[COLUMN_MAX_TIME] = "max-time\0longest\0time-max\0",
	[COLUMN_AVG_TIME] = "avg-time\0time-avg\0",
	[COLUMN_CALLS] = "calls\0count\0",
	[COLUMN_ERRORS] = "errors\0error\0",
	[COLUMN_NAME] = "name\0syscall\0syscall-name\0",
	[COLUMN_NOTHING] = "nothing\0none\0",
};

static int column_by_name(const char *word)
{
	const char *name;
	unsigned int i;

	for (i = 0; i < NR(column_names); i++)
		for (name = column_names[i]; *name; name += strlen(name) + 1)
			if (!strcmp(name, word))
				return i;
	return -1;
}

static int take_sort(struct options *opt, const char *word)
{
	int column = column_by_name(word);

	if (column < 0) {
		complain("-S %s: not a column; time, min-time, max-time, avg-time, calls, errors, name, nothing",
			 word);
		return -EINVAL;
	}
	opt->counting.sort = column;
	return 0;
}

static int add_column(void *ctx, char *word)
{
	struct counting_options *counting = ctx;
	int column = column_by_name(word);
	unsigned int i;

	if (column < 0 || column == COLUMN_NOTHING) {
		complain("-U %s: not a column; time, total-time, min-time, max-time, avg-time, calls, errors, name",
			 word);
		return -EINVAL;
	}
	for (i = 0; i < counting->nr_columns; i++) {
		if ((int)counting->columns[i] != column)
			continue;
		complain("-U %s: this column is named twice", word);
		return -EINVAL;
	}
	counting->columns[counting->nr_columns++] = column;
	return 0;
}

static bool has_column(const struct counting_options *counting, enum column column)
{
	unsigned int i;

	for (i = 0; i < counting->nr_columns; i++)
		if (counting->columns[i] == column)
			return true;
	return false;
}

static int take_columns(struct options *opt, const char *list)
{
	struct counting_options *counting = &opt->counting;
	int err;

	counting->nr_columns = 0;
	err = each_word(list, add_column, counting);
	/* A table without names would tell nothing. */
	if (!err && !has_column(counting, COLUMN_NAME))
		err = add_column(counting, "name");
	return err;
}

/* As strace reads it: a number alone is in microseconds. */
static int take_overhead(struct options *opt, const char *text)
{
	char us[32];

	if (parse_duration(text, &opt->counting.overhead_ns) &&
	    !text[strspn(text, "0123456789.")] && strlen(text) < sizeof(us) - 2) {
		strcpy(stpcpy(us, text), "us");
		text = us;
	}
	if (parse_duration(text, &opt->counting.overhead_ns))
		return 0;
	complain("-O %s: not a time; 20 or 20us, 500ns, 1ms", text);
	return -EINVAL;
}

static int take_hist(struct options *opt, const char *set)
{
	struct counting_options *counting = &opt->counting;

	counting->hist = true;
	if (!set)
		return 0;
	if (!counting->hist_calls)
		counting->hist_calls = calloc(KXT_NR_ROWS, sizeof(bool));
	if (!counting->hist_calls) {
		complain("out of memory");
		return -ENOMEM;
	}
	return select_calls(counting->hist_calls, "hist", set);
}

static int take_top(struct options *opt, const char *seconds)
{
	struct counting_options *counting = &opt->counting;

	counting->top = true;
	counting->top_ns = 1000000000;
	if (!seconds)
		return 0;
	if (parse_duration(seconds, &counting->top_ns) && counting->top_ns >= LEAST_TOP_NS)
		return 0;
	complain("--top=%s: not a time between two screens; 0.05 or more seconds", seconds);
	return -EINVAL;
}

static const struct option_row rows[] = {
	{ 'c', "summary-only", NULL, "a table of calls, errors and time on the CPU",
	  take_summary_only },
	{ 'C', "summary", NULL, "lines, and then the table", take_summary, .rare = true },
	{ 'w', "summary-wall-clock", NULL, "the table has the time from beginning to end",
	  take_wall_clock, .rare = true },
	{ 'S', "summary-sort-by", "COLUMN",
	  "time, min-time, max-time, avg-time, calls, errors, name, nothing", take_sort,
	  .rare = true },
	{ 'U', "summary-columns", "COLUMNS",
	  "columns of the table: as -S; total-time", take_columns, .rare = true },
	{ 'O', "summary-syscall-overhead", "TIME", "take TIME from each call's (20us)",
	  take_overhead, .rare = true },
	{ 0, "hist", "[SET]", "how many calls took how long, by powers of two", take_hist },
	{ 0, "top", "[SECONDS]", "a screen of calls, renewed each second", take_top },
};

/* What only changes the table: strace refuses some of it without one, not all. */
static int judge_table(const struct options *opt)
{
	const struct counting_options *counting = &opt->counting;

	if (counting->table || counting->top)
		return 0;
	if (opt->wall_clock || counting->nr_columns) {
		complain("-%c: needs -c or -C, whose table it changes",
			 opt->wall_clock ? 'w' : 'U');
		return -EINVAL;
	}
	if (counting->sort)
		complain("-S: has no effect without -c or -C");
	if (counting->overhead_ns && !counting->hist)
		complain("-O: has no effect without -c or -C");
	return 0;
}

/* Calls that only the histogram is asked about need not be looked at. */
static void narrow(struct options *opt)
{
	unsigned int nr;

	for (nr = 0; nr < KXT_NR_ROWS; nr++)
		opt->selected[nr] = opt->selected[nr] && opt->counting.hist_calls[nr];
}

static int judge(struct options *opt)
{
	struct counting_options *counting = &opt->counting;

	if (judge_table(opt))
		return -EINVAL;
	if (opt->summary && counting->lines) {
		complain("-c and -C: take -c for the table alone, or -C for lines as well");
		return -EINVAL;
	}
	if (counting->top && (counting->table || counting->hist || opt->replay)) {
		complain("--top: shows a running trace and nothing else; leave out -c, -C, --hist or replay");
		return -EINVAL;
	}
	/* Without -C there are no lines, so the kernel counts and sends none. */
	if (counting->top || (counting->hist && !counting->lines))
		opt->summary = true;
	if (counting->top)
		opt->wall_clock = true;
	if (counting->hist && counting->hist_calls && !counting->table)
		narrow(opt);
	return 0;
}

const struct option_family counting_options = {
	"Count instead", rows, NR(rows), NULL, 0, judge,
};
