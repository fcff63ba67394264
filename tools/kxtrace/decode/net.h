/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets: addresses, options, messages. */
#ifndef KXTRACE_NET_H
#define KXTRACE_NET_H

#include "args.h"
#include "time.h"
#include "../xlat/net.h"

/* {sa_family=AF_INET, ...}; `len` bytes of it are there. */
void out_sockaddr(struct out *o, const void *addr, size_t len);
/* if_nametoindex("lo"), or the number where there is no such interface. */
void out_ifindex(struct out *o, uint32_t index);
/* The control data of a message, `len` bytes of `total` there, as a list. */
void out_control(struct out *o, const struct call *c, const void *data, size_t len,
		 uint64_t total, uint64_t addr, bool narrow);
void out_in_addr(struct out *o, const char *name, const void *addr);

arg_printer print_socket_type, print_protocol, print_socket_flags;
arg_printer print_sockaddr, print_sockaddr_out, print_addrlen;
arg_printer print_optname, print_optval_in, print_optval_out;
arg_printer print_msghdr, print_mmsghdr;

void note_recvmmsg(struct out *o, struct call *c);

#define SOCKADDR(n, len_arg)						\
	{ n, print_sockaddr, CAPTURE(SOCKADDR, IN, len_arg, 0),		\
	  .aux = (len_arg) }
#define SOCKADDR_OUT(n, len_arg)					\
	{ n, print_sockaddr_out, CAPTURE(SOCKADDR_OUT, OUT, len_arg, 0), \
	  .aux = (len_arg) }
/* The buffer's length; the kernel replaces it by the address's. */
#define ADDRLEN(n, addr_arg)						\
	{ n, print_addrlen, CAPTURE(FIXED, IN_OUT, KXT_FROM_NONE, 4),	\
	  .aux = (addr_arg) }
#define MSGHDR(n, when_, limit)						\
	{ n, print_msghdr, .op = { .kind = KXT_CAP_MSGHDR,		\
	  .when = (when_), .size_from = KXT_FROM_NONE,			\
	  .limit_from = (limit) } }
#define MMSGHDR(n, when, count)						\
	{ n, print_mmsghdr, CAPTURE(MMSGHDR, when, count, 0) }

#endif
