// SPDX-License-Identifier: GPL-2.0-only
/* Names of processes, and of the files that calls name. */
#include "names.h"

#include <stdio.h>
#include <string.h>

const char *call_path(const struct call *call, size_t *len)
{
	const struct kxt_chunk *chunk;
	unsigned int i;

	for (i = 0; call->info && i < call->info->nr_args; i++) {
		if (call->info->args[i].op.kind != KXT_CAP_PATH)
			continue;
		chunk = call->in[i] ? call->in[i] : call->out[i];
		if (!chunk || chunk->status & KXT_FAULT)
			continue;
		*len = strnlen((const char *)(chunk + 1), chunk->len);
		return (const char *)(chunk + 1);
	}
	return NULL;
}

bool learn_name(struct trace *trace, const struct call *call)
{
	struct task_info *task;
	const char *path, *base;
	size_t len;

	if (!call->info || call->failed || strncmp(call->info->name, "execve", 6) ||
	    call->rec->head.flags & KXT_F_NO_RETURN)
		return false;
	task = tasks_find(trace->tasks, call->rec->head.tid);
	path = call_path(call, &len);
	if (!task || task->known || !path)
		return true;
	base = memrchr(path, '/', len);
	base = base ? base + 1 : path;
	len -= base - path;
	if (len >= KXT_COMM_MAX)
		len = KXT_COMM_MAX - 1;
	memcpy(task->comm, base, len);
	task->comm[len] = '\0';
	return true;
}

const char *process_name(struct trace *trace, uint32_t tid, uint32_t tgid, char space[24])
{
	const struct task_info *task = tasks_find(trace->tasks, tgid);

	if (!task || !task->comm[0])
		task = tasks_find(trace->tasks, tid);
	if (task && task->comm[0])
		return task->comm;
	snprintf(space, 24, "pid %u", tgid);
	return space;
}
