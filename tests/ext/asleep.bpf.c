// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A program that may sleep and does not ask for its turn. */
#include "events.h"

KX_EXTENSION("asleep", "1.0", "may sleep, and does not ask");
KX_LICENSE("GPL");

KX_PATH(program, "the program that makes events") = "";

SEC("uprobe.s/:event") KX_AT(program)
int BPF_UPROBE(not_asking, __u64 thread, __u64 number)
{
	see(0, thread, number + GENERATION);
	return 0;
}
