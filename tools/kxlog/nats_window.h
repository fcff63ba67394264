/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is under way to the stream: messages, in the order of the spool. Records are cut
 * into messages as they come; what was cut once is cut the same way when it has to be
 * sent again, so that it has the same id and the stream knows it again.
 */
#ifndef KXLOG_NATS_WINDOW_H
#define KXLOG_NATS_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lines.h"
#include "nats_known.h"

struct entry;

#define NATS_MESSAGE	(128u << 10)	/* bytes of a message; a batch is full at half of that */
#define NATS_EAGER	2		/* with fewer under way, a part of a batch goes at once */

enum nats_state {
	NATS_OPEN,		/* takes more records */
	NATS_READY,		/* to be sent */
	NATS_SENT,
	NATS_SAFE,		/* stored */
};

struct nats_message {
	enum nats_state state;
	bool batch;		/* it may have several records */
	uint64_t first;		/* positions of its records */
	uint64_t last;
	uint64_t until;		/* the last it is to have, as before a failure; or 0 */
	size_t records;
	uint64_t sent_ms;
	struct lines text;
	char *subject;
	char *id;
};

/* A message of before the last failure. */
struct nats_cut {
	uint64_t first;
	uint64_t last;
	bool safe;
};

struct nats_window {
	const char *prefix;	/* of subjects; the owner's */
	size_t batch;		/* records in a message */
	size_t limit;		/* bytes of a message; NATS_MESSAGE, or what servers take */
	struct nats_message *ring;
	size_t size;
	size_t head;
	size_t nr;
	size_t sent;		/* of them, from head on, that are not to be sent any more */
	size_t bytes;
	size_t under_way;	/* ready or sent */
	struct nats_cut *cuts;
	size_t nr_cuts;
	size_t cut;		/* the first that may concern what comes */
	struct nats_known known;
};

int nats_window_init(struct nats_window *window, const char *prefix, size_t batch);
void nats_window_free(struct nats_window *window);

/* Take records. Return: how many; -ENOMEM when not even one. */
long nats_window_put(struct nats_window *window, const struct entry *entries, size_t nr);

/* The oldest that is to be sent, or NULL. It is called sent from now on. */
struct nats_message *nats_window_next(struct nats_window *window, uint64_t now_ms);

/* What takes more records is to be sent, if little else is under way. */
void nats_window_hurry(struct nats_window *window);

/* The message with that id is stored. */
void nats_window_safe(struct nats_window *window, const char *id);

/* Give up what is safe, from the beginning on: the last position of that, or 0. */
uint64_t nats_window_done(struct nats_window *window);

/* When the oldest that is not safe was sent, or 0. */
uint64_t nats_window_waits(const struct nats_window *window);

/* Is there something for nats_window_done()? */
bool nats_window_some_safe(const struct nats_window *window);

/* Forget the messages, not where they were cut: the records come again. */
int nats_window_again(struct nats_window *window);

#endif
