// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter connections: those that are open, and how far they are. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../names.h"
#include "../text.h"
#include "../verb.h"
#include "choice.h"
#include "cli/own.h"

#define SECOND_NS	1000000000

static struct {
	bool json;
} config;

static const struct flag flags[] = {
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

static void address_bytes(const __u64 halves[2], unsigned char out[16])
{
	for (int i = 0; i < 16; i++)
		out[i] = halves[i / 8] >> (56 - i % 8 * 8);
}

/* Of the packet that began it; or of what that became. */
static void words_of(const struct kxf_slot *slot, bool has_ports, struct packet_words *out)
{
	unsigned int from = slot->origin & 1;

	*out = (struct packet_words){
		.family = KXF_IP4, .protocol = slot->tuple.protocol, .has_ports = has_ports,
		.source_port = slot->tuple.port[from], .destination_port = slot->tuple.port[!from],
	};
	address_bytes(slot->tuple.address[from], out->source);
	address_bytes(slot->tuple.address[!from], out->destination);
}

static void print_ends(struct json *json, const struct packet_words *words, bool is_other)
{
	char address[64];

	address_text(words->source, address, sizeof(address));
	json_text(json, is_other ? "as_from" : "from", address);
	if (words->has_ports)
		json_number(json, is_other ? "as_from_port" : "from_port", words->source_port);
	address_text(words->destination, address, sizeof(address));
	json_text(json, is_other ? "as_to" : "to", address);
	if (words->has_ports)
		json_number(json, is_other ? "as_to_port" : "to_port", words->destination_port);
}

static void print_json(const char *device, const struct connection *it, const char *rule,
		       const struct packet_words words[2])
{
	bool is_query = it->slot.tuple.kind;
	struct json json = {};
	char name[16];

	json_object(&json, NULL);
	json_text(&json, "device", device);
	json_text(&json, "direction", it->slot.way == KXF_OUT ? "out" : "in");
	json_text(&json, "state", phase_is_new(it->phase) ? "new" : "established");
	json_text(&json, "phase", phase_name(it->phase));
	json_text(&json, "rule", rule);
	json_text(&json, "protocol", protocol_name(it->slot.tuple.protocol, name));
	print_ends(&json, &words[0], false);
	if (is_query)
		json_number(&json, "identifier", words[0].source_port);
	if (it->is_translated)
		print_ends(&json, &words[1], true);
	if (it->is_translated && is_query)
		json_number(&json, "as_identifier", words[1].source_port);
	json_number(&json, "age_ns", it->age_ns);
	json_number(&json, "silent_ns", it->silent_ns);
	json_number(&json, "ends_in_ns", it->rest_ns);
	json_close(&json);
}

static void print_text(const struct connection *it, const char *rule,
		       const struct packet_words words[2])
{
	char packet[PACKET_TEXT], other[ENDS_TEXT];
	bool is_query = it->slot.tuple.kind;

	packet_text(&words[0], packet);
	printf("%-3s %-12s %-20s %s", it->slot.way == KXF_OUT ? "out" : "in",
	       phase_name(it->phase), rule, packet);
	if (is_query)
		printf(" id %u", words[0].source_port);
	if (it->is_translated) {
		ends_text(&words[1], other);
		printf(" as %s", other);
	}
	if (it->is_translated && is_query)
		printf(" id %u", words[1].source_port);
	printf(", %" PRIu64 "s old, silent %" PRIu64 "s, ends in %" PRIu64 "s\n",
	       it->age_ns / SECOND_NS, it->silent_ns / SECOND_NS, it->rest_ns / SECOND_NS);
}

static void print(const char *device, const struct connection *it, const struct names *names)
{
	bool has_ports = connection_has_ports(it);
	struct packet_words words[2];
	char rule[NAME_TEXT];

	name_of(names, it->slot.rule, rule);
	words_of(&it->slot, has_ports, &words[0]);
	if (it->is_translated)
		words_of(&it->other, has_ports, &words[1]);
	if (config.json)
		print_json(device, it, rule, words);
	else
		print_text(it, rule, words);
}

static int run(struct kx *kx, int argc, char **argv)
{
	_cleanup_choice_ struct choice choice = {};
	_cleanup_(names_close) struct names names = {};
	struct connection it;
	bool is_none = true;
	int status = choice_open(kx, argv[0], argc - 1, argv + 1, config.json, &choice);

	if (status != DONE)
		return status;
	if (names_open(&choice.acting.filter, &names))
		return FAILED;
	for (; !ferror(stdout) && choice_next(&choice, &it); is_none = false)
		print(argv[0], &it, &names);
	if (is_none)
		tell_note("%s: there is no %sconnection", argv[0], argc > 1 ? "such " : "");
	return DONE;
}

const struct verb verb_connections = {
	.name = "connections",
	.arguments = "DEV [CLAUSE ...] [--json]",
	.summary = "the connections that are open, or those that clauses of a rule are true of",
	.examples = "  kxfilter connections eth0\n"
		    "  kxfilter connections eth0 tcp to port 22 state established --json\n",
	.flags = flags,
	.min_args = 1,
	.max_args = MANY,
	.run = run,
};
