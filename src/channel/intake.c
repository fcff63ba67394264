// SPDX-License-Identifier: GPL-2.0-only
/* Intakes, opened: the lock of their writers, the two ends of the ring, the type. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>

#include "channel/channel.h"
#include "channel/intake.h"

#define FLAG_BITS	(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT)

void kx_intake_close(struct kx_intake *intake)
{
	if (!intake)
		return;
	if (intake->consumer)
		munmap((void *)intake->consumer, intake->page);
	if (intake->producer)
		munmap(intake->producer, intake->page + 2 * intake->room);
	cleanup_close(&intake->prog_fd);
	/* Last: the next writer may come now. */
	cleanup_close(&intake->lock_fd);
	btf__free(intake->btf);
	free(intake->record);
	free(intake);
}

static void intake_done(struct kx_intake **intake)
{
	kx_intake_close(*intake);
}

/*
 * A held instance has no directories; the one of its process is there as long as it
 * is, and is the same for all of its intakes.
 */
static int lock(struct kx_intake *intake, const struct kx_instance *inst)
{
	char path[REGISTRY_PATH], owner[LOCK_OWNER];

	registry_path(path, REGISTRY "/%s/intakes/%s", inst->name, intake->name);
	if (inst->held && inst->own)
		registry_path(path, "/proc/self");
	else if (inst->held)
		registry_path(path, "/proc/%u", inst->entry.page->pid);
	intake->lock_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (intake->lock_fd < 0)
		return kx_fail(intake->kx, -errno, "%s.%s: its lock %s cannot be opened: %s",
			       intake->instance, intake->name, path, kx_why(-errno));
	if (!flock(intake->lock_fd, LOCK_EX | LOCK_NB))
		return 0;
	if (errno != EWOULDBLOCK)
		return kx_fail(intake->kx, -errno, "%s: cannot be locked: %s", path,
			       kx_why(-errno));
	registry_lock_owner(intake->lock_fd, owner);
	return kx_fail(intake->kx, -EBUSY, "%s.%s: %s is writing to it; try again when that is done",
		       intake->instance, intake->name, owner);
}

int intake_program(const struct kx_instance *inst, const char *name)
{
	LIBBPF_OPTS(bpf_obj_get_opts, read_only, .file_flags = BPF_F_RDONLY);
	const struct meta_line *line = NULL;
	char path[REGISTRY_PATH];
	int fd = -ENOENT;

	if (!inst->held) {
		registry_path(path, REGISTRY "/%s/%u/progs/%s", inst->name,
			      inst->meta->head.generation, name);
		fd = bpf_obj_get_opts(path, &read_only);
		return fd < 0 ? -errno : fd;
	}
	while ((line = meta_next(inst->meta, "prog", line))) {
		if (strcmp(line->fields[0], name))
			continue;
		fd = bpf_prog_get_fd_by_id(strtoul(line->fields[3], NULL, 10));
		return fd < 0 ? -errno : fd;
	}
	return fd;
}

int intake_ring(const struct kx_instance *inst, const char *name, struct bpf_map_info *info)
{
	__u32 len = sizeof(*info);
	char map[sizeof(((struct kx_intake *)0)->name) + 8];
	int fd, err;

	snprintf(map, sizeof(map), "%s_ring", name);
	fd = instance_map(inst, map, true);
	if (fd < 0)
		return fd;
	memset(info, 0, sizeof(*info));
	err = bpf_obj_get_info_by_fd(fd, info, &len) ? -errno : 0;
	if (!err && info->type != BPF_MAP_TYPE_USER_RINGBUF)
		err = -EPROTO;
	if (err)
		close(fd);
	return err ?: fd;
}

static int ring_map(struct kx_intake *intake, int fd, size_t room)
{
	void *pages;

	intake->page = sysconf(_SC_PAGESIZE);
	pages = mmap(NULL, intake->page, PROT_READ, MAP_SHARED, fd, 0);
	if (pages == MAP_FAILED)
		return -errno;
	intake->consumer = pages;
	intake->room = room;
	pages = mmap(NULL, intake->page + 2 * room, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		     intake->page);
	if (pages == MAP_FAILED)
		return -errno;
	intake->producer = pages;
	intake->data = (char *)pages + intake->page;
	return 0;
}

void intake_repair(struct kx_intake *intake)
{
	uint64_t head = __atomic_load_n(intake->producer, __ATOMIC_ACQUIRE);
	uint64_t at = intake_tail(intake);

	if (head - at > intake->room || head % 8) {
		intake_move(intake, at);
		return;
	}
	while (at < head) {
		__u32 *word = (__u32 *)(intake->data + (at & (intake->room - 1)));
		__u32 len = *word & ~FLAG_BITS;
		uint64_t all = ((uint64_t)len + BPF_RINGBUF_HDR_SZ + 7) & ~7ULL;

		if (all > head - at) {
			head = at;
			break;
		}
		if (*word & BPF_RINGBUF_BUSY_BIT)
			__atomic_store_n(word, len | BPF_RINGBUF_DISCARD_BIT, __ATOMIC_RELEASE);
		at += all;
	}
	intake_move(intake, head);
}

/* The type of a record; what a line is made into. */
static int type_read(struct kx_intake *intake, const struct kx_instance *inst)
{
	struct channel_block block;
	const struct btf_type *t;
	const void *raw;
	__u32 len;
	int err = channel_block(inst->meta->btf, intake->name, &block);

	if (err)
		return err;
	if (!block.in_len || block.out_offset || block.out_len != sizeof(struct kx_taken))
		return -EPROTO;
	raw = btf__raw_data(inst->meta->btf, &len);
	intake->btf = raw ? btf__new(raw, len) : NULL;
	intake->record = malloc(block.in_len + 8);
	if (!intake->btf || !intake->record)
		return -ENOMEM;
	err = value_find(intake->btf, block.in_id, "", &intake->place, NULL, 0);
	if (err || intake->place.size != block.in_len)
		return -EPROTO;
	t = btf__type_by_id(intake->btf, intake->place.type_id);
	if (btf_is_array(t)) {
		struct value_place each;

		err = value_find(intake->btf, btf_array(t)->type, "", &each, NULL, 0);
		t = err ? NULL : btf__type_by_id(intake->btf, each.type_id);
		intake->is_text = t && btf_is_int(t) && each.size == 1 &&
				  !strcmp(btf__name_by_offset(intake->btf, t->name_off), "char");
	}
	return 0;
}

static int ends_open(struct kx_intake *intake, const struct kx_instance *inst)
{
	_cleanup_close_ int fd = -1;
	struct bpf_map_info info;
	int err;

	intake->prog_fd = intake_program(inst, intake->name);
	if (intake->prog_fd < 0)
		return intake->prog_fd;
	fd = intake_ring(inst, intake->name, &info);
	if (fd < 0)
		return fd;
	intake->ring_id = info.id;
	err = ring_map(intake, fd, info.max_entries);
	if (err)
		return err;
	err = type_read(intake, inst);
	if (!err && intake->place.size + BPF_RINGBUF_HDR_SZ > intake->room)
		err = -EPROTO;
	return err;
}

int kx_intake_open(struct kx *kx, struct kx_instance *inst, const char *name,
		   struct kx_intake **out)
{
	_cleanup_(intake_done) struct kx_intake *intake = NULL;
	int err = instance_refresh(kx, inst);

	if (err)
		return err;
	if (!about_tag(&inst->meta->about, name, "intake"))
		return channel_unknown(kx, inst->name, &inst->meta->about, "intake", "intake",
				       name);
	intake = calloc(1, sizeof(*intake));
	if (!intake)
		return kx_fail(kx, -ENOMEM, "out of memory");
	intake->kx = kx;
	intake->kmid = inst->entry.kmid;
	intake->held = inst->held;
	intake->lock_fd = intake->prog_fd = -1;
	snprintf(intake->instance, sizeof(intake->instance), "%s", inst->name);
	snprintf(intake->name, sizeof(intake->name), "%s", name);
	err = lock(intake, inst);
	if (err)
		return err;
	err = ends_open(intake, inst);
	if (err == -EPERM)	/* by id, of a held instance */
		err = -EACCES;
	if (err)
		return kx_fail(kx, err, "%s: cannot open intake %s: %s%s", inst->name, name,
			       kx_why(err),
			       err == -EACCES ? "; the modes of its pins decide who may" : "");
	intake_repair(intake);
	*out = take_ptr(intake);
	return 0;
}
