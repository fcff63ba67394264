// SPDX-License-Identifier: GPL-2.0-only
/* An extension or an instance as one object of JSON. */
#include "info.h"
#include "cli/json.h"
#include "status.h"
#include "text.h"

static void text_or_null(struct json *json, const char *key, const char *text)
{
	if (text)
		json_text(json, key, text);
	else
		json_null(json, key);
}

static void params_json(struct json *json, const struct info *info)
{
	const struct kx_about *about = info->about;

	json_array(json, "params");
	for (size_t i = 0; i < about->nr_params; i++) {
		const struct kx_param *param = &about->params[i];
		const char *now = values_find(&info->values, param->name);

		json_object(json, NULL);
		json_text(json, "name", param->name);
		json_text(json, "type", param->type);
		json_text(json, "kind", info_kind(param->kind));
		json_text(json, "range", param->range);
		json_text(json, "target", param->target);
		text_or_null(json, "default", info->loaded ? NULL : param->value);
		text_or_null(json, "value", now);
		json_text(json, "text", param->text);
		json_close(json);
	}
	json_close(json);
}

static void hooks_json(struct json *json, const struct kx_about *about)
{
	json_array(json, "hooks");
	for (size_t i = 0; i < about->nr_hooks; i++) {
		json_object(json, NULL);
		json_text(json, "program", about->hooks[i].program);
		json_text(json, "section", about->hooks[i].section);
		json_text(json, "at", about->hooks[i].at);
		json_close(json);
	}
	json_close(json);
}

static void channels_json(struct json *json, const struct kx_about *about)
{
	json_array(json, "channels");
	for (size_t i = 0; i < about->nr_channels; i++) {
		const struct kx_channel *channel = &about->channels[i];

		json_object(json, NULL);
		json_text(json, "kind", channel_kind_text(channel->kind));
		json_text(json, "name", channel->name);
		json_text(json, "in", channel->in);
		json_text(json, "out", channel->out);
		if (channel->number < 0)
			json_null(json, "number");
		else
			json_number(json, "number", channel->number);
		json_bool(json, "writable", channel->writable);
		json_text(json, "text", channel->text);
		json_close(json);
	}
	json_close(json);
}

static void maps_json(struct json *json, const struct kx_about *about)
{
	json_array(json, "maps");
	for (size_t i = 0; i < about->nr_maps; i++) {
		const struct kx_map *map = &about->maps[i];

		json_object(json, NULL);
		json_text(json, "name", map->name);
		json_text(json, "type", map->type);
		json_number(json, "key_size", map->key_size);
		json_number(json, "value_size", map->value_size);
		json_number(json, "max_entries", map->max_entries);
		json_text(json, "from", map->from);
		json_bool(json, "exported", map->exported);
		json_close(json);
	}
	json_close(json);
}

static void names_json(struct json *json, const struct kx_about *about)
{
	json_array(json, "needs");
	for (size_t i = 0; i < about->nr_needs; i++) {
		json_object(json, NULL);
		json_text(json, "name", about->needs[i].name);
		json_text(json, "version", about->needs[i].version);
		json_close(json);
	}
	json_close(json);

	json_array(json, "provides");
	for (size_t i = 0; i < about->nr_provides; i++)
		json_text(json, NULL, about->provides[i]);
	json_close(json);
}

static void things_json(struct json *json, const struct info *info)
{
	char text[TEXT_LEN];

	json_array(json, "reachable");
	for (size_t i = 0; i < info->nr_things; i++) {
		const struct kx_reachable *thing = &info->things[i];

		json_object(json, NULL);
		json_text(json, "kind", thing->kind);
		json_text(json, "name", thing->name);
		json_number(json, "id", thing->id);
		text_mode(thing->mode, text);
		json_text(json, "mode", text);
		text_user(thing->uid, text);
		json_text(json, "owner", text);
		text_group(thing->gid, text);
		json_text(json, "group", text);
		json_text(json, "path", thing->path);
		json_close(json);
	}
	json_close(json);
}

static void instance_json(struct json *json, const struct info *info)
{
	json_object(json, "instance");
	status_json(json, &info->status);
	things_json(json, info);
	json_close(json);
}

void info_json(const struct info *info)
{
	const struct kx_about *about = info->about;
	struct json json = { 0 };

	json_object(&json, NULL);
	json_text(&json, "name", about->name);
	json_text(&json, "version", about->version);
	json_text(&json, "description", about->description);
	json_text(&json, "license", about->license);
	json_text(&json, "hash", about->hash);
	names_json(&json, about);
	json_bool(&json, "init", about->has_init);
	json_bool(&json, "fini", about->has_fini);
	params_json(&json, info);
	channels_json(&json, about);
	hooks_json(&json, about);
	maps_json(&json, about);
	if (info->loaded)
		instance_json(&json, info);
	else
		json_null(&json, "instance");
	json_close(&json);
}
