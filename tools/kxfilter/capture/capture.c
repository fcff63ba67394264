// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter capture: packets of a device, with what became of them, for Wireshark and its kin. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../text.h"
#include "../until.h"
#include "../verb.h"
#include "capture.h"

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

static void capture_done(struct capture *capture)
{
	caught_close(capture->caught);
	if (capture->map >= 0)
		close(capture->map);
	names_close(&capture->names);
	out_close(&capture->file);
	out_close(&capture->lines);
	look_close(&capture->look);
	if (capture->signals >= 0)
		close(capture->signals);
}

/* -ENOENT: told with those that there are. */
static int rule_check(struct capture *capture)
{
	uint32_t slot;
	const char *rule = capture->wish->rule;
	int err = rule ? name_find(&capture->look.filter, rule, &slot) : 0;

	if (err == -ENOENT)
		tell("%s: no rule %s acts; kxfilter show %s lists them", capture->device,
		     capture->wish->rule, capture->device);
	return err;
}

static int outputs_open(struct capture *capture)
{
	const struct wish *wish = capture->wish;
	struct pcapng_interface of[KXF_WAYS];
	char filter[256];
	int err = 0;

	if (wish->file)
		err = out_open(&capture->file, wish->file);
	if (!err && (!wish->file || wish->json))
		err = out_open(&capture->lines, "-");
	if (err || !wish->file)
		return err;
	capture_filter_text(wish, filter, sizeof(filter));
	for (int way = 0; way < KXF_WAYS; way++)
		of[way] = (struct pcapng_interface){
			.device = capture->device, .filter = filter, .snap = wish->snap,
			.hook = way == KXF_OUT || !filter_at_xdp(&capture->look.filter) ? "tc" : "xdp",
		};
	pcapng_begin(&capture->file, of);
	return 0;
}

static int caught_begin(struct capture *capture)
{
	int err;

	/* The kernel forgets the reader's memory when this is closed, by whatever. */
	capture->map = filter_map(&capture->look.filter, "caught");
	if (capture->map < 0)
		return capture->map;
	err = caught_open(capture->map, &capture->caught);
	if (err)
		tell("%s: packets cannot be captured: %s", capture->device, strerror(-err));
	return err;
}

static int run(struct kx *kx, int argc, char **argv)
{
	struct wish wish;
	struct capture capture = {
		.wish = &wish, .device = argv[0], .ifindex = if_nametoindex(argv[0]),
		.file.fd = -1, .lines.fd = -1, .signals = -1, .map = -1,
	};
	int status = wish_parse(&wish);

	(void)argc;
	if (status)
		return status;
	if (look_open(kx, argv[0], KXF_CAPTURES, false, &capture.look))
		return FAILED;
	status = FAILED;
	capture.signals = until_open();
	if (capture.signals >= 0 && !rule_check(&capture) &&
	    !names_open(&capture.look.filter, &capture.names) && !caught_begin(&capture) &&
	    !outputs_open(&capture))
		status = capture_run(&capture);
	capture_done(&capture);
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
