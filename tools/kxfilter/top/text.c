// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter top: the lines of a sample, the same on a screen and without one. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "../until.h"
#include "../verb.h"
#include "top.h"

const char *const top_views[NR_TOP_VIEWS] = { "rules", "sources", "ports" };

static const char *const sort_names[NR_TOP_COLUMNS] = { "packets", "bytes", "total", "name" };

#define TEXT	180	/* of a rule in a line */

static double per_second(const struct top_sample *sample, uint64_t count)
{
	return sample->seconds > 0 ? count / sample->seconds : 0;
}

static double share(const struct top_sample *sample, const struct top_row *row)
{
	return sample->all.packets ? 100.0 * row->packets / sample->all.packets : 0;
}

void top_title(char text[TOP_LINE], const struct top_sample *sample,
	       const struct top_choice *choice)
{
	char clock[16], lost[80] = "";
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	if (sample->uncounted && choice->view != TOP_RULES)
		snprintf(lost, sizeof(lost), ", %" PRIu64 " packets of more than %d sources and ports",
			 sample->uncounted, KXF_WATCHED);
	if (sample->gap_ns && choice->view != TOP_RULES)
		snprintf(lost, sizeof(lost), ", not counted for %.1f s", sample->gap_ns / 1e9);
	snprintf(text, TOP_LINE, "%s  %s: %.0f packets/s, %.0f bytes/s, %.0f refused/s in %.1f s; "
		 "%s by %s%s%s%s", clock, sample->device, per_second(sample, sample->all.packets),
		 per_second(sample, sample->all.bytes),
		 per_second(sample, sample->all.dropped + sample->all.rejected),
		 sample->seconds, top_views[choice->view], sort_names[choice->sort],
		 choice->active_only ? ", active only" : "", choice->paused ? ", paused" : "",
		 choice->busy ? ", another one counts sources and ports" : lost);
}

void top_heads(char text[TOP_LINE], const struct top_choice *choice)
{
	static const char *const names[] = { "rule", "source", "port" };

	snprintf(text, TOP_LINE, "%11s %13s %7s %13s  %s", "packets/s", "bytes/s", "% pkts",
		 choice->view == TOP_RULES ? "packets" : "refused/s", names[choice->view]);
}

void top_line(char text[TOP_LINE], const struct top_sample *sample, const struct top_row *row,
	      enum top_view view)
{
	double last = view == TOP_RULES ? row->total_packets : per_second(sample, row->refused);

	snprintf(text, TOP_LINE, "%11.0f %13.0f %7.2f %13.0f  %s%s%.*s",
		 per_second(sample, row->packets), per_second(sample, row->bytes),
		 share(sample, row), last, row->name, *row->text ? ": " : "",
		 TEXT, row->text);
}

static void json_begin(const struct top_sample *sample, const char *view)
{
	printf("{\"time_ns\":%" PRIu64 ",\"device\":", realtime_ns());
	json_string(sample->device);
	printf(",\"view\":\"%s\"", view);
}

static void json_row(const struct top_sample *sample, const struct top_row *row,
		     enum top_view view)
{
	static const char *const names[] = { "rule", "source", "port" };

	json_begin(sample, top_views[view]);
	printf(",\"%s\":", names[view]);
	json_string(row->name);
	printf(",\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"packets_per_s\":%.1f,"
	       "\"bytes_per_s\":%.1f,\"share\":%.4f", row->packets, row->bytes,
	       per_second(sample, row->packets), per_second(sample, row->bytes),
	       share(sample, row) / 100);
	if (view == TOP_RULES)
		printf(",\"total_packets\":%" PRIu64 ",\"total_bytes\":%" PRIu64 "}\n",
		       row->total_packets, row->total_bytes);
	else
		printf(",\"refused\":%" PRIu64 "}\n", row->refused);
}

void top_json(struct top_sample *sample, const struct top_choice *choice, size_t most)
{
	struct top_list *list = top_list(sample, choice->view);
	size_t shown = top_sort(list, choice);

	json_begin(sample, "all");
	printf(",\"seconds\":%.3f,\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"passed\":%" PRIu64
	       ",\"dropped\":%" PRIu64 ",\"rejected\":%" PRIu64 ",\"uncounted\":%" PRIu64
	       ",\"gap_ms\":%" PRIu64 "}\n",
	       sample->seconds,
	       (uint64_t)sample->all.packets, (uint64_t)sample->all.bytes,
	       (uint64_t)sample->all.passed, (uint64_t)sample->all.dropped,
	       (uint64_t)sample->all.rejected, sample->uncounted, sample->gap_ns / 1000000);
	for (size_t i = 0; i < shown && i < most; i++)
		json_row(sample, &list->rows[i], choice->view);
}
