// SPDX-License-Identifier: GPL-2.0-only
/* Maps carried over from the running generation, or imported from another instance. */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "channel/channel.h"
#include "life/carry.h"
#include "value/layout.h"
#include "value/param.h"
#include "value/settings.h"

/* Constants are each generation's own, and parameters are carried one by one. */
static bool is_per_generation(const char *section)
{
	return section && (!strncmp(section, ".rodata", 7) || !strncmp(section, ".kconfig", 8));
}

static int reuse(struct generation *gen, struct kx_instance *from, struct bpf_map *map,
		 const char *name)
{
	_cleanup_close_ int fd = instance_map(from, name, true);
	int err = fd < 0 ? fd : bpf_map__reuse_fd(map, fd);

	return err ? kx_fail(gen->kx, err, "%s: map %s of %s cannot be used: %s", gen->who, name,
			     from->name, kx_why(err)) : 0;
}

static const struct meta_line *map_line(const struct meta *meta, const char *name)
{
	const struct meta_line *line = NULL;

	while ((line = meta_next(meta, "map", line)))
		if (!strcmp(line->fields[0], name))
			return line;
	return NULL;
}

/* Who imports it would go on with the old one. */
static int imported_by(struct generation *gen, struct kx_instance *inst, const char *name)
{
	struct kx_instance **list;
	size_t nr;
	int err = kx_instances_list(gen->kx, &list, &nr);

	if (err)
		return err;
	for (size_t i = 0; !err && i < nr; i++) {
		const struct meta_line *line = NULL;

		while (!err && list[i]->meta && (line = meta_next(list[i]->meta, "uses", line)))
			if (strtoul(line->fields[0], NULL, 10) == inst->entry.kmid &&
			    !strcmp(line->fields[1], name))
				err = kx_fail(gen->kx, -EBUSY, "%s: map %s cannot start anew: %s "
					      "imports it; unload that first", gen->who, name,
					      list[i]->name);
	}
	kx_instances_free(list, nr);
	return err;
}

/* Each record says which generation wrote it, so its type may change. */
static bool is_same_stream(struct generation *gen, struct kx_instance *inst,
			   const struct bpf_map *map)
{
	const char *name = bpf_map__name(map);

	return about_tag(&gen->ext->about, name, "stream") &&
	       about_tag(&inst->meta->about, name, "stream") &&
	       strtoul(map_line(inst->meta, name)->fields[4], NULL, 10) == bpf_map__value_size(map);
}

/* The type of the records in a channel's ring. */
static int ring_type(const struct btf *btf, const struct tagged *tagged, struct channel_block *out)
{
	if (!strcmp(tagged->tag, "door"))
		return channel_door(btf, tagged->name, out);
	return strcmp(tagged->tag, "intake") ? -ENOENT : channel_block(btf, tagged->name, out);
}

/* Records of the type before may wait in the ring of an intake or a door. */
static bool is_same_ring(struct generation *gen, struct kx_instance *inst, const char *map,
			 char *why, size_t why_len)
{
	const struct about *about = &gen->ext->about;
	const struct btf *btf = bpf_object__btf(gen->obj);
	struct channel_block before, after;

	for (size_t i = 0; i < about->nr_tagged; i++) {
		const char *name = about->tagged[i].name;
		size_t len = strlen(name);

		if (strncmp(map, name, len) || strcmp(map + len, "_ring") ||
		    ring_type(inst->meta->btf, &about->tagged[i], &before) ||
		    ring_type(btf, &about->tagged[i], &after))
			continue;
		return layout_same_type(inst->meta->btf, before.in_id, btf, after.in_id, why,
					why_len);
	}
	return true;
}

/* prepare() has made it longer or shorter: what is there would be taken for that. */
static bool is_same_size(struct generation *gen, struct kx_instance *inst,
			 const struct bpf_map *map, char *why, size_t why_len)
{
	enum bpf_map_type type = bpf_map__type(map);
	uint32_t before, after = bpf_map__max_entries(map);

	if (!gen->opts || !gen->opts->prepare || map_section(map) ||
	    (type != BPF_MAP_TYPE_ARRAY && type != BPF_MAP_TYPE_HASH) ||
	    about_tag(&gen->ext->about, bpf_map__name(map), "stream"))
		return true;
	before = strtoul(map_line(inst->meta, bpf_map__name(map))->fields[5], NULL, 10);
	snprintf(why, why_len, "%u elements, before %u", after, before);
	return before == after;
}

static int carry_one(struct generation *gen, struct kx_instance *inst, struct bpf_map *map)
{
	const char *section = map_section(map), *name = section ?: bpf_map__name(map);
	const struct btf *after = bpf_object__btf(gen->obj);
	char why[256];

	if (is_per_generation(section) || about_tag(&gen->ext->about, name, "private") || bpf_map__fd(map) >= 0 || !strcmp(name, "kx_gate") ||
	    !map_line(inst->meta, name))
		return 0;
	if ((layout_same_map(inst->meta->btf, after, name, why, sizeof(why)) &&
	     is_same_size(gen, inst, map, why, sizeof(why)) &&
	     is_same_ring(gen, inst, name, why, sizeof(why))) ||
	    is_same_stream(gen, inst, map))
		return reuse(gen, inst, map, name);
	if (section && !strcmp(section, ".data.param"))
		return 0;
	if (gen->opts && gen->opts->fresh)
		return imported_by(gen, inst, name);
	return kx_fail(gen->kx, -ESTALE, "%s: the layout of %s differs: %s; --fresh lets it start "
		       "anew", gen->who, name, why);
}

int carry_maps(struct generation *gen, struct kx_instance *inst)
{
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, gen->obj)
		if (!err)
			err = carry_one(gen, inst, map);
	return err;
}

/* A value copied only where name, type and range allow it. */
static void carry_value(const struct generation *gen, struct kx_instance *inst,
			const struct param *param, char *to)
{
	const struct param *was = about_param(&inst->meta->about, param->name,
					      strlen(param->name));
	char why[256];
	char *from;

	if (!was || was->kind != KX_PARAM_LIVE || was->size != param->size ||
	    !layout_same_type(inst->meta->btf, was->type_id, bpf_object__btf(gen->obj),
			      param->type_id, why, sizeof(why)))
		return;
	from = param_bytes(gen->kx, inst, was, false);
	if (from)
		memcpy(to + param->offset, from, param->size);
}

int carry_params(struct generation *gen, struct kx_instance *inst)
{
	struct bpf_map *map = section_map(gen->obj, ".data.param");
	size_t len = 0;
	char *bytes, why[256];

	if (!map || !map_line(inst->meta, ".data.param") ||
	    layout_same_map(inst->meta->btf, bpf_object__btf(gen->obj), ".data.param", why,
			    sizeof(why)))
		return 0;
	len = bpf_map__value_size(map);
	bytes = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
	if (bytes == MAP_FAILED)
		return kx_fail(gen->kx, -errno, "%s: its parameters cannot be carried over: %s",
			       gen->who, kx_why(-errno));
	for (size_t i = 0; i < gen->ext->about.nr_params; i++)
		if (gen->ext->about.params[i].kind == KX_PARAM_LIVE)
			carry_value(gen, inst, &gen->ext->about.params[i], bytes);
	munmap(bytes, len);
	return 0;
}

int carry_import(struct generation *gen, struct kx_instance *from, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(gen->obj, name);
	const struct meta_line *line = map_line(from->meta, name);
	char why[256];

	if (!map || !line || line->fields[6][0] != '1')
		return kx_fail(gen->kx, -ENOENT, "%s: imports map %s of %s, which %s (%s, kmid %u)",
			       gen->who, name, from->name,
			       line ? "is not for others: KX_EXPORT is missing there" :
				      "has no such map",
			       meta_get(from->meta, "version"), from->entry.kmid);
	if (!layout_same_map(from->meta->btf, bpf_object__btf(gen->obj), name, why, sizeof(why)))
		return kx_fail(gen->kx, -ESTALE, "%s: imports map %s of %s (%s, kmid %u), whose layout "
			       "differs there: %s", gen->who, name, from->name,
			       meta_get(from->meta, "version"), from->entry.kmid, why);
	text_add(&gen->text, "uses", "%u\t%s", from->entry.kmid, name);
	return reuse(gen, from, map, name);
}
