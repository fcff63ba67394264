// SPDX-License-Identifier: GPL-2.0-only
/* kx info: what an extension says of itself, and where an instance stands. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "find.h"
#include "info.h"
#include "cli/own.h"
#include "verb.h"

static struct {
	const char *field;
	bool json;
} config;

static const struct flag flags[] = {
	{ "field", 'F', "only this, one value per line", NULL, &config.field,
	  "FIELD" },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

const char *info_kind(enum kx_param_kind kind)
{
	static const char *const words[] = {
		[KX_PARAM_LOAD] = "load",
		[KX_PARAM_LIVE] = "live",
		[KX_PARAM_VALUE] = "value",
	};

	return words[kind];
}

static int show(const struct info *info)
{
	if (!config.field && !config.json)
		return info_text(info);
	if (config.field)
		info_field(info, config.field);
	else
		info_json(info);
	return DONE;
}

static int info_of_instance(struct kx *kx, struct kx_instance *inst)
{
	_cleanup_info_ struct info info = { .loaded = true };

	if (values_read(kx, inst, &info.values))
		return FAILED;
	if (kx_instance_reachable(kx, inst, &info.things, &info.nr_things))
		return tell("%s", kx_error(kx));
	kx_instance_status(inst, &info.status);
	if (kx_instance_about(kx, inst, &info.about))
		return tell("%s", kx_error(kx));
	return show(&info);
}

static int info_of_file(struct kx *kx, const char *word)
{
	_cleanup_extension_ struct kx_extension *ext = NULL;
	_cleanup_search_ struct search search = { 0 };
	struct info info = { 0 };
	int status;

	if (search_open(&search))
		return tell("out of memory");
	status = extension_get(kx, "info", word, &search, &ext);
	if (status)
		return status;
	info.about = kx_extension_about(ext);
	return show(&info);
}

static int run(struct kx *kx, int argc, char **argv)
{
	_cleanup_instance_ struct kx_instance *inst = NULL;
	const char *word = argv[0];
	int err;

	(void)argc;
	if (config.field && config.json)
		return tell_wrong("info: -F and --json exclude each other");
	if (config.field && info_field_check(config.field))
		return WRONG;
	if (word_is_file(word))
		return info_of_file(kx, word);
	if (instance_check("info", word))
		return WRONG;
	err = kx_instance_open(kx, word, &inst);
	if (!err)
		return info_of_instance(kx, inst);
	/* A kmid is nobody's name. */
	if (err != -ENOENT || isdigit((unsigned char)word[0]))
		return tell("%s", kx_error(kx));
	return info_of_file(kx, word);
}

const struct verb verb_info = {
	.name = "info",
	.arguments = "FILE|NAME|INSTANCE [-F FIELD] [--json]",
	.summary = "parameters, channels, hooks, maps, needs; who can reach what",
	.examples = "  kx info ./execs.bpf.o\n"
		    "  kx info execs\n"
		    "  kx info -F version execs\n",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
