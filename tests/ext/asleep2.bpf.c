// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The next generation of asleep.bpf.c. */
#define GENERATION	2
#include "asleep.bpf.c"
