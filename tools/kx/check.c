// SPDX-License-Identifier: GPL-2.0-only
/* kx check: finds what killed commands have left, and repairs it. */
#include <stdio.h>
#include <string.h>

#include "cli/json.h"
#include "verb.h"

static struct {
	bool repair;
	bool json;
} config;

static const struct flag flags[] = {
	{ "repair", 'r', "repair what is found", &config.repair },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

static void finding_json(const char *what, int repaired)
{
	struct json json = { 0 };

	json_object(&json, NULL);
	json_text(&json, "finding", what);
	json_bool(&json, "repaired", repaired > 0);
	if (repaired < 0)
		json_text(&json, "error", strerror(-repaired));
	else
		json_null(&json, "error");
	json_close(&json);
}

static void finding(void *ctx, const char *what, int repaired)
{
	size_t *left = ctx;

	if (repaired <= 0)
		++*left;
	if (config.json)
		finding_json(what, repaired);
	else if (repaired < 0)
		printf("%s: cannot be repaired: %s\n", what, strerror(-repaired));
	else
		printf("%s%s\n", what, repaired ? ": repaired" : "");
}

static int run(struct kx *kx, int argc, char **argv)
{
	size_t left = 0;

	(void)argc, (void)argv;
	if (kx_check(kx, config.repair, finding, &left) < 0)
		return tell("%s", kx_error(kx));
	return left ? FAILED : DONE;
}

const struct verb verb_check = {
	.name = "check",
	.arguments = "[--repair] [--json]",
	.summary = "find what killed commands have left, and repair it",
	.examples = "  kx check\n"
		    "  kx check --repair\n",
	.flags = flags,
	.run = run,
};
