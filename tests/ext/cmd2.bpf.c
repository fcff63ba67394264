/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The next generation of cmd.bpf.c, the same but for its number. */
#define CMD_VERSION	"2.0"
#define CMD_GENERATION	2
#include "cmd.bpf.c"
