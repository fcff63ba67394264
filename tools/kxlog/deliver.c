// SPDX-License-Identifier: GPL-2.0-only
/* Delivery: from the spool to one sink, at its pace, and the account of it. */
#include "deliver.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cursor.h"
#include "sinks.h"
#include "cli/tell.h"

#define ROUNDS		64	/* batches before others get their turn */
#define FLYING_MAX	65536	/* positions that a sink may have without having them safe */
#define RETRY_MS	1000	/* for who does not say when */
#define SAVE_MS		100	/* between two cursors */

static struct range *range_at(struct delivery *delivery, size_t i)
{
	return &delivery->ranges[(delivery->first_range + i) % DELIVER_RANGES];
}

static void examined(struct delivery *delivery, enum fate fate, uint64_t first, uint64_t last)
{
	struct range *newest = delivery->nr_ranges ?
			       range_at(delivery, delivery->nr_ranges - 1) : NULL;

	if (newest && newest->fate == fate && newest->last + 1 == first)
		newest->last = last;
	else
		*range_at(delivery, delivery->nr_ranges++) = (struct range){ fate, first, last };
}

/* How many positions at the beginning of a range have their fate. */
static uint64_t range_settle(struct delivery *delivery, const struct range *range)
{
	struct sink *sink = delivery->sink;
	uint64_t nr = range->last - range->first + 1;

	switch (range->fate) {
	case HANDED:
		if (sink->done < range->first)
			return 0;
		if (sink->done < range->last)
			nr = sink->done - range->first + 1;
		sink->delivered += nr;
		break;
	case PASSED:
		sink->passed += nr;
		break;
	case MISSING:
		sink->dropped += nr;
		break;
	}
	return nr;
}

static void settle(struct delivery *delivery)
{
	while (delivery->nr_ranges) {
		struct range *range = range_at(delivery, 0);
		uint64_t nr = range_settle(delivery, range);

		if (!nr)
			return;
		range->first += nr;
		delivery->settled = range->first - 1;
		if (range->first <= range->last)
			return;
		delivery->first_range = (delivery->first_range + 1) % DELIVER_RANGES;
		delivery->nr_ranges--;
	}
}

/* All that is not safe comes again. */
static void again(struct delivery *delivery)
{
	settle(delivery);
	delivery->nr_ranges = 0;
	delivery->batch_nr = delivery->batch_at = 0;
	reader_seek(&delivery->reader, delivery->settled + 1);
}

/* Each failure once, until another one comes or it is well again. */
static void failure_tell(struct delivery *delivery)
{
	if (!strcmp(delivery->told, delivery->sink->error))
		return;
	snprintf(delivery->told, sizeof(delivery->told), "%s", delivery->sink->error);
	if (delivery->told[0])
		tell("%s", delivery->told);
}

/* What the sink waits for may be another thing after each of its functions. */
static void rearm(struct delivery *delivery)
{
	struct sink *sink = delivery->sink;
	uint64_t due;

	if (delivery->watch.fd >= 0 && delivery->watch.fd != sink->fd)
		loop_forget(delivery->loop, &delivery->watch);
	delivery->watch.fd = sink->fd;
	if (sink->fd >= 0 && loop_watch(delivery->loop, &delivery->watch, sink->want_write))
		delivery->watch.fd = -1;
	if (delivery->stuck && sink->retry_ms < 0 && delivery->watch.fd < 0)
		due = loop_now() + RETRY_MS;
	else
		due = sink->retry_ms < 0 ? NEVER : loop_now() + sink->retry_ms;
	if (due == NEVER || due < delivery->due)
		delivery->due = due;
}

static void work(struct delivery *delivery)
{
	int err;

	delivery->due = NEVER;
	err = delivery->sink->kind->work(delivery->sink);
	delivery->stuck = err < 0;
	if (err < 0)
		again(delivery);
	settle(delivery);
	failure_tell(delivery);
	rearm(delivery);
}

static void ready(struct watch *watch)
{
	work(watch->ctx);
}

/* The next entries that the sink is to have; false: there are none now. */
static bool batch_read(struct delivery *delivery)
{
	struct spool_reader *reader = &delivery->reader;
	uint64_t expected = reader->next;
	size_t room = DELIVER_RANGES - delivery->nr_ranges, max = DELIVER_BATCH, kept = 0;
	long nr;

	delivery->batch_nr = delivery->batch_at = 0;
	/* Each entry makes two ranges at most. */
	if (room < 4 || expected - delivery->settled > FLYING_MAX)
		return false;
	nr = reader_read(reader, delivery->batch, room / 2 - 1 < max ? room / 2 - 1 : max);
	if (nr < 0) {
		sink_fail(delivery->sink, nr, "spool %s: cannot be read: %s", delivery->spool->dir,
			  strerror(-nr));
		failure_tell(delivery);
		return false;
	}
	for (long i = 0; i < nr; i++) {
		const struct entry *entry = &delivery->batch[i];
		bool passed = entry->level > delivery->sink->level;

		if (entry->position > expected)
			examined(delivery, MISSING, expected, entry->position - 1);
		expected = entry->position + 1;
		examined(delivery, passed ? PASSED : HANDED, entry->position, entry->position);
		if (!passed)
			delivery->batch[kept++] = *entry;
	}
	if (reader->next > expected)
		examined(delivery, MISSING, expected, reader->next - 1);
	delivery->batch_nr = kept;
	settle(delivery);
	return nr;
}

/* Hand over the batch; false: the sink does not take more now. */
static bool batch_put(struct delivery *delivery)
{
	struct sink *sink = delivery->sink;
	size_t nr = delivery->batch_nr - delivery->batch_at;
	long taken = sink->kind->put(sink, delivery->batch + delivery->batch_at, nr);

	if (taken > 0) {
		delivery->batch_at += taken;
		sink->records += taken;
	} else {
		delivery->stuck = true;
	}
	if (taken < 0)
		again(delivery);
	settle(delivery);
	failure_tell(delivery);
	return taken > 0;
}

uint64_t delivery_safe(const struct delivery *delivery)
{
	const struct sink *sink = delivery->sink;

	/* What was passed over behind the last one it had needs no making safe. */
	return sink->synced >= sink->done || sink->synced > delivery->settled ?
	       delivery->settled : sink->synced;
}

static void cursor_write(struct delivery *delivery, int safe)
{
	const struct cursor cursor = { delivery->settled, delivery_safe(delivery) };
	int err = cursor_save(delivery->spool->dir_fd, delivery->sink->name, delivery->boot,
			      &cursor, safe);

	/* The disk may be full: then more comes twice after a crash. */
	if (err)
		return;
	delivery->saved = cursor.done;
	delivery->saved_synced = cursor.synced;
	delivery->saved_safe = safe;
}

static void cursor_keep(struct delivery *delivery)
{
	uint64_t now = loop_now();

	if ((delivery->settled == delivery->saved &&
	     delivery_safe(delivery) == delivery->saved_synced) || now < delivery->save_at)
		return;
	cursor_write(delivery, 0);
	delivery->save_at = now + SAVE_MS;
}

bool delivery_run(struct delivery *delivery)
{
	bool more = true, called = false;

	if (delivery->due <= loop_now())
		work(delivery);
	for (int i = 0; i < ROUNDS && more && !delivery->stuck; i++) {
		if (delivery->batch_at == delivery->batch_nr)
			more = batch_read(delivery);
		if (delivery->batch_at == delivery->batch_nr)
			continue;
		called = true;
		more = batch_put(delivery);
	}
	if (called)
		rearm(delivery);
	cursor_keep(delivery);
	return more && !delivery->stuck;
}

uint64_t delivery_due(const struct delivery *delivery)
{
	uint64_t due = delivery->due;

	if ((delivery->settled != delivery->saved ||
	     delivery_safe(delivery) != delivery->saved_synced) && delivery->save_at < due)
		due = delivery->save_at;
	return due;
}

void delivery_reopen(struct delivery *delivery)
{
	int err;

	if (!delivery->sink->kind->reopen)
		return;
	err = delivery->sink->kind->reopen(delivery->sink);
	if (err < 0)
		again(delivery);
	delivery->stuck = false;
	failure_tell(delivery);
	rearm(delivery);
}

void delivery_flush(struct delivery *delivery, int timeout_ms)
{
	if (delivery->sink->kind->flush(delivery->sink, timeout_ms) < 0)
		failure_tell(delivery);
	again(delivery);
	cursor_write(delivery, 1);
}

void delivery_save(struct delivery *delivery)
{
	if (!delivery->saved_safe || delivery->saved != delivery->settled)
		cursor_write(delivery, 1);
}

void delivery_pass(struct spool *spool, const struct sink *sink, const char *boot)
{
	struct cursor cursor;

	if (!cursor_load(spool->dir_fd, sink->name, boot, &cursor))
		spool_pass(spool, cursor.done);
}

/* What was removed from the spool before it was read is dropped, not waiting. */
void delivery_account(struct delivery *delivery)
{
	struct sink *sink = delivery->sink;
	uint64_t last = spool_last(delivery->spool), oldest = spool_oldest(delivery->spool);

	settle(delivery);
	if (delivery->reader.next < oldest && !delivery->nr_ranges) {
		examined(delivery, MISSING, delivery->reader.next, oldest - 1);
		reader_seek(&delivery->reader, oldest);
		settle(delivery);
	}
	sink->waiting = last > delivery->settled ? last - delivery->settled : 0;
}

int delivery_open(struct delivery *delivery, struct sink *sink, struct spool *spool, int loop,
		  const char *boot)
{
	struct cursor cursor;
	int err = cursor_load(spool->dir_fd, sink->name, boot, &cursor);

	if (err == -EBADMSG)
		tell("%s: its cursor in %s is damaged: all that the spool has is sent again",
		     sink->name, spool->dir);
	if (err)
		cursor = (struct cursor){ spool_oldest(spool) - 1, spool_oldest(spool) - 1 };
	if (err && err != -ENOENT && err != -EBADMSG) {
		tell("%s: its cursor in %s cannot be read: %s", sink->name, spool->dir,
		     strerror(-err));
		return err;
	}
	if (sink->synced != UINT64_MAX)
		sink->synced = cursor.done;
	sink->done = cursor.done;
	delivery->sink = sink;
	delivery->spool = spool;
	delivery->watch = (struct watch){ .fd = -1, .ready = ready, .ctx = delivery };
	delivery->loop = loop;
	delivery->boot = boot;
	delivery->settled = delivery->saved = cursor.done;
	delivery->saved_synced = cursor.done;
	delivery->due = NEVER;
	reader_init(&delivery->reader, spool, cursor.done + 1);
	rearm(delivery);
	return 0;
}

void delivery_close(struct delivery *delivery)
{
	if (!delivery->sink)
		return;
	if (delivery->watch.fd >= 0)
		loop_forget(delivery->loop, &delivery->watch);
	reader_done(&delivery->reader);
	sink_free(delivery->sink);
	delivery->sink = NULL;
}
