// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter capture at work: packets are taken, written, and all of them accounted for. */
#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "../until.h"
#include "../verb.h"
#include "capture.h"
#include "cli/own.h"

#define TURN_MS		100
#define LOOK_NS		1000000000ULL	/* between two looks after the filter */
#define FLUSH_BYTES	(256 * 1024)
#define NO_SLOT		(KXF_ANY_SLOT - 1)

static void renew(struct capture *capture)
{
	uint64_t gap = look_renew(&capture->look);

	if (gap)
		tell_note("%s: nothing was captured for %" PRIu64 " ms: its output was not taken, "
			  "or it was stopped", capture->device, gap / 1000000);
}

static void take_signal(struct capture *capture)
{
	struct signalfd_siginfo info;

	while (read(capture->signals, &info, sizeof(info)) == sizeof(info))
		capture->is_told = true;
}

/* While nobody takes the output. */
static bool wait_on(void *ctx)
{
	struct capture *capture = ctx;

	take_signal(capture);
	if (!capture->is_told)
		renew(capture);
	return !capture->is_told;
}

static bool is_failed(const struct capture *capture)
{
	return capture->file.err || capture->lines.err;
}

/* Packets that were put; of a file only whole ones stay. */
static void flush(struct capture *capture)
{
	struct out *file = &capture->file;
	uint64_t nr = capture->put - capture->flushed;
	size_t whole = 0;

	if (is_failed(capture))
		return;
	if (capture->lines.fd >= 0)
		out_flush(&capture->lines);
	if (file->fd >= 0 && out_flush(file)) {
		nr = pcapng_whole(file->buf, file->done, &whole);
		if (file->is_file && ftruncate(file->fd, file->written - file->done + whole))
			tell_note("%s: its last packet is not whole", file->name);
	} else if (capture->lines.err && file->fd < 0) {
		nr = 0;
		for (size_t i = 0; i < capture->lines.done; i++)
			nr += capture->lines.buf[i] == '\n';
	}
	capture->flushed += nr;
}

static void take(void *ctx, const struct caught_packet *packet)
{
	uint64_t time_ns = packet->head.time_ns + realtime_ns() - boottime_ns();
	struct capture *capture = ctx;
	char comment[COMMENT_TEXT], id[NAME_TEXT];

	if (is_failed(capture))
		return;
	name_of(&capture->names, packet->head.packet.slot, id);
	capture_comment(packet, id, comment);
	if (capture->file.fd >= 0)
		pcapng_packet(&capture->file, packet, time_ns, comment);
	if (capture->lines.fd >= 0)
		capture_line(capture, packet, time_ns, id);
	capture->put++;
	capture->sums[packet->head.packet.way].written++;
	if (capture->file.len + capture->lines.len > FLUSH_BYTES)
		flush(capture);
}

static uint32_t map_id(int fd)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0 : info.id;
}

/* The rule that is asked for, among those that act now. */
static void find_rule(struct capture *capture, struct filter *filter, bool quiet)
{
	uint32_t slot = KXF_ANY_SLOT;

	if (capture->wish->rule && name_find(filter, capture->wish->rule, &slot)) {
		if (!quiet && capture->look.asked->slot != NO_SLOT)
			tell_note("%s: the rules that act now have none called %s", capture->device,
				  capture->wish->rule);
		slot = NO_SLOT;
	}
	__atomic_store_n(&capture->look.asked->slot, slot, __ATOMIC_SEQ_CST);
}

/* Another rule set acts by now. false: it has other memory, and shows nothing here. */
static bool follow_rules(struct capture *capture)
{
	_cleanup_filter_ struct filter filter = { .lock = -1 };
	int looked = -1;
	bool same;

	if (filter_open(capture->look.filter.kx, capture->device, &filter))
		return false;
	looked = filter_map(&filter, "looked");
	same = looked >= 0 && map_id(looked) == map_id(capture->look.looked);
	if (looked >= 0)
		close(looked);
	if (same)
		find_rule(capture, &filter, false);
	return same;
}

/* Whether there is still something to capture from; told where not. */
static bool is_there(struct capture *capture)
{
	struct kx_status status;
	char name[IF_NAMESIZE];

	if (monotonic_ns() - capture->looked_ns < LOOK_NS)
		return true;
	capture->looked_ns = monotonic_ns();
	kx_instance_status(capture->look.filter.inst, &status);
	if (!strcmp(status.state, "unloading"))
		tell_note("%s: the filter was removed", capture->device);
	else if (!strcmp(status.state, "not confirmed"))
		tell_note("%s: its rules were not confirmed: it is not filtered any more",
			  capture->device);
	else if (!if_indextoname(capture->ifindex, name))
		tell_note("%s: the device is gone", capture->device);
	else if (status.generation != capture->generation && !follow_rules(capture))
		tell_note("%s: a filter of another kind took over: capture from that one",
			  capture->device);
	else
		return capture->generation = status.generation, true;
	return false;
}

/* What the programs have captured and lost since it began. */
static void sums_take(struct capture *capture)
{
	struct kxf_looked now[KXF_WAYS];
	struct kxf_totals totals[KXF_WAYS];

	if (look_sums(&capture->look, now) || filter_totals(&capture->look.filter, totals))
		return;
	for (int way = 0; way < KXF_WAYS; way++) {
		struct pcapng_sums *sums = &capture->sums[way];

		sums->captured = now[way].captured - capture->base[way].captured;
		sums->lost = now[way].lost - capture->base[way].lost;
		sums->seen = totals[way].packets - capture->totals[way].packets;
	}
}

/* The kernel half ends a count by itself: what was lost is not of them. */
static bool is_complete(struct capture *capture)
{
	struct kxf_look *asked = capture->look.asked;
	uint64_t lost;

	if (!capture->wish->count)
		return false;
	sums_take(capture);
	lost = capture->sums[KXF_IN].lost + capture->sums[KXF_OUT].lost;
	__atomic_store_n(&asked->limit, capture->wish->count + lost, __ATOMIC_SEQ_CST);
	return capture->put >= capture->wish->count;
}

static bool goes_on(struct capture *capture)
{
	bool is_over = capture->end_ns && monotonic_ns() >= capture->end_ns;

	return !capture->is_told && !is_failed(capture) && !is_over && !is_complete(capture) &&
	       is_there(capture);
}

static void wait_turn(struct capture *capture)
{
	struct pollfd fds[] = {
		{ .fd = capture->signals, .events = POLLIN },
		{ .fd = caught_fd(capture->caught), .events = POLLIN },
		{ .fd = capture->file.is_file ? -1 : capture->file.fd },
		{ .fd = capture->lines.is_file ? -1 : capture->lines.fd },
	};

	(void)poll(fds, 4, TURN_MS);
	if (fds[0].revents)
		take_signal(capture);
	if (fds[2].revents & (POLLERR | POLLHUP))
		capture->file.err = capture->file.err ?: -EPIPE;
	if (fds[3].revents & (POLLERR | POLLHUP))
		capture->lines.err = capture->lines.err ?: -EPIPE;
}

static int turn(struct capture *capture, bool all)
{
	int err = caught_read(capture->caught, all, take, capture);

	flush(capture);
	return err;
}

static void begin(struct capture *capture)
{
	struct kxf_look *asked = capture->look.asked;
	struct kx_status status;

	kx_instance_status(capture->look.filter.inst, &status);
	capture->generation = status.generation;
	(void)look_sums(&capture->look, capture->base);
	(void)filter_totals(&capture->look.filter, capture->totals);
	asked->snap = capture->wish->snap;
	asked->verdicts = capture->wish->verdicts;
	asked->limit = capture->wish->count ?: KXF_NO_LIMIT;
	asked->taken = 0;
	capture->sums[KXF_IN].begin_ns = capture->sums[KXF_OUT].begin_ns = realtime_ns();
	capture->looked_ns = monotonic_ns();
	if (capture->wish->seconds)
		capture->end_ns = capture->looked_ns + capture->wish->seconds * 1000000000ULL;
	capture->file.wait = capture->lines.wait = wait_on;
	capture->file.ctx = capture->lines.ctx = capture;
	look_begin(&capture->look);
}

/* All that was captured is written, lost, or was left when writing failed. */
static int end(struct capture *capture, int err)
{
	uint64_t captured, lost;

	look_end(&capture->look);
	if (!err)
		err = turn(capture, true);
	sums_take(capture);
	capture->sums[KXF_IN].end_ns = capture->sums[KXF_OUT].end_ns = realtime_ns();
	if (capture->file.fd >= 0) {
		pcapng_end(&capture->file, capture->sums);
		flush(capture);
	}
	captured = capture->sums[KXF_IN].captured + capture->sums[KXF_OUT].captured;
	lost = capture->sums[KXF_IN].lost + capture->sums[KXF_OUT].lost;
	if (captured > capture->flushed + lost)
		tell_note("%s: %" PRIu64 " captured, %" PRIu64 " written, %" PRIu64 " lost, %" PRIu64
			  " left because nobody took them", capture->device, captured,
			  capture->flushed, lost, captured - capture->flushed - lost);
	else
		tell_note("%s: %" PRIu64 " captured, %" PRIu64 " written, %" PRIu64 " lost",
			  capture->device, captured, capture->flushed, lost);
	if (caught_wrong(capture->caught))
		tell_note("%s: %" PRIu64 " made no sense", capture->device,
			  caught_wrong(capture->caught));
	return err;
}

/* Nobody reads any more: that ends it as a signal does. */
static int failure(const struct out *out)
{
	if (!out->err || out->err == -EPIPE || out->err == -EINTR)
		return DONE;
	return tell("%s: cannot be written: %s", out->name, strerror(-out->err));
}

int capture_run(struct capture *capture)
{
	char filter[128];
	int err = 0, status;

	find_rule(capture, &capture->look.filter, true);
	begin(capture);
	capture_filter_text(capture->wish, filter, sizeof(filter));
	tell_note("%s: packets are captured: %s; Ctrl-C ends it", capture->device, filter);
	while (!err && goes_on(capture)) {
		wait_turn(capture);
		if (!capture->is_told)
			renew(capture);
		err = turn(capture, false);
	}
	err = end(capture, err);
	status = failure(&capture->file) ?: failure(&capture->lines);
	return err ? tell("%s: captured packets cannot be read: %s", capture->device,
			  strerror(-err)) : status;
}
