/* SPDX-License-Identifier: GPL-2.0-only */
/* The filters of the kernel half again, for calls that come from a file. */
#ifndef KXTRACE_FILTER_H
#define KXTRACE_FILTER_H

#include "decode.h"
#include "options.h"

/* -e trace= as well; everything that the kernel half would have looked at. */
bool filter_passes(const struct options *opt, const struct call *call);

#endif
