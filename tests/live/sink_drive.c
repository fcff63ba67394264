// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hands records to one sink, as the delivery does: sink_drive [options] SCHEME:WHERE.
 * Prints how many were handed over and are safe, and the time that took.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "sink.h"
#include "sinks.h"

#define CHUNK	512

static const char usage[] =
	"sink_drive [-n RECORDS] [-s BYTES] [-r RECORDS/S] [-b BOOT] [-d FILE] [-l LEVEL] SINK\n";

struct drive {
	unsigned long records;
	unsigned long rate;	/* 0: as fast as it goes */
	const char *boot;
	const char *done_file;
	char *text;
	char *json;
	int level;
	int done_fd;
	uint64_t next;		/* position */
	double begin;
	double told;		/* when the last failure was told */
	struct sink *sink;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static double cpu(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return r.ru_utime.tv_sec + r.ru_stime.tv_sec +
	       (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static uint64_t wall_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static size_t make(const struct drive *drive, struct entry *entries, char (*ids)[64])
{
	uint64_t last = drive->records, time_ns = wall_ns();
	size_t nr = 0;

	if (drive->rate && (now() - drive->begin) * drive->rate < last)
		last = (now() - drive->begin) * drive->rate;
	for (uint64_t at = drive->next; at <= last && nr < CHUNK; at++, nr++) {
		snprintf(ids[nr], sizeof(*ids), "%s.1.log.1.0.%llu", drive->boot,
			 (unsigned long long)at);
		entries[nr] = (struct entry){
			.position = at, .id = ids[nr], .host = "drive", .instance = "test",
			.extension = "test", .stream = "log", .kmid = 1, .nr = at,
			.boot_ns = time_ns, .time_ns = time_ns, .generation = 1,
			.level = drive->level, .text = drive->text, .json = drive->json,
		};
	}
	return nr;
}

/* What is safe is safe before anybody else may rely on it. */
static void keep_done(struct drive *drive)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%020llu\n", (unsigned long long)drive->sink->done);

	if (drive->done_fd >= 0 && pwrite(drive->done_fd, text, len, 0) != len)
		exit(1);
}

static void again(struct drive *drive, long err)
{
	if (now() - drive->told > 0.5) {
		fprintf(stderr, "%s (%s)\n", drive->sink->error, strerror(-err));
		drive->told = now();
	}
	drive->next = drive->sink->done + 1;
}

static void wait_work(struct drive *drive, int timeout_ms)
{
	struct sink *sink = drive->sink;
	struct pollfd ready = {
		.fd = sink->fd, .events = POLLIN | (sink->want_write ? POLLOUT : 0),
	};
	int nr, err;

	if (sink->retry_ms >= 0 && sink->retry_ms < timeout_ms)
		timeout_ms = sink->retry_ms;
	nr = poll(&ready, 1, timeout_ms);
	if (nr <= 0 && sink->retry_ms < 0)
		return;
	err = sink->kind->work(sink);
	if (err < 0)
		again(drive, err);
}

static void step(struct drive *drive)
{
	static struct entry entries[CHUNK];
	static char ids[CHUNK][64];
	struct sink *sink = drive->sink;
	uint64_t done = sink->done;
	size_t nr = make(drive, entries, ids);
	long taken = nr ? sink->kind->put(sink, entries, nr) : 0;

	if (taken < 0) {
		again(drive, taken);
		wait_work(drive, 20);
	} else {
		sink->records += taken;
		drive->next += taken;
		wait_work(drive, !nr || taken < (long)nr ? 10 : 0);
	}
	if (sink->done != done)
		keep_done(drive);
}

static int options(struct drive *drive, int argc, char **argv)
{
	unsigned long bytes = 100;
	int c;

	while ((c = getopt(argc, argv, "n:s:r:b:d:l:")) >= 0) {
		switch (c) {
		case 'n': drive->records = strtoul(optarg, NULL, 10); break;
		case 's': bytes = strtoul(optarg, NULL, 10); break;
		case 'r': drive->rate = strtoul(optarg, NULL, 10); break;
		case 'b': drive->boot = optarg; break;
		case 'd': drive->done_file = optarg; break;
		case 'l': drive->level = atoi(optarg); break;
		default: return -EINVAL;
		}
	}
	if (optind != argc - 1)
		return -EINVAL;
	drive->text = calloc(1, bytes + 1);
	memset(drive->text, 'x', bytes);
	if (asprintf(&drive->json, "{\"message\":\"%.40s\",\"args\":[1,2],\"source\":\"a.bpf.c:1\"}",
		     drive->text) < 0)
		return -ENOMEM;
	return 0;
}

static uint64_t done_before(struct drive *drive)
{
	char text[32] = "";

	if (!drive->done_file)
		return 0;
	drive->done_fd = open(drive->done_file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (drive->done_fd < 0 || read(drive->done_fd, text, sizeof(text) - 1) < 0)
		exit(1);
	return strtoull(text, NULL, 10);
}

static void drive_done(struct drive *drive)
{
	if (drive->sink)
		sink_free(drive->sink);
	free(drive->text);
	free(drive->json);
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(drive_done))) struct drive drive = {
		.records = 1000, .boot = "boot", .level = 6, .done_fd = -1,
	};
	double seconds;
	int err = 0;

	if (options(&drive, argc, argv)) {
		fputs(usage, stderr);
		return 2;
	}
	if (sink_make(argv[optind], &drive.sink))
		return 2;
	drive.sink->done = done_before(&drive);
	drive.next = drive.sink->done + 1;
	drive.begin = now();
	while (drive.next <= drive.records)
		step(&drive);
	while (drive.sink->done < drive.records && (!drive.sink->retry_ms || drive.sink->fd >= 0 ||
						    drive.sink->retry_ms > 0))
		step(&drive);
	err = drive.sink->kind->flush(drive.sink, 10000);
	keep_done(&drive);
	seconds = now() - drive.begin;
	printf("records=%lu done=%llu failures=%llu seconds=%.2f rate=%.0f cpu=%.2f bytes=%llu\n",
	       drive.records, (unsigned long long)drive.sink->done,
	       (unsigned long long)drive.sink->failures, seconds, drive.records / seconds, cpu(),
	       (unsigned long long)drive.sink->bytes);
	return err ? 1 : 0;
}
