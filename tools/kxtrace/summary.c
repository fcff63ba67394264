// SPDX-License-Identifier: GPL-2.0-only
/* -c: the table of calls, errors and time. */
#include "summary.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_CELL	48

struct row {
	const char *name;
	unsigned int nr;
	struct kxt_sum sum;
};

struct table {
	struct row rows[KXT_I386_ROWS];
	unsigned int nr_rows;
	struct row total;
	enum column columns[NR_COLUMNS];
	int widths[NR_COLUMNS];
	unsigned int nr_columns;
};

static const struct {
	const char *head;
	int width;
} columns[NR_COLUMNS] = {
	[COLUMN_TIME_PERCENT] = { "% time", 6 },
	[COLUMN_TOTAL_TIME] = { "seconds", 11 },
	[COLUMN_MIN_TIME] = { "shortest", 8 },
	[COLUMN_MAX_TIME] = { "longest", 8 },
	[COLUMN_AVG_TIME] = { "usecs/call", 11 },
	[COLUMN_CALLS] = { "calls", 9 },
	[COLUMN_ERRORS] = { "errors", 9 },
	[COLUMN_NAME] = { "syscall", 16 },
};

static const enum column usual[] = {
	COLUMN_TIME_PERCENT, COLUMN_TOTAL_TIME, COLUMN_AVG_TIME, COLUMN_CALLS,
	COLUMN_ERRORS, COLUMN_NAME,
};

const char *sum_name(unsigned int nr)
{
	const struct call_info *info = call_info_by_row(nr);

	return info ? info->name : "(unknown)";
}

void sum_add(struct kxt_sum *sum, const struct kxt_sum *more)
{
	if (!more->calls)
		return;
	if (more->epoch && (!sum->epoch || more->min_ns < sum->min_ns))
		sum->min_ns = more->min_ns;
	if (more->epoch && more->max_ns > sum->max_ns)
		sum->max_ns = more->max_ns;
	if (more->epoch)
		sum->epoch = more->epoch;
	sum->calls += more->calls;
	sum->errors += more->errors;
	sum->time_ns += more->time_ns;
}

uint64_t sum_spent(const struct options *opt, const struct kxt_call *rec)
{
	uint64_t spent = rec->exit_ns - rec->enter_ns, less = opt->counting.overhead_ns;

	return spent > less ? spent - less : 0;
}

bool sum_failed(const struct call *call)
{
	return call->failed && !(call->info && call->info->classes & CLASS_PURE);
}

static uint64_t average(const struct kxt_sum *sum)
{
	return sum->calls ? sum->time_ns / sum->calls : 0;
}

/* What a column is sorted by: the larger comes first. */
static uint64_t weight(const struct kxt_sum *sum, enum column column)
{
	switch (column) {
	case COLUMN_TIME_PERCENT:
	case COLUMN_TOTAL_TIME:
		return sum->time_ns;
	case COLUMN_MIN_TIME:
		return sum->min_ns;
	case COLUMN_MAX_TIME:
		return sum->max_ns;
	case COLUMN_AVG_TIME:
		return average(sum);
	case COLUMN_CALLS:
		return sum->calls;
	case COLUMN_ERRORS:
		return sum->errors;
	default:
		return 0;
	}
}

/* Equal ones stay in the order of their numbers, as in strace. */
static int compare(const void *a, const void *b, void *ctx)
{
	const struct row *x = a, *y = b;
	enum column column = *(const enum column *)ctx;
	uint64_t of_x = weight(&x->sum, column), of_y = weight(&y->sum, column);

	if (column == COLUMN_NAME)
		return strcmp(x->name, y->name);
	if (of_x != of_y)
		return of_x < of_y ? 1 : -1;
	return x->nr < y->nr ? -1 : x->nr > y->nr;
}

static void fill_cell(char *text, const struct table *table, const struct row *row,
		      enum column column)
{
	const struct kxt_sum *sum = &row->sum;
	uint64_t all_ns = table->total.sum.time_ns;
	double percent = all_ns ? 100.0 * sum->time_ns / all_ns : 0;

	*text = '\0';
	if (column == COLUMN_TIME_PERCENT)
		snprintf(text, MAX_CELL, "%.2f", row == &table->total ? 100.0 : percent);
	else if (column == COLUMN_AVG_TIME)
		snprintf(text, MAX_CELL, "%llu", (unsigned long long)average(sum) / 1000);
	else if (column == COLUMN_NAME)
		snprintf(text, MAX_CELL, "%s", row->name);
	else if (column == COLUMN_CALLS || (column == COLUMN_ERRORS && sum->errors))
		snprintf(text, MAX_CELL, "%llu", (unsigned long long)weight(sum, column));
	else if (column != COLUMN_ERRORS)
		snprintf(text, MAX_CELL, "%.6f", weight(sum, column) / 1e9);
}

/* A name is on the left, and without spaces behind it where it ends the line. */
static void put_cell(struct out *o, const struct table *table, unsigned int i,
		     const char *text)
{
	bool last = i == table->nr_columns - 1;
	int width = table->widths[i];

	if (i)
		out_char(o, ' ');
	if (table->columns[i] != COLUMN_NAME)
		out_printf(o, "%*s", width, text);
	else if (last)
		out_str(o, text);
	else
		out_printf(o, "%-*s", width, text);
	if (last)
		out_newline(o);
}

static void print_row(struct out *o, const struct table *table, const struct row *row)
{
	char text[MAX_CELL];
	unsigned int i;

	for (i = 0; i < table->nr_columns; i++) {
		fill_cell(text, table, row, table->columns[i]);
		put_cell(o, table, i, text);
	}
}

static void print_dashes(struct out *o, const struct table *table)
{
	char dashes[MAX_CELL];
	unsigned int i;

	memset(dashes, '-', sizeof(dashes));
	for (i = 0; i < table->nr_columns; i++) {
		dashes[table->widths[i]] = '\0';
		put_cell(o, table, i, dashes);
		dashes[table->widths[i]] = '-';
	}
}

static void widen(struct table *table, const struct row *row)
{
	char text[MAX_CELL];
	unsigned int i;
	int len;

	for (i = 0; i < table->nr_columns; i++) {
		fill_cell(text, table, row, table->columns[i]);
		len = strlen(text);
		if (table->columns[i] == COLUMN_NAME && i == table->nr_columns - 1)
			continue;
		if (len > table->widths[i])
			table->widths[i] = len;
	}
}

static void choose_columns(struct table *table, const struct counting_options *opt)
{
	bool own = opt->nr_columns;
	unsigned int i;

	table->nr_columns = own ? opt->nr_columns : sizeof(usual) / sizeof(usual[0]);
	for (i = 0; i < table->nr_columns; i++) {
		table->columns[i] = own ? opt->columns[i] : usual[i];
		table->widths[i] = columns[table->columns[i]].width;
	}
	for (i = 0; i < table->nr_rows; i++)
		widen(table, &table->rows[i]);
	widen(table, &table->total);
}

static void fill_rows(struct table *table, const struct kxt_sum *sums, unsigned int first)
{
	unsigned int nr;

	for (nr = first; nr < first + KXT_I386_ROWS; nr++) {
		if (!sums[nr].calls)
			continue;
		table->rows[table->nr_rows++] = (struct row){ sum_name(nr), nr, sums[nr] };
		sum_add(&table->total.sum, &sums[nr]);
	}
}

static void print_table(struct out *o, const struct kxt_sum *sums, unsigned int first,
			const struct counting_options *opt)
{
	struct table table = { .total.name = "total" };
	enum column sort = opt->sort;
	unsigned int i;

	fill_rows(&table, sums, first);
	choose_columns(&table, opt);
	qsort_r(table.rows, table.nr_rows, sizeof(table.rows[0]), compare, &sort);
	for (i = 0; i < table.nr_columns; i++)
		put_cell(o, &table, i, columns[table.columns[i]].head);
	print_dashes(o, &table);
	for (i = 0; i < table.nr_rows; i++)
		print_row(o, &table, &table.rows[i]);
	print_dashes(o, &table);
	print_row(o, &table, &table.total);
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
void summary_print(struct out *o, const struct kxt_sum *sums,
		   const struct counting_options *opt)
{
	bool narrow = any_calls(sums, KXT_I386_ROWS);

	if (any_calls(sums, 0) || !narrow)
		print_table(o, sums, 0, opt);
	if (!narrow)
		return;
	out_str(o, "System call usage summary for 32 bit mode:");
	out_newline(o);
	print_table(o, sums, KXT_I386_ROWS, opt);
}
