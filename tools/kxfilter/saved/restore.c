// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter restore: what was saved acts again, device by device. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../device/suit.h"
#include "../filter/filter.h"
#include "../sets/sets.h"
#include "../verb.h"
#include "cli/own.h"
#include "file.h"

static struct {
	const char *device;
	bool missing;
	bool json;
} config;

static const struct flag flags[] = {
	{ "dev", 'd', "this device only", NULL, &config.device, "DEV" },
	{ "missing", 'm', "only devices that are not filtered yet", &config.missing },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

/* What a device is to get, read before anything is changed. */
struct restored {
	const struct saved_device *saved;
	struct rules *rules;
	char *text;
	struct filter_set *sets;
	size_t nr_sets;
	size_t nr_elements;
};

static void restored_done(struct restored *it)
{
	for (size_t i = 0; i < it->nr_sets; i++)
		elements_free(&it->sets[i].elements);
	free(it->sets);
	free(it->text);
	rules_free(it->rules);
}

static bool has_live(const struct rules *rules, const char *name)
{
	for (size_t i = 0; i < rules->nr_live; i++)
		if (!strcmp(rules->live[i].name, name))
			return true;
	return false;
}

static int read_set(const char *path, struct restored *it, const struct saved_set *saved,
		    struct complaints *complaints)
{
	struct filter_set *to = &it->sets[it->nr_sets++];
	struct element *list = NULL;
	size_t nr = 0;
	int err;

	if (!has_live(it->rules, saved->name)) {
		tell("%s: line %u: the rules of %s have no live set %s", path, saved->line,
		     it->saved->device, saved->name);
		return -EINVAL;
	}
	memcpy(to->name, saved->name, sizeof(to->name));
	err = elements_parse(path, saved->text, complaints_tell, complaints, &list, &nr);
	if (!err)
		err = sets_elements(list, nr, 0, sets_now_ns(), &to->elements);
	free(list);
	it->nr_elements += to->elements.nr;
	return err;
}

static int read_device(const char *path, const struct saved_device *saved, struct restored *it)
{
	struct complaints complaints = { .json = config.json };
	int err = 0;

	*it = (struct restored){ .saved = saved };
	it->rules = filter_read(path, saved->text, &complaints, &it->text);
	it->sets = calloc(saved->nr_sets + 1, sizeof(*it->sets));
	if (!it->rules || !it->sets)
		return -EINVAL;
	for (size_t i = 0; i < saved->nr_sets && !err; i++)
		err = read_set(path, it, &saved->sets[i], &complaints);
	return err;
}

static void say(const struct restored *it, const char *result, const char *hook)
{
	if (!config.json) {
		printf("%s: %s", it->saved->device, result);
		if (*hook)
			printf(": %zu rules act%s, at %s, %zu elements of live sets", it->rules->nr,
			       it->saved->monitor ? ", reporting only" : "", hook,
			       it->nr_elements);
		putchar('\n');
		return;
	}
	printf("{\"device\":");
	json_string(it->saved->device);
	printf(",\"result\":\"%s\",\"rules\":%zu,\"elements\":%zu,\"hook\":", result,
	       *hook ? it->rules->nr : 0, *hook ? it->nr_elements : 0);
	json_string(hook);
	puts("}");
}

static bool is_filtered(struct kx *kx, const char *device)
{
	_cleanup_instance_ struct kx_instance *inst = NULL;
	char name[INSTANCE_NAME];

	return !device_instance(device, name) && !kx_instance_open(kx, name, &inst);
}

static int restore(struct kx *kx, const struct restored *it)
{
	struct complaints complaints = { .json = config.json };
	const char *name = it->saved->device;
	struct filter_opts opts = {
		.monitor = it->saved->monitor, .text = it->text, .sets = it->sets,
		.nr_sets = it->nr_sets, .hook_is_asked = it->saved->hook,
	};
	struct device device;
	char why[256];
	int err = device_look(name, &device);

	if (!err && config.missing && is_filtered(kx, name)) {
		say(it, "filtered already", "");
		return 0;
	}
	if (err) {
		tell("%s: not restored: %s", name, err == -ENODEV ? "there is no such device" :
		     strerror(-err));
		say(it, "not restored", "");
		return err;
	}
	opts.hook = it->saved->hook ? (enum hook)(it->saved->hook - 1) :
				      hook_suit(&device, it->rules, why, sizeof(why));
	err = filter_apply(kx, name, it->rules, &opts, &complaints);
	if (err)
		tell("%s: not restored; it is filtered as before", name);
	say(it, err ? "not restored" : "restored", err ? "" : hook_names[opts.hook]);
	return err;
}

static bool is_asked(const struct saved_device *device)
{
	return !config.device || !strcmp(config.device, device->device);
}

/* All are read before the first one is changed. */
static int restore_all(struct kx *kx, const char *path, const struct saved_file *file)
{
	struct restored *list = calloc(file->nr + 1, sizeof(*list));
	size_t nr = 0, failed = 0;
	int err = list ? 0 : -ENOMEM;

	for (size_t i = 0; i < file->nr && !err; i++)
		if (is_asked(&file->devices[i]))
			err = read_device(path, &file->devices[i], &list[nr++]);
	if (err)
		tell("%s: nothing is restored, nothing has changed", path);
	for (size_t i = 0; i < nr && !err; i++)
		failed += restore(kx, &list[i]) != 0;
	if (!err && !nr && config.device)
		failed += tell("%s: %s is not in it", path, config.device);
	else if (!err && !nr)
		tell_note("%s: there is no device in it", path);
	for (size_t i = 0; i < nr; i++)
		restored_done(&list[i]);
	free(list);
	return err || failed ? FAILED : DONE;
}

static int run(struct kx *kx, int argc, char **argv)
{
	const char *path = argc ? argv[0] : SAVED_FILE;
	struct saved_file file = {};
	char why[256];
	int status;

	if (saved_file_read(path, &file, why, sizeof(why)))
		return tell("%s: %s; nothing is restored, nothing has changed", path, why);
	status = restore_all(kx, path, &file);
	saved_file_free(&file);
	return status;
}

const struct verb verb_restore = {
	.name = "restore",
	.arguments = "[FILE] [--dev DEV] [--missing] [--json]",
	.summary = "let what was saved act again",
	.examples = "  kxfilter restore\n"
		    "  kxfilter restore all.rules --dev eth0\n",
	.flags = flags,
	.min_args = 0,
	.max_args = 1,
	.run = run,
};
