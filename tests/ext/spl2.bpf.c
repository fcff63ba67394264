// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* spl once more, to upgrade to. */
#define SPL_VERSION "2.0.0"
#include "spl.bpf.c"
