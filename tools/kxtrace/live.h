/* SPDX-License-Identifier: GPL-2.0-only */
/* A live trace: from the options to the last record. */
#ifndef KXTRACE_LIVE_H
#define KXTRACE_LIVE_H

#include "options.h"

/* Returns the exit status; what went wrong has been said. */
int live_trace(struct options *opt);

#endif
