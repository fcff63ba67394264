// SPDX-License-Identifier: GPL-2.0-only
/*
 * `kxtrace replay`: the records of a file, through the same filters and views. One
 * thread reads and unpacks, the other formats.
 */
#include "replay.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "feed.h"
#include "trace_file.h"
#include "trace_file_info.h"

#define NR_FRAMES	4

/* Frames on their way from the reading thread, in a circle. */
struct pipeline {
	struct trace_reader *reader;
	struct frame frames[NR_FRAMES];
	unsigned int nr_read;		/* by the one thread, under the lock */
	unsigned int nr_fed;		/* by the other */
	bool ended;			/* there are no more */
	bool stopped;			/* no more are wanted */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
};

static void *read_frames(void *ctx)
{
	struct pipeline *pipeline = ctx;
	struct frame *frame;
	bool more;

	do {
		pthread_mutex_lock(&pipeline->lock);
		while (pipeline->nr_read - pipeline->nr_fed == NR_FRAMES && !pipeline->stopped)
			pthread_cond_wait(&pipeline->changed, &pipeline->lock);
		frame = &pipeline->frames[pipeline->nr_read % NR_FRAMES];
		more = !pipeline->stopped;
		pthread_mutex_unlock(&pipeline->lock);
		more = more && trace_reader_next(pipeline->reader, frame) > 0;
		pthread_mutex_lock(&pipeline->lock);
		pipeline->nr_read += more;
		pipeline->ended = !more;
		pthread_cond_signal(&pipeline->changed);
		pthread_mutex_unlock(&pipeline->lock);
	} while (more);
	return NULL;
}

static int pipeline_start(struct pipeline *pipeline, struct trace_reader *reader)
{
	int err;

	*pipeline = (struct pipeline){ .reader = reader };
	pthread_mutex_init(&pipeline->lock, NULL);
	pthread_cond_init(&pipeline->changed, NULL);
	err = pthread_create(&pipeline->thread, NULL, read_frames, pipeline);
	if (err)
		complain("replay: cannot start a thread: %s", strerror(err));
	return -err;
}

/* NULL at the end. */
static const struct frame *pipeline_next(struct pipeline *pipeline)
{
	const struct frame *frame = NULL;

	pthread_mutex_lock(&pipeline->lock);
	while (pipeline->nr_read == pipeline->nr_fed && !pipeline->ended)
		pthread_cond_wait(&pipeline->changed, &pipeline->lock);
	if (pipeline->nr_read != pipeline->nr_fed)
		frame = &pipeline->frames[pipeline->nr_fed % NR_FRAMES];
	pthread_mutex_unlock(&pipeline->lock);
	return frame;
}

static void pipeline_give_back(struct pipeline *pipeline)
{
	pthread_mutex_lock(&pipeline->lock);
	pipeline->nr_fed++;
	pthread_cond_signal(&pipeline->changed);
	pthread_mutex_unlock(&pipeline->lock);
}

static void pipeline_stop(struct pipeline *pipeline)
{
	unsigned int i;

	pthread_mutex_lock(&pipeline->lock);
	pipeline->stopped = true;
	pthread_cond_signal(&pipeline->changed);
	pthread_mutex_unlock(&pipeline->lock);
	pthread_join(pipeline->thread, NULL);
	for (i = 0; i < NR_FRAMES; i++)
		free(pipeline->frames[i].data);
	pthread_cond_destroy(&pipeline->changed);
	pthread_mutex_destroy(&pipeline->lock);
}

/* What the record was made with decides how it looks, as it did live. */
static void take_over_options(struct options *opt, const struct trace_reader *reader)
{
	const struct trace_file_head *head = &reader->head;

	if (head->flags & TRACE_FILE_FOLLOW && !opt->follow)
		opt->follow = 1;
	opt->all = head->flags & TRACE_FILE_ALL;
	opt->nr_pids = head->nr_pids < MAX_PIDS ? head->nr_pids : MAX_PIDS;
	if (!opt->recording.strsize_given && head->strsize <= KXT_STRING_MAX)
		opt->strsize = head->strsize;
	/* Messages of attaching are no data. */
	if (!opt->quiet)
		opt->quiet = 1;
}

struct replay {
	struct feed feed;
	uint64_t fed;
	bool damaged;
};

/* How long it is since the trace began, as the record tells it; 0: it does not. */
static uint64_t age_of(const void *record, uint64_t start_ns)
{
	const struct kxt_call *call = record;
	uint64_t ns = call->exit_ns ? call->exit_ns : call->enter_ns;

	return call->head.kind == KXT_CALL && ns > start_ns ? ns - start_ns : 0;
}

static void feed_frame(struct replay *replay, const struct trace_reader *reader,
		       const struct frame *frame)
{
	uint64_t for_ns = replay->feed.trace.opt->recording.for_ns;
	struct trace *trace = &replay->feed.trace;
	const void *record;
	size_t pos = 0, len;

	while (!trace->over && !trace->out.error &&
	       (record = frame_record(frame, &pos, &len))) {
		if (for_ns && len >= offsetof(struct kxt_call, args) &&
		    age_of(record, reader->head.start_ns) > for_ns) {
			trace->over = true;
			return;
		}
		replay->fed++;
		feed_record(&replay->feed, record, len);
	}
	if (trace->over || trace->out.error || pos == frame->len)
		return;
	complain("%s: offset %llu: a record leaves its frame; what follows in this frame is not shown",
		 reader->path, (unsigned long long)frame->offset);
	replay->damaged = true;
}

static int feed_frames(struct replay *replay, struct trace_reader *reader)
{
	struct trace *trace = &replay->feed.trace;
	const struct frame *frame;
	struct pipeline pipeline;
	int err;

	err = pipeline_start(&pipeline, reader);
	if (err)
		return err;
	while (!trace->over && !trace->out.error && (frame = pipeline_next(&pipeline))) {
		feed_frame(replay, reader, frame);
		pipeline_give_back(&pipeline);
		/* Whole pieces leave by themselves; who reads a pipe is not kept waiting. */
		feed_pass(&replay->feed);
	}
	pipeline_stop(&pipeline);
	return 0;
}

static void say_totals(const struct replay *replay, const struct trace_reader *reader,
		       const struct totals *totals, bool lost)
{
	if ((lost || replay->feed.trace.opt->verbose) && reader->has_totals)
		complain("%s: seen %llu, recorded %llu, dropped %llu", reader->path,
			 (unsigned long long)totals->stats.seen,
			 (unsigned long long)reader->totals.recorded,
			 (unsigned long long)totals->stats.dropped);
	if (replay->feed.malformed)
		complain("%s: %llu records were not understood", reader->path,
			 (unsigned long long)replay->feed.malformed);
	if (replay->feed.trace.over || replay->feed.trace.out.error)
		return;
	if (*reader->problem)
		complain("%s: %s", reader->path, reader->problem);
	else if (!reader->has_totals)
		complain("%s: ends without totals: the recorder was killed; up to a second is missing, and how much was lost is not known",
			 reader->path);
}

static int finish(struct replay *replay, const struct trace_reader *reader)
{
	struct totals totals = { .stats = reader->totals.stats, .delivered = replay->fed,
				 .malformed = replay->feed.malformed };
	struct trace *trace = &replay->feed.trace;
	bool lost, whole;
	int err;

	err = feed_finish(&replay->feed, &totals);
	lost = totals.stats.dropped || totals.stats.uncaptured || totals.malformed;
	say_totals(replay, reader, &totals, lost);
	if (trace->out.error && trace->out.error != -EPIPE) {
		complain("%s: cannot be written: %s",
			 trace->opt->output ? trace->opt->output : "stdout",
			 strerror(-trace->out.error));
		return 1;
	}
	whole = trace->over || trace->out.error || (reader->has_totals && !*reader->problem);
	return err || !whole || replay->damaged || (lost && trace->opt->fail_on_loss);
}

static int open_output(const struct options *opt)
{
	int fd;

	if (!opt->output)
		return STDOUT_FILENO;
	fd = open(opt->output, O_WRONLY | O_CREAT | O_CLOEXEC |
		  (opt->append ? O_APPEND : O_TRUNC), 0666);
	if (fd < 0)
		complain("%s: cannot be written: %s", opt->output, strerror(errno));
	return fd;
}

static int show(struct trace_reader *reader, const struct options *opt)
{
	struct trace like = {
		.epoch_ns = reader->head.epoch_ns, .nr_tasks = reader->head.nr_tasks,
		.tail = reader->head.flags & TRACE_FILE_TAIL,
	};
	struct replay replay = {};
	int fd = open_output(opt);
	int status = 1;

	if (fd < 0)
		return 1;
	signal(SIGPIPE, SIG_IGN);
	if (!feed_open_like(&replay.feed, opt, fd, &like) && !feed_begin(&replay.feed) &&
	    !feed_frames(&replay, reader))
		status = finish(&replay, reader);
	feed_close(&replay.feed);
	if (fd != STDOUT_FILENO)
		close(fd);
	return status;
}

int replay_trace(const struct options *given)
{
	static struct options opt;
	struct trace_reader reader;
	int status;

	opt = *given;
	if (trace_reader_open(&reader, opt.command[0]))
		return 1;
	take_over_options(&opt, &reader);
	status = opt.recording.info ? trace_file_info(&reader) : show(&reader, &opt);
	trace_reader_close(&reader);
	return status;
}
