// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter set: the sets of the rules that act, and what is in one of them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../filter/acting.h"
#include "../verb.h"
#include "cli/own.h"

static struct {
	bool json;
} config;

static const struct flag flags[] = {
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

static void begin(const char *device, const char *set)
{
	printf("{\"device\":");
	json_string(device);
	printf(",\"set\":");
	json_string(set);
}

static void show_live(const char *device, const struct kxf_live *set, const struct set *first,
		      size_t nr)
{
	if (config.json) {
		begin(device, set->name);
		printf(",\"kind\":\"address\",\"live\":true,\"elements\":%zu,\"in_rules\":%zu,"
		       "\"size\":%u,\"timeout_ns\":%" PRIu64 ",\"added_by_rules\":%" PRIu64
		       ",\"full\":%" PRIu64 "}\n", nr, first->nr, set->size,
		       (uint64_t)set->timeout_ns, (uint64_t)set->added, (uint64_t)set->full);
		return;
	}
	printf("  %-20.32s %-9s %9zu elements, live, of %u at most", set->name, "address",
	       nr + first->nr, set->size);
	if (first->nr)
		printf(", %zu in the rules", first->nr);
	if (set->timeout_ns) {
		printf(", timeout ");
		duration_print(stdout, set->timeout_ns);
	}
	if (set->added || set->full)
		printf("; %" PRIu64 " added by rules, %" PRIu64 " had no room",
		       (uint64_t)set->added, (uint64_t)set->full);
	putchar('\n');
}

static void show_fixed(const char *device, const struct named *named)
{
	if (!config.json) {
		printf("  %-20.32s %-9s %9zu elements\n", named->name, named->of, named->set->nr);
		return;
	}
	begin(device, named->name);
	printf(",\"kind\":\"%s\",\"live\":false,\"elements\":0,\"in_rules\":%zu}\n", named->of,
	       named->set->nr);
}

/* Read anew, so that what has expired does not count. */
static int count_members(const struct acting *acting, struct kxf_live *set)
{
	long nr = sets_sweep(&acting->sets, set);

	if (nr < 0)
		tell("%s: %s cannot be read: %s", acting->filter.device, set->name,
		     strerror(-nr));
	return nr;
}

static int show_all(const struct acting *acting, const struct rules *rules)
{
	const char *device = acting->filter.device;
	size_t shown = 0;

	for (size_t i = 0; i < rules->nr_named; i++) {
		const struct named *named = &rules->named[i];
		struct kxf_live *set;
		long nr;

		if (named->kind == NAMED_VARIABLE)
			continue;
		if (!shown++ && !config.json)
			printf("%s:\n", device);
		if (named->kind == NAMED_SET) {
			show_fixed(device, named);
			continue;
		}
		set = acting_set(acting, named->name);
		nr = set ? count_members(acting, set) : -ENOENT;
		if (nr < 0)
			return FAILED;
		show_live(device, set, rules->live[named->live].first, nr);
	}
	if (!shown)
		tell_note("%s: its rules have no sets", device);
	return DONE;
}

/* What is printed can be added again: it has a time where it would get another one. */
static void show_range(const char *device, const char *set, const struct range *range,
		       const struct kxf_until *until, uint64_t now, bool has_timeout)
{
	if (!config.json) {
		address_print(stdout, range);
		if (!until)
			printf(" # in the rules");
		else if (until->expires_ns)
			printf(" timeout ");
		else if (has_timeout)
			printf(" timeout never");
		if (until && until->expires_ns)
			duration_print(stdout, rest_ns(until, now));
		putchar('\n');
		return;
	}
	begin(device, set);
	printf(",\"element\":\"");
	address_print(stdout, range);
	printf("\",\"in_rules\":%s", until ? "false" : "true");
	if (until && until->expires_ns)
		printf(",\"expires_in_ns\":%" PRIu64, (uint64_t)(until->expires_ns - now));
	puts("}");
}

static int show_elements(const struct acting *acting, const struct live_set *live)
{
	struct kxf_live *set = acting_set(acting, live->name);
	const char *device = acting->filter.device;
	uint64_t now = sets_now_ns();
	struct elements all = {};
	int err = set ? sets_members(&acting->sets, set, &all) : 0;

	if (!set)
		return FAILED;
	if (err)
		return tell("%s: %s cannot be read: %s", device, live->name, strerror(-err));
	for (size_t i = 0; i < live->first->nr; i++)
		show_range(device, live->name, &live->first->ranges[i], NULL, now, false);
	for (size_t i = 0; i < all.nr; i++) {
		struct range range = sets_range(&all.keys[i]);

		show_range(device, live->name, &range, &all.values[i], now,
			   set->timeout_ns);
	}
	elements_free(&all);
	return DONE;
}

static int show_values(const struct acting *acting, const struct named *named)
{
	struct set one = { .nr = 1 };

	for (size_t i = 0; i < named->set->nr; i++) {
		one.ranges = &named->set->ranges[i];
		if (config.json) {
			begin(acting->filter.device, named->name);
			printf(",\"element\":\"");
		}
		set_print(named, &one, stdout);
		puts(config.json ? "\",\"in_rules\":true}" : " # in the rules");
	}
	return DONE;
}

static int show_one(const struct acting *acting, const struct rules *rules, const char *name)
{
	for (size_t i = 0; i < rules->nr_named; i++) {
		const struct named *named = &rules->named[i];

		if (named->kind == NAMED_VARIABLE || strcmp(named->name, name))
			continue;
		if (named->kind == NAMED_LIVE)
			return show_elements(acting, &rules->live[named->live]);
		return show_values(acting, named);
	}
	return tell("%s: its rules have no set %s; kxfilter set %s lists its sets",
		    acting->filter.device, name, acting->filter.device);
}

static int run(struct kx *kx, int argc, char **argv)
{
	_cleanup_acting_ struct acting acting = {};
	struct rules *rules = NULL;
	int err = acting_open(kx, argv[0], &acting), status = FAILED;

	if (err == -ENOENT)
		return tell_unfiltered(argv[0]);
	if (!err)
		rules = acting_rules(&acting);
	if (rules)
		status = argc > 1 ? show_one(&acting, rules, argv[1]) : show_all(&acting, rules);
	rules_free(rules);
	return status;
}

const struct verb verb_set = {
	.name = "set",
	.arguments = "DEV [NAME] [--json]",
	.summary = "the sets of the rules that act, or what is in one of them",
	.examples = "  kxfilter set eth0\n"
		    "  kxfilter set eth0 banned --json\n",
	.flags = flags,
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
