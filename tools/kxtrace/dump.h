/* SPDX-License-Identifier: GPL-2.0-only */
/* -e read=, -e write=: all the data of a call, below its line. */
#ifndef KXTRACE_DUMP_H
#define KXTRACE_DUMP_H

#include "decode.h"
#include "options.h"

/* Nothing for calls on other descriptors, or that read and failed. */
void dump_call(struct out *o, const struct options *opt, const struct call *call);

#endif
