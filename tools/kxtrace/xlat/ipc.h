/* SPDX-License-Identifier: GPL-2.0-only */
/* Names around shared memory, semaphores, message queues and futexes. */
#ifndef KXTRACE_XLAT_IPC_H
#define KXTRACE_XLAT_IPC_H

#include "../xlat.h"

extern const struct xlat shmget_flags, semget_flags, msgget_flags;
extern const struct xlat shmat_flags, semop_flags, msgop_flags;
extern const struct xlat shmctl_cmds, semctl_cmds, msgctl_cmds;
extern const struct xlat futex_cmds, futex_wake_ops, futex_wake_cmps;
extern const struct xlat futex_waitv_flags;

#endif
