// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter apply: a rule set acts on a device, instead of the one before, all at once. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../device/suit.h"
#include "../verb.h"
#include "cli/own.h"
#include "filter.h"

static struct {
	const char *device;
	const char *hook;
	const char *confirm;
	bool monitor;
	bool json;
} config;

static const struct flag flags[] = {
	{ "dev", 'd', "the device whose packets are filtered", NULL, &config.device, "DEV" },
	{ "confirm", 'c', "undo it after that, unless kxfilter confirm DEV comes before", NULL,
	  &config.confirm, "SECONDS" },
	{ "monitor", 'm', "all pass; what would have become of them is counted and logged",
	  &config.monitor },
	{ "hook", 0, "tc, xdp or xdp-generic instead of the one that suits it", NULL,
	  &config.hook, "HOOK" },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

static void say(const struct rules *rules, const struct device *device, enum hook hook,
		const char *why)
{
	if (config.json) {
		printf("{\"device\":");
		json_string(device->name);
		printf(",\"rules\":%zu,\"hook\":\"%s\",\"monitor\":%s,\"why\":", rules->nr,
		       hook_names[hook], config.monitor ? "true" : "false");
		json_string(why);
		puts("}");
		return;
	}
	printf("%s: %zu rules act%s, at %s, because %s\n", device->name, rules->nr,
	       config.monitor ? ", reporting only" : "", hook_names[hook], why);
	if (config.confirm)
		printf("%s: undone in %s s unless confirmed: kxfilter confirm %s\n", device->name,
		       config.confirm, device->name);
}

static int hook_asked(enum hook *hook)
{
	if (!config.hook || !hook_parse(config.hook, hook))
		return DONE;
	return tell_wrong("apply: --hook: %s: no such hook; it takes tc, xdp or xdp-generic",
			  config.hook);
}

/* The hook that was asked for, or the one that suits. */
static int choose(const struct device *device, const struct rules *rules, enum hook *hook,
		  char *why, size_t len)
{
	if (!config.hook) {
		*hook = hook_suit(device, rules, why, len);
		return DONE;
	}
	if (hook_lacks(*hook, rules, why, len))
		return tell("%s: --hook %s: %s; --hook tc can", device->name, config.hook, why);
	if (*hook == HOOK_XDP && !strcmp(device->driver, "veth") && rejects(rules, DIRECTION_IN))
		tell_note("%s: answers of \"reject\" leave a veth by XDP only while its other end "
			  "has GRO or XDP: ip link, ethtool -K", device->name);
	snprintf(why, len, "--hook asks for it");
	return DONE;
}

static int run(struct kx *kx, int argc, char **argv)
{
	struct filter_opts opts = {
		.monitor = config.monitor, .hook_is_asked = config.hook,
	};
	struct complaints complaints = { .json = config.json };
	_cleanup_free_ char *text = NULL;
	struct device device;
	struct rules *rules;
	char why[256];
	int status, err;

	(void)argc;
	if (!config.device)
		return tell_wrong("apply: --dev DEV is missing: the device to filter");
	err = device_look(config.device, &device);
	if (err)
		return tell("%s: %s%s", config.device, strerror(-err),
			    err == -ENODEV ? "; ip link lists the devices" : "");
	status = hook_asked(&opts.hook) ?: confirm_parse("apply", config.confirm, &opts.confirm_s);
	if (status)
		return status;
	rules = filter_read(argv[0], NULL, &complaints, &text);
	opts.text = text;
	status = rules ? choose(&device, rules, &opts.hook, why, sizeof(why)) : FAILED;
	if (!status && filter_apply(kx, device.name, rules, &opts, &complaints))
		status = FAILED;
	if (!status)
		say(rules, &device, opts.hook, why);
	else if (complaints.errors)
		tell("%s: not applied; nothing has changed", argv[0]);
	rules_free(rules);
	return status;
}

const struct verb verb_apply = {
	.name = "apply",
	.arguments = "RULES --dev DEV [--confirm SECONDS] [--monitor] [--hook HOOK] [--json]",
	.summary = "let a rule set act on a device, instead of the one before, all at once",
	.examples = "  kxfilter apply web.rules --dev eth0\n"
		    "  kxfilter apply web.rules --dev eth0 --monitor\n"
		    "  kxfilter apply web.rules --dev eth0 --confirm 60\n",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
