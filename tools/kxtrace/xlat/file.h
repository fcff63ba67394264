/* SPDX-License-Identifier: GPL-2.0-only */
/* Names for calls on files and paths: ways to open, kinds, attributes. */
#ifndef KXTRACE_XLAT_FILE_H
#define KXTRACE_XLAT_FILE_H

#include "../xlat.h"

extern const struct xlat open_access, open_flags, resolve_flags, access_modes;
extern const struct xlat at_flags, faccessat_flags, name_to_handle_flags;
extern const struct xlat statx_sync, statx_masks, statx_attrs, file_types;
extern const struct xlat statfs_flags, rename_flags;
extern const struct xlat xattr_flags;

#endif
