// SPDX-License-Identifier: GPL-2.0-only
/* The reader of captured packets: a buffer for each CPU, as perf_event_open(2) has it. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../until.h"
#include "caught.h"
#include "cli/own.h"

#define ROOM	(1 << 20)	/* bytes for each CPU */

/* A packet that is not handed over yet. */
struct row {
	uint64_t time_ns;
	uint64_t lost;
	size_t at;		/* in the heap */
	size_t nr;		/* packets of the same time stay in their order */
};

struct caught {
	struct perf_buffer *buffer;
	struct row *rows;
	size_t nr;
	size_t rows_room;
	char *heap;
	size_t len;
	size_t heap_room;
	uint64_t *lost;		/* by CPU, not told yet */
	int cpus;
	uint64_t wrong;
	int err;
};

struct sample {
	struct perf_event_header header;
	uint32_t size;
	char bytes[];
};

struct lost_sample {
	struct perf_event_header header;
	uint64_t id;
	uint64_t lost;
};

static bool grow(void *at, size_t *room, size_t need, size_t size)
{
	size_t now = *room ?: 64;
	void *more;

	while (now < need)
		now *= 2;
	if (now == *room)
		return true;
	more = reallocarray(*(void **)at, now, size);
	if (!more)
		return false;
	*(void **)at = more;
	*room = now;
	return true;
}

/* @len may have up to 7 bytes more than were put. */
static bool is_sound(const char *bytes, size_t len, struct kxf_caught *head)
{
	if (len < sizeof(*head))
		return false;
	memcpy(head, bytes, sizeof(*head));
	return head->captured <= len - sizeof(*head) && head->captured <= KXF_SNAP &&
	       head->packet.way < KXF_WAYS && head->packet.verdict <= KXF_REDIRECT &&
	       head->reason < KXF_REASONS;
}

static void keep(struct caught *caught, int cpu, const char *bytes, size_t len)
{
	struct kxf_caught head;
	size_t at = (caught->len + 7) & ~7UL;

	if (!is_sound(bytes, len, &head)) {
		caught->wrong++;
		return;
	}
	len = sizeof(head) + head.captured;
	if (!grow(&caught->rows, &caught->rows_room, caught->nr + 1, sizeof(struct row)) ||
	    !grow(&caught->heap, &caught->heap_room, at + len, 1)) {
		caught->err = -ENOMEM;
		return;
	}
	memcpy(caught->heap + at, bytes, len);
	caught->len = at + len;
	caught->rows[caught->nr] = (struct row){
		.time_ns = head.time_ns, .lost = caught->lost[cpu], .at = at, .nr = caught->nr,
	};
	caught->lost[cpu] = 0;
	caught->nr++;
}

static enum bpf_perf_event_ret take(void *ctx, int cpu, struct perf_event_header *header)
{
	const struct lost_sample *lost = (const struct lost_sample *)header;
	const struct sample *sample = (const struct sample *)header;
	struct caught *caught = ctx;

	if (cpu < 0 || cpu >= caught->cpus)
		return LIBBPF_PERF_EVENT_CONT;
	if (header->type == PERF_RECORD_LOST && header->size >= sizeof(*lost))
		caught->lost[cpu] += lost->lost;
	else if (header->type == PERF_RECORD_SAMPLE && header->size >= sizeof(*sample) &&
		 sample->size <= header->size - sizeof(*sample))
		keep(caught, cpu, sample->bytes, sample->size);
	else
		caught->wrong++;
	return LIBBPF_PERF_EVENT_CONT;
}

int caught_open(int map, struct caught **out)
{
	/* Woken when a buffer is a quarter full; the reader comes by itself before. */
	struct perf_event_attr attr = {
		.size = sizeof(attr), .type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT, .sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1, .watermark = 1, .wakeup_watermark = ROOM / 4,
	};
	struct caught *caught = calloc(1, sizeof(*caught));
	int cpus = libbpf_num_possible_cpus();
	int err = -ENOMEM;

	if (caught && cpus > 0)
		caught->lost = calloc(cpus, sizeof(*caught->lost));
	if (caught && caught->lost) {
		caught->cpus = cpus;
		caught->buffer = perf_buffer__new_raw(map, ROOM / sysconf(_SC_PAGESIZE), &attr,
						      take, caught, NULL);
		err = caught->buffer ? 0 : -errno;
	}
	if (err) {
		caught_close(caught);
		return err;
	}
	*out = caught;
	return 0;
}

void caught_close(struct caught *caught)
{
	if (!caught)
		return;
	perf_buffer__free(caught->buffer);
	free(caught->lost);
	free(caught->rows);
	free(caught->heap);
	free(caught);
}

int caught_fd(const struct caught *caught)
{
	return perf_buffer__epoll_fd(caught->buffer);
}

uint64_t caught_wrong(const struct caught *caught)
{
	return caught->wrong;
}

static int by_time(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return x->nr < y->nr ? -1 : 1;
}

static void hand_over(const struct caught *caught, const struct row *row, caught_fn fn, void *ctx)
{
	const char *at = caught->heap + row->at;
	struct caught_packet packet = { .lost = row->lost };

	memcpy(&packet.head, at, sizeof(packet.head));
	packet.bytes = (const unsigned char *)at + sizeof(packet.head);
	fn(ctx, &packet);
}

/* The ones that wait move to the front of the heap. */
static int keep_rest(struct caught *caught, size_t from)
{
	_cleanup_free_ char *old = caught->heap;
	size_t nr = caught->nr - from;

	caught->heap = NULL;
	caught->nr = caught->len = caught->heap_room = 0;
	for (size_t i = 0; i < nr; i++) {
		struct row row = caught->rows[from + i];
		struct kxf_caught head;
		size_t len, at = (caught->len + 7) & ~7UL;

		memcpy(&head, old + row.at, sizeof(head));
		len = sizeof(head) + head.captured;
		if (!grow(&caught->heap, &caught->heap_room, at + len, 1))
			return -ENOMEM;
		memcpy(caught->heap + at, old + row.at, len);
		caught->len = at + len;
		row.at = at;
		row.nr = i;
		caught->rows[caught->nr++] = row;
	}
	return 0;
}

int caught_read(struct caught *caught, bool all, caught_fn fn, void *ctx)
{
	uint64_t until = all ? UINT64_MAX : boottime_ns();
	size_t at = 0;
	int err;

	/* So that the descriptor is not ready any more. */
	(void)perf_buffer__poll(caught->buffer, 0);
	err = perf_buffer__consume(caught->buffer);
	if (caught->err || err < 0)
		return caught->err ?: err;
	if (caught->nr)
		qsort(caught->rows, caught->nr, sizeof(struct row), by_time);
	while (at < caught->nr && caught->rows[at].time_ns <= until)
		hand_over(caught, &caught->rows[at++], fn, ctx);
	if (at == caught->nr) {
		caught->nr = caught->len = 0;
		return 0;
	}
	return keep_rest(caught, at);
}
