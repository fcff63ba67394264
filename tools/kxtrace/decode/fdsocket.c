/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets behind descriptors: their protocol, and both ends. */
#include "fd.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "../xlat/net.h"

/* Those that are told by name; the others are sockets, no more. */
static const struct {
	const char *name;
	bool ports;
} protocols[] = {
	{ "TCP", true }, { "UDP", true }, { "UDPLITE", true }, { "DCCP", true },
	{ "SCTP", true }, { "L2TP/IP", false }, { "PING", false }, { "RAW", true },
	{ "TCPv6", true }, { "UDPv6", true }, { "UDPLITEv6", true },
	{ "DCCPv6", true }, { "SCTPv6", true }, { "L2TP/IPv6", false },
	{ "PINGv6", false }, { "RAWv6", true },
};

/* -1: not one of these; else whether it has ports. */
static int inet_ports(const struct kxt_socket *sk)
{
	size_t i;

	if (sk->family != AF_INET && sk->family != AF_INET6)
		return -1;
	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (!strcmp(sk->proto, protocols[i].name))
			return protocols[i].ports;
	return -1;
}

static void out_end(struct out *o, int family, const void *addr, unsigned int port)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(family, addr, text, sizeof(text));
	out_str(o, family == AF_INET6 ? "[" : "");
	out_str(o, text);
	out_str(o, family == AF_INET6 ? "]:" : ":");
	out_udec(o, port);
}

static void out_inet(struct out *o, const struct kxt_socket *sk, bool ports,
		     uint64_t ino)
{
	static const uint8_t nowhere[16];
	int family = sk->family == AF_INET6 ? AF_INET6 : AF_INET;

	if (!sk->port || !ports) {
		out_udec(o, ino);
		return;
	}
	out_end(o, family, sk->addr, sk->port);
	if (!sk->peer_port && !memcmp(sk->peer_addr, nowhere, sizeof(nowhere)))
		return;
	out_mem(o, "->", 2);
	out_end(o, family, sk->peer_addr, sk->peer_port);
}

/* A path ends at its NUL; an abstract name begins with one. */
static void out_unix(struct out *o, const struct kxt_socket *sk, uint64_t ino,
		     const char *path, size_t len)
{
	out_udec(o, ino);
	if (sk->peer_ino) {
		out_mem(o, "->", 2);
		out_udec(o, sk->peer_ino);
	}
	if (sk->path_len < len)
		len = sk->path_len;
	if (!len)
		return;
	out_char(o, ',');
	if (!*path) {
		out_char(o, '@');
		path++;
		len--;
	}
	out_quoted(o, path, strnlen(path, len), false);
}

static void out_netlink(struct out *o, const struct kxt_socket *sk, uint64_t ino)
{
	const char *name = xlat_name(&netlink_protocols, sk->protocol);

	if (!sk->portid) {
		out_udec(o, ino);
	} else if (name) {
		out_str(o, name + strlen("NETLINK_"));
		out_char(o, ':');
		out_udec(o, sk->portid);
	} else {
		out_udec(o, sk->protocol);
	}
}

bool out_fd_socket(struct out *o, const struct kxt_fd *fd, const char *rest, size_t len)
{
	struct kxt_socket sk;
	int ports;

	if (len < sizeof(sk))
		return false;
	memcpy(&sk, rest, sizeof(sk));
	sk.proto[sizeof(sk.proto) - 1] = '\0';
	ports = inet_ports(&sk);
	if (ports < 0 && sk.family != AF_UNIX && sk.family != AF_NETLINK)
		return false;
	out_str(o, sk.proto);
	out_mem(o, ":[", 2);
	if (ports >= 0)
		out_inet(o, &sk, ports, fd->ino);
	else if (sk.family == AF_UNIX)
		out_unix(o, &sk, fd->ino, rest + sizeof(sk), len - sizeof(sk));
	else
		out_netlink(o, &sk, fd->ino);
	out_char(o, ']');
	return true;
}
