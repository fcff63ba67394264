/* SPDX-License-Identifier: GPL-2.0-only */
/* Making sockets: types and the protocols of each family. */
#include "net.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "member.h"

#define TYPE_MASK	0xf

void print_socket_type(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	uint32_t type = c->rec->args[i] & TYPE_MASK;
	uint32_t flags = c->rec->args[i] & ~(uint32_t)TYPE_MASK;
	const char *name = xlat_name(&socket_types, type);

	(void)arg;
	if (name)
		out_name_hex(o, type, name);
	else if (!flags && type)
		out_unknown(o, type, "SOCK_???");
	else if (!flags)
		out_char(o, '0');
	if (!flags)
		return;
	if (name)
		out_char(o, '|');
	xlat_flags(o, &socket_type_flags, name ? flags : flags | type);
}

void print_socket_flags(struct out *o, const struct call *c, unsigned int i,
			const struct arg *arg)
{
	(void)arg;
	xlat_flags(o, &socket_type_flags, (uint32_t)c->rec->args[i]);
}

/* In the order of the bytes on the wire. */
static void out_packet_protocol(struct out *o, uint32_t protocol)
{
	uint16_t host = ntohs(protocol);
	const char *name = xlat_name(&packet_protocols, host);

	out_str(o, "htons(");
	if (name)
		out_name_hex(o, host, name);
	else
		out_unknown(o, host, "ETH_P_???");
	out_char(o, ')');
}

static const struct {
	int family;
	const struct xlat *protocols;
} protocols_by_family[] = {
	{ AF_INET, &inet_protocols },
	{ AF_INET6, &inet_protocols },
	{ AF_NETLINK, &netlink_protocols },
	{ AF_BLUETOOTH, &bluetooth_protocols },
	{ AF_CAN, &can_protocols },
	{ AF_CAIF, &caif_protocols },
	{ AF_IRDA, &irda_protocols },
	{ AF_ISDN, &isdn_protocols },
	{ AF_KCM, &kcm_protocols },
	{ AF_NFC, &nfc_protocols },
	{ AF_PHONET, &phonet_protocols },
	{ AF_SMC, &smc_protocols },
	{ AF_RXRPC, &address_families },
};

void print_protocol(struct out *o, const struct call *c, unsigned int i,
		    const struct arg *arg)
{
	uint32_t protocol = c->rec->args[i];
	int family = c->rec->args[0];
	size_t n;

	(void)arg;
	if (family == AF_PACKET) {
		out_packet_protocol(o, protocol);
		return;
	}
	if (family == AF_AX25) {
		const char *name = xlat_name(&ax25_protocols, protocol);

		out_unknown(o, protocol, name ? name : "AX25_P_???");
		return;
	}
	for (n = 0; n < sizeof(protocols_by_family) /
			sizeof(protocols_by_family[0]); n++) {
		if (protocols_by_family[n].family == family) {
			xlat_value(o, protocols_by_family[n].protocols,
				   protocol);
			return;
		}
	}
	out_udec(o, c->rec->args[i]);
}
