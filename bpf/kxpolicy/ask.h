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

/* A path in text, as names: the automaton that reads it is that of the hooks. */
static __always_inline void names_of(struct walk *walk, const struct kxp_test_in *in,
				     struct qstr *texts)
{
	walk->nr = in->nr_names < KXP_DEPTH ? in->nr_names : KXP_DEPTH;
	for (u32 i = 0; i < KXP_DEPTH; i++) {
		u32 at = in->names[i].at & (KXP_TEST_PATH - 1);

		texts[i].name = (const unsigned char *)in->path + at;
		texts[i].len = in->names[i].len;
		walk->names[i] = (u64)&texts[i];
	}
}

/* Written and read by one call of "test". */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct qstr[KXP_DEPTH]);
} test_names SEC(".maps") KX_PRIVATE;

static __noinline u32 class_of_test(const struct kxp_test_in *in, u32 bank)
{
	struct walk walk = {};
	struct qstr *texts;
	u32 zero = 0;

	texts = bpf_map_lookup_elem(&test_names, &zero);
	if (!texts)
		return 0;
	names_of(&walk, in, texts);
	return read_names(&walk, bank);
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
		.who = &in->caller,
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
	out->entry = find_entry(&asked, &candidates);
	out->candidates = candidates;
	if (out->entry >= 0)
		out->entry -= asked.bank * KXP_ENTRIES;
	return 0;
}

#endif
