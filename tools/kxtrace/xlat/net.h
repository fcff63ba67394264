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
extern const struct xlat scm_types, ip_cmsg_types;

extern const struct xlat packet_hardware, packet_types;
extern const struct xlat vsock_cids, vsock_ports;

#endif
