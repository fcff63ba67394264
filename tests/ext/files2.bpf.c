// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The second version of files.bpf.c. */
#define FILES_VERSION	"2.0"
#include "files.bpf.c"
