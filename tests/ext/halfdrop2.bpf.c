// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The example with one more parameter: another content, for upgrades. */
#include "../../examples/halfdrop/halfdrop.bpf.c"

KX_PARAM(bool, more, "nothing") = false;
