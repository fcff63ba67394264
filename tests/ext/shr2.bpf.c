/* SPDX-License-Identifier: GPL-2.0-only */
/* The same, a version later: nothing that is carried over has changed. */
#define SHR_VERSION "2.0.0"
#include "shr.bpf.c"
