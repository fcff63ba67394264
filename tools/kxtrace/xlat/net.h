/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of address families, protocols, message flags and socket options. */
#ifndef KXTRACE_XLAT_NET_H
#define KXTRACE_XLAT_NET_H

#include "../xlat.h"

extern const struct xlat address_families, socket_types, socket_type_flags;
extern const struct xlat inet_protocols, netlink_protocols, packet_protocols;
extern const struct xlat bluetooth_protocols, can_protocols, caif_protocols;
extern const struct xlat shutdown_how, msg_flags;

extern const struct xlat socket_levels, cmsg_levels;
extern const struct xlat sol_socket_options, ip_options, tcp_options;
extern const struct xlat udp_options, ipv6_options, netlink_options;
extern const struct xlat packet_options, raw_options, alg_options;
struct sockopt_level {
	int level;
	const struct xlat *options;
};

extern const struct sockopt_level sockopt_levels[];
extern const unsigned int nr_sockopt_levels;
extern const struct xlat ip_set_tables, ip_get_tables, ipv6_set_tables, ipv6_get_tables;
extern const struct xlat vsock_options, ax25_options, bluetooth_options, caif_options;
extern const struct xlat can_raw_options, dccp_options, ipx_options, irda_options, iucv_options;
extern const struct xlat kcm_options, llc_options, nfc_options, pnpipe_options, pppol2tp_options;
extern const struct xlat rds_options, rxrpc_options, sctp_options, tipc_options, tls_options;
extern const struct xlat xdp_options;
extern const struct xlat irda_protocols, isdn_protocols, kcm_protocols, nfc_protocols;
extern const struct xlat phonet_protocols, smc_protocols, ax25_protocols;
extern const struct xlat scm_types, ip_cmsg_types;

extern const struct xlat vsock_flags, xdp_flags;
extern const struct xlat packet_hardware, packet_types;
extern const struct xlat vsock_cids, vsock_ports;

#endif
