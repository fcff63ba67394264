// SPDX-License-Identifier: GPL-2.0-only
/* Instances: found by name, kmid or content; their entry and description read. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "kernel/mount.h"
#include "registry/described.h"
#include "registry/instance.h"
#include "registry/procfd.h"

struct list {
	struct kx *kx;
	struct kx_instance **rows;
	size_t nr;
};

int instance_new(struct kx *kx, struct entry *entry, struct kx_instance **out)
{
	struct kx_instance *inst = calloc(1, sizeof(*inst));

	if (!inst)
		return kx_fail(kx, -ENOMEM, "out of memory");
	snprintf(inst->name, sizeof(inst->name), "%s", entry->page->name);
	inst->held = entry->page->flags & KX_ENTRY_HELD;
	inst->entry = *entry;
	*entry = ENTRY_NONE;
	for (size_t i = 0; i < NR_SECTIONS; i++)
		inst->pages[i].fd = -1;
	*out = inst;
	return 0;
}

static void pages_close(struct kx_instance *inst)
{
	for (size_t i = 0; i < NR_SECTIONS; i++) {
		struct section_page *page = &inst->pages[i];

		if (page->bytes && page->mapped)
			munmap(page->bytes, page->len);
		else
			free(page->bytes);
		if (page->fd >= 0)
			close(page->fd);
		*page = (struct section_page){ .fd = -1 };
	}
}

void kx_instance_close(struct kx_instance *inst)
{
	if (!inst)
		return;
	/* A held instance ends here; one that is killed has no time to say goodbye. */
	if (inst->own && inst->own->obj) {
		entry_activate(&inst->entry, 0);
		hooks_done(&inst->own->hooks);
		(void)generation_fini(inst->own, inst->entry.kmid, KX_REASON_UNLOAD);
	}
	described_free(inst->described);
	meta_free(inst->meta);
	pages_close(inst);
	generation_free(inst->own);
	entry_close(&inst->entry);
	free(inst);
}

static int refuse_user(struct kx *kx, const char *name, const char *path)
{
	static const char root[] = "/sys/fs/bpf";

	if (faccessat(AT_FDCWD, root, X_OK, AT_EACCESS))
		return kx_fail(kx, -EACCES, "%s: cannot be looked for: the mode of %s lets this user "
			       "not into it; chmod 711 %s does, and then the mode of each pin decides",
			       name, root, root);
	return kx_fail(kx, -EACCES, "%s: is loaded, but its entry %s is not for this user", name,
		       path);
}

int instance_open_dir(struct kx *kx, const char *name, struct kx_instance **out)
{
	struct entry entry = ENTRY_NONE;
	char path[REGISTRY_PATH];
	int err;

	registry_path(path, REGISTRY "/%s/entry", name);
	err = entry_open(path, &entry);
	if (err == -ENOENT || err == -ENOTDIR)
		return -ENOENT;
	if (err == -EACCES)
		return refuse_user(kx, name, path);
	if (err == -EPROTONOSUPPORT)
		return kx_fail(kx, err, "%s: was loaded by another version of kx, which has to be used "
			       "for it", name);
	if (err)
		return kx_fail(kx, err, "%s: its entry %s is damaged: %s; kx check --repair removes "
			       "it", name, path, kx_why(err));
	err = instance_new(kx, &entry, out);
	entry_close(&entry);
	return err;
}

int instance_is_there(struct kx *kx, const struct kx_instance *inst)
{
	struct kx_instance *now;
	int err = instance_open_dir(kx, inst->name, &now);

	if (!err) {
		err = now->entry.kmid == inst->entry.kmid ? 0 : -ENOENT;
		kx_instance_close(now);
	}
	return err == -ENOENT ? kx_fail(kx, err, "%s: is not loaded any more", inst->name) : err;
}

static int meta_open(const struct kx_instance *inst, const char *generation)
{
	LIBBPF_OPTS(bpf_obj_get_opts, read_only, .file_flags = BPF_F_RDONLY);
	char path[REGISTRY_PATH];
	int fd;

	registry_path(path, REGISTRY "/%s/%s/meta", inst->name, generation);
	fd = bpf_obj_get_opts(path, &read_only);
	return fd < 0 ? -errno : fd;
}

int instance_generation(const struct kx_instance *inst, uint32_t slot, uint32_t *out)
{
	_cleanup_names_ struct names list = {};
	char path[REGISTRY_PATH];
	int err;

	registry_path(path, REGISTRY "/%s", inst->name);
	err = names_read(path, &list.names, &list.nr);
	for (size_t i = 0; !err && i < list.nr; i++) {
		_cleanup_close_ int fd = -1;
		struct kx_meta head;

		if (!generation_of(list.names[i]))
			continue;
		fd = meta_open(inst, list.names[i]);
		if (fd >= 0 && !meta_head(fd, &head) && head.slot == slot) {
			*out = generation_of(list.names[i]);
			return 0;
		}
	}
	return err ?: -ENOENT;
}

/* Activations are numbered: the highest number but the active slot's. */
uint32_t instance_previous(const struct kx_instance *inst)
{
	uint32_t active = entry_active(&inst->entry), best = 0, number, unused;

	for (uint32_t slot = 1; slot < KX_NR_SLOTS; slot++) {
		number = inst->entry.page->seen[slot];
		if (slot != active && number && (!best || number > inst->entry.page->seen[best]) &&
		    !instance_generation(inst, slot, &unused))
			best = slot;
	}
	return best;
}

int instance_refresh(struct kx *kx, struct kx_instance *inst)
{
	_cleanup_close_ int fd = -1;
	uint32_t slot, generation;
	struct meta *meta;
	char number[16];
	int err;

	entry_refresh(&inst->entry);
	slot = entry_active(&inst->entry);

	if (inst->meta && (inst->held || inst->meta->head.slot == slot || !slot))
		return 0;
	if (inst->held) {
		fd = bpf_map_get_fd_by_id(inst->entry.page->meta_id);
		err = fd < 0 ? -errno : 0;
	} else {
		/* A closed gate: being loaded or unloaded, slot 1 is as good as any. */
		err = instance_generation(inst, slot ?: 1, &generation);
		snprintf(number, sizeof(number), "%u", err ? 0 : generation);
		fd = err ? -1 : meta_open(inst, number);
		err = err ?: fd < 0 ? fd : 0;
	}
	if (err) {
		(void)take_fd(fd);
		return kx_fail(kx, err, "%s: its description cannot be opened: %s", inst->name,
			       kx_why(err));
	}
	err = meta_read(kx, inst->name, fd, &meta);
	if (err)
		return err;
	pages_close(inst);
	meta_free(inst->meta);
	inst->meta = meta;
	return 0;
}

static int map_by_id(const struct kx_instance *inst, const char *name)
{
	const struct meta_line *line = NULL;
	int fd;

	while ((line = meta_next(inst->meta, "map", line))) {
		if (strcmp(line->fields[0], name))
			continue;
		fd = bpf_map_get_fd_by_id(strtoul(line->fields[7], NULL, 10));
		return fd < 0 ? -errno : fd;
	}
	return -ENOENT;
}

int instance_map(const struct kx_instance *inst, const char *name, bool writable)
{
	LIBBPF_OPTS(bpf_obj_get_opts, opts, .file_flags = writable ? 0 : BPF_F_RDONLY);
	char path[REGISTRY_PATH], file[128];
	int fd;

	if (inst->held)
		return map_by_id(inst, name);
	snprintf(file, sizeof(file), "%s", name);
	for (char *c = file; *c; c++)
		if (*c == '.')
			*c = '_';
	registry_path(path, REGISTRY "/%s/%u/maps/%s", inst->name, inst->meta->head.generation,
		      file);
	fd = bpf_obj_get_opts(path, &opts);
	return fd < 0 ? -errno : fd;
}

bool instance_is_called(const struct kx_instance *inst, const char *name)
{
	const struct meta_line *line = NULL;

	if (!strcmp(inst->name, name) || !strcmp(meta_get(inst->meta, "name"), name))
		return true;
	while ((line = meta_next(inst->meta, "provides", line)))
		if (!strcmp(line->fields[0], name))
			return true;
	return false;
}

/* Takes over @inst in any case. */
static int list_add(struct list *list, struct kx_instance *inst)
{
	struct kx_instance **more = realloc(list->rows, (list->nr + 1) * sizeof(*more));

	if (!more) {
		kx_instance_close(inst);
		return -ENOMEM;
	}
	more[list->nr++] = inst;
	list->rows = more;
	return 0;
}

/* No pin leads to a held instance, but its process has its entry open. */
static int take_held(void *ctx, const struct procfd *fd)
{
	struct list *list = ctx;
	_cleanup_close_ int map = -1;
	struct entry entry = ENTRY_NONE;
	struct kx_instance *inst;
	int err;

	if (!fd->is_map || fd->map_type != BPF_MAP_TYPE_ARRAY ||
	    fd->value_size != sizeof(struct kx_entry))
		return 0;
	for (size_t i = 0; i < list->nr; i++)
		if (list->rows[i]->entry.kmid == fd->id)
			return 0;
	map = bpf_map_get_fd_by_id(fd->id);
	if (map < 0 || entry_take(map, false, &entry))
		return 0;
	(void)take_fd(map);
	if (!(entry.page->flags & KX_ENTRY_HELD)) {
		entry_close(&entry);
		return 0;
	}
	err = instance_new(list->kx, &entry, &inst);
	entry_close(&entry);
	return err ?: list_add(list, inst);
}

static int open_held(struct kx *kx, const char *name, uint64_t kmid, struct kx_instance **out)
{
	struct list list = { .kx = kx };
	int err = procfd_walk(take_held, &list) ?: -ENOENT;

	for (size_t i = 0; err == -ENOENT && i < list.nr; i++) {
		struct kx_instance **row = &list.rows[i];

		if (name ? strcmp((*row)->name, name) : (*row)->entry.kmid != kmid)
			continue;
		*out = take_ptr(*row);
		err = 0;
	}
	kx_instances_free(list.rows, list.nr);
	return err;
}

static bool is_kmid(const char *who)
{
	return *who && strspn(who, "0123456789") == strlen(who) && strlen(who) < 11;
}

static int open_kmid(struct kx *kx, uint64_t kmid, struct kx_instance **out)
{
	_cleanup_names_ struct names list = {};
	int err = names_read(REGISTRY, &list.names, &list.nr);

	for (size_t i = 0; !err && i < list.nr; i++) {
		struct kx_instance *inst;

		if (!name_is_valid(list.names[i]) || instance_open_dir(kx, list.names[i], &inst))
			continue;
		if (inst->entry.kmid == kmid) {
			*out = inst;
			return 0;
		}
		kx_instance_close(inst);
	}
	return open_held(kx, NULL, kmid, out);
}

static int open_once(struct kx *kx, const char *who, struct kx_instance **out)
{
	struct kx_instance *inst = NULL;
	int err;

	if (is_kmid(who)) {
		err = open_kmid(kx, strtoull(who, NULL, 10), &inst);
	} else {
		err = instance_open_dir(kx, who, &inst);
		if (err == -ENOENT)
			err = open_held(kx, who, 0, &inst);
	}
	if (err == -ENOENT)
		return mount_hidden(kx) ?:
		       kx_fail(kx, err, "%s: is not loaded; kx list shows what is", who);
	if (!err && entry_state(&inst->entry) == KX_STATE_LIVE) {
		err = instance_refresh(kx, inst);
		/* Its description went between two looks: so did it, or its generation. */
		err = err == -ENOENT ? -ESTALE : err;
	}
	if (err) {
		kx_instance_close(inst);
		return err;
	}
	*out = inst;
	return 0;
}

int kx_instance_open(struct kx *kx, const char *who, struct kx_instance **out)
{
	int err;

	if (!is_kmid(who) && !name_is_valid(who))
		return kx_fail(kx, -ENOENT, "%.64s: not the name of an instance: it takes a letter, "
			       "then letters, digits, _ and -, at most %d; or a kmid", who,
			       KX_NAME_MAX);
	/* Others may unload and upgrade as fast as we look, but not for long. */
	for (int tries = 16; ; tries--) {
		err = open_once(kx, who, out);
		if (err != -ESTALE)
			return err;
		if (!tries)
			return -ENOENT;
	}
}

static int by_kmid(const void *a, const void *b)
{
	const struct kx_instance *const *x = a, *const *y = b;

	return (*x)->entry.kmid < (*y)->entry.kmid ? -1 : (*x)->entry.kmid > (*y)->entry.kmid;
}

void kx_instances_free(struct kx_instance **list, size_t nr)
{
	while (list && nr)
		kx_instance_close(list[--nr]);
	free(list);
}

static int list_make(struct kx *kx, bool held, struct kx_instance ***out, size_t *nr)
{
	_cleanup_names_ struct names dirs = {};
	struct list list = { .kx = kx };
	struct kx_instance *inst;
	int err = names_read(REGISTRY, &dirs.names, &dirs.nr);

	/* No directory: nothing was ever loaded. */
	err = err == -ENOENT ? 0 : err;
	for (size_t i = 0; !err && i < dirs.nr; i++)
		if (name_is_valid(dirs.names[i]) && !instance_open_dir(kx, dirs.names[i], &inst))
			err = list_add(&list, inst);
	if (!err && held)
		err = procfd_walk(take_held, &list);
	if (err) {
		kx_instances_free(list.rows, list.nr);
		return kx_fail(kx, err, "%s: cannot be listed: %s", REGISTRY, kx_why(err));
	}
	/* One that cannot be described is listed all the same. */
	for (size_t i = 0; i < list.nr; i++)
		(void)instance_refresh(kx, list.rows[i]);
	if (list.nr)
		qsort(list.rows, list.nr, sizeof(*list.rows), by_kmid);
	*out = list.rows;
	*nr = list.nr;
	return 0;
}

int kx_instances_list(struct kx *kx, struct kx_instance ***out, size_t *nr)
{
	return list_make(kx, true, out, nr);
}

int instances_resident(struct kx *kx, struct kx_instance ***out, size_t *nr)
{
	return list_make(kx, false, out, nr);
}

static int find_same(struct kx *kx, const struct kx_extension *ext, bool held,
		     struct kx_instance **out)
{
	struct kx_instance **list;
	size_t nr;
	int err = list_make(kx, held, &list, &nr);

	if (err)
		return err;
	err = kx_fail(kx, -ENOENT, "%s: is not loaded", ext->name);
	for (size_t i = 0; err && i < nr; i++) {
		if (!list[i]->meta || memcmp(list[i]->meta->head.hash, ext->hash, 32))
			continue;
		*out = take_ptr(list[i]);
		err = 0;
	}
	kx_instances_free(list, nr);
	return err;
}

int kx_instance_find_same(struct kx *kx, const struct kx_extension *ext, struct kx_instance **out)
{
	return find_same(kx, ext, true, out);
}

int instance_find_resident(struct kx *kx, const struct kx_extension *ext, struct kx_instance **out)
{
	return find_same(kx, ext, false, out);
}

static const char *const states[] = {
	[0] = "damaged",
	[KX_STATE_LOADING] = "loading",
	[KX_STATE_LIVE] = "live",
	[KX_STATE_UNLOADING] = "unloading",
};

/* Not 0 as long as it can still be confirmed. */
static uint32_t confirm_ms(const struct kx_entry *page)
{
	uint64_t until = __atomic_load_n(&page->until_ns, __ATOMIC_SEQ_CST), now_ns;
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	now_ns = now.tv_sec * 1000000000ULL + now.tv_nsec;
	return !until ? 0 : until <= now_ns ? 1 : (until - now_ns) / 1000000 + 1;
}

void kx_instance_status(struct kx_instance *inst, struct kx_status *out)
{
	const struct kx_entry *page = inst->entry.page;
	uint32_t generation = 1, previous = 0, slot;
	enum kx_state state;

	entry_refresh(&inst->entry);
	state = entry_state(&inst->entry);
	slot = inst->held ? 0 : entry_active(&inst->entry);
	if (slot)
		(void)instance_generation(inst, slot, &generation);
	/* Of a load that was undone there is nothing to return to. */
	slot = inst->held || !entry_active(&inst->entry) ? 0 : instance_previous(inst);
	if (slot)
		(void)instance_generation(inst, slot, &previous);
	*out = (struct kx_status){
		.name = inst->name,
		.kmid = inst->entry.kmid,
		.state = state == KX_STATE_LIVE && page->not_confirmed &&
			 !entry_active(&inst->entry) ? "not confirmed" :
			 states[state <= KX_STATE_UNLOADING ? state : 0],
		.held = inst->held,
		.on_demand = !!(page->flags & KX_ENTRY_ON_DEMAND),
		.generation = generation,
		.previous = previous,
		.uid = page->uid,
		.pid = page->pid,
		.command = page->command,
		.loaded_ns = page->loaded_ns,
		.confirm_ms = confirm_ms(page),
		.not_confirmed = page->not_confirmed != 0,
	};
}
