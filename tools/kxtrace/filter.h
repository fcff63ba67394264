/* SPDX-License-Identifier: GPL-2.0-only */
/* The filters of the kernel half again, for calls that come from a file. */
#ifndef KXTRACE_FILTER_H
#define KXTRACE_FILTER_H

#include "decode.h"
#include "decode/uring_op.h"
#include "options.h"

/* It asks for anything. */
bool filter_is_set(const struct kxt_filter *filter);
/* -e trace= as well; everything that the kernel half would have looked at. */
bool filter_passes(const struct options *opt, const struct call *call);

/*
 * An operation of io_uring, live or not, is selected by the call that does the same,
 * or with all others by io_uring_enter.
 */
bool operation_is_selected(const struct options *opt, const struct uring_op *op);
bool filter_passes_operation(const struct options *opt, const struct call *call, bool live);

/* Which arguments are descriptors, a bit each; the result's is KXT_NR_ARGS. */
unsigned int descriptor_args(const struct call_info *info);

#endif
