// SPDX-License-Identifier: GPL-2.0-only
/*
 * syslog:[PATH|HOST:PORT]: RFC 5424 messages, as datagrams to a socket of this machine or
 * by UDP, or over TCP. Over TCP what the receiver's kernel has confirmed is done.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "lines.h"
#include "cli/own.h"
#include "sink.h"
#include "socket.h"

#define SOCKET		"/dev/log"
#define RETRY_MS	1000
#define LOOK_MS		50	/* how often it is looked what TCP has confirmed */
#define MARKS		1024
#define USER		1	/* facility */
#define INFO		6	/* severity of what has none */
#define ENTERPRISE	"32473"	/* RFC 5612: for what has no number of its own */

static const char cut_mark[] = "...[cut]";

/* Up to which byte of the connection an entry is. */
struct mark {
	uint64_t end;
	uint64_t position;
};

struct syslog {
	char *to;
	bool inet;
	bool tcp;
	size_t size;		/* bytes of a message at most */
	struct lines line;	/* that is made, or not yet wholly written (TCP) */
	size_t written;
	uint64_t position;	/* of @line; 0: none waits */
	uint64_t sent;		/* bytes of the connection */
	struct mark marks[MARKS];
	size_t first;
	size_t nr;
};

/* A name of the header: no blanks, printable; "-" for nothing. */
static void word(struct lines *line, const char *text, size_t max)
{
	for (size_t i = 0; text[i] && i < max; i++) {
		char c = text[i] > ' ' && text[i] < 0x7f ? text[i] : '_';

		lines_put(line, &c, 1);
	}
	if (!*text)
		lines_put(line, "-", 1);
}

static void param(struct lines *line, const char *name, const char *value)
{
	lines_put(line, " ", 1);
	lines_str(line, name);
	lines_put(line, "=\"", 2);
	for (; *value; value++) {
		if (strchr("\"\\]", *value))
			lines_put(line, "\\", 1);
		lines_put(line, value, 1);
	}
	lines_put(line, "\"", 1);
}

static void param_number(struct lines *line, const char *name, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	param(line, name, text);
}

static void header(struct lines *line, const struct entry *entry)
{
	time_t second = entry->time_ns / 1000000000;
	char when[32], text[64];
	struct tm tm;

	strftime(when, sizeof(when), "%FT%T", gmtime_r(&second, &tm));
	snprintf(text, sizeof(text), "<%d>1 %s.%06uZ ",
		 USER * 8 + (entry->level < 0 ? INFO : entry->level), when,
		 (unsigned int)(entry->time_ns % 1000000000 / 1000));
	lines_str(line, text);
	word(line, entry->host, 255);
	lines_str(line, " kx/");
	word(line, entry->instance, 45);
	lines_str(line, " - ");
	word(line, entry->stream, 32);
}

static void structured(struct lines *line, const struct entry *entry)
{
	lines_str(line, " [kx@" ENTERPRISE);
	param(line, "id", entry->id);
	param(line, "instance", entry->instance);
	param(line, "extension", entry->extension);
	param(line, "stream", entry->stream);
	param_number(line, "cpu", entry->cpu);
	param_number(line, "nr", entry->nr);
	param_number(line, "boot_ns", entry->boot_ns);
	param_number(line, "lost", entry->lost);
	lines_str(line, "] ");
}

/* What is too long ends in the mark, between two characters. */
static void limit(struct lines *line, size_t size)
{
	size_t len = size - strlen(cut_mark);

	if (line->len <= size)
		return;
	while (len && ((unsigned char)line->buf[len] & 0xc0) == 0x80)
		len--;
	line->len = len;
	lines_str(line, cut_mark);
}

/* Over TCP the length comes before it (RFC 6587). */
static void count_before(struct lines *line)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%zu ", line->len);

	lines_put(line, text, len);
	if (line->failed)
		return;
	memmove(line->buf + len, line->buf, line->len - len);
	memcpy(line->buf, text, len);
}

static int make(struct syslog *log, const struct entry *entry)
{
	log->line.len = 0;
	header(&log->line, entry);
	structured(&log->line, entry);
	lines_str(&log->line, entry->text);
	if (!log->line.failed)
		limit(&log->line, log->size);
	if (log->tcp && !log->line.failed)
		count_before(&log->line);
	if (!log->line.failed)
		return 0;
	log->line.failed = false;
	return -ENOMEM;
}

static int gone(struct sink *sink, int err)
{
	struct syslog *log = sink->state;

	sink_close_fd(sink);
	sink->retry_ms = RETRY_MS;
	log->position = log->nr = log->sent = 0;
	return sink_fail(sink, err, "%s: %s: %s", sink->name, log->to, err == -ENXIO ?
			 "the name is not known" : strerror(-err));
}

static int connect_to(struct sink *sink)
{
	struct syslog *log = sink->state;
	int fd = log->inet ? socket_inet(log->to, log->tcp) : socket_unix(log->to);

	if (fd < 0)
		return gone(sink, fd);
	sink_use(sink, fd);
	sink->error[0] = '\0';
	return 0;
}

/* The rest of the line. Return: 1: all is written; 0: not yet; negative errno. */
static int write_line(struct sink *sink)
{
	struct syslog *log = sink->state;

	while (log->written < log->line.len) {
		ssize_t len = send(sink->fd, log->line.buf + log->written,
				   log->line.len - log->written, MSG_NOSIGNAL);

		if (len < 0 && (socket_full(errno) || errno == EINPROGRESS)) {
			sink->want_write = true;
			return 0;
		}
		if (len < 0)
			return -errno;
		log->written += len;
	}
	sink->bytes += log->line.len;
	return 1;
}

static void mark_add(struct sink *sink)
{
	struct syslog *log = sink->state;
	struct mark *mark = &log->marks[(log->first + log->nr++) % MARKS];

	log->sent += log->line.len;
	*mark = (struct mark){ log->sent, log->position };
	log->position = 0;
	sink->retry_ms = LOOK_MS;
}

/* What is no longer in the socket's buffer was confirmed. */
static int look(struct sink *sink)
{
	struct syslog *log = sink->state;
	ssize_t len;
	int left = 0;
	char byte;

	do	/* nobody answers syslog: what comes is the end, or of no meaning */
		len = recv(sink->fd, &byte, 1, MSG_DONTWAIT);
	while (len > 0);
	if (!len)
		return -EPIPE;
	if (errno != EAGAIN && errno != ENOTCONN)
		return -errno;
	if (ioctl(sink->fd, SIOCOUTQ, &left))
		return -errno;
	while (log->nr && log->marks[log->first].end + left <= log->sent + log->written) {
		sink->done = log->marks[log->first].position;
		log->first = (log->first + 1) % MARKS;
		log->nr--;
	}
	sink->retry_ms = log->nr ? LOOK_MS : -1;
	return 0;
}

/* As write_line(): the line, and what is to be done when it is out. */
static int push(struct sink *sink)
{
	struct syslog *log = sink->state;
	int result = write_line(sink);

	if (result <= 0)
		return result;
	log->written = 0;
	if (log->tcp) {
		mark_add(sink);
		return 1;
	}
	sink->done = log->position;
	log->position = 0;
	return 1;
}

static int syslog_work(struct sink *sink)
{
	struct syslog *log = sink->state;
	int err;

	sink->want_write = false;
	if (sink->fd < 0)
		return connect_to(sink);
	err = log->position ? push(sink) : 0;
	if (err >= 0 && log->tcp)
		err = look(sink);
	return err < 0 ? gone(sink, err) : 0;
}

static long syslog_put(struct sink *sink, const struct entry *entries, size_t nr)
{
	struct syslog *log = sink->state;
	size_t i;

	for (i = 0; i < nr; i++) {
		int result;

		if (sink->fd < 0 || log->position || log->nr == MARKS)
			break;
		result = make(log, &entries[i]);
		if (result)
			return i ? (long)i : result;
		log->position = entries[i].position;
		result = push(sink);
		if (result < 0)
			return gone(sink, result);
		if (!result && !log->tcp) {
			log->position = 0;	/* nothing of it went: it comes again */
			break;
		}
	}
	if (log->tcp && sink->fd >= 0) {
		int err = look(sink);

		if (err)
			return gone(sink, err);
	}
	return i;
}

static int option(struct sink *sink, const char *key, const char *value)
{
	struct syslog *log = sink->state;
	char *end;

	if (!value && !strcmp(key, "tcp") && log->inet) {
		log->tcp = true;
		return 0;
	}
	if (value && !strcmp(key, "size")) {
		log->size = strtoul(value, &end, 10);
		if (*value >= '0' && *value <= '9' && !*end && log->size >= 480 &&
		    log->size <= 65000)
			return 0;
	}
	return sink_fail(sink, -EINVAL, "%s: \"%.40s\": tcp, with HOST:PORT, or size=480 to size=65000 is expected",
			 sink->name, key);
}

static int options(struct sink *sink, const char *where)
{
	struct syslog *log = sink->state;
	const char *key, *value;
	char buf[512];
	int err = 0;

	/* The first is where; it may be empty. */
	log->to = strndup(where, strcspn(where, ","));
	if (log->to && !*log->to) {
		free(log->to);
		log->to = strdup(SOCKET);
	}
	if (!log->to)
		return -ENOMEM;
	where += strcspn(where, ",");
	where += *where == ',';
	log->inet = *log->to != '/';
	while (!err && where_next(&where, buf, sizeof(buf), &key, &value))
		err = option(sink, key, value);
	if (!err && log->inet && (!strchr(log->to, ':') || strpbrk(log->to, "/ ")))
		err = sink_fail(sink, -EINVAL, "%s: HOST:PORT or the path of a socket is expected",
				sink->name);
	if (!log->size)
		log->size = log->inet && !log->tcp ? 2048 : 8192;
	return err;
}

static int syslog_flush(struct sink *sink, int timeout_ms)
{
	struct syslog *log = sink->state;

	for (; timeout_ms > 0 && (log->nr || log->position); timeout_ms -= LOOK_MS) {
		int err = syslog_work(sink);

		if (err || !(log->nr || log->position))
			return err;
		nanosleep(&(struct timespec){ .tv_nsec = LOOK_MS * 1000000 }, NULL);
	}
	if (log->nr || log->position)
		return sink_fail(sink, -ETIMEDOUT, "%s: not all is confirmed", sink->name);
	return sink->error[0] ? -EIO : 0;
}

static void syslog_close(struct sink *sink)
{
	struct syslog *log = take_ptr(sink->state);

	sink_close_fd(sink);
	if (!log)
		return;
	lines_done(&log->line);
	free(log->to);
	free(log);
}

static int syslog_open(struct sink *sink, const char *where)
{
	int err;

	sink->state = calloc(1, sizeof(struct syslog));
	if (!sink->state)
		return -ENOMEM;
	err = options(sink, where);
	if (err)
		syslog_close(sink);
	else
		(void)connect_to(sink);
	return err;
}

const struct sink_kind sink_syslog = {
	.scheme = "syslog",
	.where = "[PATH|HOST:PORT]",
	.help = "RFC 5424: to /dev/log, by UDP, or TCP: HOST:PORT,tcp",
	.open = syslog_open,
	.put = syslog_put,
	.work = syslog_work,
	.flush = syslog_flush,
	.close = syslog_close,
};
