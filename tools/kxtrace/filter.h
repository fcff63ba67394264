/* SPDX-License-Identifier: GPL-2.0-only */
/* The filters of the kernel half again, for calls that come from a file. */
#ifndef KXTRACE_FILTER_H
#define KXTRACE_FILTER_H

#include "decode.h"
#include "options.h"

/* It asks for anything. */
bool filter_is_set(const struct kxt_filter *filter);
/* -e trace= as well; everything that the kernel half would have looked at. */
bool filter_passes(const struct options *opt, const struct call *call);

/* Which arguments are descriptors, a bit each; the result's is KXT_NR_ARGS. */
unsigned int descriptor_args(const struct call_info *info);

#endif
