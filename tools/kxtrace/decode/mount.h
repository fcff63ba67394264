/* SPDX-License-Identifier: GPL-2.0-only */
/* Mounts, old and new, and quotas. */
#ifndef KXTRACE_MOUNT_H
#define KXTRACE_MOUNT_H

#include <linux/types.h>

#include "../xlat/mount.h"
#include "fields.h"

arg_printer print_mount_flags;
/* The kind and the data: mere addresses where the flags make them unused. */
arg_printer print_mount_type, print_mount_data;
arg_printer print_fsconfig_key, print_fsconfig_value;
arg_printer print_mount_attr;
arg_printer print_quota_cmd, print_quota_id, print_quota_data;

/* Calls that are younger than strace 6.1. */
arg_printer print_mount_request, print_statmount, print_mount_ids;
/* Its fixed part, and of the strings behind that what is usual. */
#define STATMOUNT_LEN	1024

/* The longest structure of the quota calls is fs_disk_quota. */
#define QUOTA_DATA_LEN	112
#define MOUNT_ATTR_LEN	32

#define MOUNT_TYPE(n)	{ n, print_mount_type, CAPTURE(STR, IN, KXT_FROM_NONE, 0) }
#define MOUNT_DATA(n)	{ n, print_mount_data, CAPTURE(STR, IN, KXT_FROM_NONE, 0) }
#define MOUNT_FLAGS(n)	{ n, print_mount_flags }
#define FSCONFIG_KEY(n)	{ n, print_fsconfig_key, CAPTURE(STR, IN, KXT_FROM_NONE, 0) }
#define FSCONFIG_VALUE(n) { n, print_fsconfig_value, CAPTURE(PATH, IN, KXT_FROM_NONE, 0) }
#define MOUNT_ATTR(n)	{ n, print_mount_attr, CAPTURE(FIXED, IN, KXT_FROM_NONE, MOUNT_ATTR_LEN) }
/* `cmd_` is the argument that has the command. */
#define QUOTA_CMD(n)	{ n, print_quota_cmd }
#define QUOTA_ID(n, cmd_) { n, print_quota_id, .aux = (cmd_) }
#define QUOTA_DATA(n, cmd_)						\
	{ n, print_quota_data, .aux = (cmd_),				\
	  CAPTURE(FIXED, IN, KXT_FROM_NONE, QUOTA_DATA_LEN) }

#endif
