/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel half, from user space: loaded, attached, asked, taken away. */
#ifndef KXTRACE_SESSION_H
#define KXTRACE_SESSION_H

#include <kx/kx.h>

#include "options.h"

/* What session_attach_tasks() found, in the order of their numbers. */
typedef void attached_fn(void *ctx, const struct kxt_attached *attached);

struct session;

/*
 * Loads what the options need and attaches it; no task is traced yet. On
 * failure one sentence has been printed. The programs live as long as the
 * process: they are held by its descriptors, nothing is pinned.
 */
int session_open(struct session **out, struct kx *kx,
		 const struct options *opt, kx_ring_fn fn, void *ctx);
void session_close(struct session *session);

/* Traces our own child, from its execve on. */
int session_start_child(struct session *session, pid_t pid);
/* Traces a running task, or with -f all threads of its process. */
int session_attach_task(struct session *session, pid_t pid,
			attached_fn *attached, void *ctx);

struct kx_ring *session_ring(struct session *session);
/* Tasks that are traced and have not ended. */
uint32_t session_live_tasks(const struct session *session);
/*
 * From now on the next record wakes who waits on the ring's descriptor. Look
 * at the ring once more before sleeping.
 */
void session_ask_for_wakeup(struct session *session);
void session_stop_asking(struct session *session);
/* No new records; what is in the ring stays there. */
void session_detach(struct session *session);

int session_stats(struct session *session, struct kxt_stats *stats);
/*
 * How often the kernel skipped a program on system calls or on the life of tasks, of
 * any task: it does when the same program is interrupted on that CPU.
 */
uint64_t session_skipped(struct session *session);
/* 32-bit programs that traced tasks began, and whose calls the hooks do not see. */
uint32_t session_unseen_programs(const struct session *session);
/* For those that ask the kernel half about itself, and for what both halves share. */
struct bpf_object *session_object(const struct session *session);
/* The map of marks, whose array of KXT_NR_MARKS can be mapped. */
int session_marks(const struct session *session);
const struct kxt_counting *session_counting(const struct session *session);
uint32_t *session_epoch(struct session *session);
/* --top: calls of processes beyond those that it has room for. */
uint32_t session_uncounted(const struct session *session);

#endif
