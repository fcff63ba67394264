/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A door in both directions: the kernel asks a service, a user asks the kernel. */
#include <vmlinux.h>
#include <kx/command.bpf.h>
#include <kx/door.bpf.h>

#include "door.h"

KX_EXTENSION("door", "1.0.0", "asks a service in user space, and is one in the kernel");
KX_LICENSE("GPL");

#define UPCALL	1

/* Without an answer: EAGAIN. */
KX_DOOR_WITH(service, struct service_request, struct service_reply,
	     "a service in user space", 1000, -11, 64, 60000);

/* Kernel code calls the service, and waits for what it says. */
KX_COMMAND(upcall, struct service_request, struct service_result, "asks the service")
{
	out->verdict = service_call(UPCALL, 0, in, &out->reply);
	return 0;
}

/* The same channel turned round: the service is in the kernel. */
KX_COMMAND(downcall, struct service_request, struct service_reply, "is a service itself")
{
	BPF_SNPRINTF(out->text, sizeof(out->text), "the kernel provides service");
	out->number = in->number * 2;
	return 0;
}
