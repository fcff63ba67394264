/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads the headers that have ports, flags, types. */
#ifndef KXFILTER_TRANSPORT_H
#define KXFILTER_TRANSPORT_H

#include "window.h"

static __always_inline bool has_ports(__u32 protocol)
{
	return protocol == PROTO_TCP || protocol == PROTO_UDP || protocol == PROTO_UDPLITE ||
	       protocol == PROTO_SCTP || protocol == PROTO_DCCP;
}

static __always_inline int read_tcp(const struct window *window, __u32 at, __u32 rest,
				    struct kxf_packet *packet)
{
	__u8 *tcp = REACH(window, at, 20);
	__u32 len = tcp[12] >> 4 << 2;

	if (len < 20 || len > rest)
		return READ_BAD;
	packet->value[KXF_TCP_FLAGS] = tcp[13];
	return READ_ALL;
}

/* A first fragment says how long all is: more than there is of it. */
static __always_inline int read_udp(const struct window *window, __u32 at, __u32 rest,
				    struct kxf_packet *packet)
{
	__u8 *udp = REACH(window, at, 8);
	__u32 len = GET16(udp + 4);

	if (!len && window->merged)
		return READ_ALL;
	if (len < 8 || (len > rest && packet->value[KXF_FRAGMENT] == KXF_WHOLE))
		return READ_BAD;
	return READ_ALL;
}

/* 0 says: all of it is covered by the checksum. */
static __always_inline int read_udplite(const struct window *window, __u32 at, __u32 rest,
					struct kxf_packet *packet)
{
	__u8 *udp = REACH(window, at, 8);
	__u32 covered = GET16(udp + 4);

	if (covered && (covered < 8 ||
	    (covered > rest && packet->value[KXF_FRAGMENT] == KXF_WHOLE)))
		return READ_BAD;
	return READ_ALL;
}

static __always_inline int read_dccp(const struct window *window, __u32 at, __u32 rest)
{
	__u8 *dccp = REACH(window, at, 12);
	__u32 len = dccp[4] * 4;

	return len < 12 || len > rest ? READ_BAD : READ_ALL;
}

static __always_inline int read_icmp(const struct window *window, __u32 at,
				     struct kxf_packet *packet)
{
	__u8 *icmp = REACH(window, at, 4);

	packet->value[KXF_ICMP] = icmp[0] << 8 | icmp[1];
	return READ_ALL;
}

static __always_inline __u32 least_header(__u32 protocol, __u32 family)
{
	if (protocol == PROTO_TCP)
		return 20;
	if (protocol == PROTO_UDP || protocol == PROTO_UDPLITE)
		return 8;
	if (protocol == PROTO_SCTP || protocol == PROTO_DCCP)
		return 12;
	if (protocol == PROTO_ICMP && family == KXF_IP4)
		return 8;
	return protocol == PROTO_ICMP6 && family == KXF_IP6 ? 4 : 0;
}

static __always_inline int read_transport(const struct window *window, struct kxf_packet *packet)
{
	__u32 protocol = packet->value[KXF_PROTOCOL], at = packet->at, rest = packet->end - at;
	__u32 least = least_header(protocol, packet->value[KXF_FAMILY]);
	int result = READ_ALL;
	__u8 *ports;

	if (!least)
		return READ_ALL;
	if (rest < least || at > KXF_HEADERS)
		return READ_BAD;
	if (!has_ports(protocol))
		return read_icmp(window, at, packet);
	if (protocol == PROTO_TCP)
		result = read_tcp(window, at, rest, packet);
	else if (protocol == PROTO_UDP)
		result = read_udp(window, at, rest, packet);
	else if (protocol == PROTO_UDPLITE)
		result = read_udplite(window, at, rest, packet);
	else if (protocol == PROTO_DCCP)
		result = read_dccp(window, at, rest);
	if (result)
		return result;
	ports = REACH(window, at, 4);
	packet->value[KXF_SOURCE_PORT] = GET16(ports);
	packet->value[KXF_DESTINATION_PORT] = GET16(ports + 2);
	return READ_ALL;
}

#endif
