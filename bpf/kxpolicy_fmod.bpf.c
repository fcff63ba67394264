// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The policy of the whole system where BPF is not among the security modules that the
 * kernel was started with: the same programs, in front of the functions that call the modules.
 */
#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <kx/command.bpf.h>
#include <kx/door.bpf.h>
#include <kx/share.bpf.h>
#include <kx/stream.bpf.h>

#define KXP_HOOK(name)	SEC("fmod_ret/security_" KX_TEXT(name))
#define KXP_SLEEPING_HOOK(name)	KXP_HOOK(name)
#define KXP_SLEEPS	false
#define KXP_KEEPS	0
#define KXP_EXEC_HOOK	bprm_check

#include "kxpolicy/ask.h"
#include "kxpolicy/hooks.h"

KX_EXTENSION("kxpolicy", KXP_VERSION, "refuses, limits and reports what processes do, by rules");
KX_LICENSE("Dual BSD/GPL");
