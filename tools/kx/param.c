// SPDX-License-Identifier: GPL-2.0-only
/* kx get, kx set: the parameters of a running instance. */
#include <stdio.h>
#include <string.h>

#include "find.h"
#include "cli/json.h"
#include "cli/own.h"
#include "values.h"
#include "verb.h"

static struct {
	bool json;
} config;

static const struct flag get_flags[] = {
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

static const struct flag set_flags[] = {
	{ NULL },
};

static int value_json(struct kx *kx, struct kx_instance *inst, const char *name)
{
	_cleanup_free_ char *value = NULL;
	struct json json = { 0 };
	struct kx_status status;

	if (kx_param_json(kx, inst, name, &value))
		return tell("%s", kx_error(kx));
	kx_instance_status(inst, &status);
	json_object(&json, NULL);
	json_text(&json, "instance", status.name);
	json_number(&json, "kmid", status.kmid);
	json_text(&json, "name", name);
	json_raw(&json, "value", value);
	json_close(&json);
	return DONE;
}

static int get_all(struct kx *kx, struct kx_instance *inst)
{
	_cleanup_values_ struct values values = { 0 };

	if (values_read(kx, inst, &values))
		return FAILED;
	for (size_t i = 0; i < values.nr; i++) {
		if (!config.json)
			printf("%s=%s\n", values.rows[i].name, values.rows[i].value);
		else if (value_json(kx, inst, values.rows[i].name))
			return FAILED;
	}
	return DONE;
}

static int get_one(struct kx *kx, struct kx_instance *inst, const char *name)
{
	_cleanup_free_ char *value = NULL;

	if (config.json)
		return value_json(kx, inst, name);
	if (kx_param_get(kx, inst, name, &value))
		return tell("%s", kx_error(kx));
	puts(value);
	return DONE;
}

/* Cut "INSTANCE.param.part" at its first dot; NULL: there is none. */
static char *name_cut(char *word)
{
	char *dot = strchr(word, '.');

	if (dot)
		*dot++ = '\0';
	return dot;
}

static int get_run(struct kx *kx, int argc, char **argv)
{
	_cleanup_instance_ struct kx_instance *inst = NULL;
	char *name = name_cut(argv[0]);
	int status;

	(void)argc;
	if (name && !*name)
		return tell_wrong("get: %s.: a parameter is missing after the dot",
				  argv[0]);
	status = instance_get(kx, "get", argv[0], &inst);
	if (status)
		return status;
	return name ? get_one(kx, inst, name) : get_all(kx, inst);
}

/* Is it INSTANCE.param=VALUE? */
static int assignment_check(const char *word)
{
	const char *equals = strchr(word, '='), *dot = strchr(word, '.');
	_cleanup_free_ char *name = NULL;

	if (!equals || !dot || dot == word || dot + 1 >= equals)
		return tell_wrong("set: %s: write INSTANCE.PARAM=VALUE", word);
	name = strndup(word, dot - word);
	return name ? instance_check("set", name) : tell("out of memory");
}

static int assign(struct kx *kx, const char *word)
{
	_cleanup_instance_ struct kx_instance *inst = NULL;
	_cleanup_free_ char *copy = strdup(word);
	char *name, *value;
	int status;

	if (!copy)
		return tell("out of memory");
	value = strchr(copy, '=');
	*value++ = '\0';
	name = name_cut(copy);
	status = instance_get(kx, "set", copy, &inst);
	if (status)
		return status;
	if (kx_param_set(kx, inst, name, value))
		return tell("%s", kx_error(kx));
	return DONE;
}

static int set_run(struct kx *kx, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		int status = assignment_check(argv[i]);

		if (status)
			return status;
	}
	for (int i = 0; i < argc; i++) {
		int status = assign(kx, argv[i]);

		if (!status)
			continue;
		for (int j = 0; j < argc && argc > 1; j++)
			if (j != i)
				tell("set: %s: %s", argv[j],
				     j < i ? "done before that" : "not done");
		return status;
	}
	return DONE;
}

const struct verb verb_get = {
	.name = "get",
	.arguments = "INSTANCE[.PARAM] [--json]",
	.summary = "read parameters of an instance",
	.examples = "  kx get execs\n"
		    "  kx get execs.step\n"
		    "  kx get 'watch.ports[2]'\n",
	.flags = get_flags,
	.min_args = 1,
	.max_args = 1,
	.run = get_run,
};

const struct verb verb_set = {
	.name = "set",
	.arguments = "INSTANCE.PARAM=VALUE ...",
	.summary = "change live parameters; the next event sees it",
	.examples = "  kx set execs.step=3\n"
		    "  kx set watch.limits.rate=5 'watch.ports[2]=80'\n",
	.flags = set_flags,
	.min_args = 1,
	.max_args = MANY,
	.run = set_run,
};
