/* SPDX-License-Identifier: GPL-2.0-only */
/* File descriptors: commands, waiting, watching, copying, rings. */
#ifndef KXTRACE_DESC_H
#define KXTRACE_DESC_H

#include <poll.h>
#include <sys/epoll.h>

#include "../xlat/desc.h"
#include "fields.h"
#include "file.h"
#include "ioctl.h"
#include "sigset.h"
#include "time.h"
#include "../xlat/time.h"

/* fcntl: `cmd` is the argument before, the longest structure a lock. */
arg_printer print_fcntl_arg;
void note_fcntl(struct out *o, struct call *c);
#define FCNTL_ARG(n)	{ n, print_fcntl_arg, CAPTURE(FIXED, IN, KXT_FROM_NONE, 32) }

arg_printer print_copy_offset;		/* [0] => [5] */
#define COPY_OFFSET(n)	{ n, print_copy_offset, CAPTURE(FIXED, IN_OUT, KXT_FROM_NONE, 8) }
/* The high half of a position: 64 bits have it in the argument before. */
arg_printer print_nothing;
#define NOTHING(n)	{ n, print_nothing }

/* select: the sets have as many bits as the first argument says. */
arg_printer print_fd_set, print_select_time, print_pselect_time;
arg_printer print_sigset_argpack;
void note_select(struct out *o, struct call *c);
void note_pselect(struct out *o, struct call *c);
#define FD_SET_ARG(n)	{ n, print_fd_set, CAPTURE(BITS, IN_OUT, 0, 0) }
#define SELECT_TIME(n)	STRUCT(n, print_select_time, IN_OUT, struct ktimespec)
#define PSELECT_TIME(n)	STRUCT(n, print_pselect_time, IN_OUT, struct ktimespec)
/* A pointer to a sigset and its size, which were too much for six registers. */
#define SIGSET_ARGPACK(n)						\
	{ n, print_sigset_argpack, .op = { .kind = KXT_CAP_LINKED,	\
	  .when = IN, .size_from = KXT_FROM_NONE, .limit_from = 1, .size = 16 } }

arg_printer print_pollfds;
void note_poll(struct out *o, struct call *c);
#define POLLFDS(n, from) ARRAY(n, print_pollfds, IN, from, struct pollfd)

arg_printer print_epoll_event, print_epoll_events;
#define EPOLL_EVENT(n)	STRUCT(n, print_epoll_event, IN, struct epoll_event)
#define EPOLL_EVENTS(n)	ARRAY(n, print_epoll_events, OUT, FROM_RET, struct epoll_event)

/* Filled by the kernel; if it failed, the addresses are still shown. */
#define IOVEC_READ(n, from)						\
	{ n, print_iovec, .op = { .kind = KXT_CAP_IOVEC, .when = IN,	\
	  .size_from = (from), .limit_from = KXT_FROM_RET } }

arg_printer print_fan_init, print_fan_fd;
#define FAN_INIT(n)	{ n, print_fan_init }
#define FAN_FD(n)	{ n, print_fan_fd }

#define AIO_IOCB_LEN	64
#define AIO_EVENT_LEN	32
arg_printer print_aio_context_out;
arg_printer print_aio_requests, print_aio_iocb, print_aio_events;
#define AIO_CONTEXT(n)	{ n, print_addr }
#define AIO_CONTEXT_OUT(n) { n, print_aio_context_out, CAPTURE(FIXED, OUT, KXT_FROM_NONE, 8) }
#define AIO_REQUESTS(n, from) { n, print_aio_requests, CAPTURE(IOCBS, IN_APART, from, 8) }
#define AIO_IOCB(n)	{ n, print_aio_iocb, CAPTURE(FIXED, IN, KXT_FROM_NONE, AIO_IOCB_LEN) }
#define AIO_EVENTS(n)	{ n, print_aio_events, CAPTURE(ARRAY, OUT, FROM_RET, AIO_EVENT_LEN) }

arg_printer print_cache_range, print_cache_stat;
arg_printer print_uring_params, print_uring_register_arg;
#define URING_PARAMS_LEN 120
#define URING_PARAMS(n)	\
	{ n, print_uring_params,	\
	  CAPTURE(FIXED, IN_OUT, KXT_FROM_NONE, URING_PARAMS_LEN) }
/* As many as are shown of the largest; what is behind fewer may not be there. */
#define URING_REGISTER_LEN 528
#define URING_REGISTER_ARG(n)	\
	{ n, print_uring_register_arg,	\
	  CAPTURE(FIXED, IN_OUT, KXT_FROM_NONE, URING_REGISTER_LEN) }
void out_uring_op(struct out *o, unsigned int op);

#endif
