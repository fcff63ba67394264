// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter log: the packets that rules log, as they come. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/own.h"
#include "filter/filter.h"
#include "names.h"
#include "text.h"
#include "until.h"
#include "verb.h"

static struct {
	bool follow;
	bool json;
} config;

static const struct flag flags[] = {
	{ "follow", 'f', "go on with what comes, until it is interrupted", &config.follow },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

#define LOOK_MS	1000	/* a stream that ends does not always wake who waits */

struct reader {
	const char *device;
	struct filter filter;
	struct names names;
	const struct kxf_rule_state *states;	/* by slot, as they are now */
	uint64_t told[KXF_SLOTS];	/* of what limits kept back */
	uint64_t looked_ns;
	uint64_t wrong;			/* records that make no sense */
};

#define STATES_LEN	(KXF_SLOTS * sizeof(struct kxf_rule_state))

static void reader_end(struct reader **at)
{
	struct reader *reader = *at;

	if (reader->states)
		munmap((void *)reader->states, STATES_LEN);
	names_close(&reader->names);
	filter_close(&reader->filter);
}

static int states_open(struct reader *reader)
{
	void *at = mmap(NULL, STATES_LEN, PROT_READ, MAP_SHARED, reader->filter.states, 0);

	if (at == MAP_FAILED)
		return tell("%s: its limits cannot be read: %s", reader->device, strerror(errno));
	reader->states = at;
	return DONE;
}

/* Also of rules that act no more, while nobody has their slots. @quiet: it is not told. */
static void limits_tell(struct reader *reader, bool quiet)
{
	char id[NAME_TEXT];

	reader->looked_ns = monotonic_ns();
	for (uint32_t slot = 0; slot < KXF_SLOTS; slot++) {
		uint64_t now = __atomic_load_n(&reader->states[slot].unlogged, __ATOMIC_RELAXED);
		uint64_t before = now < reader->told[slot] ? 0 : reader->told[slot];

		reader->told[slot] = now;
		if (quiet || now == before)
			continue;
		name_of(&reader->names, slot, id);
		tell_note("%s: rule %s: %" PRIu64 " packets not logged: more than its limit",
			  reader->device, id, now - before);
	}
}

static void print_json(const struct kx_event *event, const struct kxf_record *record,
		       const char *id, const char *packet)
{
	printf("{\"time_ns\":%" PRIu64 ",\"direction\":\"%s\",\"verdict\":\"%s\",\"monitor\":%s,"
	       "\"rule\":", event->time_ns, record->way == KXF_OUT ? "out" : "in",
	       verdict_name(record->verdict), record->monitor ? "true" : "false");
	json_string(id);
	printf(",\"packet\":");
	json_string(packet);
	printf(",\"bytes\":%u,\"mark\":%u}\n", record->bytes, record->mark);
}

static int print(void *ctx, struct kx_stream *stream, const struct kx_event *event)
{
	const struct kxf_record *record = event->bytes;
	struct reader *reader = ctx;
	struct packet_words words;
	char packet[PACKET_TEXT], id[NAME_TEXT];

	(void)stream;
	if (event->lost)
		tell_note("%" PRIu64 " packets were not kept: they came faster than they were read",
			  event->lost);
	if (event->len < sizeof(*record) || !verdict_name(record->verdict)) {
		reader->wrong++;
		return 0;
	}
	name_of(&reader->names, record->slot, id);
	record_words(record, &words);
	packet_text(&words, packet);
	if (config.json)
		print_json(event, record, id, packet);
	else
		printf("[%5" PRIu64 ".%06" PRIu64 "] %-3s %-8s %-20s %s, %u bytes%s\n",
		       event->time_ns / 1000000000, event->time_ns / 1000 % 1000000,
		       record->way == KXF_OUT ? "out" : "in", verdict_name(record->verdict), id,
		       packet, record->bytes, record->monitor ? " (only reported)" : "");
	return 0;
}

static int follow(struct kx_stream *stream, struct reader *reader, int signals)
{
	struct pollfd fds[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = kx_stream_fd(stream), .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};
	int nr;

	do {
		nr = kx_stream_dispatch(stream, print, reader);
		if (nr == -ENODEV) {
			tell_note("%s: the filter was removed", reader->device);
			return DONE;
		}
		if (nr < 0)
			return tell("%s: its log cannot be read: %s", reader->device, strerror(-nr));
		if (fflush(stdout))
			return FAILED;
		if (!config.follow && !nr)
			return DONE;
		if (monotonic_ns() - reader->looked_ns > LOOK_MS * 1000000ULL)
			limits_tell(reader, false);
		if (poll(fds, 3, nr ? 0 : LOOK_MS) < 0 && errno != EINTR)
			return tell("%s: %s", reader->device, strerror(errno));
	} while (!fds[0].revents && !(fds[2].revents & (POLLERR | POLLHUP)));
	(void)kx_stream_dispatch(stream, print, reader);
	return DONE;
}

static int run(struct kx *kx, int argc, char **argv)
{
	static struct reader all;	/* large for a stack */
	_cleanup_(reader_end) struct reader *reader = &all;
	struct kx_stream *stream = NULL;
	struct kx_loss loss;
	int status, signals;
	int err = filter_open(kx, argv[0], &reader->filter);

	(void)argc;
	reader->device = argv[0];
	if (err == -ENOENT)
		return tell_unfiltered(argv[0]);
	if (err || names_open(&reader->filter, &reader->names) || states_open(reader))
		return FAILED;
	if (kx_stream_open(kx, reader->filter.inst, "packets", 0, &stream))
		return tell("%s", kx_error(kx));
	signals = until_open();
	if (config.follow)
		limits_tell(reader, true);
	status = follow(stream, reader, signals);
	limits_tell(reader, false);
	kx_stream_loss(stream, &loss);
	if (loss.dropped || reader->wrong)
		tell_note("%s: %" PRIu64 " shown, %" PRIu64 " not kept, %" PRIu64 " made no sense",
			  argv[0], loss.delivered - reader->wrong, loss.dropped, reader->wrong);
	kx_stream_close(stream);
	if (signals >= 0)
		close(signals);
	return status;
}

const struct verb verb_log = {
	.name = "log",
	.arguments = "DEV [--follow] [--json]",
	.summary = "the packets that rules log",
	.examples = "  kxfilter log eth0\n"
		    "  kxfilter log -f eth0 --json\n",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
