// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Needs an extension that nobody has. */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("lost", "1.0", "needs what is nowhere");
KX_LICENSE("GPL");
KX_NEEDS("nowhere");
