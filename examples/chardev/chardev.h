/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The device's memory and its ioctls: both sides read this file. */
#ifndef CHARDEV_H
#define CHARDEV_H

#define BUFFER_LEN	8192

struct buffer {
	struct kx_seq seq;
	unsigned int len;		/* bytes that were written */
	char bytes[BUFFER_LEN];
};

/* The number of an ioctl is that of the command. */
#define IOCTL_LEN	1		/* bytes there are */
#define IOCTL_CLEAR	2
#define IOCTL_BYTE	3		/* the byte at the argument */

struct number {
	long long value;
};

#endif
