// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter remove: a device is as it was before it was filtered. */
#include <errno.h>

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
	int status = named_open(kx, "remove", argv[0], &inst);
	int err;

	(void)argc;
	if (status)
		return status;
	/* Who follows its log keeps what it has; what was not confirmed goes by itself. */
	err = kx_unload(kx, inst, KX_UNLOAD_WITH_USERS);
	if (err && err != -ENOENT)
		return tell("%s", kx_error(kx));
	named_done(argv[0], "removed", config.json);
	return DONE;
}

const struct verb verb_remove = {
	.name = "remove",
	.arguments = "DEV [--json]",
	.summary = "end the filter of a device: it is as it was before",
	.examples = "  kxfilter remove eth0\n",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
