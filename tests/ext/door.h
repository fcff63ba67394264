/* SPDX-License-Identifier: GPL-2.0-only */
/* What the doors of the tests ask, and are answered. */
#ifndef DOOR_H
#define DOOR_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

struct door_request {
	__u64 number;
	char text[32];
};

struct door_reply {
	__u64 twice;
	char text[16];
};

struct door_asked {
	__s32 verdict;
	__u32 unused;
	struct door_reply reply;
};

#endif
