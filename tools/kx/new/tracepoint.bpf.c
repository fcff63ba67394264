/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * NAME counts the programs that are started, and says which.
 *
 *	kx build NAME.bpf.c		compile this file: NAME.bpf.o
 *	kx load NAME.bpf.o		from now on it counts
 *	kx log -f NAME			what it says
 *	kx get NAME			what it has counted
 *	kx set NAME.step=10		change a parameter while it runs
 *	kx upgrade NAME NAME.bpf.o	after a change here and another build
 *	kx unload NAME			nothing of it stays
 */
#include <vmlinux.h>
#include <kx/kx.bpf.h>
#include <kx/log.bpf.h>

/* Who it is. Count the version up with each change that others get. */
KX_EXTENSION("NAME", "0.1.0", "counts the programs that are started");

/* Much of what the kernel offers is for code under the GPL only. */
KX_LICENSE("GPL");

/* Read-only from outside: this code writes it, `kx get` shows it. */
KX_VALUE(u64, started, "programs started since the load");

/* A setting: `kx set` changes it, and refuses what is out of range. */
KX_PARAM(u32, step, "what each program counts for", KX_RANGE(1, 100)) = 1;

/* Runs once, before the first event. A result other than 0 undoes the load. */
KX_INIT(life)
{
	kx_notice("hello from NAME, generation %u", life->generation);
	return 0;
}

/* Runs once, after the last event: the place to give back what init took. */
KX_FINI(life)
{
	kx_notice("%llu programs were started", started);
	return 0;
}

/*
 * The section names the event: here the kernel's tracepoint sched_process_exec.
 * What stands after the name are the tracepoint's arguments; see its
 * TP_PROTO in the kernel's source, or leave out those you do not need.
 *
 * Several CPUs may be here at the same time, so the sum is an atomic one.
 */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, pid_t old_pid, struct linux_binprm *program)
{
	__sync_fetch_and_add(&started, step);
	/* What is less urgent than the parameter log_level costs nothing: see kx_debug(). */
	kx_info("%s is started by %d", program->filename, task->tgid);
	return 0;
}
