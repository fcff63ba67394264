// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the stream has got already. Of messages that were under way when a connection
 * broke or kxlog was killed nobody knows; the end of the stream tells, however long ago
 * that was. So nothing is stored twice, also after the window in which the servers know
 * a message again.
 */
#ifdef HAVE_NATS
#include "nats_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nats_subject.h"
#include "cli/own.h"

#define LOOKBACK_NS	30000000000ll	/* before the last message; longer than answers take */
#define SETTLE_MS	2000	/* until the messages of a former process are in the stream */
#define NEXT_MS		3000
#define FETCH_MAX	8192	/* batches that are read whole: more than can be under way */

struct tail {
	uint64_t done;
	uint64_t end;		/* sequence of the last message */
	int64_t end_ns;
	char subject[512];
	uint64_t *batches;	/* sequences */
	size_t nr_batches;
	struct nats_known known;
};

static void msg_free(natsMsg **msg)
{
	natsMsg_Destroy(*msg);
}

static void sub_free(natsSubscription **sub)
{
	natsSubscription_Destroy(*sub);
}

static void meta_free(jsMsgMetaData **meta)
{
	jsMsgMetaData_Destroy(*meta);
}

static void tail_done(struct tail *tail)
{
	free(tail->batches);
	nats_known_free(&tail->known);
}

static int fail(struct nats_link *link, natsStatus s)
{
	return nats_link_fail(link, "stream %s cannot be read: %s", link->config.stream,
			      nats_link_why(s));
}

/* Return: 1: there is something; 0: there is nothing of this host; -EIO. */
static int find_end(struct nats_link *link, struct tail *tail)
{
	_cleanup_(msg_free) natsMsg *msg = NULL;
	jsErrCode code = 0;
	natsStatus s = js_GetLastMsg(&msg, link->js, link->config.stream, tail->subject, NULL,
				     &code);

	if (s == NATS_NOT_FOUND || code == JSNoMessageFoundErr)
		return 0;
	if (s)
		return fail(link, s);
	tail->end = natsMsg_GetSequence(msg);
	tail->end_ns = natsMsg_GetTime(msg);
	return 1;
}

/* What a killed process has sent may still come into the stream: until none does. */
static int settle(struct nats_link *link, struct tail *tail)
{
	uint64_t end;
	int found;

	do {
		end = tail->end;
		if (!nats_link_pause(link, SETTLE_MS))
			return -EIO;
		found = find_end(link, tail);
		if (found <= 0)
			return found ?: -EIO;
	} while (tail->end != end);
	link->settled = true;
	return 0;
}

static natsStatus subscribe(struct nats_link *link, const struct tail *tail,
			    natsSubscription **sub)
{
	jsSubOptions options;

	jsSubOptions_Init(&options);
	options.Stream = link->config.stream;
	options.Ordered = true;
	options.Config.DeliverPolicy = js_DeliverByStartTime;
	options.Config.OptStartTime = tail->end_ns - LOOKBACK_NS;
	options.Config.HeadersOnly = true;
	return js_SubscribeSync(sub, link->js, tail->subject, NULL, &options, NULL);
}

static int note(struct tail *tail, natsMsg *msg, uint64_t sequence)
{
	const char *position = NULL, *id = NULL, *records = NULL;

	natsMsgHeader_Get(msg, "Kx-Position", &position);
	natsMsgHeader_Get(msg, "Kx-Records", &records);
	natsMsgHeader_Get(msg, "Nats-Msg-Id", &id);
	if (!position || !id || strtoull(position, NULL, 10) <= tail->done)
		return 0;
	if (!records)
		return nats_known_add(&tail->known, id, strlen(id));
	tail->batches[tail->nr_batches++ % FETCH_MAX] = sequence;
	return 0;
}

static int read_headers(struct nats_link *link, struct tail *tail)
{
	_cleanup_(sub_free) natsSubscription *sub = NULL;
	natsStatus s = subscribe(link, tail, &sub);
	uint64_t sequence = 0;

	while (!s && sequence < tail->end) {
		_cleanup_(msg_free) natsMsg *msg = NULL;
		_cleanup_(meta_free) jsMsgMetaData *meta = NULL;

		s = natsSubscription_NextMsg(&msg, sub, NEXT_MS) ?:
		    natsMsg_GetMetaData(&meta, msg);
		if (s)
			break;
		sequence = meta->Sequence.Stream;
		if (sequence <= tail->end && note(tail, msg, sequence))
			s = NATS_NO_MEMORY;
	}
	return s ? fail(link, s) : 0;
}

static int read_batches(struct nats_link *link, struct tail *tail)
{
	size_t nr = tail->nr_batches < FETCH_MAX ? tail->nr_batches : FETCH_MAX;

	for (size_t i = 0; i < nr; i++) {
		_cleanup_(msg_free) natsMsg *msg = NULL;
		natsStatus s = js_GetMsg(&msg, link->js, link->config.stream, tail->batches[i],
					 NULL, NULL);

		if (s)
			return fail(link, s);
		if (nats_known_add_lines(&tail->known, natsMsg_GetData(msg),
					 natsMsg_GetDataLength(msg)))
			return fail(link, NATS_NO_MEMORY);
	}
	return 0;
}

static void tail_begin(struct nats_link *link, struct tail *tail)
{
	pthread_mutex_lock(&link->lock);
	tail->done = link->done;
	nats_subject_host(tail->subject, sizeof(tail->subject), link->config.subject, link->host,
			  ">");
	pthread_mutex_unlock(&link->lock);
}

int nats_link_tail(struct nats_link *link)
{
	_cleanup_(tail_done) struct tail tail = {
		.batches = calloc(FETCH_MAX, sizeof(*tail.batches)),
	};
	struct nats_known old;
	int found, err;

	if (!tail.batches)
		return nats_link_fail(link, "no memory");
	tail_begin(link, &tail);
	found = find_end(link, &tail);
	if (found <= 0)
		return found;
	err = link->settled ? 0 : settle(link, &tail);
	err = err ?: read_headers(link, &tail) ?: read_batches(link, &tail);
	if (err)
		return err;
	pthread_mutex_lock(&link->lock);
	old = link->window.known;
	link->window.known = tail.known;
	tail.known = old;
	pthread_mutex_unlock(&link->lock);
	return 0;
}
#endif
