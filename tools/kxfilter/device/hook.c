// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter hook: which hook a device would get, and why. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../filter/filter.h"
#include "../verb.h"
#include "suit.h"

static struct {
	bool json;
} config;

static const struct flag flags[] = {
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

static const char *const answers[] = {
	[ANSWER_UNKNOWN] = "null", [ANSWER_NO] = "false", [ANSWER_YES] = "true",
};

static void show(const struct device *device, enum hook hook, const char *why)
{
	if (!config.json) {
		printf("%s: %s, because %s\n", device->name, hook_names[hook], why);
		return;
	}
	printf("{\"device\":");
	json_string(device->name);
	printf(",\"hook\":\"%s\",\"reason\":", hook_names[hook]);
	json_string(why);
	printf(",\"driver\":");
	json_string(device->driver);
	printf(",\"native_xdp\":%s,\"lro\":%s,\"gro_hw\":%s}\n", answers[device->native],
	       device->lro ? "true" : "false", device->gro_hw ? "true" : "false");
}

static int run(struct kx *kx, int argc, char **argv)
{
	struct complaints complaints = { .json = config.json };
	struct rules *rules = NULL;
	struct device device;
	enum hook hook;
	char why[256];
	int err = device_look(argv[0], &device);

	(void)kx;
	if (err)
		return tell("%s: %s%s", argv[0], strerror(-err),
			    err == -ENODEV ? "; ip link lists the devices" : "");
	if (argc > 1) {
		rules = filter_read(argv[1], NULL, &complaints, NULL);
		if (!rules)
			return FAILED;
	}
	hook = hook_suit(&device, rules, why, sizeof(why));
	show(&device, hook, why);
	rules_free(rules);
	return DONE;
}

const struct verb verb_hook = {
	.name = "hook",
	.arguments = "DEV [RULES] [--json]",
	.summary = "show at which hook a device would be filtered, and why",
	.examples = "  kxfilter hook eth0\n"
		    "  kxfilter hook eth0 web.rules\n",
	.flags = flags,
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
