// SPDX-License-Identifier: GPL-2.0-only
/* kx list: what is loaded, what it costs, who uses it. */
#include <stdlib.h>

#include "find.h"
#include "list.h"
#include "measure.h"
#include "cli/own.h"
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

/* Programs of a new generation begin at zero. */
static uint64_t since(uint64_t now, uint64_t before)
{
	return now < before ? now : now - before;
}

static void row_subtract(const struct list *list, struct row *row)
{
	for (size_t i = 0; i < list->nr_before; i++) {
		const struct before *before = &list->before[i];

		if (before->kmid != row->status.kmid)
			continue;
		row->cost.runs = since(row->cost.runs, before->runs);
		row->cost.run_ns = since(row->cost.run_ns, before->run_ns);
	}
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

static int list_show(struct kx *kx, struct list *list, struct kx_instance **insts,
		     size_t nr)
{
	list->rows = calloc(nr + 1, sizeof(*list->rows));
	if (!list->rows)
		return tell("out of memory");
	for (; list->nr < nr; list->nr++) {
		row_read(kx, insts[list->nr], &list->rows[list->nr]);
		row_subtract(list, &list->rows[list->nr]);
	}
	return config.json ? list_json(kx, list) : list_text(list);
}

static int list_all(struct kx *kx, struct list *list)
{
	struct kx_instance **insts;
	int status;
	size_t nr;

	if (kx_instances_list(kx, &insts, &nr))
		return tell("%s", kx_error(kx));
	status = list_show(kx, list, insts, nr);
	kx_instances_free(insts, nr);
	return status;
}

/* Those that are named; the others are shown even when one is not there. */
static int list_named(struct kx *kx, struct list *list, char **names,
		      size_t nr_names)
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
	status = nr ? list_show(kx, list, insts, nr) : DONE;
	for (size_t i = 0; i < nr; i++)
		kx_instance_close(insts[i]);
	free(insts);
	return worst ?: status;
}

/* No handle stays open meanwhile: it would be in the way of an unload. */
static int before_read(struct kx *kx, struct list *list)
{
	struct kx_instance **insts;
	size_t nr;

	if (kx_instances_list(kx, &insts, &nr))
		return tell("%s", kx_error(kx));
	list->before = calloc(nr + 1, sizeof(*list->before));
	for (size_t i = 0; list->before && i < nr; i++) {
		struct before *before = &list->before[list->nr_before];
		struct kx_status status;
		struct kx_cost cost;

		if (kx_instance_cost(kx, insts[i], &cost))
			continue;
		kx_instance_status(insts[i], &status);
		*before = (struct before){ status.kmid, cost.runs, cost.run_ns };
		list->nr_before++;
	}
	kx_instances_free(insts, nr);
	return list->before ? DONE : tell("out of memory");
}

/* A name that is not there is better told before the wait. */
static int names_check(struct kx *kx, char **names, size_t nr_names)
{
	for (size_t i = 0; i < nr_names; i++) {
		_cleanup_instance_ struct kx_instance *inst = NULL;
		int status = instance_get(kx, "list", names[i], &inst);

		if (status)
			return status;
	}
	return DONE;
}

static int list_measured(struct kx *kx, struct list *list, char **names,
			 size_t nr_names)
{
	_cleanup_measure_ struct measure measure = { .fd = -1 };

	if (names_check(kx, names, nr_names) || measure_begin(&measure) ||
	    before_read(kx, list))
		return FAILED;
	measure_wait(&measure, config.measure);
	list->measured_s = measure_elapsed_s(&measure);
	list->counted = true;
	return nr_names ? list_named(kx, list, names, nr_names) :
			  list_all(kx, list);
}

static void list_done(struct list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		free(list->rows[i].users);
	free(list->rows);
	free(list->before);
}

static int run(struct kx *kx, int argc, char **argv)
{
	_cleanup_(list_done) struct list list = { .counted = measure_is_on() };

	if (config.measure && measure_check(config.measure))
		return WRONG;
	for (int i = 0; i < argc; i++)
		if (instance_check("list", argv[i]))
			return WRONG;
	if (config.measure)
		return list_measured(kx, &list, argv, argc);
	return argc ? list_named(kx, &list, argv, argc) : list_all(kx, &list);
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
