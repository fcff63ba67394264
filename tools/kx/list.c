// SPDX-License-Identifier: GPL-2.0-only
/* kx list: what is loaded, what it costs, who uses it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "find.h"
#include "json.h"
#include "measure.h"
#include "own.h"
#include "status.h"
#include "text.h"
#include "verb.h"

static struct {
	const char *measure;
	bool json;
} config;

static const struct flag flags[] = {
	{ "measure", 'm', "count runs for so long", NULL, &config.measure,
	  "SECONDS" },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

/* All there is to say of an instance. What could not be read stays zero. */
struct row {
	struct kx_instance *inst;
	struct kx_status status;
	struct kx_cost cost;
	bool has_cost;
	struct kx_user *users;
	size_t nr_users;
};

struct list {
	struct row *rows;
	size_t nr;
	bool counted;		/* the kernel counts runs */
	double measured_s;	/* cost is what came in this time; 0: since the load */
};

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

static int list_table(const struct list *list)
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

/* A number that may not be known. */
static void json_maybe(struct json *json, const char *key, bool known,
		       uint64_t value)
{
	if (known)
		json_number(json, key, value);
	else
		json_null(json, key);
}

static void json_cost(struct json *json, const struct row *row,
		      const struct list *list)
{
	const struct kx_cost *cost = &row->cost;
	bool known = row->has_cost, counted = known && list->counted;

	json_maybe(json, "programs", known, cost->nr_programs);
	json_maybe(json, "maps", known, cost->nr_maps);
	json_maybe(json, "links", known, cost->nr_links);
	json_maybe(json, "memory", known, cost->memory);
	json_maybe(json, "runs", counted, cost->runs);
	json_maybe(json, "run_ns", counted, cost->run_ns);
	json_maybe(json, "missed", known, cost->missed);
	json_maybe(json, "dropped", known, cost->dropped);
	if (!list->measured_s || !known)
		return;
	json_real(json, "measured_s", list->measured_s, 6);
	json_real(json, "runs_per_s", cost->runs / list->measured_s, 3);
	json_real(json, "cpu_percent", cost->run_ns / list->measured_s / 1e7, 6);
}

static void json_users(struct json *json, const struct row *row)
{
	json_array(json, "used_by");
	for (size_t i = 0; i < row->nr_users; i++) {
		json_object(json, NULL);
		json_text(json, "instance", row->users[i].instance);
		json_text(json, "command", row->users[i].command);
		json_number(json, "pid", row->users[i].pid);
		json_close(json);
	}
	json_close(json);
}

static void row_json(struct kx *kx, const struct row *row,
		     const struct list *list)
{
	const struct kx_about *about = NULL;
	struct json json = { 0 };

	(void)kx_instance_about(kx, row->inst, &about);	/* not for everybody */
	json_object(&json, NULL);
	status_json(&json, &row->status);
	json_text(&json, "extension", about ? about->name : "");
	json_text(&json, "version", about ? about->version : "");
	json_cost(&json, row, list);
	json_users(&json, row);
	json_close(&json);
}

/* What cannot be read is shown as such: others are still worth a line. */
static void row_read(struct kx *kx, struct kx_instance *inst, struct row *row)
{
	row->inst = inst;
	kx_instance_status(inst, &row->status);
	row->has_cost = !kx_instance_cost(kx, inst, &row->cost);
	if (kx_instance_users(kx, inst, &row->users, &row->nr_users)) {
		row->users = NULL;
		row->nr_users = 0;
	}
}

/* What came since @row was read. Programs of a new generation count from zero. */
static void row_measure(struct kx *kx, struct row *row)
{
	struct kx_cost before = row->cost;

	if (!row->has_cost)
		return;
	row->has_cost = !kx_instance_cost(kx, row->inst, &row->cost);
	row->cost.runs -= before.runs < row->cost.runs ? before.runs :
							 row->cost.runs;
	row->cost.run_ns -= before.run_ns < row->cost.run_ns ? before.run_ns :
							       row->cost.run_ns;
}

static int list_measure(struct kx *kx, struct list *list)
{
	_cleanup_measure_ struct measure measure = { .fd = -1 };

	if (measure_begin(&measure))
		return FAILED;
	/* Counting is on: what was counted before that is not of this time. */
	for (size_t i = 0; i < list->nr; i++)
		if (list->rows[i].has_cost)
			list->rows[i].has_cost = !kx_instance_cost(
				kx, list->rows[i].inst, &list->rows[i].cost);
	measure_wait(&measure, config.measure);
	list->measured_s = measure_elapsed_s(&measure);
	for (size_t i = 0; i < list->nr; i++)
		row_measure(kx, &list->rows[i]);
	list->counted = true;
	return DONE;
}

static void list_done(struct list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		free(list->rows[i].users);
	free(list->rows);
}

static int list_show(struct kx *kx, struct kx_instance **insts, size_t nr)
{
	_cleanup_(list_done) struct list list = { .counted = measure_is_on() };

	list.rows = calloc(nr + 1, sizeof(*list.rows));
	if (!list.rows)
		return tell("out of memory");
	for (; list.nr < nr; list.nr++)
		row_read(kx, insts[list.nr], &list.rows[list.nr]);
	if (config.measure && list_measure(kx, &list))
		return FAILED;
	if (!config.json)
		return list_table(&list);
	for (size_t i = 0; i < list.nr; i++)
		row_json(kx, &list.rows[i], &list);
	return DONE;
}

static int list_all(struct kx *kx)
{
	struct kx_instance **insts;
	int status;
	size_t nr;

	if (kx_instances_list(kx, &insts, &nr))
		return tell("%s", kx_error(kx));
	status = list_show(kx, insts, nr);
	kx_instances_free(insts, nr);
	return status;
}

/* Those that are named; the others are shown even when one is not there. */
static int list_named(struct kx *kx, char **names, size_t nr_names)
{
	struct kx_instance **insts = calloc(nr_names, sizeof(*insts));
	int worst = DONE, status;
	size_t nr = 0;

	if (!insts)
		return tell("out of memory");
	for (size_t i = 0; i < nr_names; i++) {
		status = instance_get(kx, "list", names[i], &insts[nr]);
		if (status)
			worst = status;
		else
			nr++;
	}
	status = nr ? list_show(kx, insts, nr) : DONE;
	for (size_t i = 0; i < nr; i++)
		kx_instance_close(insts[i]);
	free(insts);
	return worst ?: status;
}

static int run(struct kx *kx, int argc, char **argv)
{
	if (config.measure && measure_check(config.measure))
		return WRONG;
	for (int i = 0; i < argc; i++)
		if (instance_check("list", argv[i]))
			return WRONG;
	return argc ? list_named(kx, argv, argc) : list_all(kx);
}

const struct verb verb_list = {
	.name = "list",
	.arguments = "[INSTANCE|KMID ...] [--measure SECONDS] [--json]",
	.summary = "what is loaded, what it costs, who uses it",
	.examples = "  kx list\n"
		    "  kx list --measure 5\n"
		    "  kx list --json execs\n",
	.flags = flags,
	.max_args = MANY,
	.run = run,
};
