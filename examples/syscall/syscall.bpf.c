/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A call of one's own: found by its name, with a text that is never longer than its room. */
#include <vmlinux.h>
#include <kx/command.bpf.h>
#include <kx/log.bpf.h>

#include "hello.h"

KX_EXTENSION("syscall", "1.0.0", "a call that says hello");
KX_LICENSE("GPL");

KX_VALUE(u64, calls, "how often it was called");

/* The input is a copy that the kernel has made: nobody changes it any more. */
KX_COMMAND(hello, struct hello_in, struct hello_out, "says hello to whom it is given", KX_NUMBER(1))
{
	char name[sizeof(in->name)];
	long len;

	/* Ends within its room, whatever a caller without libkx has sent. */
	len = bpf_probe_read_kernel_str(name, sizeof(name), in->name);
	if (len <= 1)
		return -1;
	__sync_fetch_and_add(&calls, 1);
	out->len = len - 1;
	BPF_SNPRINTF(out->text, sizeof(out->text), "hello, %s", name);
	kx_info("hello to %s", name);
	return 0;
}
