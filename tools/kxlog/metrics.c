// SPDX-License-Identifier: GPL-2.0-only
/* The account in the text format of Prometheus, over HTTP; one loop, no threads. */
#ifdef HAVE_MICROHTTPD
#include "metrics.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "lines.h"
#include "cli/own.h"
#include "cli/tell.h"

#define CONNECTIONS	16
#define TIMEOUT_S	5
#define TICK_S		1	/* how often it is looked for connections that take too long */

struct metrics {
	struct MHD_Daemon *daemon;
	metrics_fn fill;
	void *ctx;
	int fd;			/* epoll: the daemon's, and the timer */
	int timer;
};

static const char page[] =
	"kxlog: the account, and what instances count, is at /metrics, in the text format of "
	"Prometheus.\n";

/* One number of the account, of the whole or of each sink. */
struct row {
	const char *name;
	const char *type;
	const char *help;
	uint64_t (*of_all)(const struct account *account);
	uint64_t (*of_sink)(const struct sink *sink);
};

#define ALL(name, member)						\
	static uint64_t name(const struct account *account)		\
	{								\
		return account->member;					\
	}
#define SINK(name, expression)						\
	static uint64_t name(const struct sink *sink)			\
	{								\
		return expression;					\
	}

ALL(streams, streams)
ALL(seen, seen)
ALL(spooled, spooled)
ALL(refused, refused)
ALL(passed, passed)
ALL(lost, lost)
ALL(damaged, damaged)
ALL(spool_bytes, spool_bytes)
ALL(spool_size, spool_size)
ALL(segments, segments)
ALL(exporters, exports->instances)
ALL(export_refused, exports->refused)
ALL(export_failures, exports->failures)
SINK(sink_records, sink->records)
SINK(sink_delivered, sink->delivered)
SINK(sink_bytes, sink->bytes)
SINK(sink_dropped, sink->dropped)
SINK(sink_passed, sink->passed)
SINK(sink_failures, sink->failures)
SINK(sink_lag, sink->waiting)
SINK(sink_up, !sink->error[0])

static const struct row rows[] = {
	{ "kxlog_streams", "gauge", "Streams that are followed.", streams },
	{ "kxlog_records_total", "counter", "Records that the streams handed over.", seen },
	{ "kxlog_spooled_total", "counter", "Records that were written to the spool.", spooled },
	{ "kxlog_refused_total", "counter", "Records that found no room in the spool.", refused },
	{ "kxlog_passed_total", "counter", "Messages less urgent than what is wanted.", passed },
	{ "kxlog_lost_total", "counter",
	  "Records that were overwritten or dropped before they were read.", lost },
	{ "kxlog_damaged_total", "counter", "Records of the spool that were found damaged.",
	  damaged },
	{ "kxlog_spool_bytes", "gauge", "What the spool takes.", spool_bytes },
	{ "kxlog_spool_limit_bytes", "gauge", "What the spool may take.", spool_size },
	{ "kxlog_spool_segments", "gauge", "Files of the spool.", segments },
	{ "kxlog_exporters", "gauge", "Instances that have metrics of their own.", exporters },
	{ "kxlog_export_refused_total", "counter",
	  "Lines of such metrics that were not of the format.", export_refused },
	{ "kxlog_export_failures_total", "counter", "Failures to read such metrics.",
	  export_failures },
	{ "kxlog_sink_records_total", "counter",
	  "Records that were handed to the sink, also those that came again.", NULL, sink_records },
	{ "kxlog_sink_delivered_total", "counter", "Records that are safe with the sink.", NULL,
	  sink_delivered },
	{ "kxlog_sink_bytes_total", "counter", "Bytes that were handed to the sink.", NULL,
	  sink_bytes },
	{ "kxlog_sink_dropped_total", "counter",
	  "Records that the sink never got: the spool was full, or damaged.", NULL, sink_dropped },
	{ "kxlog_sink_passed_total", "counter", "Messages less urgent than the sink wants.", NULL,
	  sink_passed },
	{ "kxlog_sink_failures_total", "counter", "Failures of the sink.", NULL, sink_failures },
	{ "kxlog_sink_lag_records", "gauge", "Records in the spool that the sink does not have.",
	  NULL, sink_lag },
	{ "kxlog_sink_up", "gauge", "1 when all is well with the sink, 0 after a failure.", NULL,
	  sink_up },
};

static void label(struct lines *out, const char *value)
{
	for (; *value; value++) {
		if (*value == '\n')
			lines_str(out, "\\n");
		else if (*value == '"' || *value == '\\')
			lines_put(out, (char[]){ '\\', *value }, 2);
		else
			lines_put(out, value, 1);
	}
}

static void value_put(struct lines *out, const char *name, const struct sink *sink, uint64_t value)
{
	lines_str(out, name);
	if (sink) {
		lines_str(out, "{sink=\"");
		label(out, sink->name);
		lines_str(out, "\"}");
	}
	lines_put(out, " ", 1);
	lines_number(out, value);
	lines_put(out, "\n", 1);
}

static void row_put(struct lines *out, const struct row *row, const struct account *account)
{
	const char *const heads[] = {
		"# HELP ", row->name, " ", row->help, "\n# TYPE ", row->name, " ", row->type, "\n",
	};

	if (row->of_sink && !account->nr_sinks)
		return;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		lines_str(out, heads[i]);
	if (row->of_all)
		value_put(out, row->name, NULL, row->of_all(account));
	for (size_t i = 0; row->of_sink && i < account->nr_sinks; i++)
		value_put(out, row->name, account->sinks[i], row->of_sink(account->sinks[i]));
}

static struct MHD_Response *account_make(struct metrics *metrics)
{
	struct MHD_Response *response = NULL;
	struct exposition exported = {};
	struct account account = {};
	struct lines out = {};

	metrics->fill(metrics->ctx, &account, &exported);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		row_put(&out, &rows[i], &account);
	exposition_put(&exported, &out);
	if (!out.failed && !exported.failed)
		response = MHD_create_response_from_buffer(out.len, out.buf,
							   MHD_RESPMEM_MUST_COPY);
	lines_done(&out);
	exposition_done(&exported);
	return response;
}

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned int status,
			      struct MHD_Response *response, const char *type)
{
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result say(struct MHD_Connection *connection, unsigned int status,
			   const char *text)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(strlen(text), (void *)text,
						MHD_RESPMEM_PERSISTENT);

	return answer(connection, status, response, "text/plain; charset=utf-8");
}

static enum MHD_Result request(void *ctx, struct MHD_Connection *connection, const char *url,
			       const char *method, const char *version, const char *body,
			       size_t *body_len, void **state)
{
	(void)version, (void)body, (void)state;
	if (*body_len) {	/* nobody wants it */
		*body_len = 0;
		return MHD_YES;
	}
	if (strcmp(method, "GET") && strcmp(method, "HEAD"))
		return say(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "Only GET is answered.\n");
	if (!strcmp(url, "/"))
		return say(connection, MHD_HTTP_OK, page);
	if (strcmp(url, "/metrics"))
		return say(connection, MHD_HTTP_NOT_FOUND, "There is /metrics only.\n");
	return answer(connection, MHD_HTTP_OK, account_make(ctx),
		      "text/plain; version=0.0.4; charset=utf-8");
}

/* "PORT", "ADDR:PORT" or "[ADDR]:PORT"; without an address it is loopback. */
static int address(const char *where, struct sockaddr_storage *out)
{
	struct addrinfo wish = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	}, *found;
	const char *colon = strrchr(where, ':'), *port = colon ? colon + 1 : where;
	char host[64] = "127.0.0.1";
	size_t len = colon ? colon - where : 0;

	if (len >= sizeof(host) || !*port || strspn(port, "0123456789") != strlen(port) ||
	    strlen(port) > 5 || atoi(port) > 65535)
		return -EINVAL;
	if (len && *where == '[' && colon[-1] == ']')
		snprintf(host, sizeof(host), "%.*s", (int)len - 2, where + 1);
	else if (len)
		snprintf(host, sizeof(host), "%.*s", (int)len, where);
	if (getaddrinfo(host, port, &wish, &found))
		return -EINVAL;
	memcpy(out, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return 0;
}

/* Bound here, as the daemon does not say what is wrong. */
static int listen_at(const struct sockaddr_storage *at)
{
	_cleanup_close_ int fd = socket(at->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
					0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) ||
	    bind(fd, (const struct sockaddr *)at, sizeof(*at)) || listen(fd, CONNECTIONS))
		return -errno;
	return take_fd(fd);
}

/* Wakes also when nobody writes any more: then the daemon ends what is too slow. */
static int poll_both(struct metrics *metrics)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(metrics->daemon,
							       MHD_DAEMON_INFO_EPOLL_FD);
	struct itimerspec tick = { .it_interval.tv_sec = TICK_S, .it_value.tv_sec = TICK_S };
	struct epoll_event in = { .events = EPOLLIN };

	metrics->fd = epoll_create1(EPOLL_CLOEXEC);
	metrics->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (!info || metrics->fd < 0 || metrics->timer < 0 ||
	    timerfd_settime(metrics->timer, 0, &tick, NULL) ||
	    epoll_ctl(metrics->fd, EPOLL_CTL_ADD, metrics->timer, &in) ||
	    epoll_ctl(metrics->fd, EPOLL_CTL_ADD, info->epoll_fd, &in))
		return errno ? -errno : -EIO;
	return 0;
}

static void metrics_free(struct metrics **at)
{
	struct metrics *metrics = *at;

	if (!metrics)
		return;
	if (metrics->daemon)
		MHD_stop_daemon(metrics->daemon);
	own_close(&metrics->timer);
	own_close(&metrics->fd);
	free(metrics);
}

static int daemon_start(struct metrics *metrics, const struct sockaddr_storage *at)
{
	_cleanup_close_ int fd = listen_at(at);

	if (fd < 0)
		return fd;
	errno = 0;
	metrics->daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, request, metrics,
					   MHD_OPTION_LISTEN_SOCKET, fd,
					   MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS,
					   MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT_S,
					   MHD_OPTION_END);
	if (!metrics->daemon)
		return errno ? -errno : -EIO;
	(void)take_fd(fd);
	return poll_both(metrics);
}

int metrics_open(const char *where, metrics_fn fill, void *ctx, struct metrics **out)
{
	_cleanup_(metrics_free) struct metrics *metrics = calloc(1, sizeof(*metrics));
	struct sockaddr_storage at = {};
	int err = address(where, &at);

	if (err) {
		tell("--metrics %s: not an address; ADDR:PORT is expected, or PORT of loopback",
		     where);
		return err;
	}
	if (!metrics) {
		tell("out of memory");
		return -ENOMEM;
	}
	metrics->fd = metrics->timer = -1;
	metrics->fill = fill;
	metrics->ctx = ctx;
	err = daemon_start(metrics, &at);
	if (err) {
		tell("--metrics %s: cannot listen: %s", where, strerror(-err));
		return err;
	}
	*out = take_ptr(metrics);
	return 0;
}

int metrics_fd(const struct metrics *metrics)
{
	return metrics->fd;
}

void metrics_work(struct metrics *metrics)
{
	uint64_t ticks;

	(void)!read(metrics->timer, &ticks, sizeof(ticks));
	MHD_run(metrics->daemon);
}

void metrics_close(struct metrics *metrics)
{
	metrics_free(&metrics);
}
#endif
