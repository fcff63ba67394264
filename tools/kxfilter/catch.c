// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter capture: packets of a device, with what became of them, for Wireshark and its kin. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "catch.h"
#include "text.h"
#include "until.h"
#include "verb.h"

static struct {
	const char *rule;
	const char *verdict;
	const char *count;
	const char *seconds;
	const char *snap;
	const char *write;
	bool json;
} config;

static const struct flag flags[] = {
	{ "write", 'w', "into a file of pcapng; -: standard output", NULL, &config.write, "FILE" },
	{ "rule", 'r', "that this rule takes; default: no rule", NULL, &config.rule, "ID" },
	{ "verdict", 0, "pass, drop, reject, redirect; also several: drop,reject", NULL,
	  &config.verdict, "VERDICT" },
	{ "count", 'c', "end after so many", NULL, &config.count, "N" },
	{ "seconds", 0, "end after that time", NULL, &config.seconds, "S" },
	{ "snap", 's', "so many bytes of each at most", NULL, &config.snap, "BYTES" },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

#define REFUSED	(1U << KXF_DROP | 1U << KXF_REJECT)
#define ALL	(REFUSED | 1U << KXF_PASS | 1U << KXF_REDIRECT)

static int verdicts_parse(const char *words, uint32_t *out)
{
	*out = 0;
	for (;;) {
		size_t len = strcspn(words, ",");
		int verdict = verdict_find(words, len);

		if (verdict < 0)
			return tell_wrong("capture: --verdict: %.*s: no such verdict; there are "
					  "pass, drop, reject, redirect", (int)len, words);
		*out |= 1U << verdict;
		if (!words[len])
			return DONE;
		words += len + 1;
	}
}

static int wish_parse(struct wish *out)
{
	uint64_t snap = KXF_SNAP;

	*out = (struct wish){
		.rule = config.rule, .file = config.write, .json = config.json,
		.verdicts = config.rule ? ALL : REFUSED,
	};
	if (config.verdict && verdicts_parse(config.verdict, &out->verdicts))
		return WRONG;
	if (config.count && until_number(config.count, UINT64_MAX / 2, &out->count))
		return tell_wrong("capture: --count: %s: not a number of packets", config.count);
	if (config.seconds && until_number(config.seconds, 1000000000, &out->seconds))
		return tell_wrong("capture: --seconds: %s: not a number of seconds",
				  config.seconds);
	if (config.snap && until_number(config.snap, KXF_SNAP, &snap))
		return tell_wrong("capture: --snap: %s: it takes 1 to %d bytes", config.snap,
				  KXF_SNAP);
	out->snap = snap;
	if (config.write && !strcmp(config.write, "-") && config.json)
		return tell_wrong("capture: --json: standard output gets the packets already");
	if (config.write && !strcmp(config.write, "-") && isatty(STDOUT_FILENO))
		return tell_wrong("capture: --write -: a terminal cannot show packets: send it to a "
				  "file or a program");
	return DONE;
}

static void catch_done(struct catch *catch)
{
	caught_close(catch->caught);
	if (catch->map >= 0)
		close(catch->map);
	names_close(&catch->names);
	out_close(&catch->file);
	out_close(&catch->lines);
	look_close(&catch->look);
	if (catch->signals >= 0)
		close(catch->signals);
}

/* -ENOENT: told with those that there are. */
static int rule_check(struct catch *catch)
{
	uint32_t slot;
	int err = catch->wish->rule ? name_find(&catch->look.filter, catch->wish->rule, &slot) : 0;

	if (err == -ENOENT)
		tell("%s: no rule %s acts; kxfilter show %s lists them", catch->device,
		     catch->wish->rule, catch->device);
	return err;
}

static int outputs_open(struct catch *catch)
{
	const struct wish *wish = catch->wish;
	struct pcapng_interface of[KXF_WAYS];
	char filter[256];
	int err = 0;

	if (wish->file)
		err = out_open(&catch->file, wish->file);
	if (!err && (!wish->file || wish->json))
		err = out_open(&catch->lines, "-");
	if (err || !wish->file)
		return err;
	catch_filter_text(wish, filter, sizeof(filter));
	for (int way = 0; way < KXF_WAYS; way++)
		of[way] = (struct pcapng_interface){
			.device = catch->device, .filter = filter, .snap = wish->snap,
			.hook = way == KXF_OUT || !filter_at_xdp(&catch->look.filter) ? "tc" : "xdp",
		};
	pcapng_begin(&catch->file, of);
	return 0;
}

static int caught_begin(struct catch *catch)
{
	int err;

	/* The kernel forgets the reader's memory when this is closed, by whatever. */
	catch->map = filter_map(&catch->look.filter, "caught");
	if (catch->map < 0)
		return catch->map;
	err = caught_open(catch->map, &catch->caught);
	if (err)
		tell("%s: packets cannot be captured: %s", catch->device, strerror(-err));
	return err;
}

static int run(struct kx *kx, int argc, char **argv)
{
	struct wish wish;
	struct catch catch = {
		.wish = &wish, .device = argv[0], .ifindex = if_nametoindex(argv[0]),
		.file.fd = -1, .lines.fd = -1, .signals = -1, .map = -1,
	};
	int status = wish_parse(&wish);

	(void)argc;
	if (status)
		return status;
	if (look_open(kx, argv[0], KXF_CAPTURES, false, &catch.look))
		return FAILED;
	status = FAILED;
	catch.signals = until_open();
	if (catch.signals >= 0 && !rule_check(&catch) &&
	    !names_open(&catch.look.filter, &catch.names) && !caught_begin(&catch) &&
	    !outputs_open(&catch))
		status = catch_run(&catch);
	catch_done(&catch);
	return status;
}

const struct verb verb_capture = {
	.name = "capture",
	.arguments = "DEV [-w FILE] [--rule ID] [--verdict VERDICT] [--count N] [--json]",
	.summary = "packets that are dropped, or others, with rule and reason",
	.examples = "  kxfilter capture eth0\n"
		    "  kxfilter capture eth0 -w dropped.pcapng --seconds 60\n"
		    "  kxfilter capture eth0 --rule web -w - | tcpdump -n -r -\n",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
