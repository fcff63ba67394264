// SPDX-License-Identifier: GPL-2.0-only
/* Messages that are under way to the stream. */
#include "nats_window.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nats_subject.h"
#include "cli/own.h"
#include "sink.h"

#define BYTES		(8u << 20)	/* under way at most */
#define BATCHES		512
#define SINGLES		8192
#define LONGEST		12	/* of a message's half, for a text of which each byte becomes six */

int nats_window_init(struct nats_window *window, const char *prefix, size_t batch)
{
	*window = (struct nats_window){
		.prefix = prefix,
		.batch = batch,
		.limit = NATS_MESSAGE,
		.size = batch > 1 ? BATCHES : SINGLES,
	};
	window->ring = calloc(window->size, sizeof(*window->ring));
	return window->ring ? 0 : -ENOMEM;
}

static struct nats_message *at(const struct nats_window *window, size_t i)
{
	return &window->ring[(window->head + i) % window->size];
}

static void message_free(struct nats_message *message)
{
	lines_done(&message->text);
	free(message->subject);
	free(message->id);
	*message = (struct nats_message){};
}

static void forget(struct nats_window *window, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		window->bytes -= at(window, i)->text.len;
		message_free(at(window, i));
	}
	window->head = (window->head + nr) % window->size;
	window->nr -= nr;
	window->sent -= window->sent < nr ? window->sent : nr;
}

void nats_window_free(struct nats_window *window)
{
	if (window->ring)
		forget(window, window->nr);
	nats_known_free(&window->known);
	free(window->ring);
	free(window->cuts);
	*window = (struct nats_window){};
}

static struct nats_message *last(const struct nats_window *window)
{
	return window->nr ? at(window, window->nr - 1) : NULL;
}

/* Does the message that @position is in end with it, because it did before? */
static const struct nats_cut *cut_of(struct nats_window *window, uint64_t position)
{
	const struct nats_cut *cut;

	while (window->cut < window->nr_cuts && window->cuts[window->cut].last < position)
		window->cut++;
	if (window->cut == window->nr_cuts)
		return NULL;
	cut = &window->cuts[window->cut];
	return cut->first <= position ? cut : NULL;
}

/* One message has the id of its record, several have the first one's and their number. */
static int close_message(struct nats_window *window, struct nats_message *message)
{
	char *id;

	if (window->batch > 1) {
		if (asprintf(&id, "%s+%zu", message->id, message->records) < 0)
			return -ENOMEM;
		free(message->id);
		message->id = id;
	}
	message->state = NATS_READY;
	window->under_way++;
	return 0;
}

static int open_message(struct nats_window *window, const struct entry *entry,
			struct nats_message **out)
{
	struct nats_message *message = at(window, window->nr);
	char subject[512];

	if (window->batch > 1)
		nats_subject_host(subject, sizeof(subject), window->prefix, entry->host, "batch");
	else
		nats_subject_entry(subject, sizeof(subject), window->prefix, entry);
	message->subject = strdup(subject);
	message->id = strdup(entry->id);
	if (!message->subject || !message->id) {
		message_free(message);
		return -ENOMEM;
	}
	message->state = NATS_OPEN;
	message->batch = window->batch > 1;
	message->first = entry->position;
	window->nr++;
	*out = message;
	return 0;
}

/* The stream has it: nothing is sent. Neighbours are one in the window. */
static int put_safe(struct nats_window *window, const struct entry *entry)
{
	struct nats_message *message = last(window);

	if (message && message->state == NATS_OPEN) {
		int err = close_message(window, message);

		if (err)
			return err;
	}
	if (message && message->state == NATS_SAFE && !message->id) {
		message->last = entry->position;
		message->records++;
		return 0;
	}
	if (window->nr == window->size)
		return -EAGAIN;
	*at(window, window->nr++) = (struct nats_message){
		.state = NATS_SAFE, .first = entry->position, .last = entry->position,
		.records = 1,
	};
	return 0;
}

static int add_json(struct lines *text, const struct entry *entry)
{
	size_t len = text->len;

	lines_json(text, entry);
	if (!text->failed)
		return 0;
	text->failed = false;
	text->len = len;
	return -ENOMEM;
}

/* What no server would take: without the record, and the text up to where it fits. */
static int add_cut(struct lines *text, const struct entry *entry, size_t limit)
{
	struct entry cut = *entry;
	_cleanup_free_ char *short_text = NULL;

	if (asprintf(&short_text, "%.*s...[cut]", (int)(limit / LONGEST), entry->text) < 0)
		return -ENOMEM;
	cut.text = short_text;
	cut.json = "null";
	return add_json(text, &cut);
}

static int add_entry(struct lines *text, const struct entry *entry, size_t limit)
{
	size_t len = text->len;
	int err = add_json(text, entry);

	if (err || text->len - len <= limit)
		return err;
	text->len = len;
	return add_cut(text, entry, limit);
}

static int add_line(struct nats_window *window, struct nats_message *message,
		    const struct entry *entry)
{
	size_t len = message->text.len;
	int err = add_entry(&message->text, entry, window->limit / 2);

	if (err)
		return err;
	window->bytes += message->text.len - len;
	message->last = entry->position;
	message->records++;
	if (message->records >= window->batch || message->text.len >= window->limit / 2 ||
	    message->until == entry->position)
		return close_message(window, message);
	return 0;
}

/* @until: where the message ends, because it did before; 0: not known. */
static int put_line(struct nats_window *window, const struct entry *entry, uint64_t until)
{
	struct nats_message *message = last(window);
	int err = 0;

	if (message && message->state == NATS_OPEN && message->until == until)
		return add_line(window, message, entry);
	if (message && message->state == NATS_OPEN)
		err = close_message(window, message);
	if (!err && (window->nr == window->size || window->bytes >= BYTES))
		err = -EAGAIN;
	if (!err)
		err = open_message(window, entry, &message);
	if (err)
		return err;
	message->until = until;
	err = add_line(window, message, entry);
	if (err && !message->records) {
		message_free(message);
		window->nr--;
	}
	return err;
}

static int put_one(struct nats_window *window, const struct entry *entry)
{
	const struct nats_cut *cut = cut_of(window, entry->position);

	if ((cut && cut->safe) || nats_known_has(&window->known, entry->id))
		return put_safe(window, entry);
	return put_line(window, entry, cut ? cut->last : 0);
}

/* A part of a batch waits only while others are under way, so that batches get full. */
void nats_window_hurry(struct nats_window *window)
{
	struct nats_message *message = last(window);

	if (message && message->state == NATS_OPEN && !message->until &&
	    window->under_way < NATS_EAGER)
		(void)close_message(window, message);
}

long nats_window_put(struct nats_window *window, const struct entry *entries, size_t nr)
{
	size_t i;
	int err = 0;

	for (i = 0; i < nr; i++) {
		err = put_one(window, &entries[i]);
		if (err)
			break;
	}
	nats_window_hurry(window);
	return i ? (long)i : err == -EAGAIN ? 0 : err;
}

struct nats_message *nats_window_next(struct nats_window *window, uint64_t now_ms)
{
	nats_window_hurry(window);
	while (window->sent < window->nr) {
		struct nats_message *message = at(window, window->sent);

		if (message->state == NATS_OPEN)
			return NULL;
		window->sent++;
		if (message->state == NATS_READY) {
			message->state = NATS_SENT;
			message->sent_ms = now_ms;
			return message;
		}
	}
	return NULL;
}

void nats_window_safe(struct nats_window *window, const char *id)
{
	for (size_t i = 0; i < window->sent; i++) {
		struct nats_message *message = at(window, i);

		if (message->state != NATS_SENT || strcmp(message->id, id))
			continue;
		message->state = NATS_SAFE;
		window->under_way--;
		return;
	}
}

uint64_t nats_window_done(struct nats_window *window)
{
	uint64_t done = 0;

	while (window->nr && at(window, 0)->state == NATS_SAFE) {
		done = at(window, 0)->last;
		forget(window, 1);
	}
	return done;
}

uint64_t nats_window_waits(const struct nats_window *window)
{
	for (size_t i = 0; i < window->sent; i++)
		if (at(window, i)->state == NATS_SENT)
			return at(window, i)->sent_ms;
	return 0;
}

bool nats_window_some_safe(const struct nats_window *window)
{
	return window->nr && at(window, 0)->state == NATS_SAFE;
}

int nats_window_again(struct nats_window *window)
{
	uint64_t reached = window->nr ? last(window)->last : 0;
	size_t nr = 0, old = window->cut;
	struct nats_cut *cuts;

	while (old < window->nr_cuts && window->cuts[old].first <= reached)
		old++;
	cuts = calloc(window->nr + window->nr_cuts - old + 1, sizeof(*cuts));
	if (!cuts)
		return -ENOMEM;
	for (size_t i = 0; i < window->nr; i++)
		if (at(window, i)->state != NATS_OPEN)
			cuts[nr++] = (struct nats_cut){ at(window, i)->first, at(window, i)->last,
							at(window, i)->state == NATS_SAFE };
	for (; old < window->nr_cuts; old++)
		cuts[nr++] = window->cuts[old];
	free(window->cuts);
	window->cuts = cuts;
	window->nr_cuts = nr;
	window->cut = 0;
	forget(window, window->nr);
	window->sent = window->under_way = 0;
	return 0;
}
