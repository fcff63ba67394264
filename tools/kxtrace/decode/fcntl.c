/* SPDX-License-Identifier: GPL-2.0-only */
/* fcntl: what its third argument and its result are, by the command. */
#include "desc.h"

#include <fcntl.h>

#include "../names.h"
#include "member.h"

#define CMD_ARG	1

/* Results are flags or values as well. */
enum fcntl_kind {
	FCNTL_OTHER,
	FCNTL_NONE,
	FCNTL_INT,
	FCNTL_UINT,
	FCNTL_SIGNAL,
	FCNTL_FD_FLAGS,
	FCNTL_OPEN_FLAGS,
	FCNTL_LOCK,
	FCNTL_LOCK_OUT,
	FCNTL_PID,
	FCNTL_OWNER,
	FCNTL_OWNER_OUT,
	FCNTL_LEASE,
	FCNTL_NOTIFY,
	FCNTL_SEALS,
};

static const struct {
	uint32_t cmd;
	uint8_t arg;		/* enum fcntl_kind */
	uint8_t result;
} kinds[] = {
	{ F_GETFL, FCNTL_NONE, FCNTL_OPEN_FLAGS },
	{ F_SETFL, FCNTL_OPEN_FLAGS },
	{ F_GETFD, FCNTL_NONE, FCNTL_FD_FLAGS },
	{ F_SETFD, FCNTL_FD_FLAGS },
	{ F_DUPFD_CLOEXEC, FCNTL_UINT },
	{ F_DUPFD, FCNTL_UINT },
	{ F_SETLK, FCNTL_LOCK },
	{ F_SETLKW, FCNTL_LOCK },
	{ F_GETLK, FCNTL_LOCK_OUT },
	{ F_OFD_SETLK, FCNTL_LOCK },
	{ F_OFD_SETLKW, FCNTL_LOCK },
	{ F_OFD_GETLK, FCNTL_LOCK_OUT },
	/* F_GETLK64 and so on, which only 32-bit programs have. */
	{ 12, FCNTL_LOCK_OUT },
	{ 13, FCNTL_LOCK },
	{ 14, FCNTL_LOCK },
	{ F_SETOWN, FCNTL_PID },
	{ F_GETOWN, FCNTL_NONE },
	{ F_SETOWN_EX, FCNTL_OWNER },
	{ F_GETOWN_EX, FCNTL_OWNER_OUT },
	{ F_SETSIG, FCNTL_SIGNAL },
	{ F_GETSIG, FCNTL_NONE, FCNTL_SIGNAL },
	{ F_SETLEASE, FCNTL_LEASE },
	{ F_GETLEASE, FCNTL_NONE, FCNTL_LEASE },
	{ F_NOTIFY, FCNTL_NOTIFY },
	{ F_SETPIPE_SZ, FCNTL_UINT },
	{ F_GETPIPE_SZ, FCNTL_NONE },
	{ F_ADD_SEALS, FCNTL_SEALS },
	{ F_GET_SEALS, FCNTL_NONE, FCNTL_SEALS },
};

static int find_command(const struct call *c)
{
	uint32_t cmd = c->rec->args[CMD_ARG];
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].cmd == cmd)
			return i;
	}
	return -1;
}

static void print_lock(struct out *o, const struct call *c, unsigned int i,
		       bool filled)
{
	const struct flock *lock = filled ?
				   arg_data_out(o, c, i, sizeof(*lock)) :
				   arg_data(o, c, i, sizeof(*lock));

	if (!lock)
		return;
	out_str(o, "{l_type=");
	xlat_value(o, &lock_types, (uint16_t)lock->l_type);
	member_value(o, "l_whence", &whence_values, (uint16_t)lock->l_whence);
	member_dec(o, "l_start", lock->l_start);
	member_dec(o, "l_len", lock->l_len);
	if (filled)
		member_pid(o, "l_pid", lock->l_pid);
	out_char(o, '}');
}

static void print_owner_ex(struct out *o, const struct call *c, unsigned int i,
			   bool filled)
{
	const struct f_owner_ex *owner = filled ?
					 arg_data_out(o, c, i, sizeof(*owner)) :
					 arg_data(o, c, i, sizeof(*owner));

	if (!owner)
		return;
	out_str(o, "{type=");
	xlat_value(o, &owner_types, owner->type);
	member_pid(o, "pid", owner->pid);
	out_char(o, '}');
}

void print_fcntl_arg(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	int n = find_command(c);
	uint64_t value = c->rec->args[i];
	uint32_t number = value;

	(void)arg;
	switch (n < 0 ? FCNTL_OTHER : kinds[n].arg) {
	case FCNTL_NONE:
		break;
	case FCNTL_INT:
		out_dec(o, (int32_t)number);
		break;
	case FCNTL_PID:
		out_pid(o, (int32_t)number);
		break;
	case FCNTL_UINT:
		out_dec(o, value);
		break;
	case FCNTL_SIGNAL:
		out_signal(o, number);
		break;
	case FCNTL_FD_FLAGS:
		xlat_flags(o, &fd_flags, number);
		break;
	case FCNTL_OPEN_FLAGS:
		out_open_flags(o, number);
		break;
	case FCNTL_LOCK:
	case FCNTL_LOCK_OUT:
		print_lock(o, c, i, kinds[n].arg == FCNTL_LOCK_OUT);
		break;
	case FCNTL_OWNER:
	case FCNTL_OWNER_OUT:
		print_owner_ex(o, c, i, kinds[n].arg == FCNTL_OWNER_OUT);
		break;
	case FCNTL_LEASE:
		xlat_value(o, &lock_types, number);
		break;
	case FCNTL_NOTIFY:
		xlat_flags(o, &notify_flags, number);
		break;
	case FCNTL_SEALS:
		xlat_flags(o, &seal_flags, number);
		break;
	default:
		out_hex(o, value);
	}
}

void note_fcntl(struct out *o, struct call *c)
{
	int n = find_command(c);
	int64_t ret = c->rec->ret;

	if (n < 0 || c->failed)
		return;
	if (kinds[n].result == FCNTL_OPEN_FLAGS) {
		c->hex_result = true;
		out_str(o, "flags ");
		out_open_flag_names(o, ret);
	} else if (kinds[n].result == FCNTL_FD_FLAGS && ret) {
		c->hex_result = true;
		out_str(o, "flags ");
		xlat_flags(o, &fd_flags, ret);
	} else if (kinds[n].result == FCNTL_SIGNAL && ret) {
		out_signal_name(o, ret);
	} else if (kinds[n].result == FCNTL_LEASE) {
		c->hex_result = true;
		out_str(o, xlat_name(&lock_types, ret) ? xlat_name(&lock_types, ret) :
			lock_types.unknown);
	} else if (kinds[n].result == FCNTL_SEALS && ret) {
		c->hex_result = true;
		out_str(o, "seals ");
		xlat_flags(o, &seal_flags, ret);
	}
}
