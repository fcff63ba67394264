// SPDX-License-Identifier: GPL-2.0-only
/* kx feed: lines or records of a file into an intake. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "find.h"
#include "cli/json.h"
#include "cli/own.h"
#include "verb.h"

#define LINE_MAX_LEN	(64 * 1024)	/* JSON of 256 bytes is far shorter */
#define PROGRESS_NS	200000000ULL

static struct {
	bool json;
	bool raw;
	bool strict;
} config;

static const struct flag flags[] = {
	{ "strict", 's', "stop at the first wrong line", &config.strict },
	{ "raw", 'r', "records as they are in memory, not lines", &config.raw },
	{ "json", 'j', "the account as a JSON object", &config.json },
	{ NULL },
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

struct feed {
	struct kx *kx;
	struct kx_intake *intake;
	const char *from;	/* in sentences */
	int fd;
	char *bytes;		/* what was read and not used up yet */
	size_t begin;
	size_t end;
	bool at_end;
	bool waits;		/* something was put since the last flush */
	uint64_t line;
	uint64_t fed;
	uint64_t wrong;
	uint64_t taken;
	uint64_t refused;
	uint64_t before_taken;	/* of what an earlier writer had left */
	uint64_t before_refused;
	bool shows;
	uint64_t shown_ns;
};

static void feed_done(struct feed *feed)
{
	kx_intake_close(feed->intake);
	free(feed->bytes);
	if (feed->fd > STDIN_FILENO)
		close(feed->fd);
}

static int flush(struct feed *feed)
{
	int err = kx_intake_flush(feed->intake, &feed->taken, &feed->refused);

	feed->taken -= feed->before_taken;
	feed->refused -= feed->before_refused;
	feed->waits = false;
	return err ? tell("%s", kx_error(feed->kx)) : DONE;
}

static void progress(struct feed *feed, bool last)
{
	struct timespec now;
	uint64_t ns;

	if (!feed->shows || (feed->fed & 1023 && !last))
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	ns = now.tv_sec * 1000000000ULL + now.tv_nsec;
	if (!feed->shown_ns)
		feed->shown_ns = ns;
	if (last)
		fputs("\r\033[K", stderr);
	else if (ns - feed->shown_ns >= PROGRESS_NS) {
		fprintf(stderr, "\rfed %" PRIu64, feed->fed);
		feed->shown_ns = ns;
	}
}

/* More bytes behind those that are there. Who sends them by and by sees them taken. */
static int fill(struct feed *feed)
{
	struct pollfd ready = { .fd = feed->fd, .events = POLLIN };
	ssize_t got;

	memmove(feed->bytes, feed->bytes + feed->begin, feed->end - feed->begin);
	feed->end -= feed->begin;
	feed->begin = 0;
	if (feed->waits && !poll(&ready, 1, 0) && flush(feed))
		return FAILED;
	got = stopped ? 0 : read(feed->fd, feed->bytes + feed->end, LINE_MAX_LEN - feed->end);
	if (got < 0 && errno == EINTR)
		return DONE;
	if (got < 0)
		return tell("%s: cannot be read: %s", feed->from, strerror(errno));
	feed->end += got;
	feed->at_end = !got;
	return DONE;
}

static int told_wrong(struct feed *feed, const char *why)
{
	feed->wrong++;
	progress(feed, true);
	tell("%s: %s %" PRIu64 ": %s", feed->from, config.raw ? "record" : "line", feed->line, why);
	return config.strict ? FAILED : DONE;
}

/* Is it about this record, or about all that follow? */
static bool is_about_record(int err)
{
	return err == -EINVAL || err == -ERANGE || err == -ENOENT;
}

/* Empty, or a comment; where such a line is a record, it is one. */
static bool is_passed_over(const char *line)
{
	const char *first = line + strspn(line, " \t\r");

	return !*first || *first == '#';
}

static int put(struct feed *feed, char *at, size_t len)
{
	int err;

	feed->line++;
	if (!config.raw && strlen(at) != len)
		return told_wrong(feed, "has a zero byte");
	err = config.raw ? kx_intake_put(feed->intake, at, len) :
			   kx_intake_put_text(feed->intake, at);
	if (!err) {
		feed->fed++;
		feed->waits = true;
		progress(feed, false);
		return DONE;
	}
	if (is_about_record(err) && !config.raw && is_passed_over(at))
		return DONE;
	if (is_about_record(err))
		return told_wrong(feed, kx_error(feed->kx));
	return tell("%s", kx_error(feed->kx));
}

/* The rest of a line that is longer than any record. */
static int skip_line(struct feed *feed)
{
	int status = DONE;

	feed->line++;
	while (!status && !feed->at_end && !memchr(feed->bytes, '\n', feed->end)) {
		feed->end = feed->begin = 0;
		status = fill(feed);
	}
	if (!feed->at_end) {
		char *end = memchr(feed->bytes, '\n', feed->end);

		feed->begin = end ? (size_t)(end + 1 - feed->bytes) : feed->end;
	}
	return status ? status : told_wrong(feed, "is too long");
}

static int put_lines(struct feed *feed)
{
	int status = DONE;

	while (!status && !stopped) {
		char *from = feed->bytes + feed->begin;
		char *end = memchr(from, '\n', feed->end - feed->begin);

		if (!end && !feed->at_end) {
			status = feed->end - feed->begin == LINE_MAX_LEN ? skip_line(feed) :
									    fill(feed);
			continue;
		}
		if (!end && feed->begin == feed->end)
			break;
		end = end ? end : feed->bytes + feed->end;
		*end = '\0';
		feed->begin = end - feed->bytes + (end < feed->bytes + feed->end);
		status = put(feed, from, end - from);
	}
	return status;
}

static int put_records(struct feed *feed)
{
	size_t len = kx_intake_size(feed->intake);
	int status = DONE;

	while (!status && !stopped) {
		size_t there = feed->end - feed->begin;

		if (there < len && !feed->at_end) {
			status = fill(feed);
			continue;
		}
		if (!there)
			break;
		if (there < len) {
			feed->line++;
			return told_wrong(feed, "is cut off at the end of the file");
		}
		feed->begin += len;
		status = put(feed, feed->bytes + feed->begin - len, len);
	}
	return status;
}

static void account_json(const struct feed *feed, const struct kx_status *status,
			 const char *name, uint64_t waiting)
{
	struct json json = { 0 };

	json_object(&json, NULL);
	json_text(&json, "instance", status->name);
	json_number(&json, "kmid", status->kmid);
	json_text(&json, "name", name);
	json_number(&json, "fed", feed->fed);
	json_number(&json, "taken", feed->taken);
	json_number(&json, "refused", feed->refused);
	json_number(&json, "wrong", feed->wrong);
	json_number(&json, "waiting", waiting);
	json_number(&json, "earlier_taken", feed->before_taken);
	json_number(&json, "earlier_refused", feed->before_refused);
	json_close(&json);
}

static void account_text(const struct feed *feed, uint64_t waiting)
{
	if (feed->before_taken || feed->before_refused)
		fprintf(stderr, "left by an earlier writer: taken %" PRIu64 ", refused %" PRIu64 "\n",
			feed->before_taken, feed->before_refused);
	fprintf(stderr, "fed %" PRIu64 ": taken %" PRIu64 ", refused %" PRIu64, feed->fed,
		feed->taken, feed->refused);
	if (feed->wrong)
		fprintf(stderr, ", wrong %" PRIu64, feed->wrong);
	if (waiting)
		fprintf(stderr, ", still waiting %" PRIu64, waiting);
	fputc('\n', stderr);
}

static int feed_all(struct feed *feed, const struct kx_status *instance, const char *name)
{
	const struct sigaction action = { .sa_handler = stop };
	int status, flushed;
	uint64_t waiting;

	/* What an earlier writer has left is taken first, and not counted with ours. */
	status = flush(feed);
	if (status)
		return status;
	feed->before_taken = feed->taken;
	feed->before_refused = feed->refused;
	feed->taken = feed->refused = 0;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	status = config.raw ? put_records(feed) : put_lines(feed);
	progress(feed, true);
	flushed = flush(feed);
	waiting = feed->fed - feed->taken - feed->refused;
	if (stopped)
		tell("%s: interrupted after %" PRIu64 " records", feed->from, feed->fed);
	if (config.json)
		account_json(feed, instance, name, waiting);
	else
		account_text(feed, waiting);
	return status || flushed || stopped || feed->refused || feed->wrong || waiting ? FAILED :
											 DONE;
}

static int from_open(const char *path, struct feed *feed)
{
	feed->from = path && strcmp(path, "-") ? path : "standard input";
	if (path && strcmp(path, "-"))
		feed->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (feed->fd < 0)
		return tell("%s: cannot be opened: %s", path, strerror(errno));
	feed->bytes = malloc(LINE_MAX_LEN + 1);
	return feed->bytes ? DONE : tell("out of memory");
}

static int run(struct kx *kx, int argc, char **argv)
{
	__attribute__((cleanup(feed_done))) struct feed feed = { .kx = kx, .shows = isatty(2) };
	_cleanup_instance_ struct kx_instance *inst = NULL;
	char *name = strchr(argv[0], '.');
	struct kx_status instance;
	int status;

	if (!name || !name[1])
		return tell_wrong("feed: %s: write INSTANCE.INTAKE", argv[0]);
	*name++ = '\0';
	status = instance_check("feed", argv[0]);
	if (!status)
		status = from_open(argc > 1 ? argv[1] : NULL, &feed);
	if (!status)
		status = instance_get(kx, "feed", argv[0], &inst);
	if (status)
		return status;
	kx_instance_status(inst, &instance);
	if (kx_intake_open(kx, inst, name, &feed.intake))
		return tell("%s", kx_error(kx));
	return feed_all(&feed, &instance, name);
}

const struct verb verb_feed = {
	.name = "feed",
	.arguments = "INSTANCE.INTAKE [FILE] [--strict] [--raw] [--json]",
	.summary = "give the lines of a file to an extension",
	.examples = "  kx feed filter.entries list.txt\n"
		    "  generate | kx feed filter.entries\n"
		    "  kx feed --strict filter.entries list.txt\n"
		    "  kx feed --raw filter.entries entries.bin\n",
	.flags = flags,
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
