/* SPDX-License-Identifier: GPL-2.0-only */
/* Random rule sets of kxfilter as text: valid, with every feature, made so that rules overlap. */
#ifndef TESTS_LIB_RANDOM_RULES_H
#define TESTS_LIB_RANDOM_RULES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANDOM_CLAUSES	24
#define RANDOM_PICK(r, array)	((array)[random_below((r), sizeof(array) / sizeof((array)[0]))])

/* A rule while it is made: which packets it is for, so that no clause contradicts another. */
struct random_rules {
	uint64_t state;
	FILE *out;
	char clauses[RANDOM_CLAUSES][256];
	size_t nr;
	unsigned int family;	/* 4, 6; 0: both */
	const char *protocol;	/* NULL: any */
	bool later;		/* fragments that have no ports */
	bool is_ip;
};

/* splitmix64: the same on every machine. */
static inline uint64_t random_next(struct random_rules *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static inline uint64_t random_below(struct random_rules *r, uint64_t n)
{
	return random_next(r) % n;
}

static inline bool random_chance(struct random_rules *r, unsigned int percent)
{
	return random_below(r, 100) < percent;
}

__attribute__((format(printf, 2, 3)))
static inline void random_clause(struct random_rules *r, const char *format, ...)
{
	va_list args;

	if (r->nr == RANDOM_CLAUSES)
		return;
	va_start(args, format);
	vsnprintf(r->clauses[r->nr++], sizeof(r->clauses[0]), format, args);
	va_end(args);
}

/* Few addresses, in prefixes that contain each other: rules are to overlap. */
static inline const char *random_address_of(struct random_rules *r, unsigned int family)
{
	static const char *const four[] = {
		"10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3", "10.1.2.4-10.1.2.40",
		"192.0.2.0/24", "192.0.2.128/25", "192.0.2.1", "192.0.2.1-192.0.3.9", "0.0.0.0/0",
		"0.0.0.0", "255.255.255.255", "172.16.0.0/12", "10.1.3.0/24", "128.0.0.0/1",
	};
	static const char *const six[] = {
		"2001:db8::/32", "2001:db8:1::/48", "2001:db8:1:2::/64", "2001:db8:1:2::3",
		"2001:db8:1:2::4-2001:db8:1:2::ff", "fe80::/10", "ff02::1", "::1", "::/0", "::",
		"2001:db8:1:2::1:0/112", "fc00::/7", "2001:db8::1-2001:db9::1",
	};

	return family == 4 ? RANDOM_PICK(r, four) : RANDOM_PICK(r, six);
}

static inline void random_append(char *text, size_t size, const char *more)
{
	size_t len = strlen(text);

	snprintf(text + len, size - len, "%s", more);
}

/* One value, or several between braces, or not so. */
static inline void random_list(struct random_rules *r, char *text, size_t size,
			       void (*value)(struct random_rules *, char *, size_t))
{
	size_t nr = random_chance(r, 60) ? 1 : 1 + random_below(r, 4);
	char one[128];

	*text = 0;
	if (random_chance(r, 15))
		random_append(text, size, random_chance(r, 80) ? "not " : "! ");
	random_append(text, size, nr > 1 ? "{ " : "");
	for (size_t i = 0; i < nr; i++) {
		value(r, one, sizeof(one));
		random_append(text, size, i ? random_chance(r, 80) ? ", " : " " : "");
		random_append(text, size, one);
	}
	random_append(text, size, nr > 1 ? " }" : "");
}

static inline void random_address(struct random_rules *r, char *text, size_t size)
{
	if (r->family)
		snprintf(text, size, "%s", random_address_of(r, r->family));
	else
		snprintf(text, size, "%s, %s", random_address_of(r, 4), random_address_of(r, 6));
}

static inline void random_port(struct random_rules *r, char *text, size_t size)
{
	static const char *const ports[] = {
		"22", "53", "80", "443", "80-443", "1-1023", "1024-65535", "8000-8080", "8080",
		"ssh", "https", "0", "65535", "0x50", "20-25",
	};

	snprintf(text, size, "%s", RANDOM_PICK(r, ports));
}

static inline void random_mac(struct random_rules *r, char *text, size_t size)
{
	static const char *const macs[] = {
		"02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:00/24", "multicast",
		"broadcast", "02:00:00:00:00:00/ff:ff:00:00:00:00", "00:00:00:00:00:00/1",
		"02:00:00:00:00:01-02:00:00:00:00:09",
	};

	snprintf(text, size, "%s", RANDOM_PICK(r, macs));
}

static inline void random_vlan(struct random_rules *r, char *text, size_t size)
{
	static const char *const vlans[] = { "5", "6", "1-10", "any", "none", "100", "4095", "0" };

	snprintf(text, size, "%s", RANDOM_PICK(r, vlans));
}

static inline void random_flags(struct random_rules *r, char *text, size_t size)
{
	static const char *const flags[] = {
		"syn", "syn+ack", "ack", "fin", "rst", "none", "syn/syn+ack", "syn+fin/syn+fin",
		"all/all", "fin+psh+urg", "psh/psh", "0x02/0x12", "any", "none/syn+ack+fin+rst",
	};

	snprintf(text, size, "%s", RANDOM_PICK(r, flags));
}

static inline void random_icmp(struct random_rules *r, char *text, size_t size)
{
	static const char *const both[] = { "echo-request", "echo-reply", "router-solicitation" };
	static const char *const four[] = { "8", "3/4", "3/0-5", "0-18", "unreachable", "time-exceeded", "redirect" };
	static const char *const six[] = { "128", "1/4", "135", "133-137", "unreachable", "packet-too-big", "mld-query" };

	if (random_chance(r, 40) || !r->family)
		snprintf(text, size, "%s", RANDOM_PICK(r, both));
	else if (r->family == 4)
		snprintf(text, size, "%s", RANDOM_PICK(r, four));
	else
		snprintf(text, size, "%s", RANDOM_PICK(r, six));
}

static inline void random_option(struct random_rules *r, char *text, size_t size)
{
	static const char *const options[] = { "source-route", "router-alert", "ah" };
	static const char *const four[] = { "any", "record-route", "timestamp", "source-route" };
	static const char *const six[] = { "hop-by-hop", "destination" };

	if (r->family == 4 && random_chance(r, 70))
		snprintf(text, size, "%s", RANDOM_PICK(r, four));
	else if (r->family == 6 && random_chance(r, 70))
		snprintf(text, size, "%s", RANDOM_PICK(r, six));
	else
		snprintf(text, size, "%s", RANDOM_PICK(r, options));
}

static inline void random_length(struct random_rules *r, char *text, size_t size)
{
	static const char *const lengths[] = { "0-100", "40", "60", "84", "0-1500", "1501-65535", "64-128" };

	snprintf(text, size, "%s", RANDOM_PICK(r, lengths));
}

static inline void random_dscp(struct random_rules *r, char *text, size_t size)
{
	static const char *const points[] = { "ef", "cs1", "46", "af11", "0", "be", "0-63", "8-15" };

	snprintf(text, size, "%s", RANDOM_PICK(r, points));
}

static inline void random_ttl(struct random_rules *r, char *text, size_t size)
{
	static const char *const hops[] = { "1", "64", "0-4", "255", "any" };

	snprintf(text, size, "%s", RANDOM_PICK(r, hops));
}

static inline void random_mark(struct random_rules *r, char *text, size_t size)
{
	static const char *const marks[] = { "0x10/0xf0", "0x20/0xf0", "0/0xf0", "0x10-0x30/0xf0" };

	snprintf(text, size, "%s", RANDOM_PICK(r, marks));
}

static inline void random_state(struct random_rules *r, char *text, size_t size)
{
	static const char *const states[] = { "new", "established", "related", "invalid" };

	snprintf(text, size, "%s", RANDOM_PICK(r, states));
}

static inline void random_ethertype(struct random_rules *r, char *text, size_t size)
{
	static const char *const types[] = { "arp", "0x88cc", "0x9000", "lldp" };

	snprintf(text, size, "%s", RANDOM_PICK(r, types));
}

static inline void random_field(struct random_rules *r, unsigned int percent, const char *word,
				void (*value)(struct random_rules *, char *, size_t))
{
	char text[200];

	if (!random_chance(r, percent))
		return;
	random_list(r, text, sizeof(text), value);
	random_clause(r, "%s %s", word, text);
}

/* Not all addresses would be none, or those of the other family. */
static inline void random_addresses(struct random_rules *r, char *text, size_t size)
{
	do
		random_list(r, text, size, random_address);
	while (strchr("n!", *text) && strstr(text, "/0"));
	if (!r->family && !strchr(text, '{'))
		snprintf(text, size, "{ 10.1.0.0/16, 2001:db8:1::/48 }");
}

/* from and to, with a port behind the address or alone. */
static inline void random_side(struct random_rules *r, const char *word, bool ports)
{
	char address[200], port[200] = "";
	const char *set = r->family == 6 ? "six" : "four";

	if (ports && random_chance(r, word[0] == 't' ? 60 : 15)) {
		random_list(r, port, sizeof(port), random_port);
		if (random_chance(r, 15))
			snprintf(port, sizeof(port), "%s@web", random_chance(r, 30) ? "not " : "");
	}
	if (random_chance(r, 35)) {
		random_addresses(r, address, sizeof(address));
		if (random_chance(r, 25))
			snprintf(address, sizeof(address), "%s@%s", random_chance(r, 25) ? "not " : "",
				 r->family ? set : random_chance(r, 50) ? "mixed" : "banned");
		else if (random_chance(r, 10))
			snprintf(address, sizeof(address), "any");
		random_clause(r, "%s %s%s%s", word, address, *port ? " port " : "", port);
	} else if (*port) {
		random_clause(r, "%s port %s", word, port);
	}
}

static inline void random_protocol(struct random_rules *r)
{
	static const char *const with_ports[] = { "tcp", "tcp", "udp", "udp", "sctp", "{ tcp, udp }" };
	static const char *const without[] = { "esp", "gre", "igmp", "ospf", "47-51" };

	if (random_chance(r, 40)) {
		r->protocol = RANDOM_PICK(r, with_ports);
		random_clause(r, "%s%s", *r->protocol == '{' || random_chance(r, 50) ? "proto " : "", r->protocol);
	} else if (random_chance(r, 15) && !r->later) {
		r->protocol = "icmp";
		random_field(r, 100, r->family == 4 ? "icmp4" : r->family == 6 ? "icmp6" : "icmp", random_icmp);
	} else if (random_chance(r, 8)) {
		r->protocol = "none";
		random_clause(r, "proto %s", RANDOM_PICK(r, without));
	} else if (random_chance(r, 6) && r->family != 6) {
		r->protocol = "icmp";
		random_clause(r, "proto %s", r->family == 4 ? "icmp" : "{ icmp, icmp6 }");
	}
}

static inline void random_share(struct random_rules *r)
{
	static const char *const rates[] = { "10/s", "100/s", "1/m", "1000/s", "5/h", "3/s" };
	static const char *const shares[] = { "50%", "10%", "0.5%", "100%", "33.333%" };

	if (random_chance(r, 6))
		random_clause(r, "every %u%s", 1 + (unsigned int)random_below(r, 4), random_chance(r, 40) ? " per cpu" : "");
	if (random_chance(r, 5))
		random_clause(r, "random %s", RANDOM_PICK(r, shares));
	if (random_chance(r, 5))
		random_clause(r, "flow %s", RANDOM_PICK(r, shares));
	if (random_chance(r, 8))
		random_clause(r, "limit %s%s%s%s", random_chance(r, 25) ? "over " : "", RANDOM_PICK(r, rates),
			      random_chance(r, 50) ? " burst 20" : "", random_chance(r, 30) ? " per source" : "");
}

static inline void random_nat(struct random_rules *r)
{
	bool source = random_chance(r, 50), ports = r->protocol && strchr("tu{", *r->protocol);
	const char *to = r->family == 6 ? "2001:db8:9::1" : random_chance(r, 50) ? "192.0.2.7" : "192.0.2.64/30";

	random_clause(r, "nat %s to %s%s", source ? "source" : "destination", to,
		      !ports ? "" : source ? " port 1024-65535" : " port 8080");
	r->family = r->family ? r->family : 4;
}

/* What the rule does; before its other clauses, since nat is of one family. */
static inline void random_action(struct random_rules *r)
{
	unsigned int kind = random_below(r, 100);
	bool tcp = r->protocol && !strcmp(r->protocol, "tcp");

	if (kind < 40)
		random_clause(r, "pass");
	else if (kind < 75)
		random_clause(r, "drop");
	else if (kind < 82)
		random_clause(r, "reject%s", tcp && random_chance(r, 50) ? " with reset" :
			      random_chance(r, 30) ? " with admin" : "");
	else if (kind < 86)
		random_clause(r, "count");
	else if (kind < 88)
		random_clause(r, "redirect to %slo", random_chance(r, 50) ? "ingress " : "");
	else if (kind < 92)
		random_clause(r, "mark set 0x%x%s", 16 * (unsigned int)random_below(r, 4), random_chance(r, 50) ? "/0xf0" : "");
	else if (kind < 95 && r->protocol)
		random_nat(r);
	else if (kind < 98 && r->is_ip)
		random_clause(r, random_chance(r, 50) ? "set ttl 64" : "set dscp af11");
	else if (random_chance(r, 50))
		random_clause(r, "add %s to @banned%s", random_chance(r, 50) ? "source" : "destination",
			      random_chance(r, 50) ? " timeout 90s" : "");
	else
		random_clause(r, "log at 5/s");
}

static inline void random_fragment(struct random_rules *r)
{
	static const char *const parts[] = { "first", "any", "none", "not first", "not none", "{ first, later }" };

	if (random_chance(r, 4))
		random_clause(r, "fragment %s", RANDOM_PICK(r, parts));
}

static inline void random_ip(struct random_rules *r)
{
	bool ports;

	r->later = random_chance(r, 4);
	random_protocol(r);
	ports = !r->later && (!r->protocol || strchr("tus{", *r->protocol));
	if (r->later)
		random_clause(r, "fragment later");
	else
		random_fragment(r);
	random_side(r, "from", ports);
	random_side(r, "to", ports);
	if (ports && r->protocol && !strcmp(r->protocol, "tcp"))
		random_field(r, 20, "flags", random_flags);
	random_field(r, 4, random_chance(r, 50) ? "option" : "header", random_option);
	random_field(r, 6, "dscp", random_dscp);
	if (r->family && random_chance(r, 30))
		random_clause(r, "family %s", r->family == 4 ? "ip" : "ip6");
	random_field(r, 12, "state", random_state);
}

static inline void random_rule(struct random_rules *r, unsigned int line)
{
	bool malformed;

	r->nr = 0;
	r->protocol = NULL;
	r->later = false;
	r->is_ip = random_chance(r, 92);
	r->family = random_chance(r, 40) ? 0 : random_chance(r, 60) ? 4 : 6;
	if (r->is_ip)
		random_ip(r);
	else
		random_field(r, 80, "ethertype", random_ethertype);
	random_action(r);
	if (random_chance(r, 60))
		random_clause(r, random_chance(r, 60) ? "in" : "out");
	random_field(r, 3, "from mac", random_mac);
	random_field(r, 3, "to mac", random_mac);
	random_field(r, 6, "vlan", random_vlan);
	random_field(r, 3, "inner vlan", random_vlan);
	random_field(r, 4, "mark", random_mark);
	random_share(r);
	/* What takes all leaves nothing for those behind it. */
	random_field(r, r->nr < 3 ? 80 : 6, "length", random_length);
	if (r->is_ip)
		random_field(r, r->nr < 4 ? 60 : 5, "ttl", random_ttl);
	malformed = random_chance(r, 2);
	if (malformed)
		random_clause(r, "malformed");
	if (malformed || random_chance(r, 25))
		fprintf(r->out, "rule-%u: ", line);
	for (size_t left = r->nr; left; left--) {
		size_t i = random_below(r, left);

		fprintf(r->out, "%s%s", r->clauses[i], left > 1 ? random_chance(r, 95) ? " " : " \\\n\t" : "");
		memmove(r->clauses[i], r->clauses[left - 1], sizeof(r->clauses[0]));
	}
	fputs(random_chance(r, 10) ? "\t# as said\n" : "\n", r->out);
}

static inline void random_head(struct random_rules *r)
{
	static const char *const verdicts[] = { "pass", "drop", "drop", "reject" };
	static const char *const malformed[] = { "malformed pass\n", "malformed drop\n", "malformed match\n", "" };

	fprintf(r->out, "# made by random_rules()\ndefault in %s\n", RANDOM_PICK(r, verdicts));
	if (random_chance(r, 50))
		fprintf(r->out, "default out %s; protect %s\n", RANDOM_PICK(r, verdicts), random_chance(r, 50) ? "on" : "off");
	fputs(RANDOM_PICK(r, malformed), r->out);
	if (random_chance(r, 10))
		fputs("connections 4096\n", r->out);
	fputs("define INNER = { 10.0.0.0/8, 172.16.0.0/12 }\n"
	      "set four address { $INNER, 192.0.2.7 }\n"
	      "set six address {\n\t2001:db8::/32\t# ours\n\tfe80::/10\n}\n"
	      "set mixed address { @four, @six }\n"
	      "set web port { http, https, 8000-8080 }\n", r->out);
	fprintf(r->out, "set banned address live%s%s { 198.51.100.7 }\n",
		random_chance(r, 50) ? " timeout 10m" : "", random_chance(r, 30) ? " size 7" : "");
}

/* The same text for the same seed: for free(); NULL: no memory. */
static inline char *random_rules(uint64_t seed)
{
	struct random_rules r = { .state = seed };
	unsigned int nr = 1 + (unsigned int)random_below(&r, random_chance(&r, 90) ? 40 : 300);
	char *text = NULL;
	size_t len;

	r.out = open_memstream(&text, &len);
	if (!r.out)
		return NULL;
	random_head(&r);
	for (unsigned int i = 1; i <= nr; i++)
		random_rule(&r, i);
	if (!fclose(r.out))
		return text;
	free(text);
	return NULL;
}

#endif
