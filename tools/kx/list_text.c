// SPDX-License-Identifier: GPL-2.0-only
/* The instances as a table. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "list.h"
#include "cli/own.h"
#include "status.h"
#include "text.h"
#include "verb.h"

static const struct column columns[] = {
	{ "NAME" }, { "KMID", true }, { "STATE" }, { "GEN", true },
	{ "PROGS", true }, { "MAPS", true }, { "MEMORY", true },
	{ "RUNS", true }, { "NS/RUN", true }, { "DROPS", true }, { "USED BY" },
};

static const struct column measured_columns[] = {
	{ "NAME" }, { "KMID", true }, { "STATE" }, { "GEN", true },
	{ "PROGS", true }, { "MAPS", true }, { "MEMORY", true },
	{ "RUNS", true }, { "NS/RUN", true }, { "RUNS/S", true },
	{ "CPU %", true }, { "DROPS", true }, { "USED BY" },
};

static int cells_cost(struct table *table, const struct row *row)
{
	char memory[TEXT_LEN];
	int err = 0;

	if (!row->has_cost) {
		for (size_t i = 0; i < 3; i++)
			err = err ?: table_add(table, "-");
		return err;
	}
	text_bytes(row->cost.memory, memory);
	err = table_add(table, "%" PRIu32, row->cost.nr_programs);
	err = err ?: table_add(table, "%" PRIu32, row->cost.nr_maps);
	return err ?: table_add(table, "%s", memory);
}

static int cells_runs(struct table *table, const struct row *row,
		      const struct list *list)
{
	uint64_t runs = row->cost.runs, run_ns = row->cost.run_ns;
	bool known = row->has_cost && list->counted;
	double seconds = list->measured_s;
	int err;

	err = known ? table_add(table, "%" PRIu64, runs) : table_add(table, "-");
	err = err ?: known && runs ? table_add(table, "%.0f", (double)run_ns / runs) :
				     table_add(table, "-");
	if (err || !seconds)
		return err;
	err = known ? table_add(table, "%.0f", runs / seconds) :
		      table_add(table, "-");
	return err ?: known ? table_add(table, "%.2f", run_ns / seconds / 1e7) :
			      table_add(table, "-");
}

/* "execs2,cat[812]"; "-" for nobody. */
static int cell_users(struct table *table, const struct row *row)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < row->nr_users; i++) {
		const struct kx_user *user = &row->users[i];

		fprintf(out, "%s%s", i ? "," : "", user->instance);
		if (user->pid)
			fprintf(out, "%s%s[%" PRIu32 "]",
				user->instance[0] ? "/" : "", user->command,
				user->pid);
	}
	if (fclose(out))
		return -ENOMEM;
	return table_add(table, "%s", *text ? text : "-");
}

static int row_cells(struct table *table, const struct row *row,
		     const struct list *list)
{
	int err;

	err = table_add(table, "%s", row->status.name);
	err = err ?: table_add(table, "%" PRIu64, row->status.kmid);
	err = err ?: table_add(table, "%s", status_word(&row->status));
	err = err ?: table_add(table, "%" PRIu32, row->status.generation);
	err = err ?: cells_cost(table, row);
	err = err ?: cells_runs(table, row, list);
	err = err ?: row->has_cost ? table_add(table, "%" PRIu64, row->cost.dropped) :
				     table_add(table, "-");
	return err ?: cell_users(table, row);
}

int list_text(const struct list *list)
{
	_cleanup_table_ struct table table = {
		.columns = columns,
		.nr_columns = sizeof(columns) / sizeof(columns[0]),
	};

	if (list->measured_s) {
		table.columns = measured_columns;
		table.nr_columns = sizeof(measured_columns) /
				   sizeof(measured_columns[0]);
	}
	for (size_t i = 0; i < list->nr; i++)
		if (row_cells(&table, &list->rows[i], list))
			return tell("out of memory");
	table_print(&table);
	return DONE;
}
