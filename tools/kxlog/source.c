// SPDX-License-Identifier: GPL-2.0-only
/* One stream: its records become records of the spool, each once. */
#include "source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/tell.h"

#define NUMBER_LEN	20

static void ready(struct watch *watch)
{
	struct source *source = watch->ctx;

	source->ready = true;
}

int source_open(struct sources *sources, struct kx_instance *inst, const char *name)
{
	struct source *source = calloc(1, sizeof(*source));
	int err;

	if (!source)
		return -ENOMEM;
	err = kx_stream_open(sources->kx, inst, name, 0, &source->stream);
	if (err) {
		free(source);
		return err;
	}
	source->all = sources;
	source->origin = origins_get(sources->origins, kx_stream_kmid(source->stream), name);
	source->watch = (struct watch){ kx_stream_fd(source->stream), ready, source };
	if (!source->origin || loop_watch(sources->loop, &source->watch, false)) {
		kx_stream_close(source->stream);
		free(source);
		return -ENOMEM;
	}
	origin_opened(source->origin);
	source->ready = true;
	source->prefix_len = snprintf(source->prefix, sizeof(source->prefix), "%s.%" PRIu64 ".%s.",
				      sources->origins->boot, source->origin->kmid, name);
	source->next = sources->first;
	sources->first = source;
	sources->nr++;
	return 0;
}

/* What was lost at its end, no record has told. */
static void loss_account(struct source *source)
{
	struct kx_loss loss;

	kx_stream_loss(source->stream, &loss);
	if (loss.dropped > source->lost)
		source->all->lost += loss.dropped - source->lost;
}

void source_free(struct source *source)
{
	loss_account(source);
	loop_forget(source->all->loop, &source->watch);
	kx_stream_close(source->stream);
	source->origin->open = false;
	source->all->nr--;
	free(source);
}

/* printf() takes as long as all the rest. */
static char *number_put(char *at, uint64_t value)
{
	char digits[NUMBER_LEN];
	int nr = 0;

	do {
		digits[nr++] = '0' + value % 10;
		value /= 10;
	} while (value);
	while (nr)
		*at++ = digits[--nr];
	return at;
}

static size_t id_make(const struct source *source, const struct kx_event *event,
		      char out[sizeof(source->prefix) + 3 * (NUMBER_LEN + 1)])
{
	char *at = out + source->prefix_len;

	memcpy(out, source->prefix, source->prefix_len);
	at = number_put(at, event->generation);
	*at++ = '.';
	at = number_put(at, event->cpu);
	*at++ = '.';
	at = number_put(at, event->nr);
	return at - out;
}

typedef size_t (*format_fn)(struct kx_stream *stream, const struct kx_event *event, char *buf,
			    size_t len);

/* A text, made where it is to lie. What does not fit is cut, or is @instead. */
static int text_put(struct source *source, const struct kx_event *event,
		    struct record_room *room, int which, format_fn format, const char *instead)
{
	char *at = room->buf + room->used;
	size_t len = format(source->stream, event, at, RECORD_TEXT_MAX);

	if (len < RECORD_TEXT_MAX)
		return record_string(room, which, at, len);
	source->all->cut++;
	if (instead)
		return record_string(room, which, instead, strlen(instead));
	return record_string(room, which, at, RECORD_TEXT_MAX - 1);
}

static int strings_put(struct source *source, const struct kx_event *event,
		       struct record_room *room)
{
	char id[sizeof(source->prefix) + 3 * (NUMBER_LEN + 1)];
	const struct {
		int which;
		const char *text;
	} rows[] = {
		{ RECORD_HOST, source->all->host },
		{ RECORD_INSTANCE, kx_stream_instance(source->stream) },
		{ RECORD_EXTENSION, kx_stream_extension(source->stream) },
		{ RECORD_STREAM, kx_stream_name(source->stream) },
	};
	int err = record_string(room, RECORD_ID, id, id_make(source, event, id));

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !err; i++)
		err = record_string(room, rows[i].which, rows[i].text, strlen(rows[i].text));
	err = err ?: text_put(source, event, room, RECORD_TEXT, kx_event_text, NULL);
	return err ?: text_put(source, event, room, RECORD_JSON, kx_event_json, "{\"cut\":true}");
}

static int event_spool(struct source *source, struct lane *lane, const struct kx_event *event)
{
	struct sources *all = source->all;
	struct record_room room;
	struct entry entry = {
		.kmid = source->origin->kmid, .nr = event->nr, .boot_ns = event->time_ns,
		.time_ns = event->time_ns + all->clock_ns, .lost = lane->lost,
		.generation = event->generation, .cpu = event->cpu, .level = event->level,
	};
	uint64_t position = all->spool->next;
	int err;

	if (lane->position <= spool_last(all->spool)) {
		lane->position = position;
		lane->batch_nr = event->nr;
	}
	lane->lost = 0;
	err = spool_begin(all->spool, &room) ?: strings_put(source, event, &room);
	err = err ?: spool_put(all->spool, &room, &entry);
	if (!err || err == -EAGAIN)
		return err;
	/* Longer than any record is. */
	lane->lost = entry.lost + 1;
	all->spool->refused++;
	return 0;
}

/*
 * Is in the spool already, or was refused by it: from before a restart. Numbers that begin
 * anew, in a stream that an upgrade has made anew, are of later times.
 */
static bool is_old(const struct lane *lane, const struct kx_event *event)
{
	return event->nr < lane->open_next && event->time_ns <= lane->open_ns;
}

/*
 * What the stream misses before its first record here is what was overwritten, less what
 * was spooled before. Later it knows itself: numbers need not come in order, as writers
 * interrupt each other.
 */
static void lane_advance(struct sources *all, struct lane *lane, const struct kx_event *event)
{
	uint64_t most = event->nr > lane->open_next ? event->nr - lane->open_next : 0;
	uint64_t lost = lane->begun && event->lost < most ? event->lost : most;

	lane->lost += lost;
	all->lost += lost;
	if (event->nr >= lane->next)
		lane->next = event->nr + 1;
	if (event->time_ns > lane->boot_ns)
		lane->boot_ns = event->time_ns;
	lane->begun = true;
}

static int event_take(void *ctx, struct kx_stream *stream, const struct kx_event *event)
{
	struct source *source = ctx;
	struct sources *all = source->all;
	struct lane *lane = origin_lane(source->origin, event->cpu);

	(void)stream;
	source->lost += event->lost;
	if (!lane) {
		all->lost++;
		return 0;
	}
	if (is_old(lane, event))
		return 0;
	all->seen++;
	lane_advance(all, lane, event);
	if (event->level > all->level) {
		all->passed++;
		return 0;
	}
	return event_spool(source, lane, event);
}

/* The clock may be set at any time: each turn has its own. */
static int64_t clock_offset(void)
{
	struct timespec real, boot;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return (real.tv_sec - boot.tv_sec) * 1000000000LL + real.tv_nsec - boot.tv_nsec;
}

long source_read(struct source *source)
{
	long nr;

	source->all->clock_ns = clock_offset();
	source->ready = false;
	nr = kx_stream_dispatch(source->stream, event_take, source);
	source->ready = nr == -EAGAIN;
	return nr;
}

void sources_refused(struct sources *sources, const struct entry *entry)
{
	struct origin *origin = origins_get(sources->origins, entry->kmid, entry->stream);
	struct lane *lane = origin ? origin_lane(origin, entry->cpu) : NULL;

	if (lane)
		lane->lost += entry->lost + 1;
}
