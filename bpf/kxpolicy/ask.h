/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What user space asks of the kernel half: which rule would decide, and who a file is. */
#ifndef KXPOLICY_ASK_H
#define KXPOLICY_ASK_H

#include "match.h"

struct identify_in {
	u32 fd;
};

/* A file's numbers as the hooks will see them: stat(2) may have others, as on overlays. */
KX_COMMAND(identify, struct identify_in, struct kxp_file, "numbers of an open file")
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(table, fd), *file = NULL;

	if (in->fd >= BPF_CORE_READ(table, max_fds) ||
	    bpf_probe_read_kernel(&file, sizeof(file), files + in->fd) || !file)
		return -1;
	out->ino = BPF_CORE_READ(file, f_inode, i_ino);
	out->dev = BPF_CORE_READ(file, f_inode, i_sb, s_dev);
	return 0;
}

/* A path in text, read by the automaton of the hooks. */
struct told_way {
	struct reader reader;
	const struct kxp_test_in *in;
	u64 path;
	u32 nr;
	u32 at;
};

static long told_step(u32 i, struct told_way *way)
{
	u32 nr = way->at & (KXP_DEPTH - 1);

	if (!way->reader.rest) {
		if (way->at >= way->nr || is_last(&way->reader))
			return 1;
		read_begins(&way->reader,
			    way->path + (way->in->names[nr].at & (KXP_TEST_PATH - 1)),
			    way->in->names[nr].len);
		way->at++;
	}
	read_piece(&way->reader);
	return 0;
}

static __noinline u32 class_of_test(const struct kxp_test_in *in, u32 bank)
{
	const char *path = in->path;
	struct told_way way = {
		.reader.bank = bank,
		.reader.node = control.banks[bank & 3].start,
		.reader.rest = UNKNOWN_ZERO,
		.in = in,
		.nr = in->nr_names < KXP_DEPTH ? in->nr_names : KXP_DEPTH,
		.at = UNKNOWN_ZERO,
	};

	/* As a number: the verifier would follow a pointer through all that may be added to it. */
	bpf_probe_read_kernel(&way.path, sizeof(way.path), &path);
	bpf_loop(KXP_DEPTH * 6, told_step, &way, 0);
	return class_of_node(&way.reader);
}

/* Which entry decides, by the same tables and the same code as in the hooks. */
KX_COMMAND_LARGE(test, struct kxp_test_in, struct kxp_test_out, "which rule decides")
{
	struct question asked = {
		.op = in->op,
		.bank = control.active & 3,
		.uid = in->caller.uid,
		.port = in->port,
		.exe = in->caller.exe,
		.told = 1,
		.who = (u64)&in->caller,
	};
	u32 candidates = 0;

	out->entry = -1;
	if (asked.bank >= KXP_BANKS)
		return 0;
	__builtin_memcpy(asked.comm, in->caller.comm, sizeof(asked.comm));
	if (in->about == KXP_ABOUT_PATH)
		asked.class = class_of_test(in, asked.bank);
	if (in->about == KXP_ABOUT_ADDRESS)
		asked.class = class_of_address(asked.bank, in->address);
	asked.class_too = asked.class;
	out->class = asked.class;
	out->entry = kxp_find_entry(&asked, &candidates);
	out->candidates = candidates;
	if (out->entry >= 0)
		out->entry -= asked.bank * KXP_ENTRIES;
	return 0;
}

#endif
