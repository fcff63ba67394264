/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rule sets by chance of what both kxfilter and nftables can say, each rule in both languages. nft
 * has a rule for each family of packets, and more where one clause of kxfilter is an "or" there.
 */
#ifndef TESTS_LIB_NFT_RULES_H
#define TESTS_LIB_NFT_RULES_H

#include <stdarg.h>
#include <stdio.h>

#include "../live/kxfilter_sets.h"
#include "nft_values.h"

enum nft_family { NFT_IP4, NFT_IP6, NFT_ARP, NFT_OTHER, NFT_FAMILIES };
#define NFT_IP		(1u << NFT_IP4 | 1u << NFT_IP6)
#define NFT_WAYS	8	/* rules of nft for one of kxfilter, in one family */
#define NFT_TEXT	1000
#define NFT_MARK	0x10000	/* a packet that passes has this and the number of its rule */
#define NFT_FENCE	"06:00:00:00:00:fe"
#define NFT_MARKS	7	/* bits of the mark that rules look at */

struct nft_rule {
	char kx[NFT_TEXT];
	char nft[NFT_FAMILIES][NFT_WAYS][NFT_TEXT];
	unsigned int nr[NFT_FAMILIES];	/* ways; 0: no packet of that family */
};

static void append(char *text, const char *more)
{
	size_t len = strlen(text);

	snprintf(text + len, NFT_TEXT - len, "%s", more);
}

__attribute__((format(printf, 2, 3)))
static void kx_say(struct nft_rule *rule, const char *format, ...)
{
	size_t len = strlen(rule->kx);
	va_list args;

	va_start(args, format);
	vsnprintf(rule->kx + len, NFT_TEXT - len, format, args);
	va_end(args);
}

__attribute__((format(printf, 3, 4)))
static void nft_say(struct nft_rule *rule, unsigned int families, const char *format, ...)
{
	char text[NFT_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (int family = 0; family < NFT_FAMILIES; family++)
		for (unsigned int i = 0; families >> family & 1 && i < rule->nr[family]; i++)
			append(rule->nft[family][i], text);
}

static void nft_only(struct nft_rule *rule, unsigned int families)
{
	for (int family = 0; family < NFT_FAMILIES; family++)
		if (!(families >> family & 1))
			rule->nr[family] = 0;
}

/* Either of two, which takes as many rules again. */
static void nft_either(struct nft_rule *rule, enum nft_family family, const char *one,
		       const char *other)
{
	unsigned int nr = rule->nr[family];

	if (nr * 2 > NFT_WAYS)
		return nft_only(rule, ~(1u << family));
	memcpy(rule->nft[family][nr], rule->nft[family][0], nr * NFT_TEXT);
	nft_say(rule, 1u << family, "%s", one);
	rule->nr[family] = nr * 2;
	for (unsigned int i = nr; i < nr * 2; i++)
		append(rule->nft[family][i], other);
}

/* At most @most of them, or a wide one, with commas between: both languages have it so. */
static void some_list(char *out, size_t size, const struct nft_values *values, size_t most)
{
	size_t at = below(values->nr_apart), nr = 1 + below(most);

	*out = 0;
	if (values->nr_wide && one_of(4)) {
		snprintf(out, size, "%s", values->wide[below(values->nr_wide)]);
		return;
	}
	for (size_t i = 0; i < nr && at < values->nr_apart; i++, at += 1 + below(3)) {
		size_t len = strlen(out);

		snprintf(out + len, size - len, "%s%s", i ? ", " : "", values->apart[at]);
	}
}

static const char *braces(const char *list, char *out, size_t size)
{
	snprintf(out, size, strchr(list, ',') ? "{ %s }" : "%s", list);
	return out;
}

/* One field, of the same values in both languages. */
static void say_list(struct nft_rule *rule, const char *word, unsigned int families,
		     const char *nft_word, const struct nft_values *values)
{
	char list[300], text[310];
	bool not = one_of(5);

	some_list(list, sizeof(list), values, 3);
	braces(list, text, sizeof(text));
	kx_say(rule, "%s %s%s ", word, not ? "not " : "", text);
	nft_only(rule, families);
	nft_say(rule, families, "%s %s%s ", nft_word, not ? "!= " : "", text);
}

static void say_address(struct nft_rule *rule, bool is_source)
{
	static const char *const words[2][3] = {
		{ "ip daddr", "ip6 daddr", "arp daddr ip" },
		{ "ip saddr", "ip6 saddr", "arp saddr ip" },
	};
	unsigned int kind = below(5), families = 0;
	char lists[2][300] = {}, text[310];
	bool not = one_of(5);

	if (kind != 1)
		some_list(lists[0], sizeof(lists[0]), &addresses4, 4);
	if (kind < 1 || kind == 1 || kind == 4)
		some_list(lists[1], sizeof(lists[1]), &addresses6, 4);
	kx_say(rule, "%s %s{ %s%s%s } ", is_source ? "from" : "to", not ? "not " : "", lists[0],
	       *lists[0] && *lists[1] ? ", " : "", lists[1]);
	for (int family = 0; family < NFT_OTHER; family++) {
		const char *list = lists[family == NFT_IP6];

		if (*list || not)
			families |= 1u << family;
		if (*list)
			nft_say(rule, 1u << family, "%s %s%s ", words[is_source][family],
				not ? "!= " : "", braces(list, text, sizeof(text)));
	}
	nft_only(rule, families);
}

static void say_mac(struct nft_rule *rule, bool is_source)
{
	const char *word = is_source ? "ether saddr" : "ether daddr";
	const char *kx_word = is_source ? "from mac" : "to mac";

	if (!one_of(3))
		return say_list(rule, kx_word, 15, word, &macs);
	kx_say(rule, "%s 02:00:00:00:00:00/24 ", kx_word);
	nft_say(rule, 15, "%s & ff:ff:ff:00:00:00 == 02:00:00:00:00:00 ", word);
}

#define TAGGED	"@ll,96,16 { 0x8100, 0x88a8 } "

/* Behind the first tag, which kernel code puts back for it: by number of bit. */
#define TAGGED_TWICE	TAGGED "@ll,128,16 { 0x8100, 0x88a8 } @ll,160,16 0-65535 "

static void say_vlan(struct nft_rule *rule)
{
	switch (below(6)) {
	case 0:
		kx_say(rule, "vlan none ");
		nft_say(rule, 15, "@ll,96,16 != { 0x8100, 0x88a8 } ");
		break;
	case 1:
		kx_say(rule, "vlan any ");
		nft_say(rule, 15, TAGGED);
		break;
	case 2:
		kx_say(rule, "inner vlan any ");
		nft_say(rule, 15, TAGGED_TWICE);
		break;
	case 3:
		say_list(rule, "inner vlan", 15, TAGGED_TWICE "@ll,144,16 & 0xfff", &vlans);
		break;
	default:
		say_list(rule, "vlan", 15, TAGGED "@ll,112,16 & 0xfff", &vlans);
	}
}

/* Of IPv6 the header says 40 less. */
static void say_length(struct nft_rule *rule)
{
	static const unsigned int lengths[][2] = {
		{ 0, 27 }, { 20, 48 }, { 40, 40 }, { 48, 60 }, { 41, 1500 }, { 100, 65535 },
	};
	const unsigned int *length = lengths[below(6)];
	unsigned int low = length[0] < 40 ? 0 : length[0] - 40;

	kx_say(rule, "length %u-%u ", length[0], length[1]);
	nft_say(rule, 1u << NFT_IP4, "ip length %u-%u ", length[0], length[1]);
	nft_say(rule, 1u << NFT_ARP | 1u << NFT_OTHER, "meta length %u-%u ", length[0], length[1]);
	if (length[1] < 40)
		nft_only(rule, ~(1u << NFT_IP6));
	else
		nft_say(rule, 1u << NFT_IP6, "ip6 length %u-%u ", low, length[1] - 40);
}

static void say_fragment(struct nft_rule *rule)
{
	static const struct {
		const char *kx, *ip4, *ip6[2];
	} parts[] = {
		{ "none", "ip frag-off & 0x3fff == 0 ",
		  { "exthdr frag missing ", "frag frag-off 0 frag more-fragments 0 " } },
		{ "first", "ip frag-off & 0x3fff == 0x2000 ",
		  { "frag frag-off 0 frag more-fragments 1 ", NULL } },
		{ "later", "ip frag-off & 0x1fff != 0 ", { "frag frag-off != 0 ", NULL } },
		{ "any", "ip frag-off & 0x3fff != 0 ",
		  { "frag frag-off != 0 ", "frag frag-off 0 frag more-fragments 1 " } },
	};
	int i = below(4);

	kx_say(rule, "fragment %s ", parts[i].kx);
	nft_only(rule, NFT_IP);
	nft_say(rule, 1u << NFT_IP4, "%s", parts[i].ip4);
	if (parts[i].ip6[1])
		nft_either(rule, NFT_IP6, parts[i].ip6[0], parts[i].ip6[1]);
	else
		nft_say(rule, 1u << NFT_IP6, "%s", parts[i].ip6[0]);
}

static void say_extra(struct nft_rule *rule)
{
	static const struct {
		const char *kx;
		enum nft_family family;
		const char *nft;
	} extras[] = {
		{ "option any", NFT_IP4, "@nh,4,4 > 5 " },
		{ "option record-route", NFT_IP4, "ip option rr exists " },
		{ "option router-alert family ip", NFT_IP4, "ip option ra exists " },
		{ "header hop-by-hop", NFT_IP6, "exthdr hbh exists " },
		{ "header destination", NFT_IP6, "exthdr dst exists " },
		{ "header routing family ip6", NFT_IP6, "exthdr rt exists " },
		{ "header ah family ip", NFT_IP4, "meta l4proto 51 " },
		{ "header ah family ip6", NFT_IP6, "meta l4proto 51 " },
		{ "header not hop-by-hop family ip6", NFT_IP6, "exthdr hbh missing " },
		{ "header not destination family ip6", NFT_IP6, "exthdr dst missing " },
	};
	size_t i = below(11);

	if (i < 10) {
		kx_say(rule, "%s ", extras[i].kx);
		nft_only(rule, 1u << extras[i].family);
		return nft_say(rule, 15, "%s", extras[i].nft);
	}
	kx_say(rule, "option source-route ");
	nft_only(rule, NFT_IP);
	nft_say(rule, 1u << NFT_IP6, "exthdr rt exists ");
	nft_either(rule, NFT_IP4, "ip option lsrr exists ", "ip option ssrr exists ");
}

static void say_flags(struct nft_rule *rule)
{
	unsigned int mask = 1 + below(255), value = mask & some_value(FIELD_TCP_FLAGS);
	bool not = one_of(5);

	kx_say(rule, "tcp flags %s0x%02x/0x%02x ", not ? "not " : "", value, mask);
	nft_only(rule, NFT_IP);
	nft_say(rule, NFT_IP, "meta l4proto 6 tcp flags & 0x%02x %s 0x%02x ", mask,
		not ? "!=" : "==", value);
}

static void say_icmp(struct nft_rule *rule)
{
	static const struct {
		const char *kx;
		enum nft_family family;
		const char *nft;
	} kinds[] = {
		{ "icmp4", NFT_IP4, "meta l4proto 1 " },
		{ "icmp4 8", NFT_IP4, "meta l4proto 1 icmp type 8 " },
		{ "icmp4 3/0-5", NFT_IP4, "meta l4proto 1 icmp type 3 icmp code 0-5 " },
		{ "icmp4 0, 3", NFT_IP4, "meta l4proto 1 icmp type { 0, 3 } " },
		{ "icmp6", NFT_IP6, "meta l4proto 58 " },
		{ "icmp6 128", NFT_IP6, "meta l4proto 58 icmpv6 type 128 " },
		{ "icmp6 135/0", NFT_IP6, "meta l4proto 58 icmpv6 type 135 icmpv6 code 0 " },
		{ "icmp6 not 128", NFT_IP6, "meta l4proto 58 icmpv6 type != 128 " },
	};
	size_t i = below(8);

	kx_say(rule, "%s ", kinds[i].kx);
	if (!rule->nr[kinds[i].family])
		return nft_only(rule, 0);
	nft_only(rule, 1u << kinds[i].family);
	nft_say(rule, 15, "%s", kinds[i].nft);
}

static void say_ports(struct nft_rule *rule)
{
	static const char *const with_ports[][2] = {
		{ "", "{ 6, 17, 33, 132, 136 }" }, { "tcp ", "6" }, { "udp ", "17" },
		{ "sctp ", "132" }, { "proto { tcp, udp } ", "{ 6, 17 }" },
	};
	size_t i = below(5);

	kx_say(rule, "%s", with_ports[i][0]);
	nft_only(rule, NFT_IP);
	nft_say(rule, NFT_IP, "meta l4proto %s ", with_ports[i][1]);
	if (one_of(3))
		say_list(rule, "from port", NFT_IP, "th sport", &ports);
	else
		say_list(rule, "to port", NFT_IP, "th dport", &ports);
}

/* What is carried: at most one of these, for others contradict it. */
static void say_transport(struct nft_rule *rule)
{
	switch (below(6)) {
	case 0:
	case 1:
		return say_ports(rule);
	case 2:
		return say_flags(rule);
	case 3:
		return say_icmp(rule);
	case 4:
		return say_fragment(rule);
	default:
		return say_list(rule, "proto", NFT_IP, "meta l4proto", &protocols);
	}
}

static void say_ip(struct nft_rule *rule)
{
	unsigned int family = below(2);
	char list[100];

	switch (below(3)) {
	case 0:
		kx_say(rule, "family %s ", family ? "ip6" : "ip");
		return nft_only(rule, 1u << family);
	case 1:
		some_list(list, sizeof(list), &hops, 2);
		kx_say(rule, "ttl %s ", list);
		nft_say(rule, 1u << NFT_IP4, "ip ttl { %s } ", list);
		nft_say(rule, 1u << NFT_IP6, "ip6 hoplimit { %s } ", list);
		return nft_only(rule, NFT_IP);
	default:
		some_list(list, sizeof(list), &points, 2);
		kx_say(rule, "dscp %s ", list);
		nft_say(rule, 1u << NFT_IP4, "ip dscp { %s } ", list);
		nft_say(rule, 1u << NFT_IP6, "ip6 dscp { %s } ", list);
		return nft_only(rule, NFT_IP);
	}
}

static void say_mark(struct nft_rule *rule)
{
	unsigned int mark = below(NFT_MARKS + 1);

	kx_say(rule, "mark 0x%x/0x%x ", mark, NFT_MARKS);
	nft_say(rule, 15, "meta mark & 0x%x == 0x%x ", NFT_MARKS, mark);
}

static void say_type(struct nft_rule *rule)
{
	if (one_of(4)) {
		kx_say(rule, "ethertype not 0x88cc ");
		return nft_say(rule, 15, "meta protocol != 0x88cc ");
	}
	kx_say(rule, "ethertype 0x88cc, 0x9000, 0xffff ");
	nft_only(rule, 1u << NFT_OTHER);
	nft_say(rule, 15, "meta protocol { 0x88cc, 0x9000, 0xffff } ");
}

static void some_clauses(struct nft_rule *rule)
{
	/* Packets by chance have little of these: alone, so that no other clause hides them. */
	if (one_of(16))
		return one_of(2) ? say_vlan(rule) : say_extra(rule);
	if (one_of(20))
		say_type(rule);
	if (one_of(2))
		say_address(rule, true);
	if (one_of(3))
		say_address(rule, false);
	if (one_of(2) && rule->nr[NFT_IP4] + rule->nr[NFT_IP6])
		say_transport(rule);
	/* icmp4 with what is of IPv6 is refused. */
	if (one_of(8) && !strstr(rule->kx, "icmp"))
		say_extra(rule);
	if (one_of(5) && !strstr(rule->kx, "family") && !strstr(rule->kx, "icmp"))
		say_ip(rule);
	if (one_of(8))
		say_length(rule);
	if (one_of(12))
		say_mac(rule, one_of(2));
	if (one_of(8))
		say_vlan(rule);
	if (one_of(12))
		say_mark(rule);
}

static bool is_for_none(const struct nft_rule *rule)
{
	return !rule->nr[0] && !rule->nr[1] && !rule->nr[2] && !rule->nr[3];
}

static void begin_rule(struct nft_rule *rule)
{
	static const char *const families[] = {
		"meta protocol ip ", "meta protocol ip6 ", "meta protocol arp ",
		"meta protocol != { ip, ip6, arp } ",
	};

	rule->kx[0] = 0;
	for (int family = 0; family < NFT_FAMILIES; family++) {
		rule->nr[family] = 1;
		strcpy(rule->nft[family][0], families[family]);
	}
}

/* A rule, named @name, for both. What passes goes to a device where it is seen. */
static void write_rule(struct nft_rule *rule, unsigned int number, const char *name,
		       const char *device, FILE *kx, FILE *nft)
{
	bool passes = one_of(2);

	do {
		begin_rule(rule);
		some_clauses(rule);
	} while (is_for_none(rule) || !*rule->kx);
	fprintf(kx, "%s: %s in %s", name, passes ? "pass" : "drop", rule->kx);
	if (passes)
		fprintf(kx, "mark set 0x%x", NFT_MARK + number);
	fputs("\n", kx);
	for (int family = 0; family < NFT_FAMILIES; family++) {
		for (unsigned int i = 0; i < rule->nr[family]; i++) {
			fprintf(nft, "%scounter ", rule->nft[family][i]);
			if (passes)
				fprintf(nft, "meta mark set 0x%x fwd to \"%s\"", NFT_MARK + number, device);
			else
				fputs("drop", nft);
			fprintf(nft, " comment \"%s\"\n", name);
		}
	}
}

#endif
