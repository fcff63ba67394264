// SPDX-License-Identifier: GPL-2.0-only
/* Doors, opened: their maps, the program that takes answers, the types. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "channel/intake.h"
#include "door/door.h"
#include "door/places.h"

/* The largest block: a reply, with what is around it. */
#define BLOCK_MAX	1024

int door_call(const struct door_side *side, const struct kx_door_op *op, const void *reply,
	      size_t len, struct kx_door_out *out)
{
	char block[BLOCK_MAX] __attribute__((aligned(8))) = {};
	union bpf_attr attr = {
		.test.prog_fd = side->prog_fd,
		.test.ctx_in = (uintptr_t)block,
		.test.ctx_size_in = side->block_len,
	};

	memcpy(block, op, sizeof(*op));
	if (len)
		memcpy(block + sizeof(*op), reply, len);
	if (syscall(__NR_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr.test)))
		return -errno;
	if (out)
		memcpy(out, block + side->out_offset, sizeof(*out));
	return (int)attr.test.retval;
}

static void door_free(struct kx_door **door)
{
	kx_door_close(*door);
}

void kx_door_close(struct kx_door *door)
{
	if (!door)
		return;
	kx_door_revoke(door);
	/* That of a listener lives as long as those that are held. */
	(void)door_keeper_ended(door);
	cleanup_close(&door->keeper_fd);
	places_free(door->places);
	kx_ring_close(door->ring);
	if (door->side.slots)
		munmap((void *)door->side.slots, door->side.slots_len);
	if (door->side.server)
		munmap(door->side.server, sysconf(_SC_PAGESIZE));
	cleanup_close(&door->side.prog_fd);
	cleanup_close(&door->epoll_fd);
	cleanup_close(&door->event_fd);
	if (door->entry.page)
		entry_close(&door->entry);
	btf__free(door->btf);
	pthread_mutex_destroy(&door->lock);
	free(door->record);
	free(door);
}

/* A map of the door by the end of its name, mapped read-only. */
static int part_map(struct kx_door *door, const struct kx_instance *inst, const char *name,
		    const char *end, struct bpf_map_info *info, void **out)
{
	_cleanup_close_ int fd = -1;
	__u32 len = sizeof(*info);
	char map[KX_NAME_MAX + 96];
	size_t bytes;
	void *at;

	(void)door;
	snprintf(map, sizeof(map), "%s_%s", name, end);
	fd = instance_map(inst, map, true);
	if (fd < 0)
		return fd;
	memset(info, 0, sizeof(*info));
	if (bpf_obj_get_info_by_fd(fd, info, &len))
		return -errno;
	if (info->type != BPF_MAP_TYPE_ARRAY || !(info->map_flags & BPF_F_MMAPABLE))
		return -EPROTO;
	bytes = (size_t)((info->value_size + 7) & ~7U) * info->max_entries;
	bytes = (bytes + sysconf(_SC_PAGESIZE) - 1) & -sysconf(_SC_PAGESIZE);
	at = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	*out = at;
	return 0;
}

static int maps_open(struct kx_door *door, const struct kx_instance *inst, const char *name)
{
	size_t page = sysconf(_SC_PAGESIZE);
	struct bpf_map_info info;
	void *at;
	int err = part_map(door, inst, name, "slots", &info, &at);

	if (err)
		return err;
	door->side.slots = at;
	door->slots_id = info.id;
	door->side.slot_len = (info.value_size + 7) & ~7U;
	door->side.slots_len = (door->side.slot_len * info.max_entries + page - 1) & -page;
	if (info.max_entries != KX_DOOR_SLOTS || info.value_size < sizeof(struct kx_door_slot))
		return -EPROTO;
	err = part_map(door, inst, name, "server", &info, &at);
	if (err)
		return err;
	door->side.server = at;
	return info.value_size == sizeof(struct kx_door_server) && info.max_entries == 1 ? 0 :
											   -EPROTO;
}

/* One at a time: another thread takes the next. */
static int keep_record(void *ctx, const void *record, size_t len)
{
	struct kx_door *door = ctx;

	if (len < door->record_len)
		return -EPROTO;
	memcpy(door->record, record, door->record_len);
	door->has_record = true;
	return -ECANCELED;
}

static int ring_open(struct kx_door *door, const struct kx_instance *inst, const char *name)
{
	_cleanup_close_ int fd = -1;
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	char map[KX_NAME_MAX + 96];

	snprintf(map, sizeof(map), "%s_ring", name);
	fd = instance_map(inst, map, true);
	if (fd < 0)
		return fd;
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	if (info.type != BPF_MAP_TYPE_RINGBUF)
		return -EPROTO;
	door->ring_id = info.id;
	return kx_ring_open(door->kx, fd, keep_record, door, &door->ring);
}

static int types_read(struct kx_door *door, const struct kx_instance *inst, const char *name)
{
	const void *raw;
	__u32 len;
	int err = channel_door(inst->meta->btf, name, &door->block);

	if (err)
		return err;
	if (door->block.len > BLOCK_MAX || door->block.in_len > 65536)
		return -EPROTO;
	door->side.block_len = door->block.len;
	door->side.out_offset = door->block.out_offset;
	door->record_len = sizeof(struct kx_door_record) + door->block.in_len;
	door->record = calloc(1, door->record_len + 8);
	raw = btf__raw_data(inst->meta->btf, &len);
	door->btf = raw ? btf__new(raw, len) : NULL;
	return door->record && door->btf ? 0 : -ENOMEM;
}

static int poll_add(struct kx_door *door, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events };

	return epoll_ctl(door->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int parts_open(struct kx_door *door, const struct kx_instance *inst, const char *name)
{
	int err = types_read(door, inst, name);

	if (err)
		return err;
	door->side.prog_fd = intake_program(inst, name);
	if (door->side.prog_fd < 0)
		return door->side.prog_fd;
	err = maps_open(door, inst, name) ?: ring_open(door, inst, name);
	if (err)
		return err;
	door->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (door->epoll_fd < 0)
		return -errno;
	return poll_add(door, kx_ring_fd(door->ring), EPOLLIN);
}

static struct kx_door *door_new(struct kx *kx, kx_door_fn fn, void *ctx)
{
	struct kx_door *door = calloc(1, sizeof(*door));

	if (!door)
		return NULL;
	door->kx = kx;
	door->fn = fn;
	door->ctx = ctx;
	door->side.prog_fd = door->epoll_fd = -1;
	door->side.fuse_fd = door->side.file_fd = -1;
	door->keeper_fd = door->listener = door->event_fd = -1;
	door->entry = ENTRY_NONE;
	pthread_mutex_init(&door->lock, NULL);
	return door;
}

int kx_door_create(struct kx *kx, struct kx_instance *inst, const char *name, kx_door_fn fn,
		   void *ctx, struct kx_door **out)
{
	_cleanup_(door_free) struct kx_door *door = NULL;
	int err = instance_refresh(kx, inst);

	if (err)
		return err;
	if (!about_tag(&inst->meta->about, name, "door"))
		return channel_unknown(kx, inst->name, &inst->meta->about, "door", "door", name);
	door = door_new(kx, fn, ctx);
	if (!door)
		return kx_fail(kx, -ENOMEM, "out of memory");
	door->kmid = inst->entry.kmid;
	door->held = inst->held;
	door->active = entry_active(&inst->entry);
	snprintf(door->instance, sizeof(door->instance), "%s", inst->name);
	snprintf(door->shown, sizeof(door->shown), "%s.%.*s", inst->name, KX_NAME_MAX, name);
	err = parts_open(door, inst, name);
	if (err == -EPERM)	/* by id, of a held instance */
		err = -EACCES;
	if (err)
		return kx_fail(kx, err, "%s: cannot be served: %s%s", door->shown, kx_why(err),
			       err == -EACCES ? "; the modes of its pins decide who may" : "");
	*out = take_ptr(door);
	return 0;
}

int kx_door_listen(struct kx *kx, int listener, uint32_t deadline_ms, int fallback,
		   kx_door_fn fn, void *ctx, struct kx_door **out)
{
	_cleanup_(door_free) struct kx_door *door = NULL;
	int err;

	if (listener < 0 || fallback > 0 || fallback < -511)
		return kx_fail(kx, -EINVAL, "seccomp: no listener, or no verdict");
	door = door_new(kx, fn, ctx);
	if (!door)
		return kx_fail(kx, -ENOMEM, "out of memory");
	door->is_seccomp = true;
	door->block.in_len = sizeof(struct kx_call_request);
	door->block.out_len = sizeof(struct kx_call_reply);
	snprintf(door->shown, sizeof(door->shown), "seccomp");
	door->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	door->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	door->listener = listener;
	err = door->epoll_fd < 0 || door->event_fd < 0 ? -errno :
	      /* Of the listener only its end: the keeper takes what is held. */
	      poll_add(door, listener, 0) ?: poll_add(door, door->event_fd, EPOLLIN) ?:
	      door_types_make(door) ?: door_notice_begin(door, deadline_ms, fallback);
	if (err) {
		/* It stays the caller's. */
		door->listener = -1;
		return kx_fail(kx, err, "seccomp: cannot be served: %s", kx_why(err));
	}
	door->attached = true;
	*out = take_ptr(door);
	return 0;
}

int kx_door_fd(const struct kx_door *door)
{
	return door->epoll_fd;
}

const char *kx_door_way(const struct kx_door *door)
{
	return !door->attached ? "" : door->is_seccomp ? "seccomp" : door->blocks ? "block" : "stop";
}

void kx_door_counts(struct kx_door *door, struct kx_door_counts *out)
{
	const __u64 *from = door->side.server ? door->side.server->counts : NULL;

	if (!from) {
		*out = door->places ? door->places->counts : door->counts;
		return;
	}
	*out = (struct kx_door_counts){
		.asked = from[KX_DOOR_ASKS], .answered = from[KX_DOOR_GOT],
		.cached = from[KX_DOOR_CACHED], .nobody = from[KX_DOOR_NOBODY],
		.deadline = from[KX_DOOR_DEADLINE], .full = from[KX_DOOR_FULL],
		.died = from[KX_DOOR_DIED], .garbage = from[KX_DOOR_GARBAGE],
		.cannot = from[KX_DOOR_CANNOT], .gone = from[KX_DOOR_GONE],
		.exempt = from[KX_DOOR_EXEMPT], .twice = from[KX_DOOR_TWICE],
		.late = from[KX_DOOR_LATE], .foreign = from[KX_DOOR_FOREIGN],
		.told = from[KX_DOOR_TOLD], .lost = from[KX_DOOR_LOST],
	};
}
