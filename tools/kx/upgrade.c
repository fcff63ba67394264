// SPDX-License-Identifier: GPL-2.0-only
/* kx upgrade, kx rollback: from one generation of an instance to another. */
#include <inttypes.h>
#include <stdio.h>

#include "confirm.h"
#include "find.h"
#include "cli/own.h"
#include "status.h"
#include "verb.h"

static struct {
	const char *confirm;
	bool fresh;
	bool json;
} config;

static const struct flag upgrade_flags[] = {
	{ "confirm", 0, "undo it unless kx confirm comes in time", NULL, &config.confirm,
	  "SECONDS" },
	{ "fresh", 0, "maps of another layout start anew", &config.fresh },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

static const struct flag rollback_flags[] = {
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

static void generation_print(struct kx_instance *inst, const char *result)
{
	struct kx_status status;

	kx_instance_status(inst, &status);
	if (config.json)
		result_json(status.name, &status, result);
	else
		printf("%s: %s, generation %" PRIu32 "\n", status.name, result,
		       status.generation);
}

static int upgrade_run(struct kx *kx, int argc, char **argv)
{
	_cleanup_extension_ struct kx_extension *ext = NULL;
	_cleanup_instance_ struct kx_instance *inst = NULL;
	_cleanup_search_ struct search search = { 0 };
	uint32_t confirm_s;
	int status;

	status = settings_check("upgrade", argc - 2, argv + 2) ?:
		 confirm_parse("upgrade", config.confirm, &confirm_s);
	if (status)
		return status;
	status = instance_get(kx, "upgrade", argv[0], &inst);
	if (status)
		return status;
	if (search_open(&search))
		return tell("out of memory");
	status = extension_get(kx, "upgrade", argv[1], &search, &ext);
	if (status)
		return status;
	if (kx_upgrade(kx, inst, ext, &(struct kx_load_opts){
			.size = sizeof(struct kx_load_opts),
			.params = (const char *const *)argv + 2,
			.nr_params = argc - 2,
			.path = search.dirs,
			.nr_path = search.nr,
			.fresh = config.fresh,
			.confirm_s = confirm_s,
		       }))
		return tell("%s", kx_error(kx));
	generation_print(inst, "upgraded");
	confirm_ask(inst, config.confirm);
	return DONE;
}

static int rollback_run(struct kx *kx, int argc, char **argv)
{
	_cleanup_instance_ struct kx_instance *inst = NULL;
	int status = instance_get(kx, "rollback", argv[0], &inst);

	(void)argc;
	if (status)
		return status;
	if (kx_rollback(kx, inst))
		return tell("%s", kx_error(kx));
	generation_print(inst, "rolled back");
	return DONE;
}

const struct verb verb_upgrade = {
	.name = "upgrade",
	.arguments = "INSTANCE FILE|NAME [NAME=VALUE ...] [--fresh] [--confirm SECONDS] [--json]",
	.summary = "let new code take over, without a gap",
	.examples = "  kx upgrade execs ./execs.bpf.o\n"
		    "  kx upgrade execs ./execs.bpf.o step=5 --fresh\n"
		    "  kx upgrade execs ./execs.bpf.o --confirm 30 && kx confirm execs\n",
	.flags = upgrade_flags,
	.min_args = 2,
	.max_args = MANY,
	.run = upgrade_run,
};

const struct verb verb_rollback = {
	.name = "rollback",
	.arguments = "INSTANCE [--json]",
	.summary = "return to the code before the upgrade",
	.examples = "  kx rollback execs\n",
	.flags = rollback_flags,
	.min_args = 1,
	.max_args = 1,
	.run = rollback_run,
};
