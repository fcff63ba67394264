// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Numbered events at a function of the program that makes them. */
#include "events.h"

KX_EXTENSION("probes", "1.0", "numbered events at a function of a program");
KX_LICENSE("GPL");

KX_PATH(program, "the program that makes them") = "";
KX_PID(pid, "only this process") = 0;

SEC("uprobe/:event") KX_AT(program) KX_AT(pid)
int BPF_UPROBE(by_uprobe, u64 thread, u64 number)
{
	see(0, thread, number);
	return 0;
}
