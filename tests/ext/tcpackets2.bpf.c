// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The next generation of tcpackets.bpf.c. */
#define GENERATION	2
#define TC
#include "packets.bpf.c"
