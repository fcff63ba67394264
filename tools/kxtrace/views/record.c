// SPDX-License-Identifier: GPL-2.0-only
/* --record: everything as it comes, into a file for `kxtrace replay`. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "../trace_file.h"

/* What is lost when the recorder is killed is not older. */
#define FLUSH_NS	1000000000ull

struct record_view {
	struct view view;
	struct trace_writer *writer;
	uint64_t nr;			/* records so far */
	uint64_t nr_at_pass;		/* at the last one */
	uint64_t flushed_ns;
	int error;
};

static uint64_t coarse_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static void note_error(struct record_view *record, int err)
{
	uint64_t limit = record->view.trace->opt->recording.size;

	if (err)
		record->error = err;
	if (err || (limit && trace_writer_size(record->writer) >= limit))
		record->view.trace->over = true;
}

static int begin_record(struct view *view)
{
	return trace_writer_begin(((struct record_view *)view)->writer);
}

/* Tasks that were found are counted by then; calls going on are shown before. */
static void keep(struct view *view, const void *data, size_t len)
{
	struct record_view *record = (struct record_view *)view;
	const struct kxt_head *head = data;

	if (!(head->flags & KXT_F_GOING_ON) || head->kind != KXT_CALL)
		trace_writer_set_tasks(record->writer, view->trace->nr_tasks);
	record->nr++;
	note_error(record, trace_writer_add(record->writer, data, len));
}

/* Each second, or when there is nothing more just now: nobody may ask again for long. */
static void flush_record(struct view *view)
{
	struct record_view *record = (struct record_view *)view;
	uint64_t now = coarse_ns();

	if (record->nr == record->nr_at_pass || now - record->flushed_ns >= FLUSH_NS) {
		note_error(record, trace_writer_flush(record->writer));
		record->flushed_ns = now;
	}
	record->nr_at_pass = record->nr;
}

static int end_record(struct view *view, const struct totals *totals)
{
	struct record_view *record = (struct record_view *)view;

	if (!record->error)
		record->error = trace_writer_end(record->writer, totals);
	if (!record->error && view->trace->opt->verbose)
		complain("%s: %llu bytes", view->trace->opt->recording.file,
			 (unsigned long long)trace_writer_size(record->writer));
	return record->error;
}

static void close_record(struct view *view)
{
	trace_writer_free(((struct record_view *)view)->writer);
	free(view);
}

static const struct view_ops record_ops = {
	.begin = begin_record,
	.record = keep,
	.pass = flush_record,
	.finish = end_record,
	.close = close_record,
};

int record_view_open(struct view **view, struct trace *trace)
{
	struct record_view *record = calloc(1, sizeof(*record));
	int err;

	if (!record)
		return -ENOMEM;
	record->view = (struct view){ &record_ops, trace };
	record->flushed_ns = coarse_ns();
	err = trace_writer_new(&record->writer, trace, trace->opt->recording.file, 0);
	if (err) {
		free(record);
		return err;
	}
	*view = &record->view;
	return 0;
}
