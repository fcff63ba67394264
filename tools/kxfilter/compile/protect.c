// SPDX-License-Identifier: GPL-2.0-only
/* Rules in front of all others: what would cut off who applies them is let pass. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile.h"

/* Types of ICMPv6: who is on the link, and who listens to what there. */
static const unsigned char discovery[] = { 133, 134, 135, 136 };
static const unsigned char listeners[] = { 130, 131, 132, 143 };

static void undo(struct rule *rules, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		for (int j = 0; j < FIELDS; j++)
			set_drop(rules[i].match[j]);
		free(rules[i].text);
		free(rules[i].source);
	}
	free(rules);
}

static int begin_rule(struct rule *rule, const char *id, const char *text)
{
	*rule = (struct rule){ .file = "protect", .column = 1, .width = 1, .live_source = -1,
			       .live_destination = -1, .verdict = VERDICT_PASS,
			       .directions = DIRECTION_IN | DIRECTION_OUT };
	snprintf(rule->id, sizeof(rule->id), "%s", id);
	rule->text = strdup(text);
	rule->source = strdup(text);
	return rule->text && rule->source ? 0 : -ENOMEM;
}

static int match(struct rule *rule, enum field field, struct number first, struct number last)
{
	rule->match[field] = set_new();
	return rule->match[field] ? set_add(rule->match[field], first, last) : -ENOMEM;
}

static int match_low(struct rule *rule, enum field field, uint64_t first, uint64_t last)
{
	return match(rule, field, (struct number){ 0, first }, (struct number){ 0, last });
}

static int let_arp(struct rule *rule, unsigned int directions)
{
	int err = begin_rule(rule, "protect-arp", "pass family arp");

	rule->directions = directions;
	return err ? err : match_low(rule, FIELD_FAMILY, FAMILY_ARP, FAMILY_ARP);
}

static int match_icmp6(struct rule *rule, const unsigned char types[4], unsigned int ttl)
{
	int err = match_low(rule, FIELD_FAMILY, FAMILY_IP6, FAMILY_IP6);

	if (!err)
		err = match_low(rule, FIELD_PROTOCOL, IPPROTO_ICMPV6, IPPROTO_ICMPV6);
	if (!err)
		err = match_low(rule, FIELD_TTL, ttl, ttl);
	rule->match[FIELD_ICMP] = set_new();
	if (!rule->match[FIELD_ICMP])
		return -ENOMEM;
	for (int i = 0; i < 4 && !err; i++)
		err = set_add_low(rule->match[FIELD_ICMP], types[i] << 8, types[i] << 8);
	return err;
}

/* Nobody beyond the link can send with a hop limit of 255. */
static int let_neighbours(struct rule *rule, unsigned int directions)
{
	int err = begin_rule(rule, "protect-nd",
			     "pass family ip6 ttl 255 icmp { 133/0, 134/0, 135/0, 136/0 }");

	rule->directions = directions;
	return err ? err : match_icmp6(rule, discovery, 255);
}

/* Switches that know who listens bring neighbour discovery to nobody else. */
static int let_listeners(struct rule *rule, unsigned int directions)
{
	int err = begin_rule(rule, "protect-mld", "pass family ip6 from { ::, fe80::/10 } ttl 1 "
			     "icmp { 130/0, 131/0, 132/0, 143/0 }");

	rule->directions = directions;
	if (!err)
		err = match(rule, FIELD_SOURCE, (struct number){}, (struct number){});
	if (!err)
		err = set_add(rule->match[FIELD_SOURCE], (struct number){ 0xfe80ULL << 48, 0 },
			      (struct number){ 0xfebfffffffffffffULL, UINT64_MAX });
	return err ? err : match_icmp6(rule, listeners, 1);
}

static const char *address_text(struct number number, char *text)
{
	uint32_t words[4] = { htonl(number.high >> 32), htonl(number.high),
			      htonl(number.low >> 32), htonl(number.low) };
	bool is_ip4 = !number.high && number.low >> 32 == 0xffff;

	return inet_ntop(is_ip4 ? AF_INET : AF_INET6, is_ip4 ? &words[3] : words, text,
			 INET6_ADDRSTRLEN);
}

/* One direction of a session: from one end to the other. */
static int let_session(struct rule *rule, const struct protected_session *session, uint16_t nr,
		       bool in)
{
	struct number from = in ? session->peer : session->own;
	struct number to = in ? session->own : session->peer;
	uint16_t from_port = in ? session->peer_port : session->own_port;
	uint16_t to_port = in ? session->own_port : session->peer_port;
	char first[INET6_ADDRSTRLEN], second[INET6_ADDRSTRLEN], id[RULE_ID_MAX], text[160];
	int err;

	snprintf(id, sizeof(id), "protect-session-%u-%s", nr, in ? "in" : "out");
	snprintf(text, sizeof(text), "pass %s tcp from %s port %u to %s port %u", in ? "in" : "out",
		 address_text(from, first), from_port, address_text(to, second), to_port);
	err = begin_rule(rule, id, text);
	rule->directions = in ? DIRECTION_IN : DIRECTION_OUT;
	if (!err)
		err = match_low(rule, FIELD_PROTOCOL, IPPROTO_TCP, IPPROTO_TCP);
	if (!err)
		err = match(rule, FIELD_SOURCE, from, from);
	if (!err)
		err = match(rule, FIELD_DESTINATION, to, to);
	if (!err)
		err = match_low(rule, FIELD_SOURCE_PORT, from_port, from_port);
	if (!err)
		err = match_low(rule, FIELD_DESTINATION_PORT, to_port, to_port);
	return err;
}

/* Where there are no rules and all passes, nothing is cut off: that direction stays as it is. */
static unsigned int directions_of(const struct rules *rules)
{
	unsigned int directions = 0;

	for (size_t i = 0; i < rules->nr; i++)
		directions |= rules->rows[i].directions;
	directions |= rules->fallback[0] != VERDICT_PASS ? DIRECTION_IN : 0;
	return directions | (rules->fallback[1] != VERDICT_PASS ? DIRECTION_OUT : 0);
}

int rules_protect(struct rules *rules, const struct protected_session *sessions, size_t nr)
{
	unsigned int directions = directions_of(rules);
	struct rule *rows;
	size_t front = 3;
	int err;

	if (!rules->protect || !directions)
		return 0;
	rows = calloc(front + 2 * nr + rules->nr, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	err = let_arp(&rows[0], directions);
	if (!err)
		err = let_neighbours(&rows[1], directions);
	if (!err)
		err = let_listeners(&rows[2], directions);
	for (size_t i = 0; i < nr && !err; i++) {
		if (directions & DIRECTION_IN)
			err = let_session(&rows[front++], &sessions[i], i + 1, true);
		if (!err && directions & DIRECTION_OUT)
			err = let_session(&rows[front++], &sessions[i], i + 1, false);
	}
	if (err) {
		undo(rows, front);
		return err;
	}
	memcpy(rows + front, rules->rows, rules->nr * sizeof(*rows));
	free(rules->rows);
	rules->rows = rows;
	rules->nr += front;
	return 0;
}
