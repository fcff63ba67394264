// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The same with another version. */
#define LOADING_VERSION	"2.0"
#include "loading.bpf.c"
