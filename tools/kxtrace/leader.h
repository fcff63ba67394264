/* SPDX-License-Identifier: GPL-2.0-only */
/* What stands before a line: who, when, where; and times as lines show them. */
#ifndef KXTRACE_LEADER_H
#define KXTRACE_LEADER_H

#include "line.h"

/* Who and when; -i: where, NULL if that is not known. */
void print_who_when(struct line_context *line, uint32_t tid, uint64_t ns);
void print_place(struct line_context *line, const struct kxt_stack *stack);
/* Of what is no call: both, from an unknown place. */
void print_leader(struct line_context *line, uint32_t tid, uint64_t ns);

/* 1.000234, with as many digits behind the point as the precision asks for. */
void out_seconds(struct out *o, uint64_t ns, enum precision precision);

#endif
