// SPDX-License-Identifier: GPL-2.0-only
/* Which views there are, and which of them the options ask for. */
#include <errno.h>
#include <string.h>

#include "../view.h"

/* A record is instead of text, unless both are asked for. */
static bool wants_text(const struct options *opt)
{
	if (opt->summary || opt->format.json)
		return false;
	return !(opt->recording.file || opt->format.any_file) || opt->output;
}

static bool wants_counts(const struct options *opt)
{
	return opt->counting.table && !opt->format.json;
}

static bool wants_hist(const struct options *opt)
{
	return opt->counting.hist;
}

static bool wants_top(const struct options *opt)
{
	return opt->counting.top;
}

static bool wants_json(const struct options *opt)
{
	return opt->format.json;
}

static bool wants_chrome(const struct options *opt)
{
	return opt->format.export[EXPORT_CHROME];
}

static bool wants_perfetto(const struct options *opt)
{
	return opt->format.export[EXPORT_PERFETTO];
}

static bool wants_folded(const struct options *opt)
{
	return opt->format.export[EXPORT_FOLDED];
}

static bool wants_folded_count(const struct options *opt)
{
	return opt->format.export[EXPORT_FOLDED_COUNT];
}

static bool wants_report(const struct options *opt)
{
	return opt->format.report;
}

static bool wants_record(const struct options *opt)
{
	return opt->recording.file;
}

static bool wants_flight(const struct options *opt)
{
	return recording_in_flight(&opt->recording);
}

static bool wants_gaps(const struct options *opt)
{
	return !opt->summary;
}

static bool wants_limits(const struct options *opt)
{
	return opt->recording.count || opt->recording.size;
}

/* Those without `flies` show the trace; with --last only what is dumped of it is. */
static const struct {
	bool (*wanted)(const struct options *opt);
	view_opener *open;
	bool flies;
} all[] = {
	{ wants_text, text_view_open },
	{ wants_counts, counts_view_open },
	{ wants_hist, hist_view_open },
	{ wants_top, top_view_open },
	{ wants_json, json_view_open },
	{ wants_chrome, chrome_view_open },
	{ wants_perfetto, perfetto_view_open },
	{ wants_folded, folded_view_open },
	{ wants_folded_count, folded_count_view_open },
	{ wants_report, report_view_open },
	{ wants_record, record_view_open },
	{ wants_flight, flight_view_open, true },
	{ wants_gaps, gaps_view_open },
	{ wants_limits, limits_view_open, true },	/* last: the others have shown it by then */
};

int views_open(struct views *views, struct trace *trace)
{
	size_t i;
	int err;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (!all[i].wanted(trace->opt) ||
		    (recording_in_flight(&trace->opt->recording) && !all[i].flies))
			continue;
		err = all[i].open(&views->list[views->nr], trace);
		if (err == -ENOMEM)
			complain("out of memory");
		if (err)
			return err;
		views->nr++;
	}
	return 0;
}

void views_close(struct views *views)
{
	while (views->nr) {
		struct view *view = views->list[--views->nr];

		view->ops->close(view);
	}
}
