// SPDX-License-Identifier: GPL-2.0-only
/* The filters of the kernel half again, for calls that come from a file. */
#include "filter.h"

#include <string.h>

#include "decode/args.h"
#include "tasks.h"

bool filter_is_set(const struct kxt_filter *f)
{
	return f->nr_comms || f->nr_uids || f->nr_cgroups || f->nr_prefixes ||
	       f->nr_fds || f->nr_results || f->any_errno || f->rate ||
	       f->min_ns || f->max_ns;
}

static bool comm_matches(const struct kxt_filter *f, const struct task_info *task)
{
	uint32_t i;

	for (i = 0; i < f->nr_comms; i++)
		if (!strncmp(task->comm, f->comms[i], KXT_COMM_MAX))
			return true;
	return !f->nr_comms;
}

static bool uid_matches(const struct kxt_filter *f, const struct task_info *task)
{
	uint32_t i;

	for (i = 0; i < f->nr_uids; i++)
		if (task->known && task->uid == f->uids[i])
			return true;
	return !f->nr_uids;
}

/* The tree of cgroups is not in the record: the task's own group must match. */
static bool cgroup_matches(const struct kxt_filter *f, const struct task_info *task)
{
	uint32_t i;

	for (i = 0; i < f->nr_cgroups; i++)
		if (task->cgroup_id == f->cgroups[i])
			return true;
	return !f->nr_cgroups;
}

static bool result_matches(const struct kxt_filter *f, const struct call *call)
{
	int64_t ret = call->rec->ret;
	uint32_t i;

	if (!f->any_errno && !f->nr_results)
		return true;
	if (call->rec->head.flags & KXT_F_NO_RETURN)
		return false;
	if (f->any_errno && (!call->failed || -ret >= KXT_ERRNO_WORDS * 64 ||
			     !(f->errnos[-ret / 64] >> (-ret & 63) & 1)))
		return false;
	for (i = 0; i < f->nr_results; i++)
		if (ret >= f->results[i].from && ret <= f->results[i].to)
			return true;
	return !f->nr_results;
}

static bool time_matches(const struct kxt_filter *f, const struct kxt_call *rec)
{
	uint64_t spent;

	if (!f->min_ns && !f->max_ns)
		return true;
	if (!rec->enter_ns || rec->exit_ns < rec->enter_ns)
		return false;
	spent = rec->exit_ns - rec->enter_ns;
	return spent >= f->min_ns && (!f->max_ns || spent <= f->max_ns);
}

static bool fd_matches(const struct kxt_filter *f, const struct call *call)
{
	unsigned int fds = descriptor_args(call->info), i, j;

	for (i = 0; i <= KXT_NR_ARGS && f->nr_fds; i++) {
		int fd = i == KXT_NR_ARGS ? (int)call->rec->ret : (int)call->rec->args[i];

		for (j = 0; fds >> i & 1 && j < f->nr_fds; j++)
			if (f->fds[j] == fd)
				return true;
	}
	return !f->nr_fds;
}

static bool starts_with(const struct kxt_chunk *chunk, const char *prefix, size_t len)
{
	return chunk && !(chunk->status & KXT_FAULT) && chunk->len >= len &&
	       !memcmp(chunk + 1, prefix, len);
}

static bool path_matches(const struct kxt_filter *f, const struct call *call)
{
	unsigned int i, j;

	for (i = 0; call->info && i < call->info->nr_args; i++) {
		if (call->info->args[i].op.kind != KXT_CAP_PATH)
			continue;
		for (j = 0; j < f->nr_prefixes; j++) {
			size_t len = f->prefixes[j].len;

			if (starts_with(call->in[i], f->prefixes[j].text, len) ||
			    starts_with(call->out[i], f->prefixes[j].text, len))
				return true;
		}
	}
	return !f->nr_prefixes;
}

static bool task_matches(const struct kxt_filter *f, const struct task_info *task)
{
	return comm_matches(f, task) && uid_matches(f, task) && cgroup_matches(f, task);
}

static bool call_matches(const struct kxt_filter *f, const struct call *call)
{
	return result_matches(f, call) && time_matches(f, call->rec) &&
	       fd_matches(f, call) && path_matches(f, call);
}

bool filter_passes(const struct options *opt, const struct call *call)
{
	const struct kxt_filter *f = &opt->filter;

	return opt->selected[call->row] && task_matches(f, call->task) &&
	       call_matches(f, call);
}

bool operation_is_selected(const struct options *opt, const struct uring_op *op)
{
	int nr = uring_op_nr(op);

	return (nr >= 0 && opt->selected[nr]) || opt->selected[uring_enter_nr()];
}

bool filter_passes_operation(const struct options *opt, const struct call *call, bool live)
{
	const struct kxt_filter *f = &opt->filter;

	/* The kernel half has looked at these only. */
	if (!live && (!operation_is_selected(opt, uring_op(call->uring->opcode)) ||
		      !task_matches(f, call->task)))
		return false;
	return call_matches(f, call);
}

unsigned int descriptor_args(const struct call_info *info)
{
	unsigned int i, fds = 0;

	if (!info || !info->name)
		return 0;
	for (i = 0; i < info->nr_args; i++)
		if (info->args[i].print == print_fd || info->args[i].print == print_fd_at)
			fds |= 1 << i;
	if (info->result == RESULT_FD)
		fds |= 1 << KXT_NR_ARGS;
	return fds;
}
