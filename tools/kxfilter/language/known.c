// SPDX-License-Identifier: GPL-2.0-only
/* Words that stand for numbers, and the kinds of values that need no more than these. */
#include <net/ethernet.h>
#include <netinet/in.h>

#include "language.h"

#define NO_VLAN	4096	/* as field_kinds has it */
#define ONE(name, number)	{ name, number, number }

static const struct word protocol_words[] = {
	ONE("tcp", 6), ONE("udp", 17), ONE("icmp", 1), ONE("icmp6", 58), ONE("icmpv6", 58),
	ONE("ipv6-icmp", 58), ONE("icmp4", 1), ONE("igmp", 2), ONE("ipip", 4), ONE("ipv6", 41),
	ONE("gre", 47), ONE("esp", 50), ONE("ah", 51), ONE("no-next", 59), ONE("eigrp", 88),
	ONE("ospf", 89), ONE("pim", 103), ONE("vrrp", 112), ONE("l2tp", 115), ONE("sctp", 132),
	ONE("dccp", 33), ONE("udplite", 136), ONE("ipcomp", 108), ONE("rsvp", 46), {},
};

static const struct word port_words[] = {
	ONE("ftp-data", 20), ONE("ftp", 21), ONE("ssh", 22), ONE("telnet", 23), ONE("smtp", 25),
	ONE("dns", 53), ONE("domain", 53), ONE("dhcp-server", 67), ONE("bootps", 67),
	ONE("dhcp-client", 68), ONE("bootpc", 68), ONE("tftp", 69), ONE("http", 80),
	ONE("kerberos", 88), ONE("pop3", 110), ONE("sunrpc", 111), ONE("auth", 113),
	ONE("ntp", 123), ONE("netbios-ns", 137), ONE("netbios-dgm", 138), ONE("netbios-ssn", 139),
	ONE("imap", 143), ONE("snmp", 161), ONE("snmptrap", 162), ONE("bgp", 179),
	ONE("ldap", 389), ONE("https", 443), ONE("smb", 445), ONE("isakmp", 500),
	ONE("ike", 500), ONE("syslog", 514), ONE("dhcp6-client", 546), ONE("dhcp6-server", 547),
	ONE("submission", 587), ONE("ldaps", 636), ONE("domain-s", 853), ONE("imaps", 993),
	ONE("pop3s", 995), ONE("openvpn", 1194), ONE("mssql", 1433), ONE("radius", 1812),
	ONE("nfs", 2049), ONE("mysql", 3306), ONE("rdp", 3389), ONE("ipsec-nat-t", 4500),
	ONE("sip", 5060), ONE("mdns", 5353), ONE("postgresql", 5432), ONE("vnc", 5900),
	ONE("redis", 6379), ONE("wireguard", 51820), {},
};

static const struct word ethertype_words[] = {
	ONE("ip", ETHERTYPE_IP), ONE("ip4", ETHERTYPE_IP), ONE("ipv4", ETHERTYPE_IP),
	ONE("ip6", ETHERTYPE_IPV6), ONE("ipv6", ETHERTYPE_IPV6), ONE("arp", ETHERTYPE_ARP),
	ONE("rarp", ETHERTYPE_REVARP), ONE("lldp", 0x88cc), ONE("eapol", 0x888e),
	ONE("ptp", 0x88f7), ONE("mpls", 0x8847), ONE("pppoe", 0x8864), ONE("pppoe-discovery", 0x8863),
	ONE("macsec", 0x88e5), ONE("wol", 0x0842), ONE("loopback", 0x9000), {},
};

static const struct word dscp_words[] = {
	ONE("cs0", 0), ONE("be", 0), ONE("cs1", 8), ONE("cs2", 16), ONE("cs3", 24), ONE("cs4", 32),
	ONE("cs5", 40), ONE("cs6", 48), ONE("cs7", 56), ONE("le", 1), ONE("af11", 10),
	ONE("af12", 12), ONE("af13", 14), ONE("af21", 18), ONE("af22", 20), ONE("af23", 22),
	ONE("af31", 26), ONE("af32", 28), ONE("af33", 30), ONE("af41", 34), ONE("af42", 36),
	ONE("af43", 38), ONE("va", 44), ONE("ef", 46), {},
};

static const struct word state_words[] = {
	ONE("new", STATE_NEW), ONE("established", STATE_ESTABLISHED),
	ONE("related", STATE_RELATED), ONE("invalid", STATE_INVALID),
	ONE("untracked", STATE_UNTRACKED), {},
};

static const struct word family_words[] = {
	ONE("ip", FAMILY_IP4), ONE("ip4", FAMILY_IP4), ONE("ipv4", FAMILY_IP4),
	ONE("ip6", FAMILY_IP6), ONE("ipv6", FAMILY_IP6), ONE("arp", FAMILY_ARP),
	ONE("other", FAMILY_OTHER), {},
};

static const struct word fragment_words[] = {
	ONE("first", FRAGMENT_FIRST), ONE("later", FRAGMENT_LATER), ONE("none", FRAGMENT_NONE),
	{ "any", FRAGMENT_FIRST, FRAGMENT_LATER }, {},
};

/* A packet without a tag is none of "any". */
static const struct word vlan_words[] = { ONE("none", NO_VLAN), { "any", 0, 4095 }, {} };

static void print_vlan(FILE *out, const struct range *range)
{
	struct range tagged = *range;

	if (range->last.low == NO_VLAN) {
		fputs(range->first.low == NO_VLAN ? "none" : "none, ", out);
		tagged.last.low--;
	}
	if (range->first.low != NO_VLAN)
		print_plain(out, &tagged);
}

const struct kind kind_vlan = {
	.name = "vlan", .what = "a VLAN", .example = "5, 100-199, any or none", .max = 4095,
	.words = vlan_words, .has_set = true, .print = print_vlan,
};

const struct kind kind_ethertype = {
	.name = "ethertype", .what = "an Ethernet type", .example = "arp, ip, ip6 or 0x88cc",
	.max = 65535, .words = ethertype_words, .any_is_all = true, .has_set = true,
};

const struct kind kind_protocol = {
	.name = "proto", .what = "a protocol", .example = "tcp, udp, icmp, icmp6 or a number",
	.max = 255, .words = protocol_words, .has_set = true,
};

const struct kind kind_port = {
	.name = "port", .what = "a port", .example = "22, 8000-8080 or https", .max = 65535,
	.words = port_words, .has_set = true, .print = print_plain,
};

const struct kind kind_fragment = {
	.name = "fragment", .what = "a part of packets", .example = "first, later, any or none",
	.max = FRAGMENTS - 1, .words = fragment_words,
};

const struct kind kind_length = {
	.name = "length", .what = "a length in bytes", .example = "0-100", .max = 65535,
	.any_is_all = true, .has_set = true,
};

const struct kind kind_dscp = {
	.name = "dscp", .what = "a code point of DSCP", .example = "ef, cs1, af11 or 46",
	.max = 63, .words = dscp_words, .has_set = true,
};

const struct kind kind_ttl = {
	.name = "ttl", .what = "a TTL or hop limit", .example = "1 or 0-4", .max = 255,
	.has_set = true,
};

/* Not to have a state is no state, so "not new" is not true of ARP. */
const struct kind kind_state = {
	.name = "state", .what = "a state", .example = "new, established, related or invalid",
	.min = STATE_NEW, .max = STATES - 1, .words = state_words, .any_is_all = true,
};

const struct kind kind_family = {
	.name = "family", .what = "a family", .example = "ip, ip6, arp or other",
	.max = FAMILIES - 1, .words = family_words, .any_is_all = true,
};

const struct kind *const field_kind_of[FIELDS] = {
	[FIELD_FAMILY] = &kind_family, [FIELD_SOURCE] = &kind_address,
	[FIELD_DESTINATION] = &kind_address, [FIELD_SOURCE_MAC] = &kind_mac,
	[FIELD_DESTINATION_MAC] = &kind_mac, [FIELD_VLAN] = &kind_vlan,
	[FIELD_INNER_VLAN] = &kind_vlan, [FIELD_ETHERTYPE] = &kind_ethertype,
	[FIELD_PROTOCOL] = &kind_protocol, [FIELD_SOURCE_PORT] = &kind_port,
	[FIELD_DESTINATION_PORT] = &kind_port, [FIELD_TCP_FLAGS] = &kind_flags,
	[FIELD_ICMP] = &kind_icmp_number, [FIELD_FRAGMENT] = &kind_fragment,
	[FIELD_EXTRAS] = &kind_option, [FIELD_LENGTH] = &kind_length, [FIELD_DSCP] = &kind_dscp,
	[FIELD_TTL] = &kind_ttl, [FIELD_MARK] = &kind_mark, [FIELD_STATE] = &kind_state,
};
