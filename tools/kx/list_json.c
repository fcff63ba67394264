// SPDX-License-Identifier: GPL-2.0-only
/* The instances as JSON, one object each. */
#include "cli/json.h"
#include "list.h"
#include "status.h"
#include "verb.h"

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
}

static void json_rates(struct json *json, const struct row *row, double seconds)
{
	const struct kx_cost *cost = &row->cost;

	json_real(json, "measured_s", seconds, 6);
	if (!row->has_cost) {
		json_null(json, "runs_per_s");
		json_null(json, "cpu_percent");
		return;
	}
	json_real(json, "runs_per_s", cost->runs / seconds, 3);
	json_real(json, "cpu_percent", cost->run_ns / seconds / 1e7, 6);
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
	if (list->measured_s)
		json_rates(&json, row, list->measured_s);
	json_users(&json, row);
	json_close(&json);
}

int list_json(struct kx *kx, const struct list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		row_json(kx, &list->rows[i], list);
	return DONE;
}
