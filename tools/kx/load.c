// SPDX-License-Identifier: GPL-2.0-only
/* kx load: brings an extension into the kernel, to stay or to be held. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "confirm.h"
#include "find.h"
#include "cli/own.h"
#include "status.h"
#include "verb.h"

static struct {
	const char *as;
	const char *confirm;
	bool held;
	bool json;
} config;

static const struct flag flags[] = {
	{ "as", 0, "name of the instance", NULL, &config.as, "INSTANCE" },
	{ "confirm", 0, "undo it unless kx confirm comes in time", NULL, &config.confirm,
	  "SECONDS" },
	{ "held", 0, "loaded until this command ends", &config.held },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

/* The signals that end a held instance; those that are ignored stay so (nohup). */
static void signals_block(sigset_t *set)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };

	sigemptyset(set);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct sigaction action;

		sigaction(ends[i], NULL, &action);
		if (action.sa_handler != SIG_IGN)
			sigaddset(set, ends[i]);
	}
	sigprocmask(SIG_BLOCK, set, NULL);
}

static int signals_wait(const sigset_t *set)
{
	int which;

	/* Others read the line and then rely on the instance. */
	if (fflush(stdout))
		return FAILED;	/* main() tells it */
	while (sigwait(set, &which) == EINTR)
		;
	return DONE;
}

static void loaded_print(struct kx_instance *inst)
{
	struct kx_status status;

	kx_instance_status(inst, &status);
	if (config.json)
		result_json(status.name, &status, config.held ? "held" : "loaded");
	else if (config.held)
		printf("%s: held, kmid %" PRIu64 ", until this command ends\n",
		       status.name, status.kmid);
	else
		printf("%s: loaded, kmid %" PRIu64 "\n", status.name, status.kmid);
}

static int load(struct kx *kx, const char *word, const char *const *params,
		size_t nr_params, uint32_t confirm_s)
{
	_cleanup_extension_ struct kx_extension *ext = NULL;
	_cleanup_instance_ struct kx_instance *inst = NULL;
	_cleanup_search_ struct search search = { 0 };
	sigset_t ends;
	int status;

	if (search_open(&search))
		return tell("out of memory");
	status = extension_get(kx, "load", word, &search, &ext);
	if (status)
		return status;
	if (kx_load(kx, ext, &(struct kx_load_opts){
			.size = sizeof(struct kx_load_opts),
			.instance = config.as,
			.params = params,
			.nr_params = nr_params,
			.path = search.dirs,
			.nr_path = search.nr,
			.held = config.held,
			.confirm_s = confirm_s,
		    }, &inst))
		return tell("%s", kx_error(kx));
	if (!config.held) {
		loaded_print(inst);
		confirm_ask(inst, config.confirm);
		return DONE;
	}
	signals_block(&ends);
	loaded_print(inst);
	return signals_wait(&ends);
}

static int run(struct kx *kx, int argc, char **argv)
{
	uint32_t confirm_s;
	int status = settings_check("load", argc - 1, argv + 1) ?:
		     confirm_parse("load", config.confirm, &confirm_s);

	if (status)
		return status;
	if (config.as && !word_is_name(config.as))
		return tell_wrong("load: %s: not a name for an instance",
				  config.as);
	return load(kx, argv[0], (const char *const *)argv + 1, argc - 1,
		    confirm_s);
}

const struct verb verb_load = {
	.name = "load",
	.arguments = "FILE|NAME [NAME=VALUE ...] [--as INSTANCE] [--held] [--confirm SECONDS] [--json]",
	.summary = "load an extension, with parameters",
	.examples = "  kx load ./execs.bpf.o step=2\n"
		    "  kx load execs --as execs2\n",
	.flags = flags,
	.min_args = 1,
	.max_args = MANY,
	.run = run,
};
