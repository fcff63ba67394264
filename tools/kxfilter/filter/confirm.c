// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter confirm: what was applied with --confirm stays. */
#include "../verb.h"
#include "cli/own.h"
#include "named.h"

static struct {
	bool json;
} config;

static const struct flag flags[] = {
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

static int run(struct kx *kx, int argc, char **argv)
{
	_cleanup_instance_ struct kx_instance *inst = NULL;
	int status = named_open(kx, "confirm", argv[0], &inst);

	(void)argc;
	if (status)
		return status;
	if (kx_confirm(kx, inst))
		return tell("%s", kx_error(kx));
	named_done(argv[0], "confirmed", config.json);
	return DONE;
}

const struct verb verb_confirm = {
	.name = "confirm",
	.arguments = "DEV [--json]",
	.summary = "keep what was applied with --confirm",
	.examples = "  kxfilter confirm eth0\n",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
