/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the kernel half is attached: to all calls, or to the few that are wanted. */
#ifndef KXTRACE_HOOKS_H
#define KXTRACE_HOOKS_H

#include <kx/kx.h>

#include "options.h"

/*
 * HOOKS_CALLS or one of the pairs, as --hooks says or as costs less. With --hooks=calls
 * and calls that have no hook of their own: -ENOTSUP after one sentence on stderr.
 */
int hooks_choose(enum hooks *hooks, struct kx *kx, const struct options *opt);

/*
 * The kernel may preempt a program on a tracepoint, and skips the same one for the
 * other tasks of that CPU until it goes on.
 */
bool hooks_may_be_preempted(struct kx *kx);

/* The name of a call's own tracepoints, behind sys_enter_ and sys_exit_. */
const char *hook_of_call(const char *call);

/* -v: which, and why, for people. `entries`: at the beginning of calls as well. */
void hooks_say(enum hooks hooks, bool entries, const struct options *opt);

#endif
