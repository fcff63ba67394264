// SPDX-License-Identifier: GPL-2.0-only
/* kx syscalls: the system calls, with number, name, and arguments. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "cli/json.h"
#include "verb.h"

static struct {
	bool json;
} config;

static const struct flag flags[] = {
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

static void print_json(const struct call *call)
{
	struct json json = { 0 };

	json_object(&json, NULL);
	json_number(&json, "number", call->number);
	json_text(&json, "name", call->name);
	json_array(&json, "args");
	for (size_t i = 0; i < call->nr_args; i++) {
		json_object(&json, NULL);
		json_text(&json, "name", call->args[i].name);
		json_text(&json, "type", call->args[i].type);
		json_close(&json);
	}
	json_close(&json);
	json_close(&json);
}

static void print(const struct call *call)
{
	printf("%4d %s(", call->number, call->name);
	for (size_t i = 0; i < call->nr_args; i++) {
		const char *type = call->args[i].type;

		printf("%s%s%s%s", i ? ", " : "", type, type[strlen(type) - 1] == '*' ? "" : " ",
		       call->args[i].name);
	}
	puts(")");
}

/* A number, a piece of the name, or a pattern as the shell has them. */
static bool matches(const struct call *call, const char *pattern)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", call->number);
	if (strpbrk(pattern, "*?["))
		return !fnmatch(pattern, call->name, 0);
	return !strcmp(number, pattern) || strstr(call->name, pattern);
}

static int run(struct kx *kx, int argc, char **argv)
{
	struct call call;
	bool any = false;

	(void)kx;
	for (int nr = -1; call_next(nr, &call); nr = call.number) {
		if (argc && !matches(&call, argv[0]))
			continue;
		any = true;
		if (config.json)
			print_json(&call);
		else
			print(&call);
	}
	return any ? DONE : tell("%s: no system call matches it", argv[0]);
}

const struct verb verb_syscalls = {
	.name = "syscalls",
	.arguments = "[PATTERN] [--json]",
	.summary = "list system calls: number, name, arguments",
	.examples = "  kx syscalls\n"
		    "  kx syscalls open\n"
		    "  kx syscalls 'get*id' --json\n",
	.flags = flags,
	.min_args = 0,
	.max_args = 1,
	.run = run,
};
