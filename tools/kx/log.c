// SPDX-License-Identifier: GPL-2.0-only
/* kx log: messages from kernel code, as dmesg shows those of the kernel. */
#include <string.h>

#include "find.h"
#include "follow.h"
#include "cli/own.h"
#include "verb.h"

static struct {
	bool follow;
	bool only_new;
	bool local_time;
	bool json;
	const char *level;
} config;

static const struct flag flags[] = {
	{ "follow", 'f', "go on with what comes, until interrupted", &config.follow },
	{ "level", 'l', "this level and more urgent ones only", NULL, &config.level, "LEVEL" },
	{ "new", 'n', "only what comes from now on; with -f", &config.only_new },
	{ "local-time", 'T', "the time of day instead of seconds since boot", &config.local_time },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

static int add_named(struct follow *follow, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		_cleanup_instance_ struct kx_instance *inst = NULL;
		int status = instance_get(follow->kx, "log", argv[i], &inst);

		status = status ?: follow_add(follow, inst, "log");
		if (status)
			return status;
	}
	return DONE;
}

static int run(struct kx *kx, int argc, char **argv)
{
	_cleanup_follow_ struct follow follow = {
		.kx = kx, .verb = "log", .follow = config.follow, .only_new = config.only_new,
		.json = config.json, .local_time = config.local_time, .all = !argc && config.follow,
		.level = config.level ? level_parse(config.level) : 7,
	};
	int status, shown;

	if (follow.level < 0)
		return tell_wrong("log: %s: no such level; it takes emerg, alert, crit, err, "
				  "warning, notice, info, debug, or 0 to 7", config.level);
	if (config.only_new && !config.follow)
		return tell_wrong("log: --new shows nothing without -f");
	status = argc ? add_named(&follow, argc, argv) : follow_add_logs(&follow);
	if (argc && status)
		return status;
	shown = follow_run(&follow);
	return status ?: shown;
}

const struct verb verb_log = {
	.name = "log",
	.arguments = "[-f] [-l LEVEL] [-n] [-T] [--json] [INSTANCE ...]",
	.summary = "show messages of kernel code; without INSTANCE those of all",
	.examples = "  kx log\n"
		    "  kx log -f -l warning\n"
		    "  kx log execs --json | jq .record.message\n",
	.flags = flags,
	.min_args = 0,
	.max_args = MANY,
	.run = run,
};
