// SPDX-License-Identifier: GPL-2.0-only
/* The page of a report: the template, with the data as JSON in its place. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "report.h"

#define MAX_SHOWN_FILES	400
#define MAX_SHOWN_ERRORS	400
#define PATH_SHOWN	400
/* Times of spans, in the page. */
#define UNIT_NS		100

/* tools/kxtrace/report/, as the linker wraps it. */
extern const char _binary_report_html_start[], _binary_report_html_end[];
extern const char _binary_report_css_start[], _binary_report_css_end[];
extern const char _binary_report_js_start[], _binary_report_js_end[];

/* Within a <script>, nothing may look like its end. */
static void text_in_page(struct out *o, const char *text, size_t len)
{
	const char *angle;

	out_char(o, '"');
	while ((angle = memchr(text, '<', len))) {
		json_body(o, text, angle - text);
		out_str(o, "\\u003c");
		len -= angle + 1 - text;
		text = angle + 1;
	}
	json_body(o, text, len);
	out_char(o, '"');
}

static void next_row(struct out *o, unsigned int i)
{
	/* Lines, so that the file can be read, and leaves in pieces. */
	if (i)
		out_char(o, ',');
	out_newline(o);
}

static void write_row(struct out *o, const struct tally_row *row, size_t max)
{
	out_char(o, '[');
	text_in_page(o, row->key, row->len < max ? row->len : max);
	json_udec(o, ",", row->calls);
	json_udec(o, ",", row->errors);
	json_udec(o, ",", row->ns);
	json_udec(o, ",", row->max_ns);
}

/* Histograms without the zeros at their end. */
static void write_calls(struct out *o, const struct tally *tally)
{
	unsigned int i, j, nr;

	out_str(o, "\"calls\":[");
	for (i = 0; i < tally->nr; i++) {
		const uint64_t *buckets = tally->rows[i].buckets;

		next_row(o, i);
		write_row(o, &tally->rows[i], SIZE_MAX);
		for (nr = TALLY_BUCKETS; nr && !buckets[nr - 1]; nr--)
			;
		for (j = 0; j < nr; j++)
			json_udec(o, j ? "," : ",[", buckets[j]);
		out_str(o, nr ? "]]" : ",[]]");
	}
	out_str(o, "]");
}

static void write_tally(struct out *o, const char *key, const struct tally *tally, unsigned int max)
{
	unsigned int i;

	out_str(o, key);
	for (i = 0; i < tally->nr && i < max; i++) {
		next_row(o, i);
		write_row(o, &tally->rows[i], PATH_SHOWN);
		out_char(o, ']');
	}
	out_char(o, ']');
}

static int slowest_first(const void *a, const void *b)
{
	const struct slow_call *x = a, *y = b;

	return x->ns < y->ns ? 1 : x->ns > y->ns ? -1 : 0;
}

static void write_slow(struct out *o, struct report_view *report)
{
	unsigned int i;

	qsort(report->slow, report->nr_slow, sizeof(*report->slow), slowest_first);
	out_str(o, ",\"slow\":[");
	for (i = 0; i < report->nr_slow; i++) {
		const struct slow_call *slow = &report->slow[i];

		next_row(o, i);
		json_udec(o, "[", slow->ns);
		json_udec(o, ",", slow->begin - report->begin);
		json_udec(o, ",", slow->tgid);
		json_udec(o, ",", slow->tid);
		out_str(o, slow->failed ? ",1," : ",0,");
		text_in_page(o, slow->text, slow->len);
		out_char(o, ']');
	}
	out_char(o, ']');
}

/* [begin after the last one's end, length, call or -1 - call when failed, calls] in a row. */
static void write_spans(struct out *o, const struct span *span, uint32_t nr, uint64_t last)
{
	uint64_t begin, end;
	uint32_t i;

	out_char(o, '[');
	for (i = 0; i < nr; i++, span++) {
		begin = span->begin / UNIT_NS;
		end = span->end / UNIT_NS;
		json_dec(o, i ? "," : "", begin - last);
		json_udec(o, ",", end - begin);
		json_dec(o, ",", span->errors ? -1 - (int64_t)span->nr : span->nr);
		json_udec(o, ",", span->calls);
		last = end;
	}
	out_char(o, ']');
}

static int by_lane(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	if (x->lane != y->lane)
		return x->lane < y->lane ? -1 : 1;
	return x->begin < y->begin ? -1 : x->begin > y->begin;
}

static void write_lane(struct out *o, const struct report_view *report, const struct lane *lane)
{
	json_udec(o, "{\"tid\":", lane->tid);
	json_udec(o, ",\"pid\":", lane->tgid);
	out_str(o, ",\"name\":");
	text_in_page(o, lane->name, strlen(lane->name));
	if (lane->known) {
		json_udec(o, ",\"ppid\":", lane->ppid);
		json_udec(o, ",\"uid\":", lane->uid);
		json_udec(o, ",\"cgroup\":", lane->cgroup_id);
	}
	json_udec(o, ",\"calls\":", lane->calls);
	json_udec(o, ",\"errors\":", lane->errors);
	json_udec(o, ",\"ns\":", lane->ns);
	json_udec(o, ",\"begin\":", lane->begin ? lane->begin - report->begin : 0);
	json_udec(o, ",\"end\":", lane->end > report->begin ? lane->end - report->begin : 0);
	out_str(o, ",\"spans\":");
}

/* Sorted, so that each lane's are found in one pass. */
static void write_lanes(struct out *o, struct report_view *report)
{
	struct spans *spans = &report->spans;
	uint32_t i, at = 0, from;

	qsort(spans->list, spans->nr, sizeof(*spans->list), by_lane);
	json_udec(o, ",\"unit\":", UNIT_NS);
	json_udec(o, ",\"resolution\":", spans->resolution);
	out_str(o, ",\"lanes\":[");
	for (i = 0; i < spans->nr_lanes; i++) {
		for (from = at; at < spans->nr && spans->list[at].lane == i; at++)
			;
		next_row(o, i);
		write_lane(o, report, &spans->lanes[i]);
		write_spans(o, spans->list + from, at - from, report->begin / UNIT_NS);
		out_char(o, '}');
	}
	out_char(o, ']');
}

/* Numbers of calls in spans, with their names. */
static void write_names(struct out *o)
{
	const struct call_info *info;
	bool first = true;
	unsigned int nr;

	out_str(o, ",\"names\":{");
	for (nr = 0; nr < KXT_NR_ROWS; nr++) {
		info = call_info_by_row(nr);
		if (!info)
			continue;
		json_udec(o, first ? "\"" : ",\"", nr);
		json_text(o, "\":", info->name);
		first = false;
	}
	out_char(o, '}');
}

static void write_command(struct out *o, const struct options *opt)
{
	char **word = opt->command;
	char number[16];
	unsigned int i;

	out_str(o, opt->replay ? ",\"command\":[\"replay\"," : ",\"command\":[");
	for (; word && *word; word++) {
		if (word != opt->command)
			out_char(o, ',');
		text_in_page(o, *word, strlen(*word));
	}
	out_str(o, "],\"pids\":[");
	for (i = 0; i < opt->nr_pids; i++) {
		snprintf(number, sizeof(number), i ? ",%d" : "%d", opt->pids[i]);
		out_str(o, number);
	}
	out_char(o, ']');
}

static void write_totals(struct out *o, const struct report_view *report,
			 const struct totals *totals)
{
	json_udec(o, "{\"epoch_ns\":\"", report->begin + report->view.trace->epoch_ns);
	json_udec(o, "\",\"span_ns\":", report->end - report->begin);
	json_udec(o, ",\"signals\":", report->signals);
	json_udec(o, ",\"tasks\":", report->tasks);
	json_udec(o, ",\"missing\":", report->missing);
	json_totals(o, totals);
	json_udec(o, ",\"nr_files\":", report->files.nr);
	json_udec(o, ",\"left_out\":", report->calls.left_out + report->errors.left_out +
		  report->files.left_out + report->spans.left_out);
	write_command(o, report->view.trace->opt);
}

static void write_data(struct out *o, struct report_view *report, const struct totals *totals)
{
	tally_sort(&report->calls, false);
	tally_sort(&report->errors, true);
	tally_sort(&report->files, true);
	write_totals(o, report, totals);
	out_char(o, ',');
	write_calls(o, &report->calls);
	write_tally(o, ",\"errors\":[", &report->errors, MAX_SHOWN_ERRORS);
	write_tally(o, ",\"files\":[", &report->files, MAX_SHOWN_FILES);
	write_slow(o, report);
	write_names(o);
	write_lanes(o, report);
	out_char(o, '}');
}

/* The template up to a mark, which is left out; returns what is behind it. */
static const char *write_until(struct out *o, const char *from, const char *end, const char *mark)
{
	const char *at = memmem(from, end - from, mark, strlen(mark));

	if (!at)
		return from;
	out_mem(o, from, at - from);
	return at + strlen(mark);
}

void report_write(struct report_view *report, const struct totals *totals)
{
	const char *at = _binary_report_html_start, *end = _binary_report_html_end;
	struct out *o = &report->file.out;

	at = write_until(o, at, end, "@CSS@");
	out_mem(o, _binary_report_css_start, _binary_report_css_end - _binary_report_css_start);
	at = write_until(o, at, end, "@DATA@");
	write_data(o, report, totals);
	at = write_until(o, at, end, "@JS@");
	out_mem(o, _binary_report_js_start, _binary_report_js_end - _binary_report_js_start);
	out_mem(o, at, end - at);
}
