/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs of the families share: calls without the C library's help. */
#ifndef FAMILY_H
#define FAMILY_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/calls/nr.h"

/* An address that nothing is at. */
#define BAD	0xbad00000ul

/* The call as it is, whatever its arguments' types; its result or minus its error. */
#define CALL(name, ...)							\
({									\
	long ret_ = syscall(__NR_##name, ##__VA_ARGS__);		\
									\
	ret_ < 0 ? -errno : ret_;					\
})

/* A structure of zeros, of ones, of text, to be had by name. */
static inline void *filled(int byte, size_t len)
{
	return memset(malloc(len), byte, len);
}

#define ZEROS(type)	((type *)filled(0, sizeof(type)))
#define ONES(type)	((type *)filled(0xff, sizeof(type)))

#endif
