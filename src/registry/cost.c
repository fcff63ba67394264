// SPDX-License-Identifier: GPL-2.0-only
/* What an instance takes of the machine, and what can be reached in it. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/stat.h>

#include "life/tc.h"
#include "registry/instance.h"
#include "stream/lane.h"
#include "value/layout.h"

struct table {
	struct kx_reachable *rows;
	size_t nr;
};

static struct kx_reachable *table_add(struct table *table, const char *kind, const char *name)
{
	struct kx_reachable *rows = realloc(table->rows, (table->nr + 1) * sizeof(*rows));

	if (!rows)
		return NULL;
	table->rows = rows;
	rows[table->nr] = (struct kx_reachable){ .kind = kind };
	snprintf(rows[table->nr].name, sizeof(rows->name), "%s", name);
	return &rows[table->nr++];
}

enum object { OBJECT_MAP, OBJECT_PROG, OBJECT_LINK };

static uint32_t id_of(int fd, enum object object)
{
	struct bpf_map_info map = {};
	struct bpf_prog_info prog = {};
	struct bpf_link_info link = {};
	void *const infos[] = { &map, &prog, &link };
	const __u32 sizes[] = { sizeof(map), sizeof(prog), sizeof(link) };
	__u32 len = sizes[object];

	if (bpf_obj_get_info_by_fd(fd, infos[object], &len))
		return 0;
	return object == OBJECT_MAP ? map.id : object == OBJECT_PROG ? prog.id : link.id;
}

static int open_pin(const char *path, enum object object)
{
	LIBBPF_OPTS(bpf_obj_get_opts, read_only, .file_flags = BPF_F_RDONLY);

	return object == OBJECT_MAP ? bpf_obj_get_opts(path, &read_only) : bpf_obj_get(path);
}

static int add_pin(struct table *table, const char *kind, enum object object, const char *name,
		   const char *path)
{
	struct kx_reachable *row;
	_cleanup_close_ int fd = -1;
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : -errno;
	row = table_add(table, kind, name);
	if (!row)
		return -ENOMEM;
	snprintf(row->path, sizeof(row->path), "%s", path);
	row->mode = st.st_mode & 07777;
	row->uid = st.st_uid;
	row->gid = st.st_gid;
	fd = open_pin(path, object);
	row->id = fd < 0 ? 0 : id_of(fd, object);
	return 0;
}

static int add_dir(struct table *table, const char *kind, enum object object, const char *dir)
{
	_cleanup_names_ struct names list = {};
	int err = names_read(dir, &list.names, &list.nr);

	for (size_t i = 0; !err && i < list.nr; i++) {
		char path[REGISTRY_PATH];

		registry_path(path, "%s/%s", dir, list.names[i]);
		err = add_pin(table, kind, object, list.names[i], path);
	}
	return err == -ENOENT ? 0 : err;
}

/* Where a hook has no link, a directory has its place: life/tc.h. */
static int add_hooks(struct table *table, const char *dir)
{
	_cleanup_names_ struct names list = {};
	int err = names_read(dir, &list.names, &list.nr);

	for (size_t i = 0; !err && i < list.nr; i++) {
		_cleanup_names_ struct names within = {};
		char path[REGISTRY_PATH];

		registry_path(path, "%s/%s", dir, list.names[i]);
		if (names_read(path, &within.names, &within.nr))
			err = add_pin(table, "hook", OBJECT_LINK, list.names[i], path);
		for (size_t j = 0; !err && j < within.nr; j++) {
			registry_path(path, "%s/%s/%s", dir, list.names[i], within.names[j]);
			err = add_pin(table, "hook", OBJECT_PROG, list.names[i], path);
		}
	}
	return err == -ENOENT ? 0 : err;
}

static const struct {
	const char *kind, *sub;
	enum object object;
} parts[] = {
	{ "program", "progs", OBJECT_PROG },
	{ "map", "maps", OBJECT_MAP },
	{ "file", "files", OBJECT_LINK },
	{ "hook", "links", OBJECT_LINK },
};

static int add_generation(struct table *table, const struct kx_instance *inst, const char *number)
{
	char path[REGISTRY_PATH];
	int err;

	registry_path(path, REGISTRY "/%s/%.16s/meta", inst->name, number);
	err = add_pin(table, "meta", OBJECT_MAP, number, path);
	for (size_t i = 0; !err && i < sizeof(parts) / sizeof(parts[0]); i++) {
		registry_path(path, REGISTRY "/%s/%.16s/%s", inst->name, number, parts[i].sub);
		err = add_dir(table, parts[i].kind, parts[i].object, path);
	}
	return err;
}

static int add_resident(struct table *table, const struct kx_instance *inst)
{
	_cleanup_names_ struct names list = {};
	char path[REGISTRY_PATH];
	int err;

	registry_path(path, REGISTRY "/%s/entry", inst->name);
	err = add_pin(table, "entry", OBJECT_MAP, "entry", path);
	registry_path(path, REGISTRY "/%s/hooks", inst->name);
	err = err ?: add_hooks(table, path);
	registry_path(path, REGISTRY "/%s/slots", inst->name);
	err = err ?: add_dir(table, "dispatcher", OBJECT_MAP, path);
	registry_path(path, REGISTRY "/%s", inst->name);
	err = err ?: names_read(path, &list.names, &list.nr);
	for (size_t i = 0; !err && i < list.nr; i++)
		if (generation_of(list.names[i]))
			err = add_generation(table, inst, list.names[i]);
	return err;
}

/* A held one has no pins, its description has the numbers. */
static int add_held(struct table *table, const struct kx_instance *inst)
{
	const struct meta_line *line = NULL;
	struct kx_reachable *row;

	while ((line = meta_next(inst->meta, "prog", line))) {
		row = table_add(table, "program", line->fields[0]);
		if (!row)
			return -ENOMEM;
		row->id = strtoul(line->fields[3], NULL, 10);
	}
	while ((line = meta_next(inst->meta, "stub", line))) {
		row = table_add(table, "dispatcher", line->fields[0]);
		if (!row)
			return -ENOMEM;
		row->id = strtoul(line->fields[1], NULL, 10);
	}
	while ((line = meta_next(inst->meta, "map", line))) {
		row = table_add(table, "map", line->fields[0]);
		if (!row)
			return -ENOMEM;
		row->id = strtoul(line->fields[7], NULL, 10);
	}
	row = table_add(table, "entry", "entry");
	if (row)
		row->id = inst->entry.kmid;
	return row ? 0 : -ENOMEM;
}

int kx_instance_reachable(struct kx *kx, struct kx_instance *inst, struct kx_reachable **out,
			  size_t *nr)
{
	struct table table = {};
	int err = instance_refresh(kx, inst);

	if (err)
		return err;
	err = inst->held ? add_held(&table, inst) : add_resident(&table, inst);
	if (err) {
		free(table.rows);
		return kx_fail(kx, err, "%s: its pins cannot be read: %s", inst->name, kx_why(err));
	}
	*out = table.rows;
	*nr = table.nr;
	return 0;
}

/* "memlock:" of a descriptor: what the kernel accounts for it. */
static uint64_t memory_of(int fd)
{
	_cleanup_file_ FILE *info = NULL;
	char path[64], line[128];
	unsigned long long bytes = 0;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = fopen(path, "re");
	while (info && fgets(line, sizeof(line), info))
		if (sscanf(line, "memlock: %llu", &bytes) == 1)
			break;
	return bytes;
}

static void count_prog(struct kx_cost *cost, int fd)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	cost->nr_programs++;
	cost->memory += memory_of(fd);
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return;
	cost->runs += info.run_cnt;
	cost->run_ns += info.run_time_ns;
	cost->missed += info.recursion_misses;
}

/* A link's program: the dispatcher, which no pin leads to. */
static int link_prog(const char *path)
{
	_cleanup_close_ int fd = bpf_obj_get(path);
	const char *name = strrchr(path, '/');
	struct bpf_link_info info = {};
	__u32 len = sizeof(info);

	if (name && tc_is_record(name + 1))
		return take_fd(fd);
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return -1;
	return bpf_prog_get_fd_by_id(info.prog_id);
}

static int open_row(const struct kx_reachable *row, bool *is_prog)
{
	/* What has no pin is the dispatcher's program, what has one its slots. */
	*is_prog = !strcmp(row->kind, "program") || !strcmp(row->kind, "hook") ||
		   (!strcmp(row->kind, "dispatcher") && !row->path[0]);
	if (!strcmp(row->kind, "file"))
		return -1;
	if (!strcmp(row->kind, "hook"))
		return link_prog(row->path);
	if (row->path[0])
		return open_pin(row->path, *is_prog ? OBJECT_PROG : OBJECT_MAP);
	return *is_prog ? bpf_prog_get_fd_by_id(row->id) : bpf_map_get_fd_by_id(row->id);
}

/* Both generations have a map that was carried over: it counts once. */
static bool is_first(const struct kx_reachable *rows, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (rows[j].id == rows[i].id && !strcmp(rows[j].kind, rows[i].kind))
			return false;
	return true;
}

/* The sum of `dropped` in the map "stats", the house's counters of a loss. */
static uint64_t dropped(struct kx *kx, struct kx_instance *inst)
{
	const struct btf *btf = inst->meta->btf;
	const struct btf_type *var = btf__type_by_id(btf, layout_variable(btf, ".maps", "stats"));
	_cleanup_close_ int fd = var && btf_is_var(var) ? instance_map(inst, "stats", false) : -1;
	struct bpf_map_info info = {};
	_cleanup_free_ uint64_t *sums = NULL;
	__u32 len = sizeof(info);
	struct value_place place;
	char why[8];
	int value = -1;

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) || info.value_size % 8)
		return 0;
	var = btf__type_by_id(btf, var->type);
	for (int i = 0; var && btf_is_struct(var) && i < btf_vlen(var); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(var)[i].name_off), "value"))
			value = btf_members(var)[i].type;
	var = value < 0 ? NULL : btf__type_by_id(btf, value);
	if (!var || !btf_is_ptr(var) ||
	    value_find(btf, var->type, ".dropped", &place, why, sizeof(why)) || place.size != 8 ||
	    place.offset + 8 > info.value_size)
		return 0;
	sums = malloc(info.value_size);
	if (!sums || kx_stats_sum(kx, fd, sums, info.value_size))
		return 0;
	return sums[place.offset / 8];
}

/*
 * What its streams could not take. Not known to who may not write to them, for whom it
 * would be a copy of all rings.
 */
static uint64_t streams_dropped(struct kx_instance *inst)
{
	const struct about *about = &inst->meta->about;
	uint64_t sum = 0;

	for (size_t i = 0; i < about->nr_tagged; i++) {
		struct lanes lanes = { .fd = -1 };
		int fd = strcmp(about->tagged[i].tag, "stream") ? -1 :
			 instance_map(inst, about->tagged[i].name, true);

		if (fd < 0 || lanes_open(fd, true, &lanes))
			continue;
		sum += lanes_dropped(&lanes);
		lanes_close(&lanes);
	}
	return sum;
}

int kx_instance_cost(struct kx *kx, struct kx_instance *inst, struct kx_cost *out)
{
	_cleanup_free_ struct kx_reachable *rows = NULL;
	struct kx_cost cost = {};
	size_t nr;
	int err = kx_instance_reachable(kx, inst, &rows, &nr);

	if (err)
		return err;
	for (size_t i = 0; i < nr; i++) {
		_cleanup_close_ int fd = -1;
		bool is_prog;

		cost.nr_links += !strcmp(rows[i].kind, inst->held ? "dispatcher" : "hook");
		if (!is_first(rows, i))
			continue;
		fd = open_row(&rows[i], &is_prog);
		if (fd < 0)
			continue;
		if (is_prog) {
			count_prog(&cost, fd);
		} else {
			cost.nr_maps++;
			cost.memory += memory_of(fd);
		}
	}
	cost.dropped = dropped(kx, inst) + streams_dropped(inst);
	*out = cost;
	return 0;
}
