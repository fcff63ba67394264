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

#include "catch.h"
#include "cli/own.h"
#include "until.h"
#include "verb.h"

#define TURN_MS		100
#define LOOK_NS		1000000000ULL	/* between two looks after the filter */
#define FLUSH_BYTES	(256 * 1024)
#define NO_SLOT		(KXF_ANY_SLOT - 1)

static void renew(struct catch *catch)
{
	uint64_t gap = look_renew(&catch->look);

	if (gap)
		tell_note("%s: nothing was captured for %" PRIu64 " ms: its output was not taken, "
			  "or it was stopped", catch->device, gap / 1000000);
}

static void take_signal(struct catch *catch)
{
	struct signalfd_siginfo info;

	while (read(catch->signals, &info, sizeof(info)) == sizeof(info))
		catch->is_told = true;
}

/* While nobody takes the output. */
static bool wait_on(void *ctx)
{
	struct catch *catch = ctx;

	take_signal(catch);
	if (!catch->is_told)
		renew(catch);
	return !catch->is_told;
}

static bool is_failed(const struct catch *catch)
{
	return catch->file.err || catch->lines.err;
}

/* Packets that were put; of a file only whole ones stay. */
static void flush(struct catch *catch)
{
	struct out *file = &catch->file;
	uint64_t nr = catch->put - catch->flushed;
	size_t whole = 0;

	if (is_failed(catch))
		return;
	if (catch->lines.fd >= 0)
		out_flush(&catch->lines);
	if (file->fd >= 0 && out_flush(file)) {
		nr = pcapng_whole(file->buf, file->done, &whole);
		if (file->is_file && ftruncate(file->fd, file->written - file->done + whole))
			tell_note("%s: its last packet is not whole", file->name);
	} else if (catch->lines.err && file->fd < 0) {
		nr = 0;
		for (size_t i = 0; i < catch->lines.done; i++)
			nr += catch->lines.buf[i] == '\n';
	}
	catch->flushed += nr;
}

static void take(void *ctx, const struct caught_packet *packet)
{
	uint64_t time_ns = packet->head.time_ns + realtime_ns() - boottime_ns();
	struct catch *catch = ctx;
	char comment[COMMENT_TEXT], id[NAME_TEXT];

	if (is_failed(catch))
		return;
	name_of(&catch->names, packet->head.packet.slot, id);
	catch_comment(packet, id, comment);
	if (catch->file.fd >= 0)
		pcapng_packet(&catch->file, packet, time_ns, comment);
	if (catch->lines.fd >= 0)
		catch_line(catch, packet, time_ns, id);
	catch->put++;
	catch->sums[packet->head.packet.way].written++;
	if (catch->file.len + catch->lines.len > FLUSH_BYTES)
		flush(catch);
}

static uint32_t map_id(int fd)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0 : info.id;
}

/* The rule that is asked for, among those that act now. */
static void find_rule(struct catch *catch, struct filter *filter, bool quiet)
{
	uint32_t slot = KXF_ANY_SLOT;

	if (catch->wish->rule && name_find(filter, catch->wish->rule, &slot)) {
		if (!quiet && catch->look.asked->slot != NO_SLOT)
			tell_note("%s: the rules that act now have none called %s", catch->device,
				  catch->wish->rule);
		slot = NO_SLOT;
	}
	__atomic_store_n(&catch->look.asked->slot, slot, __ATOMIC_SEQ_CST);
}

/* Another rule set acts by now. false: it has other memory, and shows nothing here. */
static bool follow_rules(struct catch *catch)
{
	_cleanup_filter_ struct filter filter = { .lock = -1 };
	int looked = -1;
	bool same;

	if (filter_open(catch->look.filter.kx, catch->device, &filter))
		return false;
	looked = filter_map(&filter, "looked");
	same = looked >= 0 && map_id(looked) == map_id(catch->look.looked);
	if (looked >= 0)
		close(looked);
	if (same)
		find_rule(catch, &filter, false);
	return same;
}

/* Whether there is still something to capture from; told where not. */
static bool is_there(struct catch *catch)
{
	struct kx_status status;
	char name[IF_NAMESIZE];

	if (monotonic_ns() - catch->looked_ns < LOOK_NS)
		return true;
	catch->looked_ns = monotonic_ns();
	kx_instance_status(catch->look.filter.inst, &status);
	if (!strcmp(status.state, "unloading"))
		tell_note("%s: the filter was removed", catch->device);
	else if (!strcmp(status.state, "not confirmed"))
		tell_note("%s: its rules were not confirmed: it is not filtered any more",
			  catch->device);
	else if (!if_indextoname(catch->ifindex, name))
		tell_note("%s: the device is gone", catch->device);
	else if (status.generation != catch->generation && !follow_rules(catch))
		tell_note("%s: a filter of another kind took over: capture from that one",
			  catch->device);
	else
		return catch->generation = status.generation, true;
	return false;
}

/* What the programs have captured and lost since it began. */
static void sums_take(struct catch *catch)
{
	struct kxf_looked now[KXF_WAYS];
	struct kxf_totals totals[KXF_WAYS];

	if (look_sums(&catch->look, now) || filter_totals(&catch->look.filter, totals))
		return;
	for (int way = 0; way < KXF_WAYS; way++) {
		struct pcapng_sums *sums = &catch->sums[way];

		sums->captured = now[way].captured - catch->base[way].captured;
		sums->lost = now[way].lost - catch->base[way].lost;
		sums->seen = totals[way].packets - catch->totals[way].packets;
	}
}

/* The kernel half ends a count by itself: what was lost is not of them. */
static bool is_complete(struct catch *catch)
{
	struct kxf_look *asked = catch->look.asked;
	uint64_t lost;

	if (!catch->wish->count)
		return false;
	sums_take(catch);
	lost = catch->sums[KXF_IN].lost + catch->sums[KXF_OUT].lost;
	__atomic_store_n(&asked->limit, catch->wish->count + lost, __ATOMIC_SEQ_CST);
	return catch->put >= catch->wish->count;
}

static bool goes_on(struct catch *catch)
{
	bool is_over = catch->end_ns && monotonic_ns() >= catch->end_ns;

	return !catch->is_told && !is_failed(catch) && !is_over && !is_complete(catch) &&
	       is_there(catch);
}

static void wait_turn(struct catch *catch)
{
	struct pollfd fds[] = {
		{ .fd = catch->signals, .events = POLLIN },
		{ .fd = caught_fd(catch->caught), .events = POLLIN },
		{ .fd = catch->file.is_file ? -1 : catch->file.fd },
		{ .fd = catch->lines.is_file ? -1 : catch->lines.fd },
	};

	(void)poll(fds, 4, TURN_MS);
	if (fds[0].revents)
		take_signal(catch);
	if (fds[2].revents & (POLLERR | POLLHUP))
		catch->file.err = catch->file.err ?: -EPIPE;
	if (fds[3].revents & (POLLERR | POLLHUP))
		catch->lines.err = catch->lines.err ?: -EPIPE;
}

static int turn(struct catch *catch, bool all)
{
	int err = caught_read(catch->caught, all, take, catch);

	flush(catch);
	return err;
}

static void begin(struct catch *catch)
{
	struct kxf_look *asked = catch->look.asked;
	struct kx_status status;

	kx_instance_status(catch->look.filter.inst, &status);
	catch->generation = status.generation;
	(void)look_sums(&catch->look, catch->base);
	(void)filter_totals(&catch->look.filter, catch->totals);
	asked->snap = catch->wish->snap;
	asked->verdicts = catch->wish->verdicts;
	asked->limit = catch->wish->count ?: KXF_NO_LIMIT;
	asked->taken = 0;
	catch->sums[KXF_IN].begin_ns = catch->sums[KXF_OUT].begin_ns = realtime_ns();
	catch->looked_ns = monotonic_ns();
	if (catch->wish->seconds)
		catch->end_ns = catch->looked_ns + catch->wish->seconds * 1000000000ULL;
	catch->file.wait = catch->lines.wait = wait_on;
	catch->file.ctx = catch->lines.ctx = catch;
	look_begin(&catch->look);
}

/* All that was captured is written, lost, or was left when writing failed. */
static int end(struct catch *catch, int err)
{
	uint64_t captured, lost;

	look_end(&catch->look);
	if (!err)
		err = turn(catch, true);
	sums_take(catch);
	catch->sums[KXF_IN].end_ns = catch->sums[KXF_OUT].end_ns = realtime_ns();
	if (catch->file.fd >= 0) {
		pcapng_end(&catch->file, catch->sums);
		flush(catch);
	}
	captured = catch->sums[KXF_IN].captured + catch->sums[KXF_OUT].captured;
	lost = catch->sums[KXF_IN].lost + catch->sums[KXF_OUT].lost;
	if (captured > catch->flushed + lost)
		tell_note("%s: %" PRIu64 " captured, %" PRIu64 " written, %" PRIu64 " lost, %" PRIu64
			  " left because nobody took them", catch->device, captured,
			  catch->flushed, lost, captured - catch->flushed - lost);
	else
		tell_note("%s: %" PRIu64 " captured, %" PRIu64 " written, %" PRIu64 " lost",
			  catch->device, captured, catch->flushed, lost);
	if (caught_wrong(catch->caught))
		tell_note("%s: %" PRIu64 " made no sense", catch->device,
			  caught_wrong(catch->caught));
	return err;
}

/* Nobody reads any more: that ends it as a signal does. */
static int failure(const struct out *out)
{
	if (!out->err || out->err == -EPIPE || out->err == -EINTR)
		return DONE;
	return tell("%s: cannot be written: %s", out->name, strerror(-out->err));
}

int catch_run(struct catch *catch)
{
	char filter[128];
	int err = 0, status;

	find_rule(catch, &catch->look.filter, true);
	begin(catch);
	catch_filter_text(catch->wish, filter, sizeof(filter));
	tell_note("%s: packets are captured: %s; Ctrl-C ends it", catch->device, filter);
	while (!err && goes_on(catch)) {
		wait_turn(catch);
		if (!catch->is_told)
			renew(catch);
		err = turn(catch, false);
	}
	err = end(catch, err);
	status = failure(&catch->file) ?: failure(&catch->lines);
	return err ? tell("%s: captured packets cannot be read: %s", catch->device,
			  strerror(-err)) : status;
}
