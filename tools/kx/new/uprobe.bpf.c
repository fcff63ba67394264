/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * NAME counts the host names that programs look up, through the C library.
 *
 *	kx build NAME.bpf.c		compile this file: NAME.bpf.o
 *	kx load NAME.bpf.o		from now on it counts
 *	getent ahosts localhost		something to count
 *	kx get NAME			what it has counted, and the last name
 *	kx unload NAME			nothing of it stays
 */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("NAME", "0.1.0", "counts the host names that programs look up");
KX_LICENSE("GPL");

/* `kx set` changes it at any time; 0 stands for every process. */
KX_PARAM(u32, only_pid, "count for this process only, 0: for all") = 0;

/* Read-only from outside: this code writes them, `kx get` shows them. */
KX_VALUE(u64, lookups, "names looked up");
KX_VALUE(char[64], last, "the last of them");

/* Runs once, before the first event. A result other than 0 undoes the load. */
KX_INIT(life)
{
	lookups = 0;
	return 0;
}

/*
 * The section names a file and a function in it; BPF_KPROBE takes the function's
 * arguments apart. Pointers of a process are not to be used directly: a helper
 * copies what they point to, and fails where that cannot be read.
 */
SEC("uprobe/libc.so.6:getaddrinfo")
int BPF_KPROBE(on_lookup, const char *node)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;

	if (only_pid && only_pid != pid)
		return 0;
	/* Several CPUs may be here at the same time: the sum is an atomic one. */
	__sync_fetch_and_add(&lookups, 1);
	bpf_probe_read_user_str((char *)last, sizeof(last), node);
	return 0;
}
