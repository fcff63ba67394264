// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reading end of a BPF ring buffer, over its own memory.
 *
 * libbpf's reader gives every record's room back by itself, a store to a line
 * that all producers read. Here it happens once per step.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>

#include "base/context.h"
#include "base/uapi.h"

#define HEAD_LEN	BPF_RINGBUF_HDR_SZ
#define LEN_MASK	(~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT))

/* Room is given back when this part of the ring is consumed, or 64 KiB. */
#define STEP_SHARE	8
#define STEP_MAX	(64u << 10)

struct kx_ring {
	kx_ring_fn fn;
	void *ctx;
	int fd;
	size_t page;		/* bytes */
	size_t len;		/* of the data, a power of two */
	size_t step;		/* bytes consumed between two stores */
	unsigned long consumed;	/* where we are, ahead of *consumer */
	_Atomic unsigned long *consumer; /* page 0: ours */
	const _Atomic unsigned long *producer; /* page 1: the kernel's */
	const char *data;	/* page 2 on: mapped twice in a row */
};

static int map_pages(struct kx_ring *ring)
{
	void *pages;

	pages = mmap(NULL, ring->page, PROT_READ | PROT_WRITE, MAP_SHARED,
		     ring->fd, 0);
	if (pages == MAP_FAILED)
		return -errno;
	ring->consumer = pages;

	pages = mmap(NULL, ring->page + 2 * ring->len, PROT_READ, MAP_SHARED,
		     ring->fd, ring->page);
	if (pages == MAP_FAILED)
		return -errno;
	ring->producer = pages;
	ring->data = (const char *)pages + ring->page;
	return 0;
}

static void ring_done(struct kx_ring **ring)
{
	kx_ring_close(*ring);
}

int kx_ring_open(struct kx *kx, int map_fd, kx_ring_fn fn, void *ctx,
		 struct kx_ring **out)
{
	_cleanup_(ring_done) struct kx_ring *ring = NULL;
	struct bpf_map_info info = { 0 };
	__u32 info_len = sizeof(info);
	int err;

	if (bpf_obj_get_info_by_fd(map_fd, &info, &info_len))
		return kx_fail(kx, -errno, "ring: descriptor %d is no map: %s",
			       map_fd, kx_why(-errno));
	if (info.type != BPF_MAP_TYPE_RINGBUF)
		return kx_fail(kx, -EINVAL, "ring: map %s is not a ring buffer",
			       info.name);
	if (info.map_flags & KX_F_RB_OVERWRITE)
		return kx_fail(kx, -EINVAL,
			       "ring: map %s overwrites its oldest records, it cannot be read as a stream",
			       info.name);

	ring = calloc(1, sizeof(*ring));
	if (!ring)
		return kx_fail(kx, -ENOMEM, "ring: out of memory");
	ring->fd = -1;
	ring->fn = fn;
	ring->ctx = ctx;
	ring->page = sysconf(_SC_PAGESIZE);
	ring->len = info.max_entries;
	ring->step = ring->len / STEP_SHARE;
	if (ring->step > STEP_MAX)
		ring->step = STEP_MAX;

	ring->fd = fcntl(map_fd, F_DUPFD_CLOEXEC, 0);
	if (ring->fd < 0)
		return kx_fail(kx, -errno, "ring: %s: %s", info.name,
			       kx_why(-errno));
	err = map_pages(ring);
	if (err)
		return kx_fail(kx, err, "ring: cannot map %s, %zu bytes: %s",
			       info.name, ring->len, kx_why(err));

	ring->consumed = atomic_load_explicit(ring->consumer,
					      memory_order_relaxed);
	*out = take_ptr(ring);
	return 0;
}

int kx_ring_fd(const struct kx_ring *ring)
{
	return ring->fd;
}

static inline void give_back(struct kx_ring *ring)
{
	atomic_store_explicit(ring->consumer, ring->consumed,
			      memory_order_release);
}

/*
 * Hand over the records that begin before @limit. Returns how many, fn's
 * negative value, or -EPROTO.
 */
static int take_until(struct kx_ring *ring, unsigned long limit,
		      unsigned long produced)
{
	unsigned long given = ring->consumed;
	int nr = 0;

	while (ring->consumed < limit) {
		const char *at = ring->data + (ring->consumed & (ring->len - 1));
		unsigned long room;
		__u32 head, len;
		int err;

		head = atomic_load_explicit((const _Atomic __u32 *)at,
					    memory_order_acquire);
		if (head & BPF_RINGBUF_BUSY_BIT)
			break;
		len = head & LEN_MASK;
		room = (len + HEAD_LEN + 7) & ~7ul;
		if (room > produced - ring->consumed)
			return -EPROTO;

		ring->consumed += room;
		if (!(head & BPF_RINGBUF_DISCARD_BIT)) {
			err = ring->fn(ring->ctx, at + HEAD_LEN, len);
			if (err < 0)
				return err;
			nr++;
		}
		if (ring->consumed - given >= ring->step) {
			give_back(ring);
			given = ring->consumed;
		}
	}
	return nr;
}

int kx_ring_dispatch(struct kx_ring *ring)
{
	unsigned long limit = ring->consumed + ring->len, from, produced;
	int nr, sum = 0;

	do {
		from = ring->consumed;
		produced = atomic_load_explicit(ring->producer,
						memory_order_acquire);
		if (produced - from > ring->len)
			return -EPROTO;
		nr = take_until(ring, produced < limit ? produced : limit,
				produced);
		give_back(ring);
		if (nr < 0)
			return nr;
		sum += nr;
		/*
		 * The kernel wakes the reader only if the record it completes
		 * is the one the reader stands at. Our position must be visible
		 * before we look a last time, or both sides miss each other.
		 */
		atomic_thread_fence(memory_order_seq_cst);
	} while (ring->consumed != from && ring->consumed < limit);

	return sum;
}

void kx_ring_close(struct kx_ring *ring)
{
	if (!ring)
		return;
	if (ring->producer)
		munmap((void *)ring->producer, ring->page + 2 * ring->len);
	if (ring->consumer)
		munmap((void *)ring->consumer, ring->page);
	cleanup_close(&ring->fd);
	free(ring);
}
