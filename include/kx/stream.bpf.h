/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Events: typed records from kernel code to any number of readers. The last ones stay
 * when nobody reads.
 *
 *	struct opened {
 *		u32 pid;
 *		char path[64];
 *	};
 *	KX_STREAM(opens, struct opened, "files that were opened");
 *
 *		struct opened event = { .pid = pid };
 *		...
 *		kx_emit(opens, &event);
 *
 * `kx events INSTANCE.opens` prints them. The type may be anything but pointers that
 * somebody shall follow, up to KX_RECORD_MAX - 32 bytes. Each CPU keeps
 * KX_STREAM_ROOM bytes of records; KX_STREAM_SIZED takes another number: a power of two
 * from 16 KiB on. Works in every kind of program, also when one interrupts another.
 */
#ifndef KX_STREAM_BPF_H
#define KX_STREAM_BPF_H

#include <kx/own.bpf.h>

#ifndef KX_STREAM_ROOM
#define KX_STREAM_ROOM	(64 * 1024)
#endif

/*
 * Written by nobody: readers sleep on it. A record that is discarded with a wake-up
 * wakes all of them.
 */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} kx_wake SEC(".maps");

/* Behind the room: no record is there, but the verifier does not know of blocks. */
#define KX_RING_BYTES(room)	((room) + KX_RECORD_MAX)

#define KX_STREAM(name, record_type, text)					\
	KX_STREAM_SIZED(name, record_type, text, KX_STREAM_ROOM)

/*
 * Written by programs, read by anybody who may open it, never freed before the
 * instance. kx makes one element for each CPU there may be.
 */
#define KX_STREAM_SIZED(name, record_type, text, room)				\
	_Static_assert(sizeof(record_type) <= KX_RECORD_MAX - sizeof(struct kx_record), \
		       "a record of " #name " is too long");		\
	_Static_assert(!((room) & ((room) - 1)) && (room) >= 4 * KX_STREAM_BLOCK, \
		       "the room of " #name " is no power of two, or too small"); \
	struct name##_ring {						\
		struct kx_stream_head head;				\
		union {							\
			__typeof__(record_type) record;			\
			__u8 bytes[KX_RING_BYTES(room)];		\
		} data;							\
	};								\
	struct {							\
		__uint(type, BPF_MAP_TYPE_ARRAY);			\
		__uint(map_flags, BPF_F_MMAPABLE);			\
		__uint(max_entries, 1);					\
		__type(key, __u32);					\
		__type(value, struct name##_ring);			\
	} name SEC(".maps") KX_TAG("kx.stream=" text)

/* Where a record is that is being written. */
struct kx_place {
	struct kx_stream_head *ring;
	__u64 pos;
};

#if defined(__TARGET_ARCH_x86)
/* Stores are seen in their order. */
#define kx_store_release(at, value)					\
	do {								\
		asm volatile("" ::: "memory");				\
		*(volatile __u64 *)(at) = (value);			\
	} while (0)
#else
#define kx_store_release(at, value)	((void)__sync_lock_test_and_set((at), (value)))
#endif

/* The rest of a block. @at is within the ring, as kx_stream_begin() has it. */
static __always_inline void kx_stream_pad(void *data, __u32 room, __u64 pos, __u32 len)
{
	struct kx_record *pad = data + (pos & (room - 1) & ~(KX_STREAM_UNIT - 1ULL));

	pad->len = len;
	pad->format = KX_RECORD_PAD;
	kx_store_release(&pad->stamp, pos | 1);
}

/*
 * Take room for @len bytes, a multiple of KX_STREAM_UNIT. A writer can be interrupted by
 * others at any instruction, so everything is a single addition; who comes
 * to the end of a block fills it and adds once more.
 */
static __noinline __attribute__((unused)) struct kx_record *
kx_stream_begin(void *map, __u32 room, __u32 len, struct kx_place *place)
{
	__u32 cpu = bpf_get_smp_processor_id(), gap;
	struct kx_stream_head *ring;
	struct kx_record *record;
	__u64 entered, pos;
	void *data;

	ring = bpf_map_lookup_elem(map, &cpu);
	if (!ring)
		return NULL;
	data = ring + 1;
	entered = __sync_fetch_and_add(&ring->entered, 1 << 16 | 1);
	/* Somebody was interrupted and is still at it: do not come round to his room. */
	if (*(volatile __u64 *)&ring->head - *(volatile __u64 *)&ring->quiet > room / 2)
		goto drop;
	for (int tries = 0; tries < 4; tries++) {
		pos = __sync_fetch_and_add(&ring->head, len);
		gap = KX_STREAM_BLOCK - (pos & (KX_STREAM_BLOCK - 1));
		if (gap >= len)
			goto found;
		kx_stream_pad(data, room, pos, gap);
		kx_stream_pad(data, room, pos + gap, len - gap);
	}
drop:
	__sync_fetch_and_add(&ring->dropped, 1);
	__sync_fetch_and_add(&ring->entered, -1);
	return NULL;
found:
	record = data + (pos & (room - 1) & ~(KX_STREAM_UNIT - 1ULL));
	record->len = len;
	record->time_ns = bpf_ktime_get_boot_ns();
	record->nr = (entered & ~0xffffULL) | (kx_own.generation & 0xffff);
	place->ring = ring;
	place->pos = pos;
	return record;
}

/* Give back what was not needed, unless somebody has room behind it already. */
static __always_inline void kx_stream_shrink(struct kx_place *place, struct kx_record *record,
					     __u32 from, __u32 to)
{
	if (__sync_val_compare_and_swap(&place->ring->head, place->pos + from,
					place->pos + to) == place->pos + from)
		record->len = to;
}

static __noinline __attribute__((unused)) void
kx_stream_end(struct kx_place *place, struct kx_record *record)
{
	struct kx_stream_head *ring = place->ring;
	__u64 head;
	void *wake;

	kx_store_release(&record->stamp, place->pos | 1);
	/* Before it is said that nobody writes: what is reserved later is not complete. */
	head = *(volatile __u64 *)&ring->head;
	if ((__sync_fetch_and_add(&ring->entered, -1) & 0xffff) == 1)
		*(volatile __u64 *)&ring->quiet = head;
	if (!*(volatile __u32 *)&ring->waiting)
		return;
	*(volatile __u32 *)&ring->waiting = 0;
	wake = bpf_ringbuf_reserve(&kx_wake, 8, 0);
	if (wake)
		bpf_ringbuf_discard(wake, BPF_RB_FORCE_WAKEUP);
}

#define KX_RECORD_LEN(content)						\
	((sizeof(struct kx_record) + (content) + KX_STREAM_UNIT - 1) & ~(KX_STREAM_UNIT - 1))

#define KX_ROOM_OF(stream)						\
	(sizeof(((struct stream##_ring *)0)->data) - KX_RECORD_MAX)

/* A record is copied into the stream. */
#define kx_emit(stream, event)						\
	do {								\
		struct kx_place kx_place_;				\
		struct kx_record *kx_record_ =				\
			kx_stream_begin(&stream, KX_ROOM_OF(stream),	\
					KX_RECORD_LEN(sizeof(*(event))), &kx_place_); \
		_Static_assert(__builtin_types_compatible_p(__typeof__(*(event)), \
			       __typeof__(((struct stream##_ring *)0)->data.record)), \
			       "the stream " #stream " has records of another type"); \
		if (kx_record_) {					\
			__builtin_memcpy(kx_record_ + 1, (event), sizeof(*(event))); \
			kx_stream_end(&kx_place_, kx_record_);		\
		}							\
	} while (0)

#endif
