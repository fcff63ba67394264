// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Numbered events at a function of the program that makes them; it may sleep. */
#include "sleepers.h"

KX_EXTENSION("sleepers", "1.0", "numbered events for a program that may sleep");
KX_LICENSE("GPL");

KX_PATH(program, "the program that makes them") = "";

SEC("uprobe.s/:event") KX_AT(program)
int BPF_UPROBE(by_uprobe_s, __u64 thread, __u64 number)
{
	KX_TURN(0);
	may_sleep((void *)PT_REGS_SP(ctx));
	see(0, thread, number);
	return 0;
}
