/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The calls of i386 that carry another one within: for both halves of the program. */
#ifndef KXTRACE_WITHIN_H
#define KXTRACE_WITHIN_H

#include "../kxtrace.h"

#define WITHIN(call)	(KXT_WITHIN + KXT_WITHIN_##call)

/* By the first argument of socketcall; its second points to the arguments. */
static const struct {
	__u32 nr;
	__u32 nr_args;
} socketcalls[] = {
	{ 0, 0 },
	{ 359 /* socket */, 3 }, { 361 /* bind */, 3 },
	{ 362 /* connect */, 3 }, { 363 /* listen */, 2 },
	{ WITHIN(ACCEPT), 3 }, { 367 /* getsockname */, 3 },
	{ 368 /* getpeername */, 3 }, { 360 /* socketpair */, 4 },
	{ WITHIN(SEND), 4 }, { WITHIN(RECV), 4 },
	{ 369 /* sendto */, 6 }, { 371 /* recvfrom */, 6 },
	{ 373 /* shutdown */, 2 }, { 366 /* setsockopt */, 5 },
	{ 365 /* getsockopt */, 5 }, { 370 /* sendmsg */, 3 },
	{ 372 /* recvmsg */, 3 }, { 364 /* accept4 */, 4 },
	{ 337 /* recvmmsg */, 5 }, { 345 /* sendmmsg */, 4 },
};

#define NR_SOCKETCALLS	(sizeof(socketcalls) / sizeof(socketcalls[0]))

/*
 * By the first argument of ipc, without its version; which of its arguments
 * become which, a digit each from the last to the first, 0 for none.
 */
static const struct {
	__u32 nr;
	__u32 order;
} ipc_calls[] = {
	[1] = { WITHIN(SEMOP), 0x352 },
	[2] = { 393 /* semget */, 0x432 },
	[3] = { WITHIN(SEMCTL), 0x5432 },
	[4] = { WITHIN(SEMTIMEDOP), 0x6352 },
	[11] = { 400 /* msgsnd */, 0x4352 },
	[12] = { 401 /* msgrcv */, 0x46352 },
	[13] = { 399 /* msgget */, 0x32 },
	[14] = { 402 /* msgctl */, 0x532 },
	[21] = { WITHIN(SHMAT), 0x4352 },
	[22] = { 398 /* shmdt */, 0x5 },
	[23] = { 395 /* shmget */, 0x432 },
	[24] = { 396 /* shmctl */, 0x532 },
};

#define NR_IPC_CALLS	(sizeof(ipc_calls) / sizeof(ipc_calls[0]))
#define KXT_MAX_WITHIN	32	/* the first arguments of these are below */

/* The number of the call within, by the first argument; 0: it is the call itself. */
static inline __u32 kxt_call_within(__u32 nr, __u32 first)
{
	if (nr == I386_OLD_MMAP)
		return WITHIN(MMAP);
	if (nr == I386_OLD_SELECT)
		return WITHIN(SELECT);
	if (nr == I386_SOCKETCALL && first < NR_SOCKETCALLS)
		return socketcalls[first].nr;
	if (nr == I386_IPC && first < NR_IPC_CALLS)
		return ipc_calls[first].nr;
	return 0;
}

#endif
