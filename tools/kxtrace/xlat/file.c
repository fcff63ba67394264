/* SPDX-License-Identifier: GPL-2.0-only */
/* Names for calls on files and paths: ways to open, kinds, attributes. */
#include "file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <linux/xattr.h>
#include <unistd.h>

/* Younger than the system's headers, or only inside the kernel. */
#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED	0x20
#endif
#ifndef STATX_DIOALIGN
#define STATX_DIOALIGN	0x2000
#endif
#ifndef ST_VALID
#define ST_VALID	0x20
#endif
#ifndef ST_NOSYMFOLLOW
#define ST_NOSYMFOLLOW	0x2000
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE	0x8000
#endif

/* The C library has 0 for it where all files may be large. */
#ifdef __aarch64__
#define KERNEL_O_LARGEFILE	0400000
#else
#define KERNEL_O_LARGEFILE	0100000
#endif

XLAT(open_access, "O_???",
	X(O_RDONLY),
	X(O_WRONLY),
	X(O_RDWR),
	X(O_ACCMODE));

XLAT(open_flags, "O_???",
	X(O_CREAT),
	X(O_EXCL),
	X(O_NOCTTY),
	X(O_TRUNC),
	X(O_APPEND),
	X(O_NONBLOCK),
	X(O_SYNC),
	{ O_SYNC & ~O_DSYNC, "__O_SYNC" },
	X(O_DSYNC),
	X(O_DIRECT),
	{ KERNEL_O_LARGEFILE, "O_LARGEFILE" },
	X(O_NOFOLLOW),
	X(O_NOATIME),
	X(O_CLOEXEC),
	X(O_PATH),
	X(O_TMPFILE),
	{ O_TMPFILE & ~O_DIRECTORY, "__O_TMPFILE" },
	X(O_DIRECTORY),
	X(FASYNC));

XLAT(resolve_flags, "RESOLVE_???",
	X(RESOLVE_NO_XDEV),
	X(RESOLVE_NO_MAGICLINKS),
	X(RESOLVE_NO_SYMLINKS),
	X(RESOLVE_BENEATH),
	X(RESOLVE_IN_ROOT),
	X(RESOLVE_CACHED));

XLAT(access_modes, "?_OK",
	X(F_OK),
	X(R_OK),
	X(W_OK),
	X(X_OK));

XLAT(at_flags, "AT_???",
	X(AT_SYMLINK_NOFOLLOW),
	X(AT_REMOVEDIR),
	X(AT_SYMLINK_FOLLOW),
	X(AT_NO_AUTOMOUNT),
	X(AT_EMPTY_PATH),
	X(AT_RECURSIVE));

XLAT(faccessat_flags, "AT_???",
	X(AT_SYMLINK_NOFOLLOW),
	X(AT_EACCESS),
	X(AT_EMPTY_PATH));

XLAT(name_to_handle_flags, "AT_???",
	X(AT_SYMLINK_FOLLOW),
	X(AT_EMPTY_PATH));

XLAT(statx_sync, "AT_STATX_???",
	X(AT_STATX_SYNC_AS_STAT),
	X(AT_STATX_FORCE_SYNC),
	X(AT_STATX_DONT_SYNC));

XLAT(statx_masks, "STATX_???",
	X(STATX_ALL),
	X(STATX_BASIC_STATS),
	X(STATX_TYPE),
	X(STATX_MODE),
	X(STATX_NLINK),
	X(STATX_UID),
	X(STATX_GID),
	X(STATX_ATIME),
	X(STATX_MTIME),
	X(STATX_CTIME),
	X(STATX_INO),
	X(STATX_SIZE),
	X(STATX_BLOCKS),
	X(STATX_BTIME),
	X(STATX_MNT_ID),
	X(STATX_DIOALIGN));

XLAT(statx_attrs, "STATX_ATTR_???",
	X(STATX_ATTR_COMPRESSED),
	X(STATX_ATTR_IMMUTABLE),
	X(STATX_ATTR_APPEND),
	X(STATX_ATTR_NODUMP),
	X(STATX_ATTR_ENCRYPTED),
	X(STATX_ATTR_AUTOMOUNT),
	X(STATX_ATTR_MOUNT_ROOT),
	X(STATX_ATTR_VERITY),
	X(STATX_ATTR_DAX));

XLAT(file_types, NULL,
	X(S_IFREG),
	X(S_IFDIR),
	X(S_IFLNK),
	X(S_IFBLK),
	X(S_IFCHR),
	X(S_IFIFO),
	X(S_IFSOCK));

XLAT(statfs_flags, "ST_???",
	X(ST_VALID),
	X(ST_RDONLY),
	X(ST_NOSUID),
	X(ST_NODEV),
	X(ST_NOEXEC),
	X(ST_SYNCHRONOUS),
	X(ST_MANDLOCK),
	X(ST_NOATIME),
	X(ST_NODIRATIME),
	X(ST_RELATIME),
	X(ST_NOSYMFOLLOW));

XLAT(rename_flags, "RENAME_??",
	X(RENAME_NOREPLACE),
	X(RENAME_EXCHANGE),
	X(RENAME_WHITEOUT));

XLAT(xattr_flags, "XATTR_???",
	X(XATTR_CREATE),
	X(XATTR_REPLACE));
