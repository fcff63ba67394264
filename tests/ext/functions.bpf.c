// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Numbered events at a function of the kernel, for kernels that let programs there. */
#include "events.h"

KX_EXTENSION("functions", "1.0", "numbered events at a function of the kernel");
KX_LICENSE("GPL");

#define ENOSYS	38

/* What the kernel does with an option that no module knows. */
SEC("lsm/task_prctl")
int BPF_PROG(by_lsm, int option, unsigned long arg2, unsigned long arg3)
{
	if (option == EVENTS_OPTION)
		see(0, arg2, arg3);
	return -ENOSYS;
}

SEC("fentry/security_task_prctl")
int BPF_PROG(by_fentry, int option, unsigned long arg2, unsigned long arg3)
{
	if (option == EVENTS_OPTION)
		see(1, arg2, arg3);
	return 0;
}

SEC("fexit/security_task_prctl")
int BPF_PROG(by_fexit, int option, unsigned long arg2, unsigned long arg3)
{
	if (option == EVENTS_OPTION)
		see(2, arg2, arg3);
	return 0;
}

SEC("fmod_ret/security_task_prctl")
int BPF_PROG(by_fmod_ret, int option, unsigned long arg2, unsigned long arg3)
{
	if (option == EVENTS_OPTION)
		see(3, arg2, arg3);
	return 0;
}
