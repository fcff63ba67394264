/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared memory, semaphores, message queues, futexes. */
#ifndef KXTRACE_IPC_H
#define KXTRACE_IPC_H

#include "args.h"
#include "file.h"
#include "process.h"
#include "time.h"
#include "../xlat/ipc.h"

struct kfutex_waitv {
	uint64_t val;
	uint64_t uaddr;
	uint32_t flags;
	uint32_t reserved;
};

struct ksembuf {
	uint16_t num;
	int16_t op;
	int16_t flags;
};

struct kmq_attr {
	int64_t flags;
	int64_t maxmsg;
	int64_t msgsize;
	int64_t curmsgs;
	int64_t reserved[4];
};

arg_printer print_ipc_key, print_ipc_flags, print_ipc_cmd;
arg_printer print_shm_struct, print_sem_arg, print_msq_struct;
arg_printer print_sembufs, print_msgbuf_in, print_msgbuf_out;
arg_printer print_mq_attr, print_mq_open_attr;
arg_printer print_futex_op, print_futex_val, print_futex_timeout;
arg_printer print_futex_addr2, print_futex_val3, print_futex_waitv;

#define IPC_KEY(n)	{ n, print_ipc_key }
#define IPC_FLAGS(n, x)	{ n, print_ipc_flags, .xlat = &(x) }
#define IPC_CMD(n, x)	{ n, print_ipc_cmd, .xlat = &(x) }
/* The command decides which structure it is; this is the longest. */
#define IPC_STRUCT(n, printer, size)					\
	{ n, printer, CAPTURE(FIXED, IN, KXT_FROM_NONE, size) }
/* A type, then the text, of which as much as -s shows by default. */
#define MSGBUF(n, printer, when)					\
	{ n, printer, CAPTURE(FIXED, when, KXT_FROM_NONE, 8 + 32) }
#define MQ_ATTR(n, when)						\
	STRUCT(n, print_mq_attr, when, struct kmq_attr)

#endif
