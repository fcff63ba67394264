/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of the socket options and protocols of the rarer families, by their numbers. */
#include <sys/socket.h>

#include "net.h"

XLAT(vsock_flags, "VMADDR_FLAG_???", { 1, "VMADDR_FLAG_TO_HOST" });

XLAT(xdp_flags, "XDP_???",
     { 1, "XDP_SHARED_UMEM" }, { 2, "XDP_COPY" }, { 4, "XDP_ZEROCOPY" },
     { 8, "XDP_USE_NEED_WAKEUP" });

XLAT(vsock_options, "SO_VM_???",
     { 0, "SO_VM_SOCKETS_BUFFER_SIZE" }, { 1, "SO_VM_SOCKETS_BUFFER_MIN_SIZE" },
     { 2, "SO_VM_SOCKETS_BUFFER_MAX_SIZE" }, { 3, "SO_VM_SOCKETS_PEER_HOST_VM_ID" },
     { 5, "SO_VM_SOCKETS_TRUSTED" }, { 6, "SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD" },
     { 7, "SO_VM_SOCKETS_NONBLOCK_TXRX" }, { 8, "SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW" });

XLAT(ax25_options, "AX25_???",
     { 1, "AX25_WINDOW" }, { 2, "AX25_T1" }, { 3, "AX25_N2" }, { 4, "AX25_T3" }, { 5, "AX25_T2" },
     { 6, "AX25_BACKOFF" }, { 7, "AX25_EXTSEQ" }, { 8, "AX25_PIDINCL" }, { 9, "AX25_IDLE" },
     { 10, "AX25_PACLEN" }, { 12, "AX25_IAMDIGI" }, { 25, "SO_BINDTODEVICE" });

XLAT(bluetooth_options, "BT_???",
     { 4, "BT_SECURITY" }, { 7, "BT_DEFER_SETUP" }, { 8, "BT_FLUSHABLE" }, { 9, "BT_POWER" },
     { 10, "BT_CHANNEL_POLICY" }, { 11, "BT_VOICE" }, { 12, "BT_SNDMTU" }, { 13, "BT_RCVMTU" });

XLAT(caif_options, "CAIFSO_???",
     { 127, "CAIFSO_LINK_SELECT" }, { 128, "CAIFSO_REQ_PARAM" }, { 129, "CAIFSO_RSP_PARAM" });

XLAT(can_raw_options, "CAN_RAW_???",
     { 1, "CAN_RAW_FILTER" }, { 2, "CAN_RAW_ERR_FILTER" }, { 3, "CAN_RAW_LOOPBACK" },
     { 4, "CAN_RAW_RECV_OWN_MSGS" }, { 5, "CAN_RAW_FD_FRAMES" }, { 6, "CAN_RAW_JOIN_FILTERS" });

XLAT(dccp_options, "DCCP_SOCKOPT_???",
     { 1, "DCCP_SOCKOPT_PACKET_SIZE" }, { 2, "DCCP_SOCKOPT_SERVICE" },
     { 3, "DCCP_SOCKOPT_CHANGE_L" }, { 4, "DCCP_SOCKOPT_CHANGE_R" },
     { 5, "DCCP_SOCKOPT_GET_CUR_MPS" }, { 6, "DCCP_SOCKOPT_SERVER_TIMEWAIT" },
     { 10, "DCCP_SOCKOPT_SEND_CSCOV" }, { 11, "DCCP_SOCKOPT_RECV_CSCOV" },
     { 12, "DCCP_SOCKOPT_AVAILABLE_CCIDS" }, { 13, "DCCP_SOCKOPT_CCID" },
     { 14, "DCCP_SOCKOPT_TX_CCID" }, { 15, "DCCP_SOCKOPT_RX_CCID" },
     { 16, "DCCP_SOCKOPT_QPOLICY_ID" }, { 17, "DCCP_SOCKOPT_QPOLICY_TXQLEN" },
     { 128, "DCCP_SOCKOPT_CCID_RX_INFO" }, { 192, "DCCP_SOCKOPT_CCID_TX_INFO" });

XLAT(ipx_options, "IPX_???",
     { 1, "IPX_TYPE" });

XLAT(irda_options, "IRLMP_???",
     { 1, "IRLMP_ENUMDEVICES" }, { 2, "IRLMP_IAS_SET" }, { 3, "IRLMP_IAS_QUERY" },
     { 4, "IRLMP_HINTS_SET" }, { 5, "IRLMP_QOS_SET" }, { 6, "IRLMP_QOS_GET" },
     { 7, "IRLMP_MAX_SDU_SIZE" }, { 8, "IRLMP_IAS_GET" }, { 9, "IRLMP_IAS_DEL" },
     { 10, "IRLMP_HINT_MASK_SET" }, { 11, "IRLMP_WAITDEVICE" });

XLAT(iucv_options, "SO_???",
     { 128, "SO_IPRMDATA_MSG" });

XLAT(kcm_options, "KCM_???",
     { 1, "KCM_RECV_DISABLE" });

XLAT(llc_options, "LLC_OPT_???",
     { 0, "LLC_OPT_UNKNOWN" }, { 1, "LLC_OPT_RETRY" }, { 2, "LLC_OPT_SIZE" },
     { 3, "LLC_OPT_ACK_TMR_EXP" }, { 4, "LLC_OPT_P_TMR_EXP" }, { 5, "LLC_OPT_REJ_TMR_EXP" },
     { 6, "LLC_OPT_BUSY_TMR_EXP" }, { 7, "LLC_OPT_TX_WIN" }, { 8, "LLC_OPT_RX_WIN" },
     { 9, "LLC_OPT_PKTINFO" });

XLAT(nfc_options, "NFC_LLCP_???",
     { 0, "NFC_LLCP_RW" }, { 1, "NFC_LLCP_MIUX" }, { 2, "NFC_LLCP_REMOTE_MIU" },
     { 3, "NFC_LLCP_REMOTE_LTO" }, { 4, "NFC_LLCP_REMOTE_RW" });

XLAT(pnpipe_options, "PNPIPE_???",
     { 1, "PNPIPE_ENCAP" }, { 2, "PNPIPE_IFINDEX" }, { 3, "PNPIPE_HANDLE" },
     { 4, "PNPIPE_INITSTATE" });

XLAT(pppol2tp_options, "PPPOL2TP_SO_???",
     { 1, "PPPOL2TP_SO_DEBUG" }, { 2, "PPPOL2TP_SO_RECVSEQ" }, { 3, "PPPOL2TP_SO_SENDSEQ" },
     { 4, "PPPOL2TP_SO_LNSMODE" }, { 5, "PPPOL2TP_SO_REORDERTO" });

XLAT(rds_options, "RDS_???",
     { 1, "RDS_CANCEL_SENT_TO" }, { 2, "RDS_GET_MR" }, { 3, "RDS_FREE_MR" }, { 4, "RDS_BARRIER" },
     { 5, "RDS_RECVERR" }, { 6, "RDS_CONG_MONITOR" }, { 7, "RDS_GET_MR_FOR_DEST" },
     { 8, "SO_RDS_TRANSPORT" }, { 10, "SO_RDS_MSG_RXPATH_LATENCY" }, { 29, "SO_TIMESTAMP_OLD" });

XLAT(rxrpc_options, "RXRPC_???",
     { 1, "RXRPC_SECURITY_KEY" }, { 2, "RXRPC_SECURITY_KEYRING" },
     { 3, "RXRPC_EXCLUSIVE_CONNECTION" }, { 4, "RXRPC_MIN_SECURITY_LEVEL" },
     { 5, "RXRPC_UPGRADEABLE_SERVICE" }, { 6, "RXRPC_SUPPORTED_CMSG" });

XLAT(sctp_options, "SCTP_???",
     { 0, "SCTP_RTOINFO" }, { 1, "SCTP_ASSOCINFO" }, { 2, "SCTP_INITMSG" }, { 3, "SCTP_NODELAY" },
     { 4, "SCTP_AUTOCLOSE" }, { 5, "SCTP_SET_PEER_PRIMARY_ADDR" }, { 6, "SCTP_PRIMARY_ADDR" },
     { 7, "SCTP_ADAPTATION_LAYER" }, { 8, "SCTP_DISABLE_FRAGMENTS" },
     { 9, "SCTP_PEER_ADDR_PARAMS" }, { 10, "SCTP_DEFAULT_SEND_PARAM" }, { 11, "SCTP_EVENTS" },
     { 12, "SCTP_I_WANT_MAPPED_V4_ADDR" }, { 13, "SCTP_MAXSEG" }, { 14, "SCTP_STATUS" },
     { 15, "SCTP_GET_PEER_ADDR_INFO" }, { 16, "SCTP_DELAYED_SACK" }, { 17, "SCTP_CONTEXT" },
     { 18, "SCTP_FRAGMENT_INTERLEAVE" }, { 19, "SCTP_PARTIAL_DELIVERY_POINT" },
     { 20, "SCTP_MAX_BURST" }, { 21, "SCTP_AUTH_CHUNK" }, { 22, "SCTP_HMAC_IDENT" },
     { 23, "SCTP_AUTH_KEY" }, { 24, "SCTP_AUTH_ACTIVE_KEY" }, { 25, "SCTP_AUTH_DELETE_KEY" },
     { 26, "SCTP_PEER_AUTH_CHUNKS" }, { 27, "SCTP_LOCAL_AUTH_CHUNKS" },
     { 28, "SCTP_GET_ASSOC_NUMBER" }, { 29, "SCTP_GET_ASSOC_ID_LIST" },
     { 30, "SCTP_AUTO_ASCONF" }, { 31, "SCTP_PEER_ADDR_THLDS" }, { 32, "SCTP_RECVRCVINFO" },
     { 33, "SCTP_RECVNXTINFO" }, { 34, "SCTP_DEFAULT_SNDINFO" },
     { 35, "SCTP_AUTH_DEACTIVATE_KEY" }, { 36, "SCTP_REUSE_PORT" },
     { 37, "SCTP_PEER_ADDR_THLDS_V2" }, { 100, "SCTP_SOCKOPT_BINDX_ADD" },
     { 101, "SCTP_SOCKOPT_BINDX_REM" }, { 102, "SCTP_SOCKOPT_PEELOFF" },
     { 103, "SCTP_GET_PEER_ADDRS_NUM_OLD" }, { 104, "SCTP_GET_PEER_ADDRS_OLD" },
     { 105, "SCTP_GET_LOCAL_ADDRS_NUM_OLD" }, { 106, "SCTP_GET_LOCAL_ADDRS_OLD" },
     { 107, "SCTP_SOCKOPT_CONNECTX_OLD" }, { 108, "SCTP_GET_PEER_ADDRS" },
     { 109, "SCTP_GET_LOCAL_ADDRS" }, { 110, "SCTP_SOCKOPT_CONNECTX" },
     { 111, "SCTP_SOCKOPT_CONNECTX3" }, { 112, "SCTP_GET_ASSOC_STATS" },
     { 113, "SCTP_PR_SUPPORTED" }, { 114, "SCTP_DEFAULT_PRINFO" },
     { 115, "SCTP_PR_ASSOC_STATUS" }, { 116, "SCTP_PR_STREAM_STATUS" },
     { 117, "SCTP_RECONFIG_SUPPORTED" }, { 118, "SCTP_ENABLE_STREAM_RESET" },
     { 119, "SCTP_RESET_STREAMS" }, { 120, "SCTP_RESET_ASSOC" }, { 121, "SCTP_ADD_STREAMS" },
     { 122, "SCTP_SOCKOPT_PEELOFF_FLAGS" }, { 123, "SCTP_STREAM_SCHEDULER" },
     { 124, "SCTP_STREAM_SCHEDULER_VALUE" }, { 125, "SCTP_INTERLEAVING_SUPPORTED" },
     { 126, "SCTP_SENDMSG_CONNECT" }, { 127, "SCTP_EVENT" }, { 128, "SCTP_ASCONF_SUPPORTED" },
     { 129, "SCTP_AUTH_SUPPORTED" }, { 130, "SCTP_ECN_SUPPORTED" },
     { 131, "SCTP_EXPOSE_POTENTIALLY_FAILED_STATE" }, { 132, "SCTP_REMOTE_UDP_ENCAPS_PORT" },
     { 133, "SCTP_PLPMTUD_PROBE_INTERVAL" });

XLAT(tipc_options, "TIPC_???",
     { 127, "TIPC_IMPORTANCE" }, { 128, "TIPC_SRC_DROPPABLE" }, { 129, "TIPC_DEST_DROPPABLE" },
     { 130, "TIPC_CONN_TIMEOUT" }, { 131, "TIPC_NODE_RECVQ_DEPTH" },
     { 132, "TIPC_SOCK_RECVQ_DEPTH" }, { 133, "TIPC_MCAST_BROADCAST" },
     { 134, "TIPC_MCAST_REPLICAST" }, { 135, "TIPC_GROUP_JOIN" }, { 136, "TIPC_GROUP_LEAVE" },
     { 137, "TIPC_SOCK_RECVQ_USED" }, { 138, "TIPC_NODELAY" });

XLAT(tls_options, "TLS_???",
     { 1, "TLS_TX" }, { 2, "TLS_RX" });

XLAT(xdp_options, "XDP_???",
     { 1, "XDP_MMAP_OFFSETS" }, { 2, "XDP_RX_RING" }, { 3, "XDP_TX_RING" }, { 4, "XDP_UMEM_REG" },
     { 5, "XDP_UMEM_FILL_RING" }, { 6, "XDP_UMEM_COMPLETION_RING" }, { 7, "XDP_STATISTICS" },
     { 8, "XDP_OPTIONS" });

XLAT(irda_protocols, "IRDAPROTO_???",
     { 1, "CAN_RAW" }, { 2, "CAN_BCM" }, { 3, "CAN_TP16" }, { 4, "CAN_TP20" }, { 5, "CAN_MCNET" },
     { 6, "CAN_ISOTP" }, { 7, "CAN_J1939" });

XLAT(isdn_protocols, "ISDN_P_???",
     { 0, "ISDN_P_BASE" }, { 1, "ISDN_P_TE_S0" }, { 2, "ISDN_P_NT_S0" }, { 3, "ISDN_P_TE_E1" },
     { 4, "ISDN_P_NT_E1" }, { 16, "ISDN_P_LAPD_TE" }, { 17, "ISDN_P_LAPD_NT" },
     { 33, "ISDN_P_B_RAW" }, { 34, "ISDN_P_B_HDLC" }, { 35, "ISDN_P_B_X75SLP" },
     { 36, "ISDN_P_B_L2DTMF" }, { 37, "ISDN_P_B_L2DSP" }, { 38, "ISDN_P_B_L2DSPHDLC" });

XLAT(kcm_protocols, "KCMPROTO_???",
     { 0, "KCMPROTO_CONNECTED" });

XLAT(nfc_protocols, "NFC_SOCKPROTO_???",
     { 0, "NFC_SOCKPROTO_RAW" }, { 1, "NFC_SOCKPROTO_LLCP" });

XLAT(phonet_protocols, "PN_PROTO_???",
     { 0, "PN_PROTO_TRANSPORT" }, { 1, "PN_PROTO_PHONET" }, { 2, "PN_PROTO_PIPE" });

XLAT(smc_protocols, "SMCPROTO_???",
     { 0, "SMCPROTO_SMC" }, { 1, "SMCPROTO_SMC6" });

XLAT(ax25_protocols, "AX25_P_???",
     { 1, "AX25_P_ROSE" }, { 6, "AX25_P_VJCOMP" }, { 7, "AX25_P_VJUNCOMP" },
     { 8, "AX25_P_SEGMENT" }, { 195, "AX25_P_TEXNET" }, { 196, "AX25_P_LQ" },
     { 202, "AX25_P_ATALK" }, { 203, "AX25_P_ATALK_ARP" }, { 204, "AX25_P_IP" },
     { 205, "AX25_P_ARP" }, { 206, "AX25_P_FLEXNET" }, { 207, "AX25_P_NETROM" },
     { 240, "AX25_P_TEXT" });

XLAT(ip_set_tables, "IP_???",
     { 64, "IPT_SO_SET_REPLACE" }, { 65, "IPT_SO_SET_ADD_COUNTERS" },
     { 96, "ARPT_SO_SET_REPLACE" }, { 97, "ARPT_SO_SET_ADD_COUNTERS" },
     { 128, "EBT_SO_SET_ENTRIES" }, { 129, "EBT_SO_SET_COUNTERS" });

XLAT(ip_get_tables, "IP_???",
     { 64, "IPT_SO_GET_INFO" }, { 65, "IPT_SO_GET_ENTRIES" }, { 66, "IPT_SO_GET_REVISION_MATCH" },
     { 67, "IPT_SO_GET_REVISION_TARGET" }, { 96, "ARPT_SO_GET_INFO" },
     { 97, "ARPT_SO_GET_ENTRIES" }, { 99, "ARPT_SO_GET_REVISION_TARGET" },
     { 128, "EBT_SO_GET_INFO" }, { 129, "EBT_SO_GET_ENTRIES" }, { 130, "EBT_SO_GET_INIT_INFO" },
     { 131, "EBT_SO_GET_INIT_ENTRIES" });

XLAT(ipv6_set_tables, "IP_???",
     { 64, "IP6T_SO_SET_REPLACE" }, { 65, "IP6T_SO_SET_ADD_COUNTERS" });

XLAT(ipv6_get_tables, "IP_???",
     { 64, "IP6T_SO_GET_INFO" }, { 65, "IP6T_SO_GET_ENTRIES" },
     { 68, "IP6T_SO_GET_REVISION_MATCH" }, { 69, "IP6T_SO_GET_REVISION_TARGET" });

/* Options by level; those of the filters differ between setting and getting. */
const struct sockopt_level sockopt_levels[] = {
	{ 1, &sol_socket_options },
	{ 0, &ip_options },
	{ 6, &tcp_options },
	{ 17, &udp_options },
	{ 41, &ipv6_options },
	{ 255, &raw_options },
	{ 263, &packet_options },
	{ 270, &netlink_options },
	{ 279, &alg_options },
	{ 40, &vsock_options },
	{ 101, &can_raw_options },
	{ 132, &sctp_options },
	{ 256, &ipx_options },
	{ 257, &ax25_options },
	{ 266, &irda_options },
	{ 268, &llc_options },
	{ 269, &dccp_options },
	{ 271, &tipc_options },
	{ 272, &rxrpc_options },
	{ 273, &pppol2tp_options },
	{ 274, &bluetooth_options },
	{ 275, &pnpipe_options },
	{ 276, &rds_options },
	{ 277, &iucv_options },
	{ 278, &caif_options },
	{ 280, &nfc_options },
	{ 281, &kcm_options },
	{ 282, &tls_options },
	{ 283, &xdp_options },
};

const unsigned int nr_sockopt_levels = sizeof(sockopt_levels) / sizeof(sockopt_levels[0]);
