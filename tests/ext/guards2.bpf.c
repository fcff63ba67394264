// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The next generation of guards.bpf.c. */
#define GENERATION	2
#include "guards.bpf.c"
