/* SPDX-License-Identifier: GPL-2.0-only */
/* Names around shared memory, semaphores, message queues and futexes. */
#include "ipc.h"

#include <linux/futex.h>
#include <linux/msg.h>
#include <linux/sem.h>
#include <linux/shm.h>

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2	13
#endif
#ifndef FUTEX_32
#define FUTEX_32	2
#endif

XLAT(shmget_flags, NULL,
     X(IPC_CREAT), X(IPC_EXCL), X(SHM_HUGETLB), X(SHM_NORESERVE));

XLAT(semget_flags, NULL, X(IPC_CREAT), X(IPC_EXCL), X(IPC_NOWAIT));

XLAT(msgget_flags, NULL, X(IPC_CREAT), X(IPC_EXCL), X(IPC_NOWAIT));

XLAT(shmat_flags, "SHM_???",
     X(SHM_RDONLY), X(SHM_RND), X(SHM_REMAP), X(SHM_EXEC));

XLAT(semop_flags, "SEM_???", X(SEM_UNDO), X(IPC_NOWAIT));

XLAT(msgop_flags, "MSG_???",
     X(MSG_NOERROR), X(MSG_EXCEPT), X(MSG_COPY), X(IPC_NOWAIT));

XLAT(shmctl_cmds, "SHM_???",
     X(IPC_RMID), X(IPC_SET), X(IPC_STAT), X(IPC_INFO), X(SHM_LOCK),
     X(SHM_UNLOCK), X(SHM_STAT), X(SHM_INFO), X(SHM_STAT_ANY));

XLAT(semctl_cmds, "SEM_???",
     X(IPC_RMID), X(IPC_SET), X(IPC_STAT), X(IPC_INFO), X(GETPID), X(GETVAL),
     X(GETALL), X(GETNCNT), X(GETZCNT), X(SETVAL), X(SETALL), X(SEM_STAT),
     X(SEM_INFO), X(SEM_STAT_ANY));

XLAT(msgctl_cmds, "MSG_???",
     X(IPC_RMID), X(IPC_SET), X(IPC_STAT), X(IPC_INFO), X(MSG_STAT),
     X(MSG_INFO), X(MSG_STAT_ANY));

XLAT(futex_cmds, "FUTEX_???",
     X(FUTEX_WAIT), X(FUTEX_WAKE), X(FUTEX_FD), X(FUTEX_REQUEUE),
     X(FUTEX_CMP_REQUEUE), X(FUTEX_WAKE_OP), X(FUTEX_LOCK_PI),
     X(FUTEX_UNLOCK_PI), X(FUTEX_TRYLOCK_PI), X(FUTEX_WAIT_BITSET),
     X(FUTEX_WAKE_BITSET), X(FUTEX_WAIT_REQUEUE_PI), X(FUTEX_CMP_REQUEUE_PI),
     X(FUTEX_LOCK_PI2));

XLAT(futex_wake_ops, "FUTEX_OP_???",
     X(FUTEX_OP_SET), X(FUTEX_OP_ADD), X(FUTEX_OP_OR), X(FUTEX_OP_ANDN),
     X(FUTEX_OP_XOR));

XLAT(futex_wake_cmps, "FUTEX_OP_CMP_???",
     X(FUTEX_OP_CMP_EQ), X(FUTEX_OP_CMP_NE), X(FUTEX_OP_CMP_LT),
     X(FUTEX_OP_CMP_LE), X(FUTEX_OP_CMP_GT), X(FUTEX_OP_CMP_GE));

XLAT(futex_waitv_flags, "FUTEX_???", X(FUTEX_32), X(FUTEX_PRIVATE_FLAG));
