// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter check: what is wrong with a rule set, and what would become of it. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/own.h"
#include "compile/compile.h"
#include "filter/filter.h"
#include "verb.h"

static struct {
	bool json;
	const char *hook;
} config;

static const struct flag flags[] = {
	{ "hook", 0, "for that one: tc (the usual), xdp, xdp-generic", NULL, &config.hook, "HOOK" },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

/* What is not named here is dead code in the kernel. */
static const struct {
	uint32_t flag;
	const char *name;
} parts[] = {
	{ KXF_HAS_STATES, "connections" },
	{ KXF_HAS_SHARES, "shares" },
	{ KXF_HAS_LIMITS, "limits" },
	{ KXF_HAS_LOGS, "log" },
	{ KXF_HAS_MARKS, "marks" },
	{ KXF_HAS_REWRITES, "rewrites" },
	{ KXF_HAS_REDIRECTS, "redirects" },
	{ KXF_HAS_REJECTS, "answers" },
	{ KXF_HAS_ADDS, "additions to live sets" },
};

static void add_name(char **names, const char *name)
{
	_cleanup_free_ char *before = *names;

	if (asprintf(names, "%s%s%s%s%s", before ?: "", before ? config.json ? "," : ", " : "",
		     config.json ? "\"" : "", name, config.json ? "\"" : "") < 0)
		*names = NULL;
}

static void show_way(const struct compiled *compiled, enum kxf_way way)
{
	static const char *const ways[KXF_WAYS] = { "in", "out" };
	_cleanup_free_ char *fields = NULL, *used = NULL;
	struct compiled_about about;

	compiled_about(compiled, way, &about);
	for (enum field field = 0; field < FIELDS; field++)
		if (about.fields & 1u << field)
			add_name(&fields, field_kinds[field].name);
	if (about.asks_live)
		add_name(&used, "live sets");
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (about.flags & parts[i].flag)
			add_name(&used, parts[i].name);
	if (config.json) {
		printf("{\"direction\":\"%s\",\"rules\":%u,\"fields\":[%s],\"classes\":%u,"
		       "\"uses\":[%s],\"bytes\":%llu}\n", ways[way], about.rules, fields ?: "",
		       about.classes, used ?: "", (unsigned long long)about.bytes);
		return;
	}
	printf("%-4s %u rule%s", ways[way], about.rules, about.rules == 1 ? "" : "s");
	if (fields)
		printf(", by %s (%u classes)", fields, about.classes);
	printf("%s%s\n", used ? "; with " : "", used ?: "");
}

static int show(const struct rules *rules, enum hook hook, struct complaints *complaints)
{
	struct compile_opts opts = { .at_xdp = hook != HOOK_TC, .serial = 1 };
	struct compiled *compiled = NULL;
	struct compiled_about about;

	if (compile(rules, &opts, complaints_tell, complaints, &compiled))
		return FAILED;
	for (enum kxf_way way = 0; way < KXF_WAYS; way++)
		show_way(compiled, way);
	compiled_about(compiled, KXF_IN, &about);
	if (!config.json)
		printf("%llu bytes of tables\n", (unsigned long long)about.bytes);
	compiled_free(compiled);
	return DONE;
}

static int run(struct kx *kx, int argc, char **argv)
{
	struct complaints complaints = { .json = config.json };
	enum hook hook = HOOK_TC;
	struct rules *rules;
	char sum[96];
	int status = FAILED;

	(void)kx;
	(void)argc;
	if (config.hook && hook_parse(config.hook, &hook))
		return tell_wrong("check: --hook: %s: no such hook; it takes tc, xdp or "
				  "xdp-generic", config.hook);
	rules = filter_read(argv[0], NULL, &complaints, NULL);
	if (rules)
		status = show(rules, hook, &complaints);
	rules_free(rules);
	complaints_sum(&complaints, sum, sizeof(sum));
	if (*sum && !config.json)
		tell_note("%s: %s", argv[0], sum);
	return status;
}

const struct verb verb_check = {
	.name = "check",
	.arguments = "RULES [--hook HOOK] [--json]",
	.summary = "say what is wrong with a rule set, and what it would become",
	.examples = "  kxfilter check web.rules\n"
		    "  kxfilter check web.rules --hook xdp\n",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
