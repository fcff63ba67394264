// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter top: counters, read again and again; the differences are shown. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../until.h"
#include "../verb.h"
#include "cli/own.h"
#include "top.h"
#include "watch.h"

struct top_row *top_row_add(struct top_list *list)
{
	struct top_row *rows;

	if (list->nr == list->room) {
		rows = reallocarray(list->rows, 2 * list->room + 64, sizeof(*rows));
		if (!rows)
			return NULL;
		list->rows = rows;
		list->room = 2 * list->room + 64;
	}
	list->rows[list->nr] = (struct top_row){ .name = "" };
	return &list->rows[list->nr++];
}

struct top_list *top_list(struct top_sample *sample, enum top_view view)
{
	return view == TOP_RULES ? &sample->rules : &sample->of[view];
}

int top_sample_open(struct top_sample *sample, struct kx *kx, const char *device)
{
	int err;

	sample->kx = kx;
	sample->device = device;
	sample->watched = -1;
	err = filter_open(kx, device, &sample->filter);
	if (err)
		return err;
	return top_sample_take(sample);
}

void top_sample_done(struct top_sample *sample)
{
	filter_close(&sample->filter);
	if (sample->is_looking) {
		look_end(&sample->look);
		look_close(&sample->look);
	}
	if (sample->watched >= 0)
		close(sample->watched);
	free(sample->rules.rows);
	free(sample->before.rows);
	free(sample->of[TOP_SOURCES].rows);
	free(sample->of[TOP_PORTS].rows);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct top_row *)a)->name, ((const struct top_row *)b)->name);
}

/* One that was not seen before has no rate yet. */
static void difference(const struct top_list *before, struct top_row *row)
{
	const struct top_row *was = before->nr ? bsearch(row, before->rows, before->nr,
							 sizeof(*row), by_name) : NULL;

	if (!was || row->total_packets < was->total_packets)
		return;
	row->packets = row->total_packets - was->total_packets;
	row->bytes = row->total_bytes - was->total_bytes;
}

static int take_rules(struct top_sample *sample)
{
	_cleanup_free_ struct filter_rule *list = NULL;
	size_t nr = 0;
	int err = filter_rules(&sample->filter, &list, &nr);

	if (err)
		return err;
	free(sample->before.rows);
	sample->before = sample->rules;
	if (sample->before.nr)
		qsort(sample->before.rows, sample->before.nr, sizeof(struct top_row), by_name);
	sample->rules = (struct top_list){ .nr = 0 };
	for (size_t i = 0; i < nr; i++) {
		struct top_row *row = top_row_add(&sample->rules);

		if (!row)
			return -ENOMEM;
		snprintf(row->name, sizeof(row->name), "%.*s", KXF_ID, list[i].about.id);
		snprintf(row->text, sizeof(row->text), "%.*s", KXF_TEXT - 1, list[i].about.text);
		row->total_packets = list[i].packets;
		row->total_bytes = list[i].bytes;
		difference(&sample->before, row);
	}
	return 0;
}

static int take_totals(struct top_sample *sample)
{
	struct kxf_totals now[KXF_WAYS], sum;
	int err = filter_totals(&sample->filter, now);

	if (err)
		return err;
	for (size_t i = 0; i < sizeof(sum) / sizeof(uint64_t); i++) {
		uint64_t *to = (uint64_t *)&sum + i, *out = (uint64_t *)&sample->all + i;

		*to = ((uint64_t *)&now[KXF_IN])[i] + ((uint64_t *)&now[KXF_OUT])[i];
		*out = *to - ((uint64_t *)&sample->all_before)[i];
	}
	sample->all_before = sum;
	return 0;
}

/* The rules of another generation are in other maps. */
static int follow_rules(struct top_sample *sample)
{
	struct kx_status status;

	if (!if_nametoindex(sample->device) && errno == ENODEV)
		return -ENXIO;
	kx_instance_status(sample->filter.inst, &status);
	if (strcmp(status.state, "live"))
		return -ENODEV;
	if (status.generation == sample->generation)
		return 0;
	sample->generation = status.generation;
	filter_close(&sample->filter);
	return filter_open(sample->kx, sample->device, &sample->filter);
}

int top_sample_look(struct top_sample *sample, bool quiet)
{
	int err;

	if (sample->is_looking)
		return 0;
	err = look_open(sample->kx, sample->device, KXF_WATCHES, quiet, &sample->look);
	if (err)
		return err;
	sample->watched = filter_map(&sample->look.filter, "watched");
	if (sample->watched < 0) {
		look_close(&sample->look);
		return sample->watched;
	}
	sample->is_looking = true;
	top_watch_begin(sample);
	return 0;
}

int top_sample_take(struct top_sample *sample)
{
	uint64_t now;
	int err = follow_rules(sample);

	if (err == -ENOENT)
		return -ENODEV;
	now = monotonic_ns();
	err = err ?: take_rules(sample);
	err = err ?: take_totals(sample);
	if (!err && sample->is_looking)
		err = top_watch_take(sample);
	sample->seconds = sample->end_ns ? (now - sample->end_ns) / 1e9 : 0;
	sample->end_ns = now;
	if (err == -ENOMEM)
		tell("%s: out of memory", sample->device);
	return err;
}

static uint64_t weight(const struct top_row *row, enum top_column column)
{
	switch (column) {
	case TOP_PACKETS:
		return row->packets;
	case TOP_BYTES:
		return row->bytes;
	case TOP_TOTAL:
		return row->total_packets ?: row->refused;
	default:
		return 0;
	}
}

static int compare(const void *a, const void *b, void *ctx)
{
	bool a_idle = !((const struct top_row *)a)->packets;
	bool b_idle = !((const struct top_row *)b)->packets;
	const struct top_choice *choice = ctx;
	uint64_t x = weight(a, choice->sort), y = weight(b, choice->sort);

	/* What is not to be shown goes behind the rest. */
	if (choice->active_only && a_idle != b_idle)
		return b_idle ? -1 : 1;
	if (x != y)
		return x < y ? 1 : -1;
	return by_name(a, b);
}

size_t top_sort(struct top_list *list, const struct top_choice *choice)
{
	size_t shown = list->nr;

	if (list->nr)
		qsort_r(list->rows, list->nr, sizeof(list->rows[0]), compare, (void *)choice);
	while (choice->active_only && shown && !list->rows[shown - 1].packets)
		shown--;
	return shown;
}
