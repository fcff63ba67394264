/* SPDX-License-Identifier: GPL-2.0-only */
/* --hist: how many calls took how long, from counts to text. */
#ifndef KXTRACE_HIST_H
#define KXTRACE_HIST_H

#include "out.h"
#include "../../bpf/kxtrace.h"

/* One call, as the kernel half counts it. */
void hist_add(struct kxt_hist *hist, uint64_t ns, int failed);

/* The time that `percent` of the calls did not exceed. */
uint64_t hist_percentile(const struct kxt_hist *hist, unsigned int percent);

/* "1.25 us": three digits that count; returns `text`. */
#define DURATION_MAX	16
const char *duration_text(char text[DURATION_MAX], uint64_t ns);

void hist_print(struct out *o, const char *name, const struct kxt_hist *hist);

#endif
