// SPDX-License-Identifier: GPL-2.0-only
/* Streams: records of all CPUs in the order of time, and when to look for them. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <time.h>

#include "channel/channel.h"
#include "stream/stream.h"

#define MS		1000000ULL
#define BUSY_NS		(10 * MS)	/* between two looks while there is something */
#define POLL_NS		(50 * MS)	/* for who cannot be woken */
#define IDLE_NS		(1000 * MS)	/* to see whether the instance is still there */
#define SOON_NS		100000ULL

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static void look_again_in(struct kx_stream *stream, uint64_t ns)
{
	const struct itimerspec when = {
		.it_value = { .tv_sec = ns / 1000000000ULL, .tv_nsec = ns % 1000000000ULL ?: 1 },
	};

	(void)timerfd_settime(stream->timer_fd, 0, &when, NULL);
}

static void cleanup_stream(struct kx_stream **stream)
{
	kx_stream_close(*stream);
}

void kx_stream_close(struct kx_stream *stream)
{
	if (!stream)
		return;
	lanes_close(&stream->lanes);
	stream_types_free(stream);
	if (stream->consumer)
		munmap(stream->consumer, stream->page);
	if (stream->producer)
		munmap(stream->producer, stream->page);
	cleanup_close(&stream->wake_fd);
	cleanup_close(&stream->timer_fd);
	cleanup_close(&stream->epoll_fd);
	free(stream);
}

static int watch(struct kx_stream *stream, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	return epoll_ctl(stream->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

/*
 * A record that is discarded with a wake-up wakes all who wait for the ring. Each of
 * them gives the room back, which is the same store for all.
 */
static int wake_open(struct kx_stream *stream, struct kx_instance *inst)
{
	void *at;

	stream->wake_fd = instance_map(inst, "kx_wake", true);
	if (stream->wake_fd < 0)
		return stream->wake_fd == -ENOENT ? -EPROTO : stream->wake_fd;
	at = mmap(NULL, stream->page, PROT_READ | PROT_WRITE, MAP_SHARED, stream->wake_fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	stream->consumer = at;
	at = mmap(NULL, stream->page, PROT_READ, MAP_SHARED, stream->wake_fd, stream->page);
	if (at == MAP_FAILED)
		return -errno;
	stream->producer = at;
	return watch(stream, stream->wake_fd, EPOLLIN | EPOLLET);
}

static int descriptors_open(struct kx_stream *stream)
{
	stream->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (stream->epoll_fd < 0)
		return -errno;
	stream->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (stream->timer_fd < 0)
		return -errno;
	return watch(stream, stream->timer_fd, EPOLLIN | EPOLLET);
}

static int rings_open(struct kx_stream *stream, struct kx_instance *inst)
{
	bool writable = true;
	int fd = instance_map(inst, stream->map, true), err;

	if (fd == -EACCES || fd == -EPERM) {
		writable = false;
		fd = instance_map(inst, stream->map, false);
	}
	if (fd < 0)
		return fd;
	err = lanes_open(fd, writable, &stream->lanes);
	return err || !writable ? err : wake_open(stream, inst);
}

static int stream_new(struct kx *kx, struct kx_instance *inst, const char *name,
		      struct kx_stream **out)
{
	struct kx_stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return -ENOMEM;
	*stream = (struct kx_stream){
		.kx = kx, .kmid = inst->entry.kmid, .held = inst->held,
		.is_log = !strcmp(name, "log"), .page = sysconf(_SC_PAGESIZE),
		.lanes.fd = -1, .epoll_fd = -1, .timer_fd = -1, .wake_fd = -1,
	};
	snprintf(stream->instance, sizeof(stream->instance), "%s", inst->name);
	snprintf(stream->extension, sizeof(stream->extension), "%s",
		 meta_get(inst->meta, "name"));
	snprintf(stream->name, sizeof(stream->name), "%s", name);
	snprintf(stream->map, sizeof(stream->map), "%s", stream->is_log ? "kx_log" : name);
	*out = stream;
	return 0;
}

int kx_stream_open(struct kx *kx, struct kx_instance *inst, const char *name,
		   unsigned int flags, struct kx_stream **out)
{
	_cleanup_(cleanup_stream) struct kx_stream *stream = NULL;
	int err;

	if (flags & ~KX_STREAM_NEW)
		return kx_fail(kx, -EINVAL, "%s: stream: unknown flag", inst->name);
	err = instance_refresh(kx, inst) ?: stream_new(kx, inst, name, &stream);
	if (err)
		return err == -ENOMEM ? kx_fail(kx, err, "out of memory") : err;
	if (!about_tag(&inst->meta->about, stream->map, "stream"))
		return channel_unknown(kx, inst->name, &inst->meta->about, "stream", "stream", name);
	err = descriptors_open(stream);
	err = err ?: rings_open(stream, inst);
	err = err ?: stream_types_read(stream, inst);
	if (err)
		return kx_fail(kx, err, "%s.%s: cannot be read: %s%s", inst->name, name,
			       err == -EPROTO ? "its map is no stream" : kx_why(err),
			       err == -EACCES ? "; the mode of its pin decides who may" : "");
	for (uint32_t i = 0; i < stream->lanes.nr && flags & KX_STREAM_NEW; i++)
		lane_skip(&stream->lanes.rows[i]);
	/* What is there already is worth a look at once. */
	look_again_in(stream, 0);
	*out = take_ptr(stream);
	return 0;
}

int kx_stream_fd(const struct kx_stream *stream)
{
	return stream->epoll_fd;
}

static int entry_id(const struct kx_stream *stream)
{
	LIBBPF_OPTS(bpf_obj_get_opts, read_only, .file_flags = BPF_F_RDONLY);
	_cleanup_close_ int fd = -1;
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	char path[REGISTRY_PATH];

	registry_path(path, REGISTRY "/%s/entry", stream->instance);
	fd = bpf_obj_get_opts(path, &read_only);
	return fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) ? -errno : (int)info.id;
}

/* A held one has no pins: its number is there as long as its process. */
static bool is_there(const struct kx_stream *stream)
{
	_cleanup_close_ int fd = -1;
	int id;

	if (!stream->held) {
		id = entry_id(stream);
		return id < 0 ? id != -ENOENT && id != -ENOTDIR : (uint32_t)id == stream->kmid;
	}
	fd = bpf_map_get_fd_by_id(stream->kmid);
	return fd >= 0 || errno != ENOENT;
}

/* Edges that were seen, so that the descriptor is not ready any more. */
static void descriptors_drain(struct kx_stream *stream)
{
	struct epoll_event events[2];

	(void)epoll_wait(stream->epoll_fd, events, 2, 0);
}

/* Of a lane's records the one that is next; @second: the time of the next lane's. */
static struct lane *earliest(struct kx_stream *stream, uint64_t *second)
{
	struct lane *first = NULL;
	uint64_t least = UINT64_MAX;

	*second = UINT64_MAX;
	for (uint32_t i = 0; i < stream->lanes.nr; i++) {
		struct lane *lane = &stream->lanes.rows[i];
		const struct kx_record *record = lane_next(lane);

		if (!record)
			continue;
		if (!first || record->time_ns < least) {
			*second = least;
			least = record->time_ns;
			first = lane;
		} else if (record->time_ns < *second) {
			*second = record->time_ns;
		}
	}
	return first;
}

static int hand_over(struct kx_stream *stream, struct lane *lane, const struct kx_record *record,
		     kx_event_fn fn, void *ctx)
{
	struct kx_event event = {
		.time_ns = record->time_ns,
		.nr = record->nr >> 16,
		.cpu = lane->cpu,
		.generation = record->nr & 0xffff,
		.level = -1,
		.bytes = record + 1,
		.len = record->len - sizeof(*record),
	};

	if (stream->is_log) {
		struct generation_types *types = stream_types_find(stream, event.generation);

		event.level = types && types->formats ?
			formats_level(types->formats, record->format) : -1;
	}
	lane_take(lane, &event.lost);
	return fn(ctx, stream, &event);
}

/* How many; fn's negative value. */
static int take_all(struct kx_stream *stream, kx_event_fn fn, void *ctx)
{
	const struct kx_record *record;
	struct lane *lane;
	uint64_t second;
	int nr = 0, err;

	for (uint32_t i = 0; i < stream->lanes.nr; i++)
		lane_limit(&stream->lanes.rows[i]);
	while (nr < INT32_MAX && (lane = earliest(stream, &second)))
		while ((record = lane_next(lane)) && record->time_ns <= second) {
			err = hand_over(stream, lane, record, fn, ctx);
			if (err < 0)
				return err;
			nr++;
		}
	for (uint32_t i = 0; i < stream->lanes.nr; i++)
		lane_settle(&stream->lanes.rows[i]);
	return nr;
}

static uint64_t most_behind(struct kx_stream *stream)
{
	uint64_t most = 0;

	for (uint32_t i = 0; i < stream->lanes.nr; i++) {
		uint64_t behind = lane_behind(&stream->lanes.rows[i]);

		most = behind > most ? behind : most;
	}
	return most;
}

/* Nobody need wake us then: we come by ourselves, before a ring is full again. */
static void wait_busy(struct kx_stream *stream)
{
	look_again_in(stream, most_behind(stream) > stream->lanes.room / 16 ? 0 : BUSY_NS);
}

static void wait_idle(struct kx_stream *stream)
{
	bool empty = true;

	if (!stream->consumer) {
		look_again_in(stream, POLL_NS);
		return;
	}
	__atomic_store_n(stream->consumer, __atomic_load_n(stream->producer, __ATOMIC_ACQUIRE),
			 __ATOMIC_RELEASE);
	for (uint32_t i = 0; i < stream->lanes.nr; i++)
		empty &= lane_wait(&stream->lanes.rows[i]);
	look_again_in(stream, empty ? IDLE_NS : SOON_NS);
}

int kx_stream_dispatch(struct kx_stream *stream, kx_event_fn fn, void *ctx)
{
	bool gone = false;
	uint64_t now;
	int nr;

	descriptors_drain(stream);
	nr = take_all(stream, fn, ctx);
	if (!nr) {
		now = now_ns();
		if (now - stream->looked_ns > IDLE_NS / 2) {
			stream->looked_ns = now;
			gone = !is_there(stream);
		}
		/* What it said until it went. */
		if (gone)
			nr = take_all(stream, fn, ctx) ?: -ENODEV;
	}
	if (nr)
		wait_busy(stream);
	else
		wait_idle(stream);
	return nr;
}

void kx_stream_loss(const struct kx_stream *stream, struct kx_loss *out)
{
	struct kx_loss loss = {};

	for (uint32_t i = 0; i < stream->lanes.nr; i++) {
		loss.delivered += stream->lanes.rows[i].delivered;
		loss.dropped += stream->lanes.rows[i].lost;
	}
	loss.produced = loss.delivered + loss.dropped;
	*out = loss;
}

const char *kx_stream_instance(const struct kx_stream *stream)
{
	return stream->instance;
}

const char *kx_stream_extension(const struct kx_stream *stream)
{
	return stream->extension;
}

uint64_t kx_stream_kmid(const struct kx_stream *stream)
{
	return stream->kmid;
}

const char *kx_stream_name(const struct kx_stream *stream)
{
	return stream->name;
}
