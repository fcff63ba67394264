// SPDX-License-Identifier: GPL-2.0-only
/* The door that security hooks ask, in its next version: what an upgrade brings. */
#define VERSION	"1.1.0"
#include "doorhook.bpf.c"
