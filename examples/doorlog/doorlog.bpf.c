/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A log daemon: kernel code tells a service what happens, and does not wait. */
#include <vmlinux.h>
#include <kx/door.bpf.h>

KX_EXTENSION("doorlog", "1.0.0", "tells a service which programs are started");
KX_LICENSE("GPL");

#define STARTED	1

struct started {
	u32 pid;
	u32 uid;
	char comm[16];
};

KX_DOOR(journal, struct started, KX_NONE, "programs that are started");

SEC("tp_btf/sched_process_exec")
int BPF_PROG(exec, struct task_struct *task)
{
	struct started started = {};

	started.pid = task->tgid;
	started.uid = (u32)bpf_get_current_uid_gid();
	bpf_get_current_comm(started.comm, sizeof(started.comm));
	journal_tell(STARTED, &started);
	return 0;
}
