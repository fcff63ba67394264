// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading a ring whose writers wait for nobody.
 *
 * Records are copied out in chunks, and only then judged: they are good when each
 * had its stamp before the copy began, and the writers' head shows after it has ended
 * that they had not come round to them. What a writer reserves it
 * announces in the head before it writes the first byte.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "stream/lane.h"

#define CHUNK		(16u << 10)
#define BLOCK_MASK	((uint64_t)KX_STREAM_BLOCK - 1)

static size_t page_up(size_t len)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return (len + page - 1) & ~(page - 1);
}

static size_t mapped_len(const struct lanes *lanes)
{
	return page_up((size_t)lanes->value_len * lanes->nr);
}

void lanes_close(struct lanes *lanes)
{
	for (uint32_t i = 0; lanes->rows && i < lanes->nr; i++)
		free(lanes->rows[i].chunk);
	free(lanes->rows);
	free(lanes->copy);
	if (lanes->mapped)
		munmap(lanes->mapped, mapped_len(lanes));
	cleanup_close(&lanes->fd);
	*lanes = (struct lanes){ .fd = -1 };
}

static int measure(struct lanes *lanes)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info), around = sizeof(struct kx_stream_head) + KX_RECORD_MAX;

	if (bpf_obj_get_info_by_fd(lanes->fd, &info, &len))
		return -errno;
	if (info.type != BPF_MAP_TYPE_ARRAY || info.value_size <= around)
		return -EPROTO;
	lanes->room = info.value_size - around;
	lanes->value_len = (info.value_size + 7) & ~7u;
	lanes->nr = info.max_entries;
	if (lanes->room & (lanes->room - 1) || lanes->room < 4 * KX_STREAM_BLOCK)
		return -EPROTO;
	return 0;
}

static int have_memory(struct lanes *lanes, bool writable)
{
	void *at;

	if (!writable) {
		lanes->copy = aligned_alloc(16, (lanes->value_len + 15) & ~15u);
		return lanes->copy ? 0 : -ENOMEM;
	}
	/* For writing too: a reader that sleeps says so there. */
	at = mmap(NULL, mapped_len(lanes), PROT_READ | PROT_WRITE, MAP_SHARED, lanes->fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	lanes->mapped = at;
	return 0;
}

/* As it is now. NULL: it cannot be read any more. */
static const struct kx_stream_head *look(const struct lane *lane)
{
	const struct lanes *of = lane->of;

	if (of->mapped)
		return (const void *)(of->mapped + (size_t)of->value_len * lane->cpu);
	return bpf_map_lookup_elem(of->fd, &lane->cpu, of->copy) ? NULL : (const void *)of->copy;
}

static uint64_t load(const __u64 *at)
{
	return __atomic_load_n(at, __ATOMIC_ACQUIRE);
}

static uint64_t block_up(uint64_t pos)
{
	return (pos + BLOCK_MASK) & ~BLOCK_MASK;
}

/* Each block begins with a record, so the oldest one that is whole begins a block. */
static void lane_begin(struct lane *lane)
{
	const struct kx_stream_head *ring = look(lane);
	uint64_t head = ring ? load(&ring->head) : 0;

	if (head > lane->of->room) {
		lane->pos = block_up(head - lane->of->room);
		lane->gap = true;
	}
}

int lanes_open(int fd, bool writable, struct lanes *out)
{
	_cleanup_(lanes_close) struct lanes lanes = { .fd = fd };
	int err = measure(&lanes) ?: have_memory(&lanes, writable);

	if (err)
		return err;
	lanes.rows = calloc(lanes.nr, sizeof(*lanes.rows));
	if (!lanes.rows)
		return -ENOMEM;
	*out = lanes;
	lanes = (struct lanes){ .fd = -1 };
	for (uint32_t i = 0; i < out->nr; i++) {
		out->rows[i] = (struct lane){ .of = out, .cpu = i };
		lane_begin(&out->rows[i]);
	}
	return 0;
}

uint64_t lanes_dropped(const struct lanes *lanes)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < lanes->nr; i++) {
		const struct kx_stream_head *ring = look(&lanes->rows[i]);

		sum += ring ? load(&ring->dropped) : 0;
	}
	return sum;
}

void lane_skip(struct lane *lane)
{
	const struct kx_stream_head *ring = look(lane);

	if (!ring)
		return;
	/* Who has begun and not reserved yet has a number below the base. */
	lane->pos = load(&ring->head);
	lane->base = load(&ring->entered) >> 16;
	lane->dropped = load(&ring->dropped);
	lane->gap = false;
}

void lane_limit(struct lane *lane)
{
	const struct kx_stream_head *ring = look(lane);

	if (ring)
		lane->stop = load(&ring->head);
}

uint64_t lane_behind(struct lane *lane)
{
	const struct kx_stream_head *ring = look(lane);

	uint64_t head = ring ? load(&ring->head) : 0;

	/* A writer may give a little back. */
	return head > lane->stop ? head - lane->stop : 0;
}

static bool len_is_possible(uint64_t pos, const struct kx_record *record, uint16_t len)
{
	size_t least = record->format == KX_RECORD_PAD ? KX_STREAM_UNIT : sizeof(*record);

	return len >= least && !(len % KX_STREAM_UNIT) &&
	       (pos & BLOCK_MASK) + len <= KX_STREAM_BLOCK;
}

/* The end of the complete records from lane->pos on. */
static uint64_t complete_until(const struct lane *lane, const struct kx_stream_head *ring)
{
	const char *data = (const char *)(ring + 1);
	uint64_t pos = lane->pos, mask = lane->of->room - 1;

	while (pos < lane->stop) {
		const struct kx_record *record = (const void *)(data + (pos & mask));
		uint16_t len;

		if (load(&record->stamp) != (pos | 1))
			break;
		len = __atomic_load_n(&record->len, __ATOMIC_RELAXED);
		if (!len_is_possible(pos, record, len) || pos + len - lane->pos > CHUNK)
			break;
		pos += len;
	}
	return pos;
}

static void copy_out(struct lane *lane, const struct kx_stream_head *ring, uint64_t end)
{
	const char *data = (const char *)(ring + 1);
	size_t len = end - lane->pos, from = lane->pos & (lane->of->room - 1);
	size_t first = len < lane->of->room - from ? len : lane->of->room - from;

	memcpy(lane->chunk, data + from, first);
	memcpy(lane->chunk + first, data, len - first);
	lane->at = 0;
	lane->end = len;
}

static bool is_overtaken(const struct lane *lane, const struct kx_stream_head *ring)
{
	return load(&ring->head) - lane->pos > lane->of->room;
}

/*
 * To where writers will not be at once: the middle of the ring. What of that is in the
 * chunk is good: it was not being written when the copy was made.
 */
static void catch_up(struct lane *lane, const struct kx_stream_head *ring)
{
	uint64_t to = block_up(load(&ring->head) - lane->of->room / 2);

	lane->at = to - lane->pos < lane->end ? to - lane->pos : lane->end;
	lane->pos = to < lane->pos + lane->end ? lane->pos + lane->end : to;
	lane->gap = true;
}

/* One attempt: 1: there is something in the chunk; 0: there is nothing; -EAGAIN. */
static int fill(struct lane *lane)
{
	const struct kx_stream_head *ring = look(lane);
	uint64_t end;

	lane->at = lane->end = 0;
	if (!ring || lane->pos >= lane->stop)
		return 0;
	if (load(&ring->dropped) != lane->dropped) {
		lane->dropped = load(&ring->dropped);
		lane->gap = true;
	}
	end = is_overtaken(lane, ring) ? lane->pos : complete_until(lane, ring);
	if (end == lane->pos) {
		if (!is_overtaken(lane, ring))
			return 0;
		catch_up(lane, ring);
		return -EAGAIN;
	}
	/* Where it is not mapped, each look is a copy that was made after the one before. */
	ring = look(lane);
	if (!ring)
		return 0;
	copy_out(lane, ring, end);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	ring = look(lane);
	if (ring && is_overtaken(lane, ring))
		catch_up(lane, ring);
	else
		lane->pos = end;
	return lane->at < lane->end ? 1 : -EAGAIN;
}

/* Writers may be faster than we are, but what comes is bounded by lane->stop. */
static bool refill(struct lane *lane)
{
	int found;

	if (!lane->chunk) {
		lane->chunk = aligned_alloc(16, CHUNK);
		if (!lane->chunk)
			return false;
	}
	while ((found = fill(lane)) == -EAGAIN)
		;
	return found;
}

static bool fits(const struct lane *lane, const struct kx_record *record)
{
	return lane->end - lane->at >= KX_STREAM_UNIT && record->stamp & 1 &&
	       len_is_possible(record->stamp & ~1ULL, record, record->len) &&
	       record->len <= lane->end - lane->at;
}

const struct kx_record *lane_next(struct lane *lane)
{
	for (;;) {
		const struct kx_record *record = (const void *)(lane->chunk + lane->at);

		if (lane->at >= lane->end) {
			if (lane->pos >= lane->stop || !refill(lane))
				return NULL;
			continue;
		}
		/* It was, when it was copied; but others may write to that memory, too. */
		if (!fits(lane, record)) {
			lane->at = lane->end;
			lane->gap = true;
			continue;
		}
		if (record->format != KX_RECORD_PAD && record->nr >> 16 >= lane->base)
			return record;
		lane->at += record->len;
	}
}

/*
 * Writers that interrupt each other may have their numbers in another order than their
 * room; that is no gap.
 */
void lane_take(struct lane *lane, uint64_t *lost)
{
	const struct kx_record *record = (const void *)(lane->chunk + lane->at);
	uint64_t nr = (record->nr >> 16) - lane->base, known = lane->delivered + lane->lost;

	*lost = 0;
	if (lane->gap && nr >= known) {
		*lost = nr - known;
		lane->lost += *lost;
		lane->gap = false;
	}
	lane->delivered++;
	lane->at += record->len;
}

void lane_settle(struct lane *lane)
{
	const struct kx_stream_head *ring = look(lane);
	uint64_t entered = ring ? load(&ring->entered) : 0, known = lane->delivered + lane->lost;

	if (!ring || entered & 0xffff || lane->at < lane->end ||
	    load(&ring->head) != lane->pos || load(&ring->entered) != entered)
		return;
	entered >>= 16;
	if (entered > lane->base + known) {
		lane->lost = entered - lane->base - lane->delivered;
		lane->gap = false;
	}
}

bool lane_wait(struct lane *lane)
{
	struct kx_stream_head *ring = (struct kx_stream_head *)look(lane);

	/* The writer completes its record before it looks; we say so before we look. */
	__atomic_store_n(&ring->waiting, 1, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return load(&ring->head) == lane->pos && lane->at >= lane->end;
}
