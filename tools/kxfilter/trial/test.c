// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter test: what a rule set would do with the packets of a capture. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../filter/filter.h"
#include "../text.h"
#include "../verb.h"
#include "cli/own.h"
#include "pcap_file.h"
#include "trial.h"

static struct {
	const char *pass;
	const char *drop;
	const char *hook;
	bool out;
	bool quiet;
	bool json;
} config;

static const struct flag flags[] = {
	{ "out", 'o', "the packets go out; else they come in", &config.out },
	{ "pass", 'p', "write those that pass to a capture", NULL, &config.pass, "FILE" },
	{ "drop", 'd', "write those that do not", NULL, &config.drop, "FILE" },
	{ "hook", 0, "as at that one: tc (the usual), xdp", NULL, &config.hook, "HOOK" },
	{ "quiet", 'q', "the sums only", &config.quiet },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

struct sums {
	uint64_t packets;
	uint64_t by_verdict[KXF_REDIRECT + 1];
	uint64_t too_large;
	uint64_t cut;
};

static void address_bytes(const struct kxf_number *number, unsigned char out[16])
{
	for (int i = 0; i < 8; i++) {
		out[i] = number->high >> (56 - 8 * i);
		out[8 + i] = number->low >> (56 - 8 * i);
	}
}

static void packet_read(const struct kxf_packet *packet, struct packet_words *out)
{
	const uint32_t *value = packet->value;

	*out = (struct packet_words){
		.family = value[KXF_FAMILY], .ethertype = value[KXF_ETHERTYPE],
		.protocol = value[KXF_PROTOCOL],
		.has_ports = value[KXF_SOURCE_PORT] != KXF_NO_PORT,
		.source_port = value[KXF_SOURCE_PORT],
		.destination_port = value[KXF_DESTINATION_PORT],
	};
	address_bytes(&packet->found[KXF_SOURCE], out->source);
	address_bytes(&packet->found[KXF_DESTINATION], out->destination);
}

static void reason_text(const struct outcome *outcome, char *out, size_t len)
{
	if (outcome->rule && outcome->rule->line)
		snprintf(out, len, "%s:%u: %s", outcome->rule->file, outcome->rule->line,
			 outcome->rule->text);
	else if (outcome->rule)
		snprintf(out, len, "%s", outcome->rule->text);
	else if (outcome->packet->value[KXF_EXTRAS] & KXF_EXTRA_MALFORMED)
		snprintf(out, len, "malformed, no rule decides");
	else
		snprintf(out, len, "no rule decides");
}

static void show(const struct captured *captured, const struct outcome *outcome)
{
	const char *id = outcome->rule ? outcome->rule->id : "default";
	char packet[PACKET_TEXT], reason[512];
	struct packet_words words;

	packet_read(outcome->packet, &words);
	packet_text(&words, packet);
	reason_text(outcome, reason, sizeof(reason));
	if (!config.json) {
		printf("%6" PRIu64 " %-6s %-20.32s %s%s  (%s)\n", captured->number,
		       verdict_name(outcome->verdict), id, packet,
		       captured->cut ? " [cut by the capture]" : "", reason);
		return;
	}
	printf("{\"number\":%" PRIu64 ",\"time_ns\":%" PRIu64 ",\"verdict\":\"%s\",\"rule\":",
	       captured->number, captured->time_ns, verdict_name(outcome->verdict));
	json_string(id);
	printf(",\"line\":%u,\"packet\":", outcome->rule ? outcome->rule->line : 0);
	json_string(packet);
	printf(",\"bytes\":%zu,\"cut\":%zu,\"why\":", captured->len, captured->cut);
	json_string(reason);
	puts("}");
}

static void show_sums(const char *file, const struct sums *sums)
{
	if (config.json)
		printf("{\"packets\":%" PRIu64 ",\"passed\":%" PRIu64 ",\"dropped\":%" PRIu64
		       ",\"not_tried\":%" PRIu64 "}\n", sums->packets, sums->by_verdict[KXF_PASS],
		       sums->packets - sums->by_verdict[KXF_PASS] - sums->too_large,
		       sums->too_large);
	else
		printf("%s: %" PRIu64 " packets: %" PRIu64 " pass, %" PRIu64 " do not, %" PRIu64
		       " not tried\n", file, sums->packets, sums->by_verdict[KXF_PASS],
		       sums->packets - sums->by_verdict[KXF_PASS] - sums->too_large,
		       sums->too_large);
}

static int try_one(struct trial *trial, struct pcap_file *capture, const struct captured *captured,
		   const int copies[2], struct sums *sums)
{
	struct outcome outcome;
	int err = trial_run(trial, captured->frame, captured->len, captured->time_ns, &outcome);

	sums->packets++;
	sums->cut += captured->cut != 0;
	if (err) {
		tell_note("packet %" PRIu64 ", %zu bytes: not tried: %s", captured->number,
			  captured->len, err == -EMSGSIZE ? "the kernel tries smaller ones only" :
			  strerror(-err));
		sums->too_large++;
		return 0;
	}
	if (outcome.verdict > KXF_REDIRECT)
		return -EPROTO;
	sums->by_verdict[outcome.verdict]++;
	if (!config.quiet)
		show(captured, &outcome);
	if (copies[outcome.verdict != KXF_PASS] >= 0)
		pcap_file_copy(capture, copies[outcome.verdict != KXF_PASS]);
	return 0;
}

static int try_all(struct trial *trial, struct pcap_file *capture, const char *file)
{
	int copies[2] = { -1, -1 }, got = 0;
	struct captured captured;
	struct sums sums = {};

	if (config.pass)
		got = copies[0] = pcap_file_copy_open(capture, config.pass);
	if (got >= 0 && config.drop)
		got = copies[1] = pcap_file_copy_open(capture, config.drop);
	if (got < 0)
		return FAILED;
	while ((got = pcap_file_next(capture, &captured)) > 0)
		if (try_one(trial, capture, &captured, copies, &sums))
			return tell("packet %" PRIu64 ": an answer that makes no sense",
				    captured.number);
	if (pcap_file_copies_end(capture))
		got = -EIO;
	show_sums(file, &sums);
	if (sums.cut)
		tell_note("%s: %" PRIu64 " packets were cut when they were captured: the rest is "
			  "taken for zeros", file, sums.cut);
	return got < 0 || sums.too_large ? FAILED : DONE;
}

static int run(struct kx *kx, int argc, char **argv)
{
	struct complaints complaints = { .json = config.json };
	enum kxf_way way = config.out ? KXF_OUT : KXF_IN;
	struct pcap_file *capture = NULL;
	struct trial *trial = NULL;
	enum hook hook = HOOK_TC;
	struct rules *rules;
	int status = FAILED;

	(void)argc;
	if (config.hook && hook_parse(config.hook, &hook))
		return tell_wrong("test: --hook: %s: no such hook; it takes tc, xdp or xdp-generic",
				  config.hook);
	rules = filter_read(argv[0], NULL, &complaints, NULL);
	if (rules && !pcap_file_open(argv[1], &capture) &&
	    !trial_open(kx, rules, hook, way, &complaints, &trial))
		status = try_all(trial, capture, argv[1]);
	trial_close(trial);
	pcap_file_close(capture);
	rules_free(rules);
	return status;
}

const struct verb verb_test = {
	.name = "test",
	.arguments = "RULES CAPTURE [--out] [--pass FILE] [--drop FILE] [--json]",
	.summary = "what a rule set would do with the packets of a capture, and why",
	.examples = "  kxfilter test web.rules morning.pcap\n"
		    "  kxfilter test web.rules morning.pcap --quiet --drop dropped.pcap\n",
	.flags = flags,
	.min_args = 2,
	.max_args = 2,
	.run = run,
};
