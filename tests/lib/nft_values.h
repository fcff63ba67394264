/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of fields that kxfilter and nftables write alike; packets by chance have many of them. */
#ifndef TESTS_LIB_NFT_VALUES_H
#define TESTS_LIB_NFT_VALUES_H

#include <stddef.h>

/* Values that do not overlap, and such that stand alone. */
struct nft_values {
	const char *const *apart;
	size_t nr_apart;
	const char *const *wide;
	size_t nr_wide;
};

#define VALUES(apart, wide) \
	{ apart, sizeof(apart) / sizeof(*apart), wide, sizeof(wide) / sizeof(*wide) }

static const char *const apart4[] = {
	"10.0.0.0/31", "10.0.0.2", "10.0.0.254-10.0.1.1", "192.168.1.0/24",
	"192.168.255.255-192.169.0.1", "8.8.8.8", "8.8.8.10/31", "0.0.0.0/8",
	"255.255.255.255", "224.0.0.0/4", "127.0.0.0/8", "10.1.0.0/16",
};
static const char *const wide4[] = { "10.0.0.0/8", "128.0.0.0/1", "0.0.0.0/1", "@four" };
static const char *const apart6[] = {
	"2001:db8::/64", "2001:db8:1::/64", "2001:db8:1:1::-2001:db8:1:2::1", "fe80::/64",
	"ff02::1", "ff02::2-ff02::1:0:ffff", "::1", "::", "2001:db8:ffff:ffff::/64",
};
static const char *const wide6[] = { "2001:db8::/32", "fe80::/10", "8000::/1", "@six" };
static const char *const apart_port[] = {
	"0", "22", "53", "80-442", "443", "1023-1024", "40000", "50000-65534", "65535",
};
static const char *const wide_port[] = { "1-1023", "1024-65535", "@web", "0-65535" };
static const char *const apart_mac[] = {
	"02:00:00:00:00:01", "02:00:00:00:00:02", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00",
	"33:33:00:00:00:01", "02:00:00:00:00:ff",
};
static const char *const apart_vlan[] = { "0", "1", "2-3", "5-100", "4095" };
static const char *const apart_protocol[] = {
	"6", "17", "33", "132", "136", "47", "50", "59", "4", "200-255",
};
static const char *const apart_ttl[] = { "0", "1", "2-62", "63-64", "65-254", "255" };
static const char *const apart_dscp[] = { "0", "1-7", "8-15", "46", "47-63" };
static const char *const none[1];

static const struct nft_values addresses4 = VALUES(apart4, wide4);
static const struct nft_values addresses6 = VALUES(apart6, wide6);
static const struct nft_values ports = VALUES(apart_port, wide_port);
static const struct nft_values macs = { apart_mac, 6, none, 0 };
static const struct nft_values vlans = { apart_vlan, 5, none, 0 };
static const struct nft_values protocols = { apart_protocol, 10, none, 0 };
static const struct nft_values hops = { apart_ttl, 6, none, 0 };
static const struct nft_values points = { apart_dscp, 5, none, 0 };

#endif
