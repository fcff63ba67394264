// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Provides "counting", which is not its name. */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("provider", "1.0", "provides what others need by another name");
KX_LICENSE("GPL");
KX_PROVIDES("counting");
