/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * NAME counts the files that are opened, and can forbid one user to open any.
 *
 * It decides only where the kernel runs such programs: see `kx features`, rows
 * lsm and bpf_lsm.
 *
 *	kx build NAME.bpf.c		compile this file: NAME.bpf.o
 *	kx load NAME.bpf.o		from now on it counts
 *	kx get NAME			what it has counted
 *	kx set NAME.forbid_uid=1001	this user opens nothing any more
 *	kx unload NAME			nothing of it stays
 */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("NAME", "0.1.0", "counts the files that are opened");
KX_LICENSE("GPL");

/* errno values are macros, which the kernel's types do not have. */
#define EACCES	13

/* `kx set` changes it at any time; root is never meant. */
KX_PARAM(u32, forbid_uid, "a user who may not open files, 0: nobody") = 0;

/* Read-only from outside: this code writes them, `kx get` shows them. */
KX_VALUE(u64, opened, "files opened");
KX_VALUE(u64, forbidden, "files not opened because of this");

/* Runs once, before the first event. A result other than 0 undoes the load. */
KX_INIT(life)
{
	opened = forbidden = 0;
	return 0;
}

/*
 * The section names a hook of the kernel's security modules. The result 0
 * allows, -EACCES refuses; what another module has refused stays refused.
 */
SEC("lsm/file_open")
int BPF_PROG(on_open, struct file *file)
{
	u32 uid = bpf_get_current_uid_gid();

	/* Several CPUs may be here at the same time: the sums are atomic. */
	if (!uid || uid != forbid_uid) {
		__sync_fetch_and_add(&opened, 1);
		return 0;
	}
	__sync_fetch_and_add(&forbidden, 1);
	return -EACCES;
}
