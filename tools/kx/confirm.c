// SPDX-License-Identifier: GPL-2.0-only
/* kx confirm: what was loaded or upgraded for a trial stays. */
#include <inttypes.h>
#include <stdio.h>

#include "confirm.h"
#include "find.h"
#include "cli/own.h"
#include "status.h"
#include "verb.h"

static struct {
	bool json;
} config;

static const struct flag flags[] = {
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

void confirm_ask(struct kx_instance *inst, const char *word)
{
	struct kx_status where;

	if (!word)
		return;
	kx_instance_status(inst, &where);
	(void)tell("%s: undone in %s s, unless kx confirm %s comes before", where.name, word,
		   where.name);
}

static int run(struct kx *kx, int argc, char **argv)
{
	_cleanup_instance_ struct kx_instance *inst = NULL;
	int status = instance_get(kx, "confirm", argv[0], &inst);
	struct kx_status where;

	(void)argc;
	if (status)
		return status;
	if (kx_confirm(kx, inst))
		return tell("%s", kx_error(kx));
	kx_instance_status(inst, &where);
	if (config.json)
		result_json(where.name, &where, "confirmed");
	else
		printf("%s: confirmed, generation %" PRIu32 "\n", where.name, where.generation);
	return DONE;
}

const struct verb verb_confirm = {
	.name = "confirm",
	.arguments = "INSTANCE [--json]",
	.summary = "keep what was loaded or upgraded with --confirm",
	.examples = "  kx upgrade execs ./execs.bpf.o --confirm 30 && kx confirm execs\n",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
