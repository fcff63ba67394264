// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The next generation of sleepers.bpf.c. */
#define GENERATION	2
#include "sleepers.bpf.c"
