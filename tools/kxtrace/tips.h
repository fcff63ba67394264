/* SPDX-License-Identifier: GPL-2.0-only */
/* --tips: a hint for use. */
#ifndef KXTRACE_TIPS_H
#define KXTRACE_TIPS_H

#include <stdbool.h>

/* On stderr, with an example when `full`; `number` counts from 0, -1: any. */
void tips_show(bool full, int number);

#endif
