// SPDX-License-Identifier: GPL-2.0-only
/* kx query: is it loaded? By content or name, never by a path's spelling. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "find.h"
#include "cli/own.h"
#include "status.h"
#include "verb.h"

static struct {
	bool quiet;
	bool json;
} config;

static const struct flag flags[] = {
	{ "quiet", 'q', "say it by the exit status only", &config.quiet },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

static int answer(const char *name, struct kx_instance *inst)
{
	const char *result = inst ? "loaded" : "not loaded";
	int exit_status = inst ? DONE : FAILED;
	struct kx_status status;

	if (inst) {
		kx_instance_status(inst, &status);
		name = status.name;
	}
	if (config.quiet)
		return exit_status;
	if (config.json)
		result_json(name, inst ? &status : NULL, result);
	else if (inst)
		printf("%s: loaded, kmid %" PRIu64 "\n", name, status.kmid);
	else
		printf("%s: not loaded\n", name);
	return exit_status;
}

/* The same bytes, wherever the file is and whatever the instance is called. */
static int query_file(struct kx *kx, const char *path)
{
	_cleanup_extension_ struct kx_extension *ext = NULL;
	_cleanup_instance_ struct kx_instance *inst = NULL;
	int err;

	if (kx_extension_open(kx, path, &ext))
		return tell("%s", kx_error(kx));
	err = kx_instance_find_same(kx, ext, &inst);
	if (err && err != -ENOENT)
		return tell("%s", kx_error(kx));
	return answer(kx_extension_about(ext)->name, inst);
}

static int query_name(struct kx *kx, const char *name)
{
	_cleanup_instance_ struct kx_instance *inst = NULL;
	int err;

	if (instance_check("query", name))
		return WRONG;
	err = kx_instance_open(kx, name, &inst);
	if (err && err != -ENOENT)
		return tell("%s", kx_error(kx));
	return answer(name, inst);
}

static int run(struct kx *kx, int argc, char **argv)
{
	(void)argc;
	return word_is_file(argv[0]) ? query_file(kx, argv[0]) :
				       query_name(kx, argv[0]);
}

const struct verb verb_query = {
	.name = "query",
	.arguments = "FILE|NAME|KMID [-q] [--json]",
	.summary = "is it loaded? the exit status says it",
	.examples = "  kx query ./execs.bpf.o\n"
		    "  kx query -q execs || kx load execs\n",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
