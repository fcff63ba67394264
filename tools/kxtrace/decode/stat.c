/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel tells about files and file systems. */
#include "file.h"

#include <fcntl.h>
#include <sys/sysmacros.h>

#include "../xlat/mount.h"
#include "member.h"

static bool is_device(unsigned int mode)
{
	return S_ISCHR(mode) || S_ISBLK(mode);
}

static void member_dev(struct out *o, const char *name, uint64_t dev)
{
	member(o, name);
	out_dev(o, dev);
}

static void member_mode(struct out *o, const char *name, unsigned int mode)
{
	member(o, name);
	out_st_mode(o, mode);
}

static void stat_time(struct out *o, const char *name, const char *nsec_name,
		      const struct timespec *ts)
{
	member_dec(o, name, ts->tv_sec);
	out_date_comment(o, ts->tv_sec, ts->tv_nsec, 9);
	member_udec(o, nsec_name, ts->tv_nsec);
}

void print_stat(struct out *o, const struct call *c, unsigned int i,
		const struct arg *arg)
{
	const struct stat *st = arg_data_out(o, c, i, sizeof(*st));

	(void)arg;
	if (!st)
		return;
	out_char(o, '{');
	if (!c->abbrev) {
		member_dev(o, "st_dev", st->st_dev);
		member_udec(o, "st_ino", st->st_ino);
	}
	member_mode(o, "st_mode", st->st_mode);
	if (!c->abbrev) {
		member_udec(o, "st_nlink", st->st_nlink);
		member_udec(o, "st_uid", st->st_uid);
		member_udec(o, "st_gid", st->st_gid);
		member_udec(o, "st_blksize", st->st_blksize);
		member_udec(o, "st_blocks", st->st_blocks);
	}
	if (is_device(st->st_mode))
		member_dev(o, "st_rdev", st->st_rdev);
	else
		member_dec(o, "st_size", st->st_size);
	if (c->abbrev) {
		out_str(o, ", ...}");
		return;
	}
	stat_time(o, "st_atime", "st_atime_nsec", &st->st_atim);
	stat_time(o, "st_mtime", "st_mtime_nsec", &st->st_mtim);
	stat_time(o, "st_ctime", "st_ctime_nsec", &st->st_ctim);
	out_char(o, '}');
}

/* How fresh the data must be is a value, in the middle of the flags. */
void print_statx_flags(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	uint32_t flags = c->rec->args[i];
	uint32_t sync = flags & AT_STATX_SYNC_TYPE;

	(void)arg;
	if (sync == AT_STATX_SYNC_TYPE)
		xlat_flags(o, &statx_sync, sync);
	else
		xlat_value(o, &statx_sync, sync);
	out_more_flags(o, &at_flags, flags & ~AT_STATX_SYNC_TYPE);
}

static void statx_time(struct out *o, const char *name,
		       const struct statx_timestamp *ts)
{
	member(o, name);
	out_str(o, "{tv_sec=");
	out_dec(o, ts->tv_sec);
	member_udec(o, "tv_nsec", ts->tv_nsec);
	out_char(o, '}');
	out_date_comment(o, ts->tv_sec, ts->tv_nsec, 9);
}

static void statx_rest(struct out *o, const struct statx *st)
{
	member_udec(o, "stx_blocks", st->stx_blocks);
	member_flags(o, "stx_attributes_mask", &statx_attrs,
		     st->stx_attributes_mask);
	if (st->stx_mask & STATX_ATIME)
		statx_time(o, "stx_atime", &st->stx_atime);
	if (st->stx_mask & STATX_BTIME)
		statx_time(o, "stx_btime", &st->stx_btime);
	if (st->stx_mask & STATX_CTIME)
		statx_time(o, "stx_ctime", &st->stx_ctime);
	if (st->stx_mask & STATX_MTIME)
		statx_time(o, "stx_mtime", &st->stx_mtime);
	member_udec(o, "stx_rdev_major", st->stx_rdev_major);
	member_udec(o, "stx_rdev_minor", st->stx_rdev_minor);
	member_udec(o, "stx_dev_major", st->stx_dev_major);
	member_udec(o, "stx_dev_minor", st->stx_dev_minor);
	member_hex(o, "stx_mnt_id", st->stx_mnt_id);
}

void print_statx(struct out *o, const struct call *c, unsigned int i,
		 const struct arg *arg)
{
	const struct statx *st = arg_data_out(o, c, i, sizeof(*st));

	(void)arg;
	if (!st)
		return;
	out_char(o, '{');
	member_flags(o, "stx_mask", &statx_masks, st->stx_mask);
	if (!c->abbrev)
		member_udec(o, "stx_blksize", st->stx_blksize);
	member_flags(o, "stx_attributes", &statx_attrs, st->stx_attributes);
	if (!c->abbrev) {
		member_udec(o, "stx_nlink", st->stx_nlink);
		member_udec(o, "stx_uid", st->stx_uid);
		member_udec(o, "stx_gid", st->stx_gid);
	}
	member_mode(o, "stx_mode", st->stx_mode);
	if (!c->abbrev)
		member_udec(o, "stx_ino", st->stx_ino);
	member_udec(o, "stx_size", st->stx_size);
	if (c->abbrev)
		out_str(o, ", ...");
	else
		statx_rest(o, st);
	out_char(o, '}');
}

void print_statfs(struct out *o, const struct call *c, unsigned int i,
		  const struct arg *arg)
{
	const struct statfs *st = arg_data_out(o, c, i, sizeof(*st));

	(void)arg;
	if (!st)
		return;
	out_str(o, "{f_type=");
	xlat_value(o, &fs_types, st->f_type);
	member_udec(o, "f_bsize", st->f_bsize);
	member_udec(o, "f_blocks", st->f_blocks);
	member_udec(o, "f_bfree", st->f_bfree);
	member_udec(o, "f_bavail", st->f_bavail);
	member_udec(o, "f_files", st->f_files);
	member_udec(o, "f_ffree", st->f_ffree);
	out_str(o, ", f_fsid={val=[");
	out_hex(o, (uint32_t)st->f_fsid.__val[0]);
	out_mem(o, ", ", 2);
	out_hex(o, (uint32_t)st->f_fsid.__val[1]);
	out_str(o, "]}");
	member_udec(o, "f_namelen", st->f_namelen);
	member_udec(o, "f_frsize", st->f_frsize);
	member_flags(o, "f_flags", &statfs_flags, st->f_flags);
	out_char(o, '}');
}

/* The kernel half counts the entries: the buffer itself may be large. */
void print_dirents(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	const uint32_t *nr = c->failed ? NULL : call_out(c, i, sizeof(*nr));

	(void)arg;
	out_addr(o, c->rec->args[i]);
	if (!nr)
		return;
	out_mem(o, " /* ", 4);
	out_udec(o, *nr);
	out_str(o, " entries */");
}
