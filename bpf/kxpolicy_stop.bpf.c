// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The policy of the whole system, where hooks cannot wait for an answer by sleeping:
 * before Linux 6.2. See kxpolicy.bpf.c.
 */
#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <kx/command.bpf.h>
#include <kx/door.bpf.h>
#include <kx/share.bpf.h>
#include <kx/stream.bpf.h>

#define KXP_HOOK(name)	SEC("lsm/" KX_TEXT(name))
#define KXP_SLEEPING_HOOK(name)	KXP_HOOK(name)
#define KXP_SLEEPS	false
#define KXP_KEEPS	1
#define KXP_EXEC_HOOK	bprm_check_security

#include "kxpolicy/ask.h"
#include "kxpolicy/hooks.h"

KX_EXTENSION("kxpolicy", KXP_VERSION, "refuses, limits and reports what processes do, by rules");
KX_LICENSE("Dual BSD/GPL");
