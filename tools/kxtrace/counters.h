/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel half counts: chosen before the load, read at any time. */
#ifndef KXTRACE_COUNTERS_H
#define KXTRACE_COUNTERS_H

#include "options.h"

struct session;

/* What is to be counted. Returns how many rows the map `hists` needs. */
unsigned int counters_choose(struct kxt_counting *counting, const struct options *opt);

/* One row per call number; `rows` has KXT_NR_ROWS. */
int session_sums(struct session *session, struct kxt_sum *rows);
/* The histogram of one call; -ENOENT when it was not asked for. */
int session_hist(struct session *session, unsigned int nr, struct kxt_hist *hist);

/* Every process that was counted; `fn` returns false for one that may be forgotten. */
typedef bool process_fn(void *ctx, const struct kxt_process *process);
int session_processes(struct session *session, process_fn *fn, void *ctx);

/* The shortest and the longest are forgotten: those of the next calls count. */
void session_next_epoch(struct session *session);

#endif
