/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What goes through the door, in both directions. */
#ifndef EXAMPLES_DOOR_H
#define EXAMPLES_DOOR_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

struct service_request {
	__u64 number;
};

struct service_reply {
	char text[48];
	__u64 number;
};

struct service_result {
	__s32 verdict;
	__u32 unused;
	struct service_reply reply;
};

#endif
