// SPDX-License-Identifier: GPL-2.0-only
/* -c: the table of calls, errors and time. */
#include "summary.h"

#include <stdio.h>
#include <stdlib.h>

struct row {
	const char *name;
	struct kxt_sum sum;
};

static int by_time(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->sum.time_ns != y->sum.time_ns)
		return x->sum.time_ns < y->sum.time_ns ? 1 : -1;
	if (x->sum.calls != y->sum.calls)
		return x->sum.calls < y->sum.calls ? 1 : -1;
	return strcmp(x->name, y->name);
}

static const char dashes[] = "----------------";

static void print_dashes(struct out *o)
{
	out_printf(o, "%.6s %.11s %.11s %.9s %.9s %s", dashes, dashes, dashes,
		   dashes, dashes, dashes);
	out_newline(o);
}

static void print_row(struct out *o, const struct row *row, uint64_t all_ns)
{
	const struct kxt_sum *sum = &row->sum;
	char errors[24] = "";

	if (sum->errors)
		snprintf(errors, sizeof(errors), "%llu",
			 (unsigned long long)sum->errors);
	out_printf(o, "%6.2f %11.6f %11llu %9llu %9s %s",
		   all_ns ? 100.0 * sum->time_ns / all_ns : 0.0,
		   sum->time_ns / 1e9,
		   (unsigned long long)(sum->calls ? sum->time_ns / 1000 /
					sum->calls : 0),
		   (unsigned long long)sum->calls, errors, row->name);
	out_newline(o);
}

static void print_table(struct out *o, const struct kxt_sum *sums, unsigned int first)
{
	struct row rows[KXT_I386_ROWS], total = { .name = "total" };
	const struct call_info *info;
	unsigned int nr, n = 0, i;

	for (nr = first; nr < first + KXT_I386_ROWS; nr++) {
		if (!sums[nr].calls)
			continue;
		info = call_info_by_row(nr);
		/* The last row is shared by what has none. */
		rows[n++] = (struct row){ info ? info->name : "(unknown)", sums[nr] };
		total.sum.calls += sums[nr].calls;
		total.sum.errors += sums[nr].errors;
		total.sum.time_ns += sums[nr].time_ns;
	}
	qsort(rows, n, sizeof(rows[0]), by_time);
	out_printf(o, "%6.6s %11.11s %11.11s %9.9s %9.9s %s", "% time",
		   "seconds", "usecs/call", "calls", "errors", "syscall");
	out_newline(o);
	print_dashes(o);
	for (i = 0; i < n; i++)
		print_row(o, &rows[i], total.sum.time_ns);
	print_dashes(o);
	print_row(o, &total, total.sum.time_ns);
}

static bool any_calls(const struct kxt_sum *sums, unsigned int first)
{
	unsigned int nr;

	for (nr = first; nr < first + KXT_I386_ROWS; nr++)
		if (sums[nr].calls)
			return true;
	return false;
}

/* As strace: the title is for the unusual. */
void summary_print(struct out *o, const struct kxt_sum *sums)
{
	bool narrow = any_calls(sums, KXT_I386_ROWS);

	if (any_calls(sums, 0) || !narrow)
		print_table(o, sums, 0);
	if (!narrow)
		return;
	out_str(o, "System call usage summary for 32 bit mode:");
	out_newline(o);
	print_table(o, sums, KXT_I386_ROWS);
}
