// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last records, in memory: a list of pieces, written at one end, let go at the
 * other. What falls out is remembered as far as it tells of tasks, so that what is
 * left can be understood.
 */
#include "flight_store.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_SIZE	(256 << 10)
/* However many calls or seconds were asked for. */
#define MEMORY_MAX	(1ull << 30)

struct entry {
	uint32_t len;
	uint32_t calls;		/* 1 for a call */
	uint64_t ns;		/* when; or when the one before was */
	char record[];
};

struct piece {
	struct piece *next;
	uint32_t from;
	uint32_t to;
	char data[PIECE_SIZE];
};

struct flight_store {
	uint64_t max_calls;
	uint64_t max_bytes;
	uint64_t max_ns;
	struct piece *first;
	struct piece *last;
	struct piece *spare;
	uint64_t calls;
	uint64_t bytes;		/* of all pieces */
	uint64_t last_ns;
	struct store_facts facts;
};

int store_new(struct flight_store **out, const struct recording_options *limits)
{
	struct flight_store *store = calloc(1, sizeof(*store));

	if (!store)
		return -ENOMEM;
	store->facts.tasks = tasks_new();
	if (!store->facts.tasks) {
		free(store);
		return -ENOMEM;
	}
	store->max_calls = limits->last_calls;
	store->max_ns = limits->last_ns;
	store->max_bytes = limits->last_bytes ? limits->last_bytes : MEMORY_MAX;
	/* One piece is filled while the others are emptied. */
	if (store->max_bytes < 2 * sizeof(struct piece))
		store->max_bytes = 2 * sizeof(struct piece);
	*out = store;
	return 0;
}

void store_free(struct flight_store *store)
{
	struct piece *piece;

	if (!store)
		return;
	while ((piece = store->first)) {
		store->first = piece->next;
		free(piece);
	}
	free(store->spare);
	maps_free(&store->facts.maps);
	tasks_free(store->facts.tasks);
	free(store);
}

/*
 * What falls out
 */

static void remember_task(struct flight_store *store, const struct kxt_task *rec)
{
	struct task_info *task = tasks_get(store->facts.tasks, rec->head.tid);

	if (!task)
		return;
	task->known = true;
	task->tgid = rec->head.tgid;
	task->ppid = rec->ppid;
	task->uid = rec->uid;
	task->gid = rec->gid;
	task->ns_tid = rec->ns_tid;
	task->cgroup_id = rec->cgroup_id;
	task->start_ns = rec->start_ns;
	memcpy(task->comm, rec->comm, KXT_COMM_MAX);
}

static void remember(struct flight_store *store, const void *record)
{
	const struct kxt_task_event *event = record;
	struct store_facts *facts = &store->facts;

	switch (event->head.kind) {
	case KXT_TASK:
		remember_task(store, record);
		break;
	case KXT_FORK:
		facts->nr_tasks++;
		break;
	case KXT_EXIT:
		facts->nr_tasks -= facts->nr_tasks > 0;
		tasks_forget(facts->tasks, event->head.tid);
		break;
	case KXT_EXEC:
		tasks_forget(facts->tasks, event->value);
		break;
	}
}

static struct entry *oldest(const struct flight_store *store)
{
	const struct piece *piece = store->first;

	return piece && piece->from < piece->to ? (struct entry *)(piece->data + piece->from) :
						  NULL;
}

static size_t room_of(size_t len)
{
	return sizeof(struct entry) + ((len + 7) & ~7ul);
}

static void drop_piece(struct flight_store *store)
{
	struct piece *piece = store->first;

	store->first = piece->next;
	if (!store->first)
		store->last = NULL;
	store->bytes -= sizeof(*piece);
	free(store->spare);
	store->spare = piece;
}

static void drop_oldest(struct flight_store *store)
{
	struct entry *entry = oldest(store);

	remember(store, entry->record);
	maps_remember(&store->facts.maps, entry->record, entry->len);
	store->calls -= entry->calls;
	store->first->from += room_of(entry->len);
	if (store->first->from == store->first->to)
		drop_piece(store);
}

static void drop_what_is_old(struct flight_store *store)
{
	const struct entry *entry;

	while ((entry = oldest(store))) {
		if (store->bytes > store->max_bytes)
			store->facts.capped++;
		else if (!(store->max_calls && store->calls > store->max_calls) &&
			 !(store->max_ns && store->last_ns - entry->ns > store->max_ns))
			return;
		drop_oldest(store);
	}
}

/*
 * What comes in
 */

/* 0 when the record does not tell. */
static uint64_t time_of(const void *record)
{
	const struct kxt_head *head = record;
	const struct kxt_call *call = record;

	switch (head->kind) {
	case KXT_CALL:
		return call->exit_ns ? call->exit_ns : call->enter_ns;
	case KXT_SIGNAL:
		return ((const struct kxt_signal *)record)->time_ns;
	case KXT_TASK:
		return ((const struct kxt_task *)record)->time_ns;
	case KXT_FORK:
	case KXT_EXIT:
	case KXT_EXEC:
		return ((const struct kxt_task_event *)record)->time_ns;
	}
	return 0;
}

static bool make_room(struct flight_store *store, size_t room)
{
	struct piece *piece = store->last;

	if (piece && PIECE_SIZE - piece->to >= room)
		return true;
	piece = store->spare ? store->spare : malloc(sizeof(*piece));
	store->spare = NULL;
	if (!piece || room > PIECE_SIZE) {
		store->spare = piece;
		return false;
	}
	piece->next = NULL;
	piece->from = 0;
	piece->to = 0;
	if (store->last)
		store->last->next = piece;
	else
		store->first = piece;
	store->last = piece;
	store->bytes += sizeof(*piece);
	if (store->bytes > store->facts.most_bytes)
		store->facts.most_bytes = store->bytes;
	return true;
}

/* A call is told to the views only if its fixed part is there; here as well. */
static bool is_readable(const void *record, size_t len)
{
	const struct kxt_head *head = record;

	return head->kind != KXT_CALL || len >= offsetof(struct kxt_call, args);
}

int store_add(struct flight_store *store, const void *record, size_t len,
	      unsigned int nr_tasks)
{
	const struct kxt_head *head = record;
	struct entry *entry;
	uint64_t ns;

	if (!is_readable(record, len))
		return 0;
	if (!store->first)
		store->facts.nr_tasks = nr_tasks;
	if (!make_room(store, room_of(len))) {
		store->facts.left_out++;
		return -ENOMEM;
	}
	ns = time_of(record);
	if (ns > store->last_ns)
		store->last_ns = ns;
	entry = (struct entry *)(store->last->data + store->last->to);
	entry->len = len;
	entry->calls = head->kind == KXT_CALL && !(head->flags & KXT_F_GOING_ON);
	entry->ns = store->last_ns;
	memcpy(entry->record, record, len);
	store->last->to += room_of(len);
	store->calls += entry->calls;
	drop_what_is_old(store);
	return 0;
}

void store_each(const struct flight_store *store,
		int (*fn)(void *ctx, const void *record, size_t len), void *ctx)
{
	const struct piece *piece;
	const struct entry *entry;
	uint32_t at;

	for (piece = store->first; piece; piece = piece->next) {
		for (at = piece->from; at < piece->to; at += room_of(entry->len)) {
			entry = (const struct entry *)(piece->data + at);
			fn(ctx, entry->record, entry->len);
		}
	}
}

void store_clear(struct flight_store *store)
{
	while (oldest(store))
		drop_oldest(store);
}

void store_tell(const struct flight_store *store, struct store_facts *facts)
{
	const struct entry *entry = oldest(store);

	*facts = store->facts;
	facts->calls = store->calls;
	facts->first_ns = entry ? entry->ns : 0;
	facts->last_ns = store->last_ns;
}
