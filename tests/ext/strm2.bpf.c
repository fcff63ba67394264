// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* strm, with other texts and another record. */
#define STRM_SECOND
#include "strm.bpf.c"
