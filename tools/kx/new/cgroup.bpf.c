/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * NAME counts the sockets that a cgroup's processes make, and can refuse them.
 *
 *	kx build NAME.bpf.c			compile this file: NAME.bpf.o
 *	kx load NAME.bpf.o group=/sys/fs/cgroup/user.slice
 *	kx get NAME				what it has counted
 *	kx set NAME.most=100			no more than these for the cgroup
 *	kx unload NAME				nothing of it stays
 */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("NAME", "0.1.0", "counts the sockets that a cgroup makes");
KX_LICENSE("GPL");

/* The default is empty: `kx load` has to say which cgroup. */
KX_CGROUP(group, "the cgroup to watch, with those below it") = "";

/* `kx set` changes it at any time. */
KX_PARAM(u64, most, "sockets that may be made, 0: any number") = 0;

/* Read-only from outside: this code writes them, `kx get` shows them. */
KX_VALUE(u64, made, "sockets made");
KX_VALUE(u64, refused, "sockets refused: EPERM for the process");

/* Runs once, before the first event. A result other than 0 undoes the load. */
KX_INIT(life)
{
	made = refused = 0;
	return 0;
}

/* The result: 1 lets the process have its socket, 0 refuses it. */
SEC("cgroup/sock_create") KX_AT(group)
int on_socket(struct bpf_sock *ctx)
{
	u64 limit = most;

	/* Several CPUs may be here at the same time: the sums are atomic. */
	if (limit && made >= limit) {
		__sync_fetch_and_add(&refused, 1);
		return 0;
	}
	__sync_fetch_and_add(&made, 1);
	return 1;
}
