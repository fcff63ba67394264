// SPDX-License-Identifier: GPL-2.0-only
/* Settings at load: text, checked against the type, into an object's initial memory. */
#include <errno.h>
#include <string.h>

#include "base/context.h"
#include "value/settings.h"

const char *map_section(const struct bpf_map *map)
{
	const char *name = bpf_map__name(map);

	if (!bpf_map__is_internal(map))
		return NULL;
	/* libbpf puts the object's name before the three usual ones. */
	return name[0] == '.' ? name : strrchr(name, '.');
}

struct bpf_map *section_map(const struct bpf_object *obj, const char *section)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj) {
		const char *its = map_section(map);

		if (its && !strcmp(its, section))
			return map;
	}
	return NULL;
}

const void *setting_bytes(const struct bpf_object *obj, const struct param *param)
{
	struct bpf_map *map = section_map(obj, param->section);
	size_t len = 0;
	const char *bytes = map ? bpf_map__initial_value(map, &len) : NULL;

	if (!bytes || (size_t)param->offset + param->size > len)
		return NULL;
	return bytes + param->offset;
}

int param_unknown(struct kx *kx, const char *who, const struct about *about, const char *name,
		  size_t len)
{
	char all[512] = "";
	size_t at = 0;

	for (size_t i = 0; i < about->nr_params && at < sizeof(all); i++)
		at += snprintf(all + at, sizeof(all) - at, "%s%s", i ? ", " : "",
			       about->params[i].name);
	return kx_fail(kx, -ENOENT, "%s: has no parameter %.*s; %s%s", who, (int)len, name,
		       all[0] ? "it has: " : "it has none", all);
}

/* The initial memory is changed as a whole: libbpf takes it only so. */
static int store(struct bpf_map *map, uint32_t offset, const void *bytes, uint32_t size)
{
	_cleanup_free_ char *copy = NULL;
	size_t len = 0;
	const void *now = bpf_map__initial_value(map, &len);

	copy = malloc(len);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, now, len);
	memcpy(copy + offset, bytes, size);
	return bpf_map__set_initial_value(map, copy, len);
}

static int apply(struct kx *kx, const char *who, struct bpf_object *obj, const struct param *param,
		 const char *setting, const char *value)
{
	int path_at = strlen(param->name), path_len = value - 1 - setting - path_at;
	const struct btf *btf = bpf_object__btf(obj);
	const char *base = setting_bytes(obj, param);
	_cleanup_free_ char *bytes = NULL;
	struct value_place place;
	char path[256], why[256];
	int err;

	if (!base || path_len >= (int)sizeof(path))
		return kx_fail(kx, -EINVAL, "%s: cannot set %s: its memory is not in the file", who,
			       param->name);
	snprintf(path, sizeof(path), "%.*s", path_len, setting + path_at);
	err = value_find(btf, param->type_id, path, &place, why, sizeof(why));
	if (err)
		return kx_fail(kx, err, "%s: cannot set %s%s: %s", who, param->name, path, why);
	bytes = malloc(place.size + 1);
	if (!bytes)
		return kx_fail(kx, -ENOMEM, "out of memory");
	memcpy(bytes, base + place.offset, place.size);
	err = value_parse(btf, &place, &param->range, value, bytes, why, sizeof(why));
	if (err)
		return kx_fail(kx, err, "%s: cannot set %s%s: %s", who, param->name, path, why);
	err = store(section_map(obj, param->section), param->offset + place.offset, bytes,
		    place.size);
	return err ? kx_fail(kx, err, "%s: cannot set %s%s: %s", who, param->name, path,
			     kx_why(err)) : 0;
}

int setting_apply(struct kx *kx, const char *who, struct bpf_object *obj,
		  const struct about *about, const char *setting, int from_user)
{
	const char *value = strchr(setting, '=');
	const struct param *param;
	size_t len;

	if (!value)
		return kx_fail(kx, -EINVAL, "%s: `%s` is not a setting: it takes NAME=VALUE", who,
			       setting);
	len = strcspn(setting, ".[=");
	param = about_param(about, setting, len);
	if (!param)
		return from_user ? param_unknown(kx, who, about, setting, len) : 0;
	if (param->kind == KX_PARAM_VALUE)
		return from_user ? kx_fail(kx, -EROFS, "%s: cannot set %s: it is read-only, its kernel "
					   "code writes it", who, param->name) : 0;
	return apply(kx, who, obj, param, setting, value + 1);
}
