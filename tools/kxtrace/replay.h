/* SPDX-License-Identifier: GPL-2.0-only */
/* `kxtrace replay`: the records of a file, through the same filters and views. */
#ifndef KXTRACE_REPLAY_H
#define KXTRACE_REPLAY_H

#include "options.h"

/* Returns the exit status; what went wrong has been said. */
int replay_trace(const struct options *opt);

#endif
