// SPDX-License-Identifier: GPL-2.0-only
/* kx unload: takes instances out of the kernel. */
#include <stdio.h>

#include "find.h"
#include "cli/json.h"
#include "cli/own.h"
#include "status.h"
#include "verb.h"

static struct {
	bool with_users;
	bool unused;
	bool json;
} config;

static const struct flag flags[] = {
	{ "with-users", 0, "instances that use it first", &config.with_users },
	{ "unused", 0, "what was loaded on demand and is idle", &config.unused },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

static int unload(struct kx *kx, const char *word)
{
	_cleanup_instance_ struct kx_instance *inst = NULL;
	struct kx_status status;
	int result;

	result = instance_get(kx, "unload", word, &inst);
	if (result)
		return result;
	kx_instance_status(inst, &status);
	if (kx_unload(kx, inst, config.with_users ? KX_UNLOAD_WITH_USERS : 0))
		return tell("%s", kx_error(kx));
	if (config.json)
		result_json(status.name, &status, "unloaded");
	else
		printf("%s: unloaded\n", status.name);
	return DONE;
}

static int unload_unused(struct kx *kx)
{
	struct json json = { 0 };
	size_t nr;

	if (kx_unload_unused(kx, &nr))
		return tell("%s", kx_error(kx));
	if (config.json) {
		json_object(&json, NULL);
		json_number(&json, "unused", nr);
		json_text(&json, "result", "unloaded");
		json_close(&json);
	} else {
		printf("unused instances unloaded: %zu\n", nr);
	}
	return DONE;
}

static int run(struct kx *kx, int argc, char **argv)
{
	int worst = DONE, status;

	if (!argc && !config.unused)
		return tell_wrong("unload: an argument is missing: kx unload %s",
				  verb_unload.arguments);
	for (int i = 0; i < argc; i++) {
		status = instance_check("unload", argv[i]);
		if (status)
			return status;
	}
	for (int i = 0; i < argc; i++)
		if (unload(kx, argv[i]))
			worst = FAILED;
	if (config.unused && unload_unused(kx))
		worst = FAILED;
	return worst;
}

const struct verb verb_unload = {
	.name = "unload",
	.arguments = "INSTANCE|KMID ... [--with-users] [--unused] [--json]",
	.summary = "unload instances",
	.examples = "  kx unload execs\n"
		    "  kx unload --unused\n",
	.flags = flags,
	.max_args = MANY,
	.run = run,
};
