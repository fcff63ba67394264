/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a module prints, at each of printk's levels: who starts which program, and who
 * ends with an error.
 */
#include <vmlinux.h>
#include <kx/log.bpf.h>
#include <kx/command.bpf.h>

KX_EXTENSION("printk", "1.0.0", "tells of programs that start and end");
KX_LICENSE("GPL");

KX_PARAM(char[16], only, "tell of programs of this name only; empty: of all") = "";

static bool is_wanted(const char name[16])
{
	for (int i = 0; i < 16 && only[i]; i++)
		if (name[i] != only[i])
			return false;
	return true;
}

KX_INIT(life)
{
	kx_notice("loaded, generation %u", life->generation);
	return 0;
}

KX_FINI(life)
{
	kx_notice("goodbye");
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(started, struct task_struct *task, pid_t old_pid, struct linux_binprm *program)
{
	char comm[16];

	bpf_probe_read_kernel_str(comm, sizeof(comm), task->comm);
	if (is_wanted(comm))
		kx_info("%s (%d) starts %s", comm, task->tgid, program->filename);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(ended, struct task_struct *task)
{
	int code = task->exit_code >> 8;
	char comm[16];

	if (task->pid != task->tgid)
		return 0;
	bpf_probe_read_kernel_str(comm, sizeof(comm), task->comm);
	if (!is_wanted(comm))
		return 0;
	if (task->exit_code & 0x7f)
		kx_err("%s (%d) was killed by signal %d", comm, task->tgid,
		       task->exit_code & 0x7f);
	else if (code)
		kx_warn("%s (%d) failed with %d", comm, task->tgid, code);
	else
		kx_debug("%s (%d) is done", comm, task->tgid);
	return 0;
}

/* Each level once, for who wants to see them. */
KX_COMMAND(say, KX_NONE, KX_NONE, "says something at each level")
{
	kx_emerg("the room is on fire");
	kx_alert("somebody has to come");
	kx_crit("it does not work");
	kx_err("something went wrong");
	kx_warn("something may go wrong");
	kx_notice("something happened");
	kx_info("this is how it went");
	kx_debug("and these are the details");
	return 0;
}
