// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Numbered events at tracepoints of each kind. */
#include "events.h"

KX_EXTENSION("events", "1.0", "numbered events at tracepoints");
KX_LICENSE("GPL");

#define PRCTL	157

static __always_inline void see_call(u32 hook, struct pt_regs *regs, long nr)
{
	if (nr == PRCTL && PT_REGS_PARM1_CORE_SYSCALL(regs) == EVENTS_OPTION)
		see(hook, PT_REGS_PARM2_CORE_SYSCALL(regs), PT_REGS_PARM3_CORE_SYSCALL(regs));
}

SEC("tp_btf/sys_enter")
int BPF_PROG(by_tp_btf, struct pt_regs *regs, long nr)
{
	see_call(0, regs, nr);
	return 0;
}

SEC("raw_tp/sys_enter")
int BPF_PROG(by_raw_tp, struct pt_regs *regs, long nr)
{
	see_call(1, regs, nr);
	return 0;
}

struct raw_sys_enter {
	u64 common;
	long nr;
	unsigned long args[6];
};

SEC("tracepoint/raw_syscalls/sys_enter")
int by_tracepoint(struct raw_sys_enter *ctx)
{
	if (ctx->nr == PRCTL && ctx->args[0] == EVENTS_OPTION)
		see(2, ctx->args[1], ctx->args[2]);
	return 0;
}
