// SPDX-License-Identifier: GPL-2.0-only
/* kx events: typed records from kernel code. */
#include <stdlib.h>
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
	const char *count;
} config;

static const struct flag flags[] = {
	{ "follow", 'f', "go on with what comes, until interrupted", &config.follow },
	{ "count", 'c', "end after that many", NULL, &config.count, "COUNT" },
	{ "new", 'n', "only what comes from now on; with -f", &config.only_new },
	{ "local-time", 'T', "the time of day instead of seconds since boot", &config.local_time },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

/* "INSTANCE.STREAM" */
static int add(struct follow *follow, const char *word)
{
	_cleanup_instance_ struct kx_instance *inst = NULL;
	_cleanup_free_ char *name = strdup(word);
	char *dot = name ? strchr(name, '.') : NULL;
	int status;

	if (!name)
		return tell("out of memory");
	if (!dot || !dot[1])
		return tell_wrong("events: %s: names no stream; it takes INSTANCE.STREAM, kx info "
				  "lists them", word);
	*dot = '\0';
	status = instance_get(follow->kx, "events", name, &inst);
	return status ?: follow_add(follow, inst, dot + 1);
}

static int count_read(uint64_t *out)
{
	char *end;

	if (!config.count)
		return DONE;
	*out = strtoull(config.count, &end, 10);
	if (*end || !*out || config.count[0] == '-')
		return tell_wrong("events: %s: is no count; it takes a number from 1 on",
				  config.count);
	return DONE;
}

static int run(struct kx *kx, int argc, char **argv)
{
	_cleanup_follow_ struct follow follow = {
		.kx = kx, .verb = "events", .follow = config.follow, .only_new = config.only_new,
		.json = config.json, .local_time = config.local_time, .level = 7,
	};
	int status = count_read(&follow.most);

	if (!status && config.only_new && !config.follow)
		status = tell_wrong("events: --new shows nothing without -f");
	for (int i = 0; i < argc && !status; i++)
		status = add(&follow, argv[i]);
	return status ?: follow_run(&follow);
}

const struct verb verb_events = {
	.name = "events",
	.arguments = "[-f] [-c COUNT] [-n] [-T] [--json] INSTANCE.STREAM ...",
	.summary = "show records of kernel code, decoded by their type",
	.examples = "  kx events execs.started\n"
		    "  kx events -f execs.started files.opened\n"
		    "  kx events -f -c 10 --json execs.started\n",
	.flags = flags,
	.min_args = 1,
	.max_args = MANY,
	.run = run,
};
