/* SPDX-License-Identifier: GPL-2.0-only */
/* Sources and ports, as the kernel half counts them while somebody looks. */
#ifndef KXFILTER_TOP_WATCH_H
#define KXFILTER_TOP_WATCH_H

#include "top.h"

void top_watch_begin(struct top_sample *sample);

/* What was counted since; 0, or -errno, told. */
int top_watch_take(struct top_sample *sample);

#endif
