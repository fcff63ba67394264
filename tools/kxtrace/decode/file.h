/* SPDX-License-Identifier: GPL-2.0-only */
/* Files and paths: open, status, times, directory entries, handles. */
#ifndef KXTRACE_FILE_H
#define KXTRACE_FILE_H

#include <sys/stat.h>
#include <sys/statfs.h>
#include <linux/openat2.h>

#include "../xlat/file.h"
#include "fields.h"
#include "time.h"

void out_open_flags(struct out *o, uint64_t flags);
/* By name, whatever -X says. */
void out_open_flag_names(struct out *o, uint64_t flags);

arg_printer print_open_flags, print_open_how, print_access_mode;
/* Only where a file may be made: the flags are in the argument before. */
arg_printer print_open_mode;
/* The kind of the new file and its permissions, in one. */
arg_printer print_mknod_mode;
/* Only for device files: the mode is in the argument before. */
arg_printer print_mknod_dev;
arg_printer print_owner;

arg_printer print_stat, print_statx_flags, print_statx, print_statfs;
arg_printer print_utimbuf, print_utimes, print_utimensat;
arg_printer print_dirents, print_handle;

/* Bytes before the handle itself, and the longest handle there is. */
#define HANDLE_HEAD	8
#define HANDLE_MAX	128

#define OPEN_FLAGS(n)	{ n, print_open_flags }
#define OPEN_MODE(n)	{ n, print_open_mode }
#define OPEN_HOW(n)	STRUCT(n, print_open_how, IN, struct open_how)
#define ACCESS_MODE(n)	{ n, print_access_mode }
#define MKNOD_MODE(n)	{ n, print_mknod_mode }
#define MKNOD_DEV(n)	{ n, print_mknod_dev }
#define OWNER(n)	{ n, print_owner }	/* -1: leave it */
#define AT_FLAGS(n)	FLAGS(n, at_flags)
#define STAT(n)		STRUCT(n, print_stat, OUT, struct stat)
#define STATX_FLAGS(n)	{ n, print_statx_flags }
#define STATX(n)	STRUCT(n, print_statx, OUT, struct statx)
#define STATFS(n)	STRUCT(n, print_statfs, OUT, struct statfs)
#define UTIMBUF(n)	{ n, print_utimbuf, CAPTURE(FIXED, IN, KXT_FROM_NONE, 16) }
#define UTIMES(n)	{ n, print_utimes, CAPTURE(FIXED, IN, KXT_FROM_NONE, 32) }
#define UTIMENSAT(n)	{ n, print_utimensat, CAPTURE(FIXED, IN, KXT_FROM_NONE, 32) }
#define CWD_OUT(n)	{ n, print_string, CAPTURE(PATH, OUT, KXT_FROM_NONE, 0) }
/* Calls that are younger than strace 6.1. */
arg_printer print_file_attr, print_xattr_args;
#define FILE_ATTR(n, when) { n, print_file_attr, CAPTURE(FIXED, when, KXT_FROM_NONE, 24) }
/* A structure, and behind its first word the value: as much of it as is shown. */
#define XATTR_ARGS(n, when_)						\
	{ n, print_xattr_args, .op = { .kind = KXT_CAP_LINKED,		\
	  .when = (when_), .size_from = KXT_FROM_NONE, .limit_from = 8, .size = 16 } }

/* The size of a value is asked for with no room: the buffer is unused then. */
arg_printer print_xattr_out, print_xattr_in;
#define XATTR_IN(n, from) { n, print_xattr_in, CAPTURE(BUF, IN, from, 1) }
#define XATTR_OUT(n)	{ n, print_xattr_out, CAPTURE(BUF, OUT, FROM_RET, 1) }
#define DIRENTS(n)	{ n, print_dirents, CAPTURE(DIRENTS, OUT, KXT_FROM_NONE, 16) }
#define HANDLE(n, when)	\
	{ n, print_handle,	\
	  CAPTURE(FIXED, when, KXT_FROM_NONE, HANDLE_HEAD + HANDLE_MAX) }

#endif
