// SPDX-License-Identifier: GPL-2.0-only
/* `kxtrace replay --info`: what a file of records says of itself. */
#include "trace_file_info.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_S	1000000000ull

static void print_text(const struct trace_reader *reader, const char *name,
		       const char *label)
{
	const char *value = trace_reader_text(reader, name);

	if (!value || !*value)
		return;
	printf("%-12s ", label);
	for (; *value; value++)
		putchar((unsigned char)*value < ' ' || *value == 127 ? '?' : *value);
	putchar('\n');
}

static void print_head(const struct trace_reader *reader)
{
	const struct trace_file_head *head = &reader->head;
	time_t begun = (head->start_ns + head->epoch_ns) / NS_PER_S;
	char when[64] = "?";
	struct tm tm;

	if (localtime_r(&begun, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S %z", &tm);
	printf("%-12s %u\n", "format", head->version);
	print_text(reader, "kxtrace", "kxtrace");
	printf("%-12s %s\n", "begun", when);
	print_text(reader, "host", "host");
	print_text(reader, "release", "kernel");
	print_text(reader, "arch", "machine");
	print_text(reader, "command", "command");
	print_text(reader, "pids", "processes");
	if (head->flags & TRACE_FILE_ALL)
		printf("%-12s all\n", "processes");
	print_text(reader, "trace", "calls");
	print_text(reader, "packing", "packing");
	printf("%-12s %s%u bytes of a string\n", "options",
	       head->flags & TRACE_FILE_FOLLOW ? "-f, " : "", head->strsize);
	if (head->flags & TRACE_FILE_TAIL)
		printf("%-12s a dump of the flight recorder; what came before was not kept\n",
		       "kind");
}

static void print_totals(const struct trace_reader *reader)
{
	const struct trace_file_totals *totals = &reader->totals;
	const struct kxt_stats *stats = &totals->stats;
	const struct {
		const char *label;
		uint64_t value;
	} rows[] = {
		{ "seen", stats->seen },
		{ "delivered", totals->delivered },
		{ "dropped", stats->dropped },
		{ "uncaptured", stats->uncaptured },
		{ "unfollowed", stats->unfollowed },
		{ "over rate", stats->over_rate },
		{ "malformed", totals->malformed },
	};
	uint64_t ns = totals->end_ns - reader->head.start_ns;
	size_t i;

	printf("%-12s %llu.%06llu s\n", "duration", (unsigned long long)(ns / NS_PER_S),
	       (unsigned long long)(ns % NS_PER_S / 1000));
	if (reader->head.flags & TRACE_FILE_TAIL)
		return;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		printf("%-12s %llu\n", rows[i].label, (unsigned long long)rows[i].value);
}

int trace_file_info(struct trace_reader *reader)
{
	uint64_t frames = 0, records = 0;
	struct frame frame = {};

	while (trace_reader_next(reader, &frame) > 0) {
		frames++;
		records += frame.nr;
	}
	free(frame.data);
	print_head(reader);
	printf("%-12s %llu in %llu frames, %llu bytes", "records", (unsigned long long)records,
	       (unsigned long long)frames, (unsigned long long)reader->unpacked_bytes);
	if (reader->packed_bytes != reader->unpacked_bytes)
		printf(", packed %llu", (unsigned long long)reader->packed_bytes);
	putchar('\n');
	if (reader->has_totals)
		print_totals(reader);
	else
		printf("%-12s the recorder was killed: there are no totals\n", "end");
	fflush(stdout);
	if (*reader->problem)
		complain("%s: %s", reader->path, reader->problem);
	return !reader->has_totals || *reader->problem || ferror(stdout);
}
