/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The connection to NATS: a thread makes it, sends what is in the window, and makes it
 * anew after a failure. Whatever may block blocks that thread only.
 */
#ifndef KXLOG_NATS_LINK_H
#define KXLOG_NATS_LINK_H

#include <nats/nats.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "nats_config.h"
#include "nats_window.h"

enum nats_link_state {
	NATS_DOWN,		/* the thread tries, or waits before it does */
	NATS_UP,		/* records may come */
	NATS_FAILED,		/* until nats_link_again() */
};

/* All under the lock, but what is set before the thread starts. */
struct nats_link {
	struct nats_config config;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;		/* the thread */
	int fd;				/* eventfd: wakes the main loop */
	bool woken;			/* ... which has not looked yet */
	bool stop;
	enum nats_link_state state;
	char error[224];
	char *host;			/* whose records; NULL until the first is seen */
	uint64_t done;			/* position that is safe, when the first is seen */
	bool settled;			/* no messages of a former process are under way */
	bool progress;			/* something was stored since the connection was made */
	bool broken;
	natsConnection *nc;
	jsCtx *js;
	struct nats_window window;
	struct nats_link *next;		/* of the closed ones */
};

/* Return: 0; -ENOMEM, or why there is no thread. Takes what @config has. */
int nats_link_open(struct nats_link **out, struct nats_config *config);

/* With the lock: what failed was seen, try again. */
int nats_link_again(struct nats_link *link);

/* Ends the thread. The memory stays: threads of libnats may still look at it. */
void nats_link_close(struct nats_link *link);

/*
 * The steps of the thread, in nats_setup.c and nats_tail.c; without the lock, as they
 * wait for answers. Return: 0; -EIO and nats_link_fail().
 */
int nats_link_connect(struct nats_link *link);

/* The stream is there, and takes our subjects. */
int nats_link_stream(struct nats_link *link);

/* Fill window.known with the ids of what the stream has after link->done. */
int nats_link_tail(struct nats_link *link);

/* Without the lock: keep the sentence, if it is the first. Return: -EIO. */
int nats_link_fail(struct nats_link *link, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* What libnats says of the last call, of this thread, which returned @s. */
const char *nats_link_why(natsStatus s);

/* A thread of libnats calls it for each message, once. */
void nats_link_answered(jsCtx *js, natsMsg *msg, jsPubAck *ack, jsPubAckErr *refused,
			void *closure);

/* Without the lock: wait. Return: false, it is time to stop. */
bool nats_link_pause(struct nats_link *link, unsigned int ms);

uint64_t nats_now_ms(void);

#endif
