// SPDX-License-Identifier: GPL-2.0-only
/*
 * journal:[SOCKET]: the journal of systemd, by its native protocol, as sd_journal_sendv()
 * speaks it; that function would wait for a journal that is slow.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/own.h"
#include "sink.h"
#include "socket.h"

#define SOCKET		"/run/systemd/journal/socket"
#define RETRY_MS	1000
#define PRIORITY	6	/* of what has no level: info */

struct journal {
	char *path;
	char *data;		/* the datagram that is being made */
	size_t len;
	size_t size;
};

/* A value with a line feed would end early: those have their length before them. */
static void field(FILE *out, const char *name, const char *value)
{
	size_t len = strlen(value);
	uint64_t size = htole64(len);

	if (!strchr(value, '\n')) {
		fprintf(out, "%s=%s\n", name, value);
		return;
	}
	fprintf(out, "%s\n", name);
	fwrite(&size, sizeof(size), 1, out);
	fwrite(value, 1, len, out);
	fputc('\n', out);
}

static void number(FILE *out, const char *name, uint64_t value)
{
	fprintf(out, "%s=%llu\n", name, (unsigned long long)value);
}

static void fields(FILE *out, const struct entry *entry)
{
	field(out, "MESSAGE", entry->text);
	number(out, "PRIORITY", entry->level < 0 ? PRIORITY : entry->level);
	fprintf(out, "SYSLOG_IDENTIFIER=kx/%s\n", entry->instance);
	field(out, "KX_ID", entry->id);
	field(out, "KX_HOST", entry->host);
	field(out, "KX_INSTANCE", entry->instance);
	field(out, "KX_EXTENSION", entry->extension);
	field(out, "KX_STREAM", entry->stream);
	number(out, "KX_KMID", entry->kmid);
	number(out, "KX_GENERATION", entry->generation);
	number(out, "KX_CPU", entry->cpu);
	number(out, "KX_NR", entry->nr);
	number(out, "KX_BOOT_NS", entry->boot_ns);
	number(out, "KX_TIME_NS", entry->time_ns);
	number(out, "KX_LOST", entry->lost);
	if (entry->json)
		field(out, "KX_EVENT", entry->json);
}

static void stream_close(FILE **file)
{
	if (*file)
		fclose(*file);
}

static int datagram(struct journal *journal, const struct entry *entry)
{
	_cleanup_(stream_close) FILE *out = NULL;

	free(take_ptr(journal->data));
	out = open_memstream(&journal->data, &journal->len);
	if (!out)
		return -errno;
	fields(out, entry);
	return fflush(out) ? -ENOMEM : 0;
}

/* What is too long for a datagram goes as a sealed file. */
static int send_file(int fd, const char *data, size_t len)
{
	_cleanup_close_ int file = memfd_create("kxlog", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {};
	struct msghdr msg = { .msg_control = &control, .msg_controllen = sizeof(control) };

	if (file < 0 || write(file, data, len) != (ssize_t)len ||
	    fcntl(file, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE))
		return -errno;
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.head), &file, sizeof(int));
	return sendmsg(fd, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int send_one(struct sink *sink, const struct entry *entry)
{
	struct journal *journal = sink->state;
	int err = datagram(journal, entry);

	if (err)
		return err;
	if (send(sink->fd, journal->data, journal->len, MSG_NOSIGNAL) < 0)
		err = errno == EMSGSIZE ? send_file(sink->fd, journal->data, journal->len) : -errno;
	if (err)
		return err;
	sink->done = entry->position;
	sink->bytes += journal->len;
	return 0;
}

static int gone(struct sink *sink, int err)
{
	struct journal *journal = sink->state;

	sink_close_fd(sink);
	sink->retry_ms = RETRY_MS;
	return sink_fail(sink, err, "%s: %s: the journal does not take it: %s", sink->name,
			 journal->path, strerror(-err));
}

static int journal_work(struct sink *sink)
{
	struct journal *journal = sink->state;
	int fd;

	sink->want_write = false;
	if (sink->fd >= 0)
		return 0;
	fd = socket_unix(journal->path);
	if (fd < 0)
		return gone(sink, fd);
	sink_use(sink, fd);
	sink->error[0] = '\0';
	return 0;
}

static long journal_put(struct sink *sink, const struct entry *entries, size_t nr)
{
	if (sink->fd < 0)
		return 0;
	for (size_t i = 0; i < nr; i++) {
		int err = send_one(sink, &entries[i]);

		if (err && socket_full(-err)) {
			sink->want_write = true;
			return i;
		}
		if (err)
			return gone(sink, err);
	}
	return nr;
}

/* What was sent is with the journal. */
static int journal_flush(struct sink *sink, int timeout_ms)
{
	(void)timeout_ms;
	return sink->error[0] ? -EIO : 0;
}

static void journal_close(struct sink *sink)
{
	struct journal *journal = take_ptr(sink->state);

	sink_close_fd(sink);
	if (!journal)
		return;
	free(journal->path);
	free(journal->data);
	free(journal);
}

static int journal_open(struct sink *sink, const char *where)
{
	struct journal *journal;

	if (strchr(where, ','))
		return sink_fail(sink, -EINVAL, "%s: \"%.80s\": there are no options, but level=",
				 sink->name, where);
	journal = calloc(1, sizeof(*journal));
	if (!journal)
		return -ENOMEM;
	sink->state = journal;
	journal->path = strdup(*where ? where : SOCKET);
	if (!journal->path) {
		journal_close(sink);
		return -ENOMEM;
	}
	(void)journal_work(sink);
	return 0;
}

const struct sink_kind sink_journal = {
	.scheme = "journal",
	.where = "[SOCKET]",
	.help = "the journal of systemd, with fields KX_...",
	.open = journal_open,
	.put = journal_put,
	.work = journal_work,
	.flush = journal_flush,
	.close = journal_close,
};
