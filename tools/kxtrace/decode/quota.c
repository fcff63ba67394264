/* SPDX-License-Identifier: GPL-2.0-only */
/* Quotas: the command decides what the other arguments are. */
#include "mount.h"

#include <linux/dqblk_xfs.h>
#include <sys/quota.h>

#include "member.h"

#define CMD_SHIFT	8
#define TYPE_MASK	0xff
#define XQM		('X')

static uint32_t command_of(const struct call *c, const struct arg *arg)
{
	return (uint32_t)c->rec->args[arg->aux] >> CMD_SHIFT;
}

void print_quota_cmd(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	uint32_t cmd = c->rec->args[i];

	(void)arg;
	if (o->constants)
		out_udec(o, cmd);
	if (!names_begin(o))
		return;
	out_str(o, "QCMD(");
	xlat_value(o, &quota_cmds, cmd >> CMD_SHIFT);
	out_mem(o, ", ", 2);
	xlat_value(o, &quota_types, cmd & TYPE_MASK);
	out_char(o, ')');
	names_end(o);
}

/* Which of the arguments behind the command and the device are used. */
static bool has_id(uint32_t cmd)
{
	if (cmd >> CMD_SHIFT == XQM && cmd != Q_XGETQUOTA && cmd != Q_XSETQLIM &&
	    cmd != Q_XGETNEXTQUOTA)
		return false;
	return cmd != (uint32_t)Q_SYNC && cmd != (uint32_t)Q_QUOTAOFF &&
	       cmd != (uint32_t)Q_GETFMT && cmd != (uint32_t)Q_GETINFO &&
	       cmd != (uint32_t)Q_SETINFO;
}

static bool has_data(uint32_t cmd)
{
	return cmd != (uint32_t)Q_SYNC && cmd != (uint32_t)Q_QUOTAOFF && cmd != Q_XQUOTASYNC;
}

void print_quota_id(struct out *o, const struct call *c, unsigned int i,
		    const struct arg *arg)
{
	uint32_t cmd = command_of(c, arg);

	if (!has_id(cmd))
		return;
	if (cmd == (uint32_t)Q_QUOTAON)
		xlat_value(o, &quota_formats, (uint32_t)c->rec->args[i]);
	else
		out_id(o, c->rec->args[i]);
}

static void dqinfo(struct out *o, const struct dqinfo *info)
{
	out_str(o, "{dqi_bgrace=");
	out_udec(o, info->dqi_bgrace);
	member_udec(o, "dqi_igrace", info->dqi_igrace);
	member_flags(o, "dqi_flags", &quota_info_flags, info->dqi_flags);
	member_flags(o, "dqi_valid", &quota_info_valid, info->dqi_valid);
	out_char(o, '}');
}

static void dqblk(struct out *o, const struct call *c, const uint64_t *dq)
{
	static const char *const names[] = {
		"dqb_bhardlimit", "dqb_bsoftlimit", "dqb_curspace",
		"dqb_ihardlimit", "dqb_isoftlimit", "dqb_curinodes",
		"dqb_btime", "dqb_itime",
	};
	size_t n, nr = c->abbrev ? 6 : 8;

	out_char(o, '{');
	for (n = 0; n < nr; n++)
		member_udec(o, names[n], dq[n]);
	if (c->abbrev)
		out_str(o, ", ...");
	else
		member_hex(o, "dqb_valid", (uint32_t)dq[8]);
	out_char(o, '}');
}

static void disk_quota(struct out *o, const struct call *c, const struct fs_disk_quota *q)
{
	out_str(o, "{d_version=");
	out_dec(o, q->d_version);
	member_flags(o, "d_flags", &xfs_quota_flags, (uint8_t)q->d_flags);
	member_hex(o, "d_fieldmask", q->d_fieldmask);
	member_udec(o, "d_id", q->d_id);
	member_udec(o, "d_blk_hardlimit", q->d_blk_hardlimit);
	member_udec(o, "d_blk_softlimit", q->d_blk_softlimit);
	member_udec(o, "d_ino_hardlimit", q->d_ino_hardlimit);
	member_udec(o, "d_ino_softlimit", q->d_ino_softlimit);
	member_udec(o, "d_bcount", q->d_bcount);
	member_udec(o, "d_icount", q->d_icount);
	if (c->abbrev) {
		out_str(o, ", ...}");
		return;
	}
	member_dec(o, "d_itimer", q->d_itimer);
	member_dec(o, "d_btimer", q->d_btimer);
	member_udec(o, "d_iwarns", q->d_iwarns);
	member_udec(o, "d_bwarns", q->d_bwarns);
	member_udec(o, "d_rtb_hardlimit", q->d_rtb_hardlimit);
	member_udec(o, "d_rtb_softlimit", q->d_rtb_softlimit);
	member_udec(o, "d_rtbcount", q->d_rtbcount);
	member_dec(o, "d_rtbtimer", q->d_rtbtimer);
	member_udec(o, "d_rtbwarns", q->d_rtbwarns);
	out_char(o, '}');
}

/* The file of the quotas: what was read is enough, or only its address. */
static bool quota_path(struct out *o, const char *path)
{
	const char *end = path ? memchr(path, '\0', QUOTA_DATA_LEN) : NULL;

	if (end)
		out_quoted(o, path, end - path, false);
	return end;
}

void print_quota_data(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	uint32_t cmd = command_of(c, arg);
	const void *data = call_in(c, i, QUOTA_DATA_LEN);

	if (!has_data(cmd))
		return;
	if (cmd == (uint32_t)Q_QUOTAON && quota_path(o, data))
		return;
	if (cmd == Q_XQUOTAON || cmd == Q_XQUOTAOFF || cmd == Q_XQUOTARM) {
		const uint32_t *flags = arg_data(o, c, i, sizeof(*flags));

		if (!flags)
			return;
		out_char(o, '[');
		xlat_flags(o, cmd == Q_XQUOTARM ? &xfs_quota_flags : &xfs_quota_control, *flags);
		out_char(o, ']');
		return;
	}
	if (data && (cmd == Q_XSETQLIM ||
		     (!c->failed && (cmd == Q_XGETQUOTA || cmd == Q_XGETNEXTQUOTA)))) {
		disk_quota(o, c, data);
		return;
	}
	if (data && cmd == (uint32_t)Q_SETQUOTA)
		dqblk(o, c, data);
	else if (data && !c->failed && cmd == (uint32_t)Q_GETQUOTA)
		dqblk(o, c, data);
	else if (data && (cmd == (uint32_t)Q_SETINFO ||
			  (!c->failed && cmd == (uint32_t)Q_GETINFO)))
		dqinfo(o, data);
	else
		out_addr(o, c->rec->args[i]);
}
