// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Numbered events for a security hook that may sleep. */
#include "sleepers.h"

KX_EXTENSION("guards", "1.0", "numbered events for a security hook that may sleep");
KX_LICENSE("GPL");

SEC("lsm.s/task_prctl")
int BPF_PROG(by_lsm_s, int option, unsigned long arg2, unsigned long arg3)
{
	KX_TURN(0);
	if (option == EVENTS_OPTION)
		see(0, arg2, arg3);
	return 0;
}
