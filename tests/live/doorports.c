// SPDX-License-Identifier: GPL-2.0-only
/* The example's service, built beforehand: compilers are slow in a guest. */
#include "../../examples/cmos/ports.c"
