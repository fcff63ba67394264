/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads the headers of a packet into struct kxf_packet. What contradicts itself is
 * malformed: reading ends there, and nothing behind it is taken for anything.
 */
#ifndef KXFILTER_PARSE_H
#define KXFILTER_PARSE_H

#include "headers.h"
#include "transport.h"

/*
 * From header to header, to what the packet carries. Those of IPv4 have no header of a
 * fragment: their packet->value[KXF_FRAGMENT] is known before.
 */
static __always_inline int read_ip(const struct window *window, struct kxf_packet *packet)
{
	__u32 family = packet->value[KXF_FAMILY];
	int err = 0;

	if (is_header(packet->next, family)) {
		err = window->at_xdp ? frame_headers(window->ctx, packet) :
				       skb_headers(window->ctx, packet);
		if (err)
			return err;
		forget(packet);
		family = packet->value[KXF_FAMILY];
	}
	if (packet->value[KXF_FRAGMENT] == KXF_LATER) {
		if (!is_header(packet->next, family))
			packet->value[KXF_PROTOCOL] = packet->next;
		return READ_ALL;
	}
	if (is_header(packet->next, family))
		return READ_BAD;
	if (packet->value[KXF_FRAGMENT] == KXF_NO_FRAGMENT)
		packet->value[KXF_FRAGMENT] = KXF_WHOLE;
	packet->value[KXF_PROTOCOL] = packet->next;
	return read_transport(window, packet);
}

static __always_inline int read_ip4(const struct window *window, __u32 at,
				    struct kxf_packet *packet)
{
	__u8 *ip = REACH(window, at, 20);
	__u32 head = (ip[0] & 15) * 4, len = GET16(ip + 2), offset = GET16(ip + 6);
	int err;

	if (!len && window->merged)
		len = window->len - at;
	if (ip[0] >> 4 != 4 || head < 20 || len < head || len > window->len - at)
		return READ_BAD;
	packet->value[KXF_LENGTH] = len > 65535 ? 65535 : len;
	packet->found[KXF_SOURCE].low = 0xffff00000000 | GET32(ip + 12);
	packet->found[KXF_DESTINATION].low = 0xffff00000000 | GET32(ip + 16);
	packet->value[KXF_DSCP] = ip[1] >> 2;
	packet->value[KXF_TTL] = ip[8];
	err = read_fragment(packet, offset & 0x1fff, offset & 0x2000, len - head, ip[9]);
	if (err)
		return err;
	packet->next = ip[9];
	packet->at = at + 20;
	packet->end = at + len;
	if (head > 20)
		err = window->at_xdp ? frame_options(window->ctx, packet, at + head) :
				       skb_options(window->ctx, packet, at + head);
	packet->at = at + head;
	return err;
}

/* The one number that stands for "none" may be in no packet. */
static __always_inline bool is_none(struct kxf_number *number)
{
	if (number->high || number->low != KXF_NO_ADDRESS)
		return false;
	number->low |= 1;
	return true;
}

static __always_inline int read_ip6(const struct window *window, __u32 at,
				    struct kxf_packet *packet)
{
	__u8 *ip = REACH(window, at, 40);
	__u32 len = GET16(ip + 4);
	bool is_bad;

	if (!len && window->merged)
		len = window->len - at - 40;
	if (ip[0] >> 4 != 6 || len + 40 > window->len - at)
		return READ_BAD;
	len += 40;
	packet->value[KXF_LENGTH] = len > 65535 ? 65535 : len;
	packet->found[KXF_SOURCE] = (struct kxf_number){ GET64(ip + 8), GET64(ip + 16) };
	packet->found[KXF_DESTINATION] = (struct kxf_number){ GET64(ip + 24), GET64(ip + 32) };
	packet->value[KXF_DSCP] = (GET16(ip) >> 6) & 63;
	packet->value[KXF_TTL] = ip[7];
	packet->next = ip[6];
	packet->at = at + 40;
	packet->end = at + len;
	is_bad = is_none(&packet->found[KXF_SOURCE]);
	is_bad |= is_none(&packet->found[KXF_DESTINATION]);
	return is_bad ? READ_BAD : READ_ALL;
}

/* Of Ethernet and IPv4; there is no other. */
static __always_inline int read_arp(const struct window *window, __u32 at,
				    struct kxf_packet *packet)
{
	__u8 *arp = REACH(window, at, 28);

	if (GET16(arp) != 1 || GET16(arp + 2) != TYPE_IP4 || arp[4] != 6 || arp[5] != 4)
		return READ_BAD;
	packet->found[KXF_SOURCE].low = 0xffff00000000 | GET32(arp + 14);
	packet->found[KXF_DESTINATION].low = 0xffff00000000 | GET32(arp + 24);
	return READ_ALL;
}

/* @tags: how many the kernel has taken off; @packet has them. */
static __always_inline int read_link(const struct window *window, __u32 tags,
				     struct kxf_packet *packet)
{
	__u8 *link = REACH(window, 0, 14);
	__u32 type, at = 14;

	packet->found[KXF_DESTINATION_MAC].low = (__u64)GET32(link) << 16 | GET16(link + 4);
	packet->found[KXF_SOURCE_MAC].low = (__u64)GET32(link + 6) << 16 | GET16(link + 10);
	type = GET16(link + 12);
	for (int i = 0; i <= KXF_TAGS; i++) {
		__u8 *tag;
		__u32 id;

		packet->value[KXF_ETHERTYPE] = type;
		if (type != TYPE_VLAN && type != TYPE_QINQ)
			break;
		if (tags == KXF_TAGS)
			return READ_BAD;
		tag = REACH(window, at, 4);
		id = GET16(tag) & 0xfff;
		if (!tags)
			packet->value[KXF_VLAN] = id;
		else if (tags == 1)
			packet->value[KXF_INNER_VLAN] = id;
		tags++;
		type = GET16(tag + 2);
		at += 4;
	}
	packet->at = at;
	packet->network = at;
	packet->value[KXF_LENGTH] = window->len - at > 65535 ? 65535 : window->len - at;
	return READ_ALL;
}

static __always_inline int read_packet(const struct window *window, __u32 tags,
				       struct kxf_packet *packet)
{
	__u32 at, type;
	int err = read_link(window, tags, packet);

	if (err)
		return err;
	/* All numbers of tags are the same for the verifier. */
	forget(packet);
	at = packet->at & 63;
	type = packet->value[KXF_ETHERTYPE];
	if (type == TYPE_IP4) {
		packet->value[KXF_FAMILY] = KXF_IP4;
		err = read_ip4(window, at, packet);
	} else if (type == TYPE_IP6) {
		packet->value[KXF_FAMILY] = KXF_IP6;
		err = read_ip6(window, at, packet);
	} else if (type == TYPE_ARP) {
		packet->value[KXF_FAMILY] = KXF_ARP;
		return read_arp(window, at, packet);
	} else {
		return READ_ALL;
	}
	if (err)
		return err;
	forget(packet);
	return read_ip(window, packet);
}

#endif
