// SPDX-License-Identifier: GPL-2.0-only
/* The example, built beforehand: compilers are slow in a guest. */
#include "../../examples/cmos/cmos.bpf.c"
