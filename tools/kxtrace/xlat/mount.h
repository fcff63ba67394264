/* SPDX-License-Identifier: GPL-2.0-only */
/* Names for calls on mounts, kinds of file systems and quotas. */
#ifndef KXTRACE_XLAT_MOUNT_H
#define KXTRACE_XLAT_MOUNT_H

#include "../xlat.h"

extern const struct xlat fs_types, mount_flags, umount_flags, open_tree_flags;
extern const struct xlat move_mount_flags, fsopen_flags, fsmount_flags;
extern const struct xlat fspick_flags, fsconfig_cmds, mount_attrs;
extern const struct xlat mount_propagation, mount_setattr_flags, quota_cmds;
extern const struct xlat quota_types, quota_formats;

extern const struct xlat quota_info_flags, quota_info_valid;
extern const struct xlat xfs_quota_flags, xfs_quota_control;

extern const struct xlat statmount_masks, listmount_flags, list_roots;

#endif
