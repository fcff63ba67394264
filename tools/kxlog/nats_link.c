// SPDX-License-Identifier: GPL-2.0-only
/* The thread that talks to NATS: its life, and what it sends. */
#ifdef HAVE_NATS
#include "nats_link.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "cli/own.h"

#define RETRY_MIN_MS	100
#define RETRY_MAX_MS	1000
#define LOOK_MS		500	/* how often it is looked for messages that wait too long */
#define ACK_MS		4000	/* a message without an answer for so long is a failure */

uint64_t nats_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

/* With the lock, which is given up meanwhile; may end early. */
static void wait_for(struct nats_link *link, unsigned int ms)
{
	struct timespec end;

	if (link->stop)
		return;
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += ms / 1000;
	end.tv_nsec += ms % 1000 * 1000000;
	if (end.tv_nsec >= 1000000000) {
		end.tv_sec++;
		end.tv_nsec -= 1000000000;
	}
	pthread_cond_timedwait(&link->wake, &link->lock, &end);
}

/* With the lock. The first sentence is kept, the connection is useless from now on. */
static void break_va(struct nats_link *link, const char *fmt, va_list ap)
{
	if (link->broken)
		return;
	link->broken = true;
	vsnprintf(link->error, sizeof(link->error), fmt, ap);
	pthread_cond_signal(&link->wake);
}

__attribute__((format(printf, 2, 3)))
static void give_up(struct nats_link *link, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	break_va(link, fmt, ap);
	va_end(ap);
}

int nats_link_fail(struct nats_link *link, const char *fmt, ...)
{
	va_list ap;

	pthread_mutex_lock(&link->lock);
	va_start(ap, fmt);
	break_va(link, fmt, ap);
	va_end(ap);
	pthread_mutex_unlock(&link->lock);
	return -EIO;
}

static void wake_main(struct nats_link *link)
{
	if (!link->woken)
		(void)!write(link->fd, &(uint64_t){ 1 }, sizeof(uint64_t));
	link->woken = true;
}

/* A thread of libnats calls this for each message, once. */
void nats_link_answered(jsCtx *js, natsMsg *msg, jsPubAck *ack, jsPubAckErr *refused,
			void *closure)
{
	struct nats_link *link = closure;
	const char *id = NULL;

	(void)ack;
	natsMsgHeader_Get(msg, "Nats-Msg-Id", &id);
	pthread_mutex_lock(&link->lock);
	if (js == link->js && refused) {
		give_up(link, "not stored: %s", refused->ErrText && *refused->ErrText ?
				refused->ErrText : natsStatus_GetText(refused->Err));
	} else if (js == link->js && id) {
		nats_window_safe(&link->window, id);
		link->progress = true;
		if (!nats_window_waits(&link->window) || nats_window_some_safe(&link->window))
			wake_main(link);
		if (link->window.under_way < NATS_EAGER)
			pthread_cond_signal(&link->wake);
	}
	pthread_mutex_unlock(&link->lock);
	natsMsg_Destroy(msg);
}

static natsMsg *message_make(const struct nats_message *message)
{
	char position[24], records[24];
	natsMsg *msg;

	if (natsMsg_Create(&msg, message->subject, NULL, message->text.buf, message->text.len))
		return NULL;
	snprintf(position, sizeof(position), "%llu", (unsigned long long)message->last);
	snprintf(records, sizeof(records), "%zu", message->records);
	if (natsMsgHeader_Set(msg, "Nats-Msg-Id", message->id) ||
	    natsMsgHeader_Set(msg, "Kx-Position", position) ||
	    (message->batch && natsMsgHeader_Set(msg, "Kx-Records", records))) {
		natsMsg_Destroy(msg);
		return NULL;
	}
	return msg;
}

/* Send one message, without the lock: that may take its time. */
static void send_one(struct nats_link *link, const struct nats_message *message)
{
	natsMsg *msg = message_make(message);
	natsStatus status = NATS_NO_MEMORY;

	if (msg) {
		pthread_mutex_unlock(&link->lock);
		status = js_PublishMsgAsync(link->js, &msg, NULL);
		pthread_mutex_lock(&link->lock);
	}
	natsMsg_Destroy(msg);
	if (status)
		give_up(link, "cannot be sent: %s", natsStatus_GetText(status));
}

static void send_all(struct nats_link *link)
{
	while (!link->stop && !link->broken) {
		uint64_t now = nats_now_ms(), since = nats_window_waits(&link->window);
		struct nats_message *message = nats_window_next(&link->window, now);

		if (message)
			send_one(link, message);
		else if (since && now - since > ACK_MS)
			give_up(link, "no answer for %d seconds", ACK_MS / 1000);
		else
			wait_for(link, LOOK_MS);
	}
}

/* Until the first record is there, it is not known whose records the stream may have. */
static void wait_host(struct nats_link *link)
{
	while (!link->stop && !link->broken && !link->host)
		wait_for(link, LOOK_MS);
}

/* Without the lock, as all these calls wait for answers. */
static int prepare(struct nats_link *link)
{
	return nats_link_connect(link) ?: nats_link_stream(link);
}

static void session(struct nats_link *link)
{
	int err;

	pthread_mutex_unlock(&link->lock);
	err = prepare(link);
	pthread_mutex_lock(&link->lock);
	if (!err)
		wait_host(link);
	if (err || link->stop || link->broken)
		return;
	pthread_mutex_unlock(&link->lock);
	err = nats_link_tail(link);
	pthread_mutex_lock(&link->lock);
	if (err || link->stop || link->broken)
		return;
	link->state = NATS_UP;
	link->error[0] = '\0';
	wake_main(link);
	send_all(link);
}

/* Not with the lock: a thread of libnats may be waiting for it. */
static void disconnect(struct nats_link *link)
{
	natsConnection *nc = take_ptr(link->nc);
	jsCtx *js = take_ptr(link->js);

	pthread_mutex_unlock(&link->lock);
	jsCtx_Destroy(js);
	natsConnection_Destroy(nc);
	pthread_mutex_lock(&link->lock);
}

static void wait_ms(struct nats_link *link, unsigned int ms)
{
	uint64_t now, end = nats_now_ms() + ms;

	while (!link->stop && (now = nats_now_ms()) < end)
		wait_for(link, end - now);
}

bool nats_link_pause(struct nats_link *link, unsigned int ms)
{
	bool stop;

	pthread_mutex_lock(&link->lock);
	wait_ms(link, ms);
	stop = link->stop;
	pthread_mutex_unlock(&link->lock);
	return !stop;
}

static void *run(void *arg)
{
	struct nats_link *link = arg;
	unsigned int retry_ms = RETRY_MIN_MS;

	pthread_mutex_lock(&link->lock);
	while (!link->stop) {
		link->broken = link->progress = false;
		session(link);
		disconnect(link);
		if (link->stop)
			break;
		link->state = NATS_FAILED;
		wake_main(link);
		while (!link->stop && link->state == NATS_FAILED)
			wait_for(link, LOOK_MS);
		retry_ms = link->progress ? RETRY_MIN_MS : retry_ms * 2;
		if (retry_ms > RETRY_MAX_MS)
			retry_ms = RETRY_MAX_MS;
		wait_ms(link, retry_ms);
	}
	pthread_mutex_unlock(&link->lock);
	return NULL;
}

int nats_link_again(struct nats_link *link)
{
	int err = nats_window_again(&link->window);

	if (err)
		return err;
	link->state = NATS_DOWN;
	pthread_cond_signal(&link->wake);
	return 0;
}

static int cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;
	int err = pthread_condattr_init(&attr);

	if (err)
		return -err;
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	err = pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
	return -err;
}

static void link_free(struct nats_link **at)
{
	struct nats_link *link = *at;

	if (!link)
		return;
	if (link->fd >= 0)
		close(link->fd);
	nats_window_free(&link->window);
	free(link);
}

/* Signals are for the main thread. */
static int thread_start(struct nats_link *link)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&link->thread, NULL, run, link);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

int nats_link_open(struct nats_link **out, struct nats_config *config)
{
	_cleanup_(link_free) struct nats_link *link = calloc(1, sizeof(*link));
	int err;

	if (!link)
		return -ENOMEM;
	link->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (link->fd < 0)
		return -errno;
	err = nats_window_init(&link->window, config->subject, config->batch);
	if (err)
		return err;
	pthread_mutex_init(&link->lock, NULL);
	err = cond_init(&link->wake);
	if (err)
		return err;
	link->config = *config;
	err = thread_start(link);
	if (err)
		return err;
	*config = (struct nats_config){};
	*out = take_ptr(link);
	return 0;
}

/* What is closed is still known here, so that nobody takes it for lost. */
static struct nats_link *links;

void nats_link_close(struct nats_link *link)
{
	pthread_mutex_lock(&link->lock);
	link->stop = true;
	pthread_cond_signal(&link->wake);
	pthread_mutex_unlock(&link->lock);
	pthread_join(link->thread, NULL);
	pthread_mutex_lock(&link->lock);
	nats_window_free(&link->window);
	nats_config_free(&link->config);
	free(take_ptr(link->host));
	close(take_fd(link->fd));
	pthread_mutex_unlock(&link->lock);
	link->next = links;
	links = link;
}
#endif
