// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* packets.bpf.c for kernels with links to tc. */
#define TC
#include "packets.bpf.c"
