// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The policy of the whole system, the kernel half: refuses, limits and tells.
 *
 * Programs on the hooks of the security modules ask, for each call that the policy speaks
 * of, which rule matches first. They decide by the kernel's own copies: a
 * path is the names of the directory entries up to the root, an address the copy that
 * the call itself uses. `kxtrace policy` puts the rules into the tables and lets them act
 * by one store; nothing in user space is needed from then on.
 */
#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <kx/command.bpf.h>
#include <kx/door.bpf.h>
#include <kx/share.bpf.h>
#include <kx/stream.bpf.h>

#define KXP_HOOK(name)	SEC("lsm/" KX_TEXT(name))
#define KXP_SLEEPING_HOOK(name)	SEC("lsm.s/" KX_TEXT(name))
#define KXP_SLEEPS	true
#define KXP_KEEPS	1
#define KXP_EXEC_HOOK	bprm_check_security

#include "kxpolicy/ask.h"
#include "kxpolicy/hooks.h"

KX_EXTENSION("kxpolicy", KXP_VERSION, "refuses, limits and reports what processes do, by rules");
KX_LICENSE("Dual BSD/GPL");
