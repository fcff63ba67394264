// SPDX-License-Identifier: GPL-2.0-only
/* Clauses are read as a rule that does nothing, and compared with what connections know. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../verb.h"
#include "choice.h"
#include "cli/own.h"

/* Before the clauses: they are no rule without an action. */
#define ACTION	"count "

/* What a connection knows of its first packet. */
#define KNOWN	(1u << FIELD_FAMILY | 1u << FIELD_SOURCE | 1u << FIELD_DESTINATION | \
		 1u << FIELD_PROTOCOL | 1u << FIELD_SOURCE_PORT | 1u << FIELD_DESTINATION_PORT | \
		 1u << FIELD_ICMP | 1u << FIELD_STATE)

#define CAN	"from, to, ports, proto, icmp, family, state, in and out say which are meant"

/* Complaints about the line of clauses name what the user has written. */
struct teller {
	struct complaints complaints;
	unsigned int line;
};

static void tell_clauses(void *ctx, const struct complaint *it)
{
	struct complaint shown = *it;
	struct teller *teller = ctx;
	size_t before = strlen(ACTION);

	if (it->line == teller->line) {
		shown.file = "clauses";
		shown.line = 1;
		if (it->source && strlen(it->source) >= before)
			shown.source = it->source + before;
		shown.column = it->column > before ? it->column - before : 1;
	}
	complaints_tell(&teller->complaints, &shown);
}

static unsigned int lines_of(const char *text)
{
	unsigned int nr = 0;

	for (; *text; text++)
		nr += *text == '\n';
	return nr;
}

/* Behind the rules that act, where it asks for a set of theirs. */
static char *clauses_text(const struct acting *acting, int argc, char **argv, unsigned int *line)
{
	char *text = NULL;
	size_t len;
	bool has_set = false;
	FILE *out = open_memstream(&text, &len);

	*line = 1;
	if (!out)
		return NULL;
	for (int i = 0; i < argc; i++)
		has_set |= strchr(argv[i], '@') != NULL;
	if (has_set) {
		fprintf(out, "%s\n", acting->saved->text);
		*line += lines_of(acting->saved->text) + 1;
	}
	fputs(ACTION, out);
	for (int i = 0; i < argc; i++)
		fprintf(out, "%s%s", i ? " " : "", argv[i]);
	putc('\n', out);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

static bool does_something(const struct rule *rule)
{
	const struct share *share = &rule->share;

	return rule->verdict != VERDICT_CONTINUE || rule->add || rule->log || rule->has_mark ||
	       rule->nr_rewrites || share->every || share->random || share->flow ||
	       share->limit_ns;
}

/* The language would tell these of ACTION, which the user did not write. */
static const char *decision_in(int argc, char **argv)
{
	static const char *const words[] = { "pass", "drop", "reject", "nat", "count" };

	for (int i = 0; i < argc; i++)
		for (size_t j = 0; j < sizeof(words) / sizeof(words[0]); j++) {
			const char *at = strstr(argv[i], words[j]);
			size_t len = strlen(words[j]);

			if (at && (at == argv[i] || at[-1] == ' ') && (!at[len] || at[len] == ' '))
				return words[j];
		}
	return NULL;
}

/* DONE: connections know all that is asked for. */
static int judge(const struct rule *rule)
{
	if (does_something(rule))
		return tell_wrong("%s: that says more than which connections: " CAN,
				  rule->text + strlen(ACTION));
	for (int i = 0; i < FIELDS; i++)
		if (rule->match[i] && !(KNOWN >> i & 1))
			return tell_wrong("a connection has no %s: " CAN, field_kinds[i].name);
	if (rule->match[FIELD_STATE] && !set_has_low(rule->match[FIELD_STATE], STATE_NEW) &&
	    !set_has_low(rule->match[FIELD_STATE], STATE_ESTABLISHED))
		return tell_wrong("a connection is new, until it is answered, or established");
	return DONE;
}

/* What is in a live set now. */
static int read_live(const struct acting *acting, const struct live_set *live, struct set **out)
{
	struct kxf_live *set = acting_set(acting, live->name);
	struct elements all = {};
	int err;

	if (!set)
		return FAILED;
	*out = set_new();
	err = *out ? set_join(*out, live->first) : -ENOMEM;
	if (!err)
		err = sets_members(&acting->sets, set, &all);
	for (size_t i = 0; i < all.nr && !err; i++) {
		struct range range = sets_range(&all.keys[i]);

		err = set_add(*out, range.first, range.last);
	}
	elements_free(&all);
	if (!err)
		err = set_end(*out);
	return err ? tell("%s: %s cannot be read: %s", acting->filter.device, live->name,
			  strerror(-err)) : DONE;
}

static int read_lives(struct choice *choice)
{
	const struct rule *rule = choice->rule;
	const int asked[2] = { rule->live_source, rule->live_destination };
	int status = DONE;

	for (int i = 0; i < 2 && status == DONE; i++)
		if (asked[i] >= 0)
			status = read_live(&choice->acting, &choice->rules->live[asked[i]],
					   &choice->live[i]);
	return status;
}

/* A variable of a script that is empty does not mean all. */
static bool is_blank(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (argv[i][strspn(argv[i], " \t")])
			return false;
	return true;
}

static int read_clauses(struct choice *choice, int argc, char **argv, bool json)
{
	struct teller teller = { .complaints.json = json };
	_cleanup_free_ char *text = NULL;
	int err, status;

	if (!argc)
		return DONE;
	if (is_blank(argc, argv))
		return tell_wrong("the clauses are empty: from any are all connections");
	for (int i = 0; i < argc; i++)
		if (strpbrk(argv[i], "\n;#\\"))
			return tell_wrong("%s: clauses are those of one rule: no ;, # or \\ belongs there",
					  argv[i]);
	if (decision_in(argc, argv))
		return tell_wrong("%s says what to do, not which connections: " CAN,
				  decision_in(argc, argv));
	text = clauses_text(&choice->acting, argc, argv, &teller.line);
	err = text ? rules_read("clauses", text, tell_clauses, &teller, &choice->rules) : -ENOMEM;
	if (err)
		return err == -ENOMEM ? tell("out of memory") : WRONG;
	choice->rule = &choice->rules->rows[choice->rules->nr - 1];
	status = judge(choice->rule);
	return status == DONE ? read_lives(choice) : status;
}

int choice_open(struct kx *kx, const char *device, int argc, char **argv, bool json,
		struct choice *out)
{
	int status, err;

	*out = (struct choice){};
	err = acting_open(kx, device, &out->acting);
	if (err)
		return err == -ENOENT ? tell_unfiltered(device) : FAILED;
	status = read_clauses(out, argc, argv, json);
	if (status != DONE)
		return status;
	if (connections_open(&out->acting.filter, &out->table))
		return FAILED;
	if (!out->table.places)
		return tell("%s: its rules track no connections: none of them asks for a state or has nat",
			    device);
	return DONE;
}

void choice_close(struct choice *choice)
{
	for (int i = 0; i < 2; i++)
		set_drop(choice->live[i]);
	rules_free(choice->rules);
	connections_close(&choice->table);
	acting_close(&choice->acting);
}

bool connection_has_ports(const struct connection *it)
{
	switch (it->slot.tuple.protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return true;
	default:
		return false;
	}
}

static bool is_ip4(const struct kxf_tuple *tuple)
{
	return !tuple->address[0][0] && tuple->address[0][1] >> 32 == 0xffff &&
	       tuple->protocol != IPPROTO_ICMPV6;
}

/* Type and code of what it was begun with. */
static uint64_t icmp_of(const struct kxf_tuple *tuple)
{
	switch (tuple->kind & ~1) {
	case KXF_ECHO:
		return is_ip4(tuple) ? 8 << 8 : 128 << 8;
	case KXF_STAMP:
		return 13 << 8;
	default:
		return field_kinds[FIELD_ICMP].none;
	}
}

static struct number address_of(const struct kxf_tuple *tuple, unsigned int end)
{
	return (struct number){ tuple->address[end][0], tuple->address[end][1] };
}

static uint64_t port_of(const struct connection *it, unsigned int end)
{
	return connection_has_ports(it) ? it->slot.tuple.port[end] :
	       field_kinds[FIELD_SOURCE_PORT].none;
}

/* Its first packet, as far as it is known. */
static void fields_of(const struct connection *it, struct packet_fields *out)
{
	const struct kxf_tuple *tuple = &it->slot.tuple;
	unsigned int from = it->slot.origin & 1;
	struct number *of = out->of;

	of[FIELD_FAMILY].low = is_ip4(tuple) ? FAMILY_IP4 : FAMILY_IP6;
	of[FIELD_SOURCE] = address_of(tuple, from);
	of[FIELD_DESTINATION] = address_of(tuple, !from);
	of[FIELD_PROTOCOL].low = tuple->protocol;
	of[FIELD_SOURCE_PORT].low = port_of(it, from);
	of[FIELD_DESTINATION_PORT].low = port_of(it, !from);
	of[FIELD_ICMP].low = icmp_of(tuple);
	of[FIELD_STATE].low = phase_is_new(it->phase) ? STATE_NEW : STATE_ESTABLISHED;
}

static bool is_chosen(const struct choice *choice, const struct connection *it)
{
	const struct rule *rule = choice->rule;
	struct packet_fields fields = {};

	if (!rule)
		return true;
	if (!(rule->directions & (it->slot.way == KXF_OUT ? DIRECTION_OUT : DIRECTION_IN)))
		return false;
	fields_of(it, &fields);
	for (int i = 0; i < FIELDS; i++)
		if (rule->match[i] && !set_has(rule->match[i], fields.of[i]))
			return false;
	if (choice->live[0] && set_has(choice->live[0], fields.of[FIELD_SOURCE]) ==
			       rule->live_source_not)
		return false;
	return !choice->live[1] || set_has(choice->live[1], fields.of[FIELD_DESTINATION]) !=
				   rule->live_destination_not;
}

bool choice_next(struct choice *choice, struct connection *out)
{
	while (choice->at < choice->table.places)
		if (connections_read(&choice->table, choice->at++, out) && is_chosen(choice, out))
			return true;
	return false;
}
