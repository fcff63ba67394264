// SPDX-License-Identifier: GPL-2.0-only
/* An extension or an instance, to be read. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "info.h"
#include "status.h"
#include "text.h"
#include "verb.h"

/* "name          execs"; nothing for what is not said. */
static void line(const char *label, const char *text)
{
	if (*text)
		text_line("%-13s %s", label, text);
}

static const char *state_text(const struct kx_status *status, char buf[TEXT_LEN])
{
	const char *more = status->on_demand ? ", loaded on demand" : "";

	if (status->confirm_ms)
		snprintf(buf, TEXT_LEN, "%s: kx confirm within %" PRIu32 " s keeps it", more,
			 (status->confirm_ms + 999) / 1000);
	else if (status->not_confirmed)
		snprintf(buf, TEXT_LEN, "%s: %s was not confirmed", more,
			 strcmp(status->state, "live") ? "its load" : "the upgrade");
	else
		snprintf(buf, TEXT_LEN, "%s", more);
	return buf;
}

static void status_print(const struct kx_status *status)
{
	char user[TEXT_LEN], when[TEXT_LEN], previous[TEXT_LEN] = "", state[TEXT_LEN];

	if (status->previous)
		snprintf(previous, sizeof(previous),
			 ", kx rollback returns to %" PRIu32, status->previous);
	text_user(status->uid, user);
	text_local_time(status->loaded_ns, when);
	line("instance", status->name);
	text_line("%-13s %" PRIu64 "", "kmid", status->kmid);
	text_line("%-13s %s%s", "state", status_word(status),
		   state_text(status, state));
	text_line("%-13s %" PRIu32 "%s", "generation", status->generation,
		   previous);
	text_line("%-13s %s, by %s, pid %" PRIu32 ", %s", "loaded", when, user,
		   status->pid, status->command);
}

static void names_print(const struct kx_about *about)
{
	for (size_t i = 0; i < about->nr_needs; i++)
		text_line("%-13s %s%s%s", "needs", about->needs[i].name,
			   about->needs[i].version[0] ? ">=" : "",
			   about->needs[i].version);
	for (size_t i = 0; i < about->nr_provides; i++)
		line("provides", about->provides[i]);
	if (about->has_init || about->has_fini)
		text_line("%-13s %s%s%s", "runs", about->has_init ? "init" : "",
			   about->has_init && about->has_fini ? ", " : "",
			   about->has_fini ? "fini" : "");
}

static const char *or_dash(const char *text)
{
	return *text ? text : "-";
}

static int params_print(const struct info *info)
{
	static const struct column columns[] = {
		{ "PARAMETER" }, { "TYPE" }, { "KIND" }, { "RANGE" },
		{ "DEFAULT" }, { "TEXT" },
	};
	static const struct column loaded_columns[] = {
		{ "PARAMETER" }, { "TYPE" }, { "KIND" }, { "RANGE" },
		{ "VALUE" }, { "TEXT" },
	};
	_cleanup_table_ struct table table = {
		.columns = info->loaded ? loaded_columns : columns,
		.nr_columns = 6,
	};
	int err = 0;

	for (size_t i = 0; i < info->about->nr_params; i++) {
		const struct kx_param *param = &info->about->params[i];
		const char *now = values_find(&info->values, param->name);

		err = err ?: table_add(&table, "%s", param->name);
		err = err ?: table_add(&table, "%s", param->type);
		err = err ?: table_add(&table, "%s", info_kind(param->kind));
		err = err ?: table_add(&table, "%s", or_dash(param->range));
		err = err ?: table_add(&table, "%s", or_dash(now ?: param->value));
		err = err ?: table_add(&table, "%s", or_dash(param->text));
	}
	return err ?: table_section(&table);
}

static int hooks_print(const struct kx_about *about)
{
	static const struct column columns[] = {
		{ "HOOK" }, { "PROGRAM" }, { "AT" },
	};
	_cleanup_table_ struct table table = {
		.columns = columns,
		.nr_columns = 3,
	};
	int err = 0;

	for (size_t i = 0; i < about->nr_hooks; i++) {
		const struct kx_hook *hook = &about->hooks[i];

		err = err ?: table_add(&table, "%s", hook->section);
		err = err ?: table_add(&table, "%s", hook->program);
		err = err ?: table_add(&table, "%s", or_dash(hook->at));
	}
	return err ?: table_section(&table);
}

const char *channel_kind_text(enum kx_channel_kind kind)
{
	static const char *const texts[] = {
		[KX_CHANNEL_LOG] = "log", [KX_CHANNEL_STREAM] = "stream",
		[KX_CHANNEL_COMMAND] = "command", [KX_CHANNEL_FILE] = "file",
		[KX_CHANNEL_SHARE] = "share", [KX_CHANNEL_INTAKE] = "intake",
		[KX_CHANNEL_DOOR] = "door",
	};

	return kind < sizeof(texts) / sizeof(texts[0]) ? texts[kind] : "?";
}

static int channels_print(const struct kx_about *about)
{
	static const struct column columns[] = {
		{ "CHANNEL" }, { "KIND" }, { "NR", true }, { "IN" }, { "OUT" }, { "TEXT" },
	};
	_cleanup_table_ struct table table = {
		.columns = columns,
		.nr_columns = 6,
	};
	int err = 0;

	for (size_t i = 0; i < about->nr_channels; i++) {
		const struct kx_channel *channel = &about->channels[i];

		err = err ?: table_add(&table, "%s", channel->name);
		err = err ?: table_add(&table, "%s%s", channel_kind_text(channel->kind),
				       channel->writable ? ", writable" : "");
		err = err ?: channel->number < 0 ? table_add(&table, "-") :
			     table_add(&table, "%lld", (long long)channel->number);
		err = err ?: table_add(&table, "%s", or_dash(channel->in));
		err = err ?: table_add(&table, "%s", or_dash(channel->out));
		err = err ?: table_add(&table, "%s", or_dash(channel->text));
	}
	return err ?: table_section(&table);
}

static int maps_print(const struct kx_about *about)
{
	static const struct column columns[] = {
		{ "MAP" }, { "TYPE" }, { "KEY", true }, { "VALUE", true },
		{ "ENTRIES", true }, { "SHARED" },
	};
	_cleanup_table_ struct table table = {
		.columns = columns,
		.nr_columns = 6,
	};
	int err = 0;

	for (size_t i = 0; i < about->nr_maps; i++) {
		const struct kx_map *map = &about->maps[i];

		err = err ?: table_add(&table, "%s", map->name);
		err = err ?: table_add(&table, "%s", map->type);
		err = err ?: table_add(&table, "%" PRIu32, map->key_size);
		err = err ?: table_add(&table, "%" PRIu32, map->value_size);
		err = err ?: table_add(&table, "%" PRIu32, map->max_entries);
		err = err ?: table_add(&table, "%s%s",
				       map->from[0] ? "from " :
				       map->exported ? "exported" : "-",
				       map->from);
	}
	return err ?: table_section(&table);
}

static int thing_add(struct table *table, const struct kx_reachable *thing)
{
	char mode[TEXT_LEN], user[TEXT_LEN], group[TEXT_LEN];
	int err;

	text_mode(thing->mode, mode);
	text_user(thing->uid, user);
	text_group(thing->gid, group);
	err = table_add(table, "%s", thing->name);
	err = err ?: table_add(table, "%s", thing->kind);
	err = err ?: table_add(table, "%" PRIu32, thing->id);
	err = err ?: table_add(table, "%s", mode);
	err = err ?: table_add(table, "%s:%s", user, group);
	return err ?: table_add(table, "%s", or_dash(thing->path));
}

static int things_print(const struct info *info)
{
	static const struct column columns[] = {
		{ "REACHABLE" }, { "KIND" }, { "ID", true }, { "MODE" },
		{ "OWNER" }, { "PATH" },
	};
	_cleanup_table_ struct table table = {
		.columns = columns,
		.nr_columns = 6,
	};
	int err = 0;

	for (size_t i = 0; i < info->nr_things; i++)
		err = err ?: thing_add(&table, &info->things[i]);
	return err ?: table_section(&table);
}

int info_text(const struct info *info)
{
	const struct kx_about *about = info->about;
	int err;

	line("name", about->name);
	line("version", about->version);
	line("description", about->description);
	line("license", about->license);
	line("hash", about->hash);
	names_print(about);
	if (info->loaded)
		status_print(&info->status);
	err = params_print(info);
	err = err ?: channels_print(about);
	err = err ?: hooks_print(about);
	err = err ?: maps_print(about);
	err = err ?: things_print(info);
	return err ? tell("out of memory") : DONE;
}
