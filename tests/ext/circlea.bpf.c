// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One of three that need each other in a circle. */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("circlea", "1.0", "needs the next one");
KX_LICENSE("GPL");
KX_NEEDS("circleb");
