/* SPDX-License-Identifier: GPL-2.0-only */
/* Which descriptors of which call the kernel half looks at, and when. */
#include "fd.h"

#include <string.h>

#include "args.h"
#include "compat.h"
#include "desc.h"
#include "net.h"
#include "process.h"

/*
 * Calls after which a descriptor is gone, or another file, or its socket has
 * other addresses: these are looked at before. All others afterwards, which
 * costs less.
 */
static const struct {
	const char *name;
	uint8_t args;		/* a bit for each */
	bool socket;		/* only what is told with details differs */
} early[] = {
	{ "close", 1 << 0, false },
	{ "dup2", 1 << 1, false },
	{ "dup3", 1 << 1, false },
	{ "move_mount", 1 << 0 | 1 << 2, false },
	{ "execveat", 1 << 0, false },
	{ "waitid", 1 << 1, true },
	{ "bind", 1 << 0, true },
	{ "connect", 1 << 0, true },
	{ "sendto", 1 << 0, true },
	{ "sendmsg", 1 << 0, true },
	{ "sendmmsg", 1 << 0, true },
	{ "shutdown", 1 << 0, true },
};

static const struct {
	arg_printer *print;
	uint8_t within;
} lists[] = {
	{ print_int_pair, KXT_LIST_PAIR },
	{ print_pollfds, KXT_LIST_POLL },
	{ print_fd_set, KXT_LIST_SETS },
	{ print_msghdr, KXT_LIST_RIGHTS },
	{ print_mmsghdr, KXT_LIST_RIGHTS },
};

static void move_early(struct kxt_fd_row *row, const char *name, bool details)
{
	size_t i;

	for (i = 0; i < sizeof(early) / sizeof(early[0]); i++) {
		if (strcmp(early[i].name, name) || (early[i].socket && !details))
			continue;
		row->at_enter = row->at_exit & early[i].args;
		row->at_exit &= ~early[i].args;
	}
}

static void add_arg(struct kxt_fd_row *row, const struct arg *arg, unsigned int i)
{
	size_t n;

	if (arg->print == print_fd || arg->print == print_fd_at ||
	    arg->print == print_fan_fd || arg->print == print_waitid_id)
		row->at_exit |= 1 << i;
	if (arg->op.kind == KXT_CAP_PATH && !(arg->op.when & KXT_ON_SUCCESS))
		row->paths |= 1 << i;
	for (n = 0; n < sizeof(lists) / sizeof(lists[0]); n++) {
		if (arg->print != lists[n].print)
			continue;
		row->within = lists[n].within;
		row->within_args |= 1 << i;
	}
}

/* The kernel half knows registers only; of two that are one argument, the first. */
static uint8_t to_registers(uint8_t args, unsigned int nr)
{
	uint8_t registers = args & KXT_FD_RESULT;
	unsigned int i;

	for (i = 0; i < KXT_NR_ARGS; i++)
		if (args & 1 << i)
			registers |= 1 << compat_register(nr, i);
	return registers;
}

static void fill_row(struct kxt_fd_row *row, unsigned int nr, bool details)
{
	const struct call_info *info = &call_table[nr];
	unsigned int i;

	for (i = 0; i < info->nr_args; i++)
		add_arg(row, &info->args[i], i);
	if (!strcmp(info->name, "fcntl") || !strcmp(info->name, "fcntl64"))
		row->by_command = KXT_FCNTL;
	else if (!strcmp(info->name, "bpf"))
		row->by_command = KXT_BPF;
	if (info->result == RESULT_FD || row->by_command)
		row->at_exit |= KXT_FD_RESULT;
	move_early(row, info->name, details);
	row->at_enter = to_registers(row->at_enter, nr);
	row->at_exit = to_registers(row->at_exit, nr);
	row->within_args = to_registers(row->within_args, nr);
	row->paths = to_registers(row->paths, nr);
}

/* What is to be looked at before the call. */
static uint8_t entry_flags(const struct kxt_fd_row *row, const struct options *opt)
{
	if (opt->descriptor.show && (row->at_enter || row->within == KXT_LIST_SETS))
		return KXT_ROW_ENTERS | KXT_ROW_FDS_ENTER;
	if ((opt->descriptor.nr_paths || opt->descriptor.by_fd) &&
	    (row->at_enter || row->at_exit & ~KXT_FD_RESULT || row->paths || row->within))
		return KXT_ROW_ENTERS;
	return 0;
}

void fill_fd_rows(struct kxt_fd_row *fd_rows, struct kxt_row *rows,
		  const struct options *opt)
{
	bool details = fd_details(&opt->descriptor);
	unsigned int nr;

	memset(fd_rows, 0, KXT_NR_ROWS * sizeof(*fd_rows));
	for (nr = 0; nr < KXT_NR_ROWS; nr++) {
		if (!call_table[nr].name || !opt->selected[nr])
			continue;
		fill_row(&fd_rows[nr], nr, details);
		rows[nr].flags |= entry_flags(&fd_rows[nr], opt);
	}
}
