// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter show: the rules that act, and what they have counted. */
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/own.h"
#include "connections/connections.h"
#include "verb.h"

static struct {
	bool json;
} config;

static const struct flag flags[] = {
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

static const char *const directions[] = { "", "in", "out", "both" };

static void show_rule(const char *device, const struct filter_rule *rule)
{
	const char *direction = directions[rule->about.directions & 3];

	if (!config.json) {
		printf("  %-20.32s %12" PRIu64 " packets %14" PRIu64 " bytes  %s", rule->about.id,
		       rule->packets, rule->bytes, rule->about.text);
		if (rule->unanswered)
			printf("  (%" PRIu64 " not answered)", rule->unanswered);
		putchar('\n');
		return;
	}
	printf("{\"device\":");
	json_string(device);
	printf(",\"rule\":");
	json_string(rule->about.id);
	printf(",\"direction\":\"%s\",\"line\":%u,\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64
	       ",\"unlogged\":%" PRIu64, direction, rule->about.line, rule->packets, rule->bytes,
	       rule->unlogged);
	if (rule->about.verdict == KXF_REJECT)
		printf(",\"rejected\":%" PRIu64 ",\"unanswered\":%" PRIu64, rule->packets,
		       rule->unanswered);
	printf(",\"text\":");
	json_string(rule->about.text);
	puts("}");
}

/* What not every filter does, where this one has done it. */
static void show_rest(const struct kxf_totals *sum)
{
	uint64_t unanswered = 0;

	for (int reply = KXF_LIMITED; reply <= KXF_UNSENT; reply++)
		unanswered += sum->replies[reply - 1];
	if (sum->redirected)
		printf(", %" PRIu64 " redirected", (uint64_t)sum->redirected);
	if (sum->rejected)
		printf(", %" PRIu64 " rejected", (uint64_t)sum->rejected);
	if (unanswered)
		printf(" (%" PRIu64 " of them not answered: %" PRIu64 " beyond the limit, %" PRIu64
		       " that may have no answer, %" PRIu64 " whose answer could not be made)",
		       unanswered, (uint64_t)sum->replies[KXF_LIMITED - 1],
		       (uint64_t)sum->replies[KXF_SILENT - 1],
		       (uint64_t)sum->replies[KXF_UNSENT - 1]);
}

static void show_totals_json(const char *device, const char *direction,
			     const struct kxf_totals *sum)
{
	static const char *const replies[] = { "answered", "limited", "silent", "unsent" };

	printf("{\"device\":");
	json_string(device);
	printf(",\"direction\":\"%s\",\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"passed\":%"
	       PRIu64 ",\"dropped\":%" PRIu64 ",\"malformed\":%" PRIu64 ",\"no_rule\":%" PRIu64
	       ",\"redirected\":%" PRIu64 ",\"rejected\":%" PRIu64, direction,
	       (uint64_t)sum->packets, (uint64_t)sum->bytes, (uint64_t)sum->passed,
	       (uint64_t)sum->dropped, (uint64_t)sum->malformed, (uint64_t)sum->fallback,
	       (uint64_t)sum->redirected, (uint64_t)sum->rejected);
	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++)
		printf(",\"%s\":%" PRIu64, replies[i], (uint64_t)sum->replies[i]);
	puts("}");
}

static void show_totals(const char *device, const char *direction, const struct kxf_totals *sum)
{
	if (config.json) {
		show_totals_json(device, direction, sum);
		return;
	}
	printf("  %s: %" PRIu64 " packets, %" PRIu64 " bytes: %" PRIu64 " passed, %" PRIu64
	       " dropped", direction, (uint64_t)sum->packets, (uint64_t)sum->bytes,
	       (uint64_t)sum->passed, (uint64_t)sum->dropped);
	show_rest(sum);
	printf("; %" PRIu64 " by no rule, %" PRIu64 " malformed\n", (uint64_t)sum->fallback,
	       (uint64_t)sum->malformed);
}

/* What is counted of connections, and told where it is not 0. */
static const struct {
	const char *name;
	const char *words;
	size_t at;
} tracked_rows[] = {
	{ "made", "begun", offsetof(struct kxf_tracked, made) },
	{ "expired", "found to be over", offsetof(struct kxf_tracked, expired) },
	{ "reopened", "begun anew", offsetof(struct kxf_tracked, reopened) },
	{ "pushed_out", "pushed out for new ones", offsetof(struct kxf_tracked, pushed_out) },
	{ "lost", "with a translation forgotten", offsetof(struct kxf_tracked, lost) },
	{ "refused", "packets dropped: no room", offsetof(struct kxf_tracked, refused) },
	{ "busy", "packets dropped: other CPUs", offsetof(struct kxf_tracked, busy) },
	{ "no_port", "packets dropped: no port free", offsetof(struct kxf_tracked, no_port) },
	{ "unwritten", "packets dropped: not to be translated",
	  offsetof(struct kxf_tracked, unwritten) },
	{ "invalid", "invalid packets", offsetof(struct kxf_tracked, invalid) },
	{ "related", "errors about connections", offsetof(struct kxf_tracked, related) },
	{ "odd", "segments outside of the window", offsetof(struct kxf_tracked, odd) },
};

static void show_tracked(const char *device, const struct kxf_tracked *sum,
			 const struct connections *table)
{
	uint32_t open = connections_count(table);

	if (config.json) {
		printf("{\"device\":");
		json_string(device);
		printf(",\"table\":\"connections\",\"open\":%u,\"places\":%u", open,
		       table->places);
	} else {
		printf("  connections: %u open, %u places", open, table->places);
	}
	for (size_t i = 0; i < sizeof(tracked_rows) / sizeof(tracked_rows[0]); i++) {
		uint64_t nr = *(const uint64_t *)((const char *)sum + tracked_rows[i].at);

		if (config.json)
			printf(",\"%s\":%" PRIu64, tracked_rows[i].name, nr);
		else if (nr)
			printf(", %" PRIu64 " %s", nr, tracked_rows[i].words);
	}
	puts(config.json ? "}" : "");
}

/* -ENOENT: it has no filter. */
static int show(struct kx *kx, const char *device)
{
	_cleanup_free_ struct filter_rule *list = NULL;
	_cleanup_filter_ struct filter filter = { .lock = -1 };
	_cleanup_connections_ struct connections table = {};
	struct kxf_totals totals[KXF_WAYS];
	struct kxf_tracked tracked;
	size_t nr = 0;
	int err = filter_open(kx, device, &filter);

	if (!err)
		err = filter_rules(&filter, &list, &nr);
	if (!err)
		err = filter_totals(&filter, totals);
	if (!err)
		err = filter_tracked(&filter, &tracked);
	if (!err)
		err = connections_open(&filter, &table);
	if (err)
		return err;
	if (!filter_acts(&filter, if_nametoindex(device)))
		tell_note("%s: its rules do not act: it has gone and come again, or somebody has taken "
			  "their hook away; kxfilter apply lets them act", device);
	if (!config.json)
		printf("%s: %zu rules\n", device, nr);
	show_totals(device, "in", &totals[KXF_IN]);
	show_totals(device, "out", &totals[KXF_OUT]);
	if (table.places)
		show_tracked(device, &tracked, &table);
	for (size_t i = 0; i < nr; i++)
		show_rule(device, &list[i]);
	return 0;
}

static int show_all(struct kx *kx)
{
	struct if_nameindex *list = if_nameindex();
	bool failed = !list, found = false;

	for (size_t i = 0; list && list[i].if_index; i++) {
		int err = show(kx, list[i].if_name);

		found |= !err;
		failed |= err && err != -ENOENT;
		if (err == -EXDEV)
			break;	/* it is the same for each */
	}
	if (list)
		if_freenameindex(list);
	if (!found && !failed)
		tell_note("no device is filtered");
	return failed ? FAILED : DONE;
}

static int run(struct kx *kx, int argc, char **argv)
{
	int err;

	if (!argc)
		return show_all(kx);
	err = show(kx, argv[0]);
	if (err == -ENOENT)
		return tell_unfiltered(argv[0]);
	return err ? FAILED : DONE;
}

const struct verb verb_show = {
	.name = "show",
	.arguments = "[DEV] [--json]",
	.summary = "the rules that act, and what they have counted",
	.examples = "  kxfilter show\n"
		    "  kxfilter show eth0 --json\n",
	.flags = flags,
	.min_args = 0,
	.max_args = 1,
	.run = run,
};
