// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Needs a "life" that is younger than any. */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("newer", "1.0", "needs a version that is not there");
KX_LICENSE("GPL");
KX_NEEDS("life>=9.1");
