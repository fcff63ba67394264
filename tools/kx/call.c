// SPDX-License-Identifier: GPL-2.0-only
/* kx call: kernel code is called, with its input as text and its output as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "channel.h"
#include "cli/json.h"
#include "cli/own.h"
#include "verb.h"

/* The last errno of the kernel; results below are no errno. */
#define ERRNO_MAX	4095

static struct {
	bool json;
} config;

static const struct flag flags[] = {
	{ "json", 'j', "one JSON object per line, with the result", &config.json },
	{ NULL },
};

static void own_command(struct kx_command **command)
{
	kx_command_close(*command);
}

static void print_json(struct kx_instance *inst, const char *name, int result, const char *out)
{
	struct kx_status status;
	struct json json = { 0 };
	char number[16];

	kx_instance_status(inst, &status);
	snprintf(number, sizeof(number), "%d", result);
	json_object(&json, NULL);
	json_text(&json, "instance", status.name);
	json_number(&json, "kmid", status.kmid);
	json_text(&json, "name", name);
	json_raw(&json, "result", number);
	json_raw(&json, "out", out);
	json_close(&json);
}

static int answer(const char *instance, const char *name, int result)
{
	if (result >= 0)
		return DONE;
	if (result < -ERRNO_MAX)
		return tell("%s.%s: returned %d", instance, name, result);
	return tell("%s.%s: returned %d (%s)", instance, name, result, strerror(-result));
}

static int call(struct kx *kx, struct kx_instance *inst, const char *instance, const char *name,
		const char *const *args, size_t nr_args)
{
	_cleanup_(own_command) struct kx_command *command = NULL;
	_cleanup_free_ char *out = NULL;
	size_t in_len, out_len;
	int result;

	if (kx_command_open(kx, inst, name, &command) ||
	    kx_call_text(command, args, nr_args, &out, &result))
		return tell("%s", kx_error(kx));
	kx_command_sizes(command, &in_len, &out_len);
	if (config.json)
		print_json(inst, name, result, out);
	else if (result >= 0 && out_len)
		puts(out);
	else if (result > 0)	/* all that it says */
		printf("%d\n", result);
	return answer(instance, name, result);
}

static int run(struct kx *kx, int argc, char **argv)
{
	_cleanup_instance_ struct kx_instance *inst = NULL;
	const char *name;
	int first = 1, status;

	status = channel_get(kx, "call", "COMMAND", argc > 1, argv[0], &inst, &name);
	if (status)
		return status;
	if (!name)
		name = argv[first++];
	return call(kx, inst, argv[0], name, (const char *const *)argv + first, argc - first);
}

const struct verb verb_call = {
	.name = "call",
	.arguments = "INSTANCE.COMMAND [NAME=VALUE ... | JSON] [--json]",
	.summary = "call a command of an instance",
	.examples = "  kx call syscall.hello name=world\n"
		    "  kx call syscall.hello '{\"name\":\"world\"}'\n"
		    "  kx call config.1 value=42\n"
		    "  kx call config 2 --json\n",
	.flags = flags,
	.min_args = 1,
	.max_args = MANY,
	.run = run,
};
