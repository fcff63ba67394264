/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of ioctl: one sorted table, all that the kernel's headers and strace 6.1 name. */
#include "ioctl.h"

#include <stdlib.h>

/*
 * Names are text: two drivers often share a number, then strace has both. Numbers
 * are written down because the headers that define them cannot all be included
 * together; a test holds each of them against strace.
 */
#define IOC(number, kind, ...)	{ number, IOCTL_##kind, #__VA_ARGS__ }

/* By type and number within it, then by size and direction. */
static const struct ioctl_command commands[] = {
#include "../ioctls/block.tbl"
#include "../ioctls/media.tbl"
#include "../ioctls/video.tbl"
#include "../ioctls/input.tbl"
#include "../ioctls/net.tbl"
#include "../ioctls/other.tbl"
};

static uint32_t key_of(uint32_t number)
{
	return number << 16 | number >> 16;
}

static int by_key(const void *a, const void *b)
{
	uint32_t number = key_of(*(const uint32_t *)a);
	uint32_t other = key_of(((const struct ioctl_command *)b)->number);

	return number < other ? -1 : number > other;
}

const struct ioctl_command *ioctl_find(uint32_t number)
{
	return bsearch(&number, commands, sizeof(commands) / sizeof(commands[0]),
		       sizeof(commands[0]), by_key);
}
