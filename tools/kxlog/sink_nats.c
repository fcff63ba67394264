// SPDX-License-Identifier: GPL-2.0-only
/* nats:HOST: records go into a JetStream stream, each exactly once. */
#ifdef HAVE_NATS
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "nats_link.h"
#include "cli/own.h"
#include "sink.h"

static int nats_open(struct sink *sink, const char *where)
{
	_cleanup_(nats_config_free) struct nats_config config = {};
	struct nats_link *link;
	int err = nats_config_parse(&config, sink, where);

	if (err)
		return err;
	err = nats_link_open(&link, &config);
	if (err)
		return sink_fail(sink, err, "%s: cannot be set up: %s", sink->name, strerror(-err));
	sink->state = link;
	sink->fd = link->fd;
	return 0;
}

static void look(struct nats_link *link)
{
	uint64_t count;

	(void)!read(link->fd, &count, sizeof(count));
	link->woken = false;
}

/* All with the lock, from here on. */
static void count_safe(struct sink *sink, struct nats_link *link)
{
	uint64_t done = nats_window_done(&link->window);

	if (done > sink->done)
		sink->done = done;
	link->done = sink->done;
}

/* What is safe counts, also of a connection that has failed. */
static int settle_up(struct sink *sink, struct nats_link *link)
{
	count_safe(sink, link);
	if (link->state == NATS_UP)
		sink->error[0] = '\0';
	if (link->state != NATS_FAILED)
		return 0;
	sink_fail(sink, -EIO, "%s: %s", sink->name, link->error);
	return nats_link_again(link) ?: -EIO;
}

static long take(struct sink *sink, struct nats_link *link, const struct entry *entries, size_t nr)
{
	size_t bytes = link->window.bytes;
	long taken;

	if (!link->host) {
		link->host = strdup(entries[0].host);
		pthread_cond_signal(&link->wake);
	}
	if (link->state != NATS_UP)
		return 0;
	taken = nats_window_put(&link->window, entries, nr);
	if (taken > 0)
		pthread_cond_signal(&link->wake);
	sink->bytes += link->window.bytes - bytes;
	count_safe(sink, link);	/* what the stream has already is safe at once */
	return taken;
}

static long nats_put(struct sink *sink, const struct entry *entries, size_t nr)
{
	struct nats_link *link = sink->state;
	long result;

	pthread_mutex_lock(&link->lock);
	result = settle_up(sink, link);
	if (!result && nr)
		result = take(sink, link, entries, nr);
	pthread_mutex_unlock(&link->lock);
	return result;
}

static int nats_work(struct sink *sink)
{
	struct nats_link *link = sink->state;
	int err;

	pthread_mutex_lock(&link->lock);
	look(link);
	err = settle_up(sink, link);
	pthread_mutex_unlock(&link->lock);
	return err;
}

static bool all_safe(struct nats_link *link)
{
	bool safe;

	pthread_mutex_lock(&link->lock);
	nats_window_hurry(&link->window);
	pthread_cond_signal(&link->wake);
	safe = !link->window.nr;
	pthread_mutex_unlock(&link->lock);
	return safe;
}

static int nats_flush(struct sink *sink, int timeout_ms)
{
	struct nats_link *link = sink->state;
	uint64_t now, end = nats_now_ms() + timeout_ms;
	int err = nats_work(sink);

	while (!err && !all_safe(link)) {
		struct pollfd ready = { .fd = link->fd, .events = POLLIN };

		now = nats_now_ms();
		if (now >= end)
			return sink_fail(sink, -ETIMEDOUT, "%s: not all is stored after %d ms",
					 sink->name, timeout_ms);
		(void)poll(&ready, 1, end - now);
		err = nats_work(sink);
	}
	return err;
}

static void nats_close(struct sink *sink)
{
	if (sink->state)
		nats_link_close(take_ptr(sink->state));
	sink->fd = -1;
}

const struct sink_kind sink_nats = {
	.scheme = "nats",
	.where = "HOST[:PORT],...",
	.help = "NATS JetStream; stream=, subject=, replicas=, batch=",
	.open = nats_open,
	.put = nats_put,
	.work = nats_work,
	.flush = nats_flush,
	.close = nats_close,
};
#endif
