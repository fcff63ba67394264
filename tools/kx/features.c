// SPDX-License-Identifier: GPL-2.0-only
/* kx features: what the running kernel can do, and why not. */
#include <stdio.h>
#include <string.h>

#include "cli/json.h"
#include "verb.h"

static struct {
	bool json;
} config;

static const struct flag flags[] = {
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

static const struct {
	const char *word;	/* in the table */
	const char *json;
} states[] = {
	[KX_FEATURE_MISSING] = { "no", "missing" },
	[KX_FEATURE_AVAILABLE] = { "yes", "available" },
	[KX_FEATURE_UNKNOWN] = { "?", "unknown" },
};

static void print_json(const struct kx_feature *feature)
{
	struct json json = { 0 };

	json_object(&json, NULL);
	json_text(&json, "group", feature->group);
	json_text(&json, "name", feature->name);
	json_text(&json, "state", states[feature->state].json);
	json_text(&json, "reason", feature->reason);
	json_text(&json, "summary", feature->summary);
	json_close(&json);
}

/* What it is for when it is here, why not when it is not. */
static void print_row(const struct kx_feature *feature)
{
	bool here = feature->state == KX_FEATURE_AVAILABLE;

	printf("  %-19s %-4s %s", feature->name, states[feature->state].word,
	       here ? feature->summary : feature->reason);
	if (here && feature->reason[0])
		printf(" (%s)", feature->reason);
	putchar('\n');
}

static int run(struct kx *kx, int argc, char **argv)
{
	const struct kx_feature *features;
	const char *group = "";
	size_t nr;

	(void)argc, (void)argv;
	if (kx_features_probe(kx, &features, &nr))
		return tell("%s", kx_error(kx));

	for (size_t i = 0; i < nr; i++) {
		if (config.json) {
			print_json(&features[i]);
			continue;
		}
		if (strcmp(group, features[i].group))
			printf("%s%s\n", i ? "\n" : "", features[i].group);
		group = features[i].group;
		print_row(&features[i]);
	}
	return DONE;
}

const struct verb verb_features = {
	.name = "features",
	.arguments = "[--json]",
	.summary = "what the running kernel can do, and why not",
	.examples = "  kx features\n"
		    "  kx features --json | grep '\"name\":\"ringbuf\"'\n",
	.flags = flags,
	.run = run,
};
