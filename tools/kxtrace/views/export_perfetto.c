// SPDX-License-Identifier: GPL-2.0-only
/* --export=perfetto: TracePackets, Perfetto's own form, written without its library. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../decode/sigset.h"
#include "file.h"
#include "lines.h"
#include "names.h"
#include "protobuf.h"
#include "shown.h"

#define MESSAGE_SIZE	(1 << 20)

/* Fields, by the names that they have in perfetto_trace.proto. */
enum {
	TRACE_PACKET = 1,
	PACKET_CLOCK_SNAPSHOT = 6, PACKET_TIMESTAMP = 8, PACKET_SEQUENCE_ID = 10,
	PACKET_TRACK_EVENT = 11, PACKET_TIMESTAMP_CLOCK_ID = 58, PACKET_TRACK_DESCRIPTOR = 60,
	SNAPSHOT_CLOCKS = 1, CLOCK_ID = 1, CLOCK_TIMESTAMP = 2, SNAPSHOT_PRIMARY_CLOCK = 2,
	TRACK_UUID = 1, TRACK_PROCESS = 3, TRACK_THREAD = 4, TRACK_PARENT_UUID = 5,
	PROCESS_PID = 1, PROCESS_NAME = 6,
	THREAD_PID = 1, THREAD_TID = 2, THREAD_NAME = 5,
	EVENT_ANNOTATION = 4, EVENT_TYPE = 9, EVENT_TRACK_UUID = 11, EVENT_NAME = 23,
	ANNOTATION_NUMBER = 3, ANNOTATION_TEXT = 6, ANNOTATION_NAME = 10,
};

enum { SLICE_BEGIN = 1, SLICE_END, INSTANT };
enum { CLOCK_REAL = 1, CLOCK_MONO = 3, CLOCK_BOOT = 6 };

/* Tracks are numbered by task; those of processes are apart. */
#define PROCESS_TRACK	(1ull << 32)
#define SEQUENCE_ID	1

struct perfetto_view {
	struct view view;
	struct view_file file;
	struct line_text text;
	struct out packet;
	struct out inner;	/* a message within the packet */
	struct out innermost;	/* and one within that */
	struct gap missing;	/* not told yet: the next event has the time */
	unsigned char *described;	/* a bit per task: its track is described */
};

static void end_packet(struct perfetto_view *perfetto)
{
	struct out *o = &perfetto->file.out;

	view_file_begin(&perfetto->file);
	pb_message(o, TRACE_PACKET, &perfetto->packet);
	o->line = o->len;
	if (o->error)
		perfetto->view.trace->over = true;
}

static void add_clock(struct perfetto_view *perfetto, unsigned int clock, uint64_t ns)
{
	pb_number(&perfetto->innermost, CLOCK_ID, clock);
	pb_number(&perfetto->innermost, CLOCK_TIMESTAMP, ns);
	pb_message(&perfetto->inner, SNAPSHOT_CLOCKS, &perfetto->innermost);
}

/* How our clock relates to the others; first of all packets. */
static void write_clocks(struct perfetto_view *perfetto, uint64_t ns)
{
	if (perfetto->file.begun)
		return;
	add_clock(perfetto, CLOCK_MONO, ns);
	add_clock(perfetto, CLOCK_BOOT, ns);
	add_clock(perfetto, CLOCK_REAL, ns + perfetto->view.trace->epoch_ns);
	pb_number(&perfetto->inner, SNAPSHOT_PRIMARY_CLOCK, CLOCK_MONO);
	pb_message(&perfetto->packet, PACKET_CLOCK_SNAPSHOT, &perfetto->inner);
	pb_number(&perfetto->packet, PACKET_SEQUENCE_ID, SEQUENCE_ID);
	end_packet(perfetto);
}

static void write_process(struct perfetto_view *perfetto, uint32_t tgid, const char *name)
{
	pb_number(&perfetto->innermost, PROCESS_PID, tgid);
	pb_text(&perfetto->innermost, PROCESS_NAME, name);
	pb_number(&perfetto->inner, TRACK_UUID, PROCESS_TRACK + tgid);
	pb_message(&perfetto->inner, TRACK_PROCESS, &perfetto->innermost);
	pb_message(&perfetto->packet, PACKET_TRACK_DESCRIPTOR, &perfetto->inner);
	pb_number(&perfetto->packet, PACKET_SEQUENCE_ID, SEQUENCE_ID);
	end_packet(perfetto);
}

/* The track of a task, and with the main thread that of its process. */
static void write_track(struct perfetto_view *perfetto, const struct kxt_head *head)
{
	char space[24];
	const char *name = process_name(perfetto->view.trace, head->tid, head->tgid, space);

	write_process(perfetto, head->tgid, name);
	pb_number(&perfetto->innermost, THREAD_PID, head->tgid);
	pb_number(&perfetto->innermost, THREAD_TID, head->tid);
	pb_text(&perfetto->innermost, THREAD_NAME, name);
	pb_number(&perfetto->inner, TRACK_UUID, head->tid);
	pb_number(&perfetto->inner, TRACK_PARENT_UUID, PROCESS_TRACK + head->tgid);
	pb_message(&perfetto->inner, TRACK_THREAD, &perfetto->innermost);
	pb_message(&perfetto->packet, PACKET_TRACK_DESCRIPTOR, &perfetto->inner);
	pb_number(&perfetto->packet, PACKET_SEQUENCE_ID, SEQUENCE_ID);
	end_packet(perfetto);
}

/* Numbers of tasks are at most 2^22. */
#define MAX_TID	(1u << 22)

static void describe(struct perfetto_view *perfetto, const struct kxt_head *head, bool again)
{
	uint32_t tid = head->tid;
	unsigned char bit = 1 << tid % 8;

	if (tid >= MAX_TID || (perfetto->described[tid / 8] & bit && !again))
		return;
	perfetto->described[tid / 8] |= bit;
	write_track(perfetto, head);
}

static void annotate(struct perfetto_view *perfetto, const char *name, const char *text, size_t len)
{
	pb_text(&perfetto->innermost, ANNOTATION_NAME, name);
	pb_bytes(&perfetto->innermost, ANNOTATION_TEXT, text, len);
	pb_message(&perfetto->inner, EVENT_ANNOTATION, &perfetto->innermost);
}

static void write_event(struct perfetto_view *perfetto, const struct kxt_head *head, uint64_t ns,
			unsigned int type, const char *name)
{
	pb_number(&perfetto->inner, EVENT_TYPE, type);
	pb_number(&perfetto->inner, EVENT_TRACK_UUID, head->tid);
	if (name)
		pb_text(&perfetto->inner, EVENT_NAME, name);
	pb_number(&perfetto->packet, PACKET_TIMESTAMP, ns);
	pb_number(&perfetto->packet, PACKET_TIMESTAMP_CLOCK_ID, CLOCK_MONO);
	pb_number(&perfetto->packet, PACKET_SEQUENCE_ID, SEQUENCE_ID);
	pb_message(&perfetto->packet, PACKET_TRACK_EVENT, &perfetto->inner);
	end_packet(perfetto);
}

static void write_missing(struct perfetto_view *perfetto, uint64_t ns)
{
	struct kxt_head head = head_of_gap(perfetto->view.trace, &perfetto->missing);

	if (!perfetto->missing.calls)
		return;
	write_clocks(perfetto, ns);
	describe(perfetto, &head, false);
	pb_text(&perfetto->innermost, ANNOTATION_NAME, "calls");
	pb_number(&perfetto->innermost, ANNOTATION_NUMBER, perfetto->missing.calls);
	pb_message(&perfetto->inner, EVENT_ANNOTATION, &perfetto->innermost);
	write_event(perfetto, &head, ns, INSTANT, "lost");
	perfetto->missing.calls = 0;
}

static void note_gap(struct view *view, const struct gap *gap)
{
	add_gap(&((struct perfetto_view *)view)->missing, gap);
}

static void write_call(struct view *view, struct call *call)
{
	struct perfetto_view *perfetto = (struct perfetto_view *)view;
	const struct kxt_head *head = &call->rec->head;
	uint64_t begin = call_begin(call), spent = call_spent(call);
	bool renamed = learn_name(view->trace, call);
	const char *line;
	char space[32];
	size_t len;

	write_missing(perfetto, begin);
	line = line_text_call(&perfetto->text, call, &len);
	if (!len)
		return;
	write_clocks(perfetto, begin);
	describe(perfetto, head, renamed);
	annotate(perfetto, "line", line, len);
	write_event(perfetto, head, begin, spent ? SLICE_BEGIN : INSTANT,
		    call_name(call, space, sizeof(space)));
	if (spent)
		write_event(perfetto, head, begin + spent, SLICE_END, NULL);
}

static void write_signal(struct view *view, const struct kxt_signal *signal)
{
	struct perfetto_view *perfetto = (struct perfetto_view *)view;
	const char *line;
	size_t len;

	line = line_text_signal(&perfetto->text, signal, &len);
	if (!len)
		return;
	write_clocks(perfetto, signal->time_ns);
	describe(perfetto, &signal->head, false);
	annotate(perfetto, "line", line, len);
	write_event(perfetto, &signal->head, signal->time_ns, INSTANT, signal_name(signal->sig));
}

static void write_task(struct view *view, const struct kxt_task *task)
{
	struct perfetto_view *perfetto = (struct perfetto_view *)view;

	write_clocks(perfetto, task->time_ns);
	describe(perfetto, &task->head, true);
}

static void write_exit(struct view *view, const struct kxt_task_event *event)
{
	struct perfetto_view *perfetto = (struct perfetto_view *)view;

	write_missing(perfetto, event->time_ns);
	write_clocks(perfetto, event->time_ns);
	describe(perfetto, &event->head, false);
	write_event(perfetto, &event->head, event->time_ns, INSTANT, "exit");
	/* The number may come back for another task. */
	if (event->head.tid < MAX_TID)
		perfetto->described[event->head.tid / 8] &= ~(1 << event->head.tid % 8);
}

static int finish(struct view *view, const struct totals *totals)
{
	struct perfetto_view *perfetto = (struct perfetto_view *)view;

	(void)totals;
	write_clocks(perfetto, 0);
	return view_file_finish(&perfetto->file);
}

static void close_perfetto(struct view *view)
{
	struct perfetto_view *perfetto = (struct perfetto_view *)view;

	line_text_done(&perfetto->text);
	view_file_close(&perfetto->file);
	out_done(&perfetto->packet);
	out_done(&perfetto->inner);
	out_done(&perfetto->innermost);
	free(perfetto->described);
	free(perfetto);
}

static const struct view_ops perfetto_ops = {
	.call = write_call,
	.signal = write_signal,
	.task = write_task,
	.exited = write_exit,
	.lost = note_gap,
	.finish = finish,
	.close = close_perfetto,
};

int perfetto_view_open(struct view **view, struct trace *trace)
{
	struct perfetto_view *perfetto = calloc(1, sizeof(*perfetto));
	int err;

	if (!perfetto)
		return -ENOMEM;
	perfetto->view = (struct view){ &perfetto_ops, trace };
	perfetto->file.out.fd = -1;
	perfetto->described = calloc(1, MAX_TID / 8);
	err = perfetto->described ? line_text_init(&perfetto->text, trace) : -ENOMEM;
	if (!err)
		err = out_init(&perfetto->packet, -1, MESSAGE_SIZE);
	if (!err)
		err = out_init(&perfetto->inner, -1, MESSAGE_SIZE);
	if (!err)
		err = out_init(&perfetto->innermost, -1, MESSAGE_SIZE);
	if (!err)
		err = view_file_open(&perfetto->file, trace->opt->format.export[EXPORT_PERFETTO]);
	if (err) {
		close_perfetto(&perfetto->view);
		return err;
	}
	*view = &perfetto->view;
	return 0;
}
