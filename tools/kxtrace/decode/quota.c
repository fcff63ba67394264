/* SPDX-License-Identifier: GPL-2.0-only */
/* Quotas: the command decides what the other arguments are. */
#include "mount.h"

#include <sys/quota.h>

#include "member.h"

#define CMD_SHIFT	8
#define TYPE_MASK	0xff

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
	return cmd != (uint32_t)Q_SYNC && cmd != (uint32_t)Q_QUOTAOFF &&
	       cmd != (uint32_t)Q_GETFMT && cmd != (uint32_t)Q_GETINFO &&
	       cmd != (uint32_t)Q_SETINFO;
}

static bool has_data(uint32_t cmd)
{
	return cmd != (uint32_t)Q_SYNC && cmd != (uint32_t)Q_QUOTAOFF;
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
	member_hex(o, "dqi_flags", info->dqi_flags);
	member_hex(o, "dqi_valid", info->dqi_valid);
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
