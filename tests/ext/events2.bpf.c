// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The next generation of events.bpf.c. */
#define GENERATION	2
#include "events.bpf.c"
