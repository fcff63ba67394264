// SPDX-License-Identifier: GPL-2.0-only
/* -Y: the names of tasks, behind their numbers. */
#include "names.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

void task_names_of(struct task_names *names, uint32_t tid)
{
	const struct task_info *task = tasks_find(names->tasks, tid);

	names->foreign = task && task->known && task->ns_tid && task->ns_tid != tid;
}

/* What the kernel calls it now; "" when it is gone. */
static void ask_proc(uint32_t tid, char *comm)
{
	char path[64];
	ssize_t len;
	int fd;

	*comm = '\0';
	snprintf(path, sizeof(path), "/proc/%u/comm", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	len = read(fd, comm, KXT_COMM_MAX);
	close(fd);
	if (len < 0)
		len = 0;
	if (len && comm[len - 1] == '\n')
		len--;
	comm[len] = '\0';
}

/* The kernel half says when a name changes; one from /proc is asked for again. */
void out_task_name_known(struct out *o, uint32_t tid)
{
	struct task_info *task = tasks_find(o->names->tasks, tid);
	char asked[KXT_COMM_MAX + 1] = "";
	const char *comm = task && *task->comm ? task->comm : asked;

	if (comm == asked && o->names->live) {
		ask_proc(tid, asked);
		if (task)
			memcpy(task->comm, asked, sizeof(asked));
	}
	if (!*comm)
		return;
	out_char(o, '<');
	out_escaped(o, comm, strlen(comm));
	out_char(o, '>');
}

void out_pid(struct out *o, int64_t pid)
{
	out_dec(o, pid);
	if (o->names && !o->names->foreign && pid > 0 && pid <= UINT32_MAX)
		out_task_name_known(o, pid);
}
