// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Needs "counting", whoever provides it. */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("wants", "1.0", "needs what another one provides");
KX_LICENSE("GPL");
KX_NEEDS("counting");
