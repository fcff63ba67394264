// SPDX-License-Identifier: GPL-2.0-only
/* --top: the lines of a sample, the same on a screen and without one. */
#include "top.h"

#include <stdio.h>
#include <time.h>

#include "hist.h"

static const char *const sort_names[NR_TOP_COLUMNS] = {
	"time", "calls", "errors", "average", "maximum", "name",
};

static double per_second(const struct top_sample *sample, uint64_t count)
{
	return sample->seconds > 0 ? count / sample->seconds : 0;
}

void top_title(char *text, const struct top_sample *sample, const struct top_choice *choice)
{
	time_t now = time(NULL);
	char clock[16], lost[48] = "";
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	if (sample->uncounted && choice->by_process)
		snprintf(lost, sizeof(lost), ", %u calls of too many processes",
			 sample->uncounted);
	snprintf(text, TOP_LINE_MAX, "%s  %.0f calls/s, %.0f errors/s in %.1f s; by %s%s%s%s",
		 clock, per_second(sample, sample->all.calls),
		 per_second(sample, sample->all.errors), sample->seconds,
		 sort_names[choice->sort], choice->errors_only ? ", errors only" : "",
		 choice->paused ? ", paused" : "", lost);
}

void top_heads(char *text, const struct top_choice *choice)
{
	snprintf(text, TOP_LINE_MAX, "%10s %9s %9s %9s %7s  %s", "calls/s", "errors/s",
		 "average", "maximum", "% time", choice->by_process ? "process" : "call");
}

void top_line(char *text, const struct top_sample *sample, const struct top_row *row)
{
	char average[DURATION_MAX], most[DURATION_MAX], who[64];
	const struct kxt_sum *sum = &row->sum;
	uint64_t all_ns = sample->all.time_ns;

	if (row->name)
		snprintf(who, sizeof(who), "%s", row->name);
	else
		snprintf(who, sizeof(who), "%u %.*s", row->pid, KXT_COMM_MAX, row->comm);
	snprintf(text, TOP_LINE_MAX, "%10.0f %9.0f %9s %9s %7.2f  %s",
		 per_second(sample, sum->calls), per_second(sample, sum->errors),
		 duration_text(average, sum->calls ? sum->time_ns / sum->calls : 0),
		 duration_text(most, sum->max_ns),
		 all_ns ? 100.0 * sum->time_ns / all_ns : 0.0, who);
}
