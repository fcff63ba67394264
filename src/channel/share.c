// SPDX-License-Identifier: GPL-2.0-only
/* Shares: memory of kernel code, mapped, or copied for who may only read. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "channel/channel.h"
#include "channel/share.h"
#include "value/layout.h"

#define LOCK_WAIT_NS	200000000ULL

static void share_done(struct kx_share **share)
{
	kx_share_unmap(*share);
}

void kx_share_unmap(struct kx_share *share)
{
	if (!share)
		return;
	if (share->mapped)
		munmap(share->bytes, share->map_len);
	else
		free(share->bytes);
	free(share->raw);
	entry_close(&share->entry);
	btf__free(share->btf);
	if (share->fd >= 0)
		close(share->fd);
	free(share);
}

void *kx_share_bytes(const struct kx_share *share, size_t *len)
{
	if (len)
		*len = share->len;
	return share->bytes;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

bool share_wait(uint64_t *deadline)
{
	uint64_t now = now_ns();

	if (!*deadline)
		*deadline = now + LOCK_WAIT_NS;
	/* Who has the lock may be the next on this CPU. */
	sched_yield();
	return now < *deadline;
}

int share_busy(const struct kx_share *share, bool moves)
{
	return kx_fail(share->kx, -EBUSY, "%s.%s: %s", share->instance, share->name,
		       !moves ? "its lock stays taken: whoever wrote was killed; kx unload and kx load "
				"begin it anew" :
		       share->mapped ? "is written to all the time; try again" :
		       "is written to all the time, too fast for a copy; who may write to its pin "
		       "reads the memory itself");
}

static const struct btf_type *bare(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t)))
		t = btf__type_by_id(btf, t->type);
	return t;
}

static bool begins_with_seq(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = bare(btf, id);

	if (!t || !btf_is_struct(t) || !btf_vlen(t) || btf_members(t)[0].offset)
		return false;
	t = bare(btf, btf_members(t)[0].type);
	return t && btf_is_struct(t) && t->size == sizeof(struct kx_seq) &&
	       !strcmp(btf__name_by_offset(btf, t->name_off), "kx_seq");
}

/* Where the share is in its section: an author may have put more there. */
static uint32_t share_offset(const struct btf *btf, const char *section)
{
	const struct btf_type *t = btf__type_by_id(btf, layout_section(btf, section));
	const char *name = section + strlen(SHARE_SECTION);

	for (unsigned int i = 0; t && btf_is_datasec(t) && i < btf_vlen(t); i++) {
		const struct btf_var_secinfo *var = &btf_var_secinfos(t)[i];

		if (!strcmp(btf__name_by_offset(btf, btf__type_by_id(btf, var->type)->name_off),
			    name))
			return var->offset;
	}
	return UINT32_MAX;
}

/* What a copy is made from, as it is at this moment. */
static int fill(struct kx_share *share)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(share->fd, &key, share->raw) ? -errno : 0;
}

/* A copy shows its lock as it was while it was made: three in a row have to agree. */
static int refresh_locked(struct kx_share *share)
{
	const struct kx_seq *seq = (const void *)share->raw;
	uint64_t deadline = 0;
	bool moves = false;
	int agree = 0, err;
	__u32 count = 1;

	do {
		err = fill(share);
		if (err)
			return err;
		agree = !(seq->count & 1) && seq->count == count ? agree + 1 : 0;
		moves |= count != 1 && seq->count != count;
		count = seq->count;
		if (agree == 1)
			memcpy(share->bytes, share->raw, share->len);
		if (agree == 2)
			return 0;
	} while (agree || share_wait(&deadline));
	return share_busy(share, moves);
}

static int refresh_copy(struct kx_share *share)
{
	int err = share->locked ? refresh_locked(share) : fill(share);

	if (!err && !share->locked)
		memcpy(share->bytes, share->raw, share->len);
	return err;
}

static int map_pages(struct kx_share *share)
{
	int prot = PROT_READ | (share->writable ? PROT_WRITE : 0);

	share->bytes = mmap(NULL, share->map_len, prot, MAP_SHARED, share->fd, 0);
	if (share->bytes == MAP_FAILED) {
		share->bytes = NULL;
		return -errno;
	}
	share->mapped = true;
	close(take_fd(share->fd));
	return 0;
}

static int copy_make(struct kx_share *share)
{
	share->raw = malloc(share->map_len);
	share->bytes = aligned_alloc(sysconf(_SC_PAGESIZE), share->map_len);
	if (!share->raw || !share->bytes)
		return -ENOMEM;
	memset(share->bytes, 0, share->map_len);
	return refresh_copy(share);
}

static int map_facts(int fd, uint32_t *id, size_t *len)
{
	struct bpf_map_info info = {};
	__u32 info_len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &info_len))
		return -errno;
	*id = info.id;
	*len = info.value_size;
	return info.type == BPF_MAP_TYPE_ARRAY ? 0 : -EPROTO;
}

static int open_map(struct kx_share *share, struct kx_instance *inst, const char *section,
		    bool write)
{
	size_t page = sysconf(_SC_PAGESIZE);
	bool may_write = true;
	int err;

	share->fd = instance_map(inst, section, true);
	if (share->fd == -EACCES && !write) {
		may_write = false;
		share->fd = instance_map(inst, section, false);
	}
	if (share->fd < 0)
		/* By id, of a held instance: without the right to ask for it. */
		return share->fd == -EPERM ? -EACCES : share->fd;
	err = map_facts(share->fd, &share->map_id, &share->map_len);
	if (!err && (share->len > share->map_len || share_offset(share->btf, section)))
		err = -EPROTO;
	share->map_len = (share->map_len + page - 1) & ~(page - 1);
	share->writable = write;
	return err ?: may_write ? map_pages(share) : copy_make(share);
}

/* Types and entry of its own: the instance may be closed. */
static int keep(struct kx_share *share, const struct kx_instance *inst)
{
	__u32 len;
	const void *raw = btf__raw_data(inst->meta->btf, &len);
	int fd = fcntl(inst->entry.fd, F_DUPFD_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	err = entry_take(fd, inst->entry.writable, &share->entry);
	if (err) {
		close(fd);
		return err;
	}
	share->btf = raw ? btf__new(raw, len) : NULL;
	return share->btf ? 0 : -ENOMEM;
}

static int share_make(struct kx_share *share, struct kx_instance *inst, bool write)
{
	char section[sizeof(share->name) + sizeof(SHARE_SECTION)];
	uint32_t len = 0;
	int err;

	snprintf(section, sizeof(section), SHARE_SECTION "%s", share->name);
	share->type_id = channel_share(inst->meta->btf, share->name, &len);
	if (!share->type_id)
		return -EPROTO;
	share->len = len;
	share->slot = inst->meta->head.slot;
	err = keep(share, inst);
	if (err)
		return err;
	share->locked = begins_with_seq(share->btf, share->type_id);
	return open_map(share, inst, section, write);
}

int kx_share_map(struct kx *kx, struct kx_instance *inst, const char *name,
		 unsigned int flags, struct kx_share **out)
{
	_cleanup_(share_done) struct kx_share *share = NULL;
	bool write = flags & KX_SHARE_WRITE;
	int err = instance_refresh(kx, inst);

	if (err)
		return err;
	if (flags & ~KX_SHARE_WRITE)
		return kx_fail(kx, -EINVAL, "%s: cannot map %s: unknown flags %#x", inst->name, name,
			       flags & ~KX_SHARE_WRITE);
	if (!about_tag(&inst->meta->about, name, "share"))
		return channel_unknown(kx, inst->name, &inst->meta->about, "share", "share", name);
	share = calloc(1, sizeof(*share));
	if (!share)
		return kx_fail(kx, -ENOMEM, "out of memory");
	share->kx = kx;
	share->fd = -1;
	share->entry = ENTRY_NONE;
	share->kmid = inst->entry.kmid;
	snprintf(share->instance, sizeof(share->instance), "%s", inst->name);
	snprintf(share->name, sizeof(share->name), "%s", name);
	err = share_make(share, inst, write);
	if (err == -EBUSY)
		return err;
	if (err)
		return kx_fail(kx, err, "%s: cannot map share %s%s: %s%s", inst->name, name,
			       write ? " for writing" : "", kx_why(err),
			       err == -EACCES ? "; the mode of its pin decides who may" : "");
	*out = take_ptr(share);
	return 0;
}

static int gone(const struct kx_share *share)
{
	return kx_fail(share->kx, -ENODEV, "%s: is not loaded any more", share->instance);
}

/* After an upgrade: does the instance still go on with this memory? */
static int follow(struct kx_share *share)
{
	char section[sizeof(share->name) + sizeof(SHARE_SECTION)];
	_cleanup_close_ int fd = -1;
	struct kx_instance *inst;
	uint32_t id = 0;
	size_t len;
	int err = kx_instance_open(share->kx, share->instance, &inst);

	if (err == -ENOENT || (!err && (inst->entry.kmid != share->kmid || !inst->meta))) {
		kx_instance_close(err ? NULL : inst);
		return gone(share);
	}
	if (err)
		return err;
	snprintf(section, sizeof(section), SHARE_SECTION "%s", share->name);
	fd = instance_map(inst, section, false);
	share->slot = inst->meta->head.slot;
	kx_instance_close(inst);
	if (fd >= 0 && !map_facts(fd, &id, &len) && id == share->map_id)
		return 0;
	/* Asked again, it says so again. */
	share->slot = 0;
	return kx_fail(share->kx, -ESTALE, "%s.%s: an upgrade has begun it anew; map it again",
		       share->instance, share->name);
}

int kx_share_refresh(struct kx_share *share)
{
	uint32_t slot;
	int err;

	entry_refresh(&share->entry);
	slot = entry_active(&share->entry);
	if (entry_state(&share->entry) == KX_STATE_UNLOADING)
		return gone(share);
	if (slot && slot != share->slot && !(share->entry.page->flags & KX_ENTRY_HELD)) {
		err = follow(share);
		if (err)
			return err;
	}
	if (share->mapped)
		return 1;
	err = refresh_copy(share);
	if (err && err != -EBUSY)
		return kx_fail(share->kx, err, "%s.%s: cannot be read: %s", share->instance,
			       share->name, kx_why(err));
	return err;
}
