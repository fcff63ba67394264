// SPDX-License-Identifier: GPL-2.0-only
/* Where the kernel half is attached: to all calls, or to the few that are wanted. */
#include "hooks.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "decode.h"

/*
 * A hook of a call's own leaves all other calls nearly alone. But at the end the
 * kernel takes 70 ms to let go of each: beyond so many nobody would wait for it.
 */
#define FEW_CALLS	4

/* The kernel names its tracepoints after its functions. */
static const struct {
	const char *call;
	const char *hook;
} other_names[] = {
	{ "fstat", "newfstat" }, { "lstat", "newlstat" }, { "sendfile", "sendfile64" },
	{ "stat", "newstat" }, { "umount2", "umount" }, { "uname", "newuname" },
};

const char *hook_of_call(const char *call)
{
	size_t i;

	for (i = 0; i < sizeof(other_names) / sizeof(other_names[0]); i++)
		if (!strcmp(other_names[i].call, call))
			return other_names[i].hook;
	return call;
}

#define EVENTS	"/sys/kernel/tracing/events"

static bool has_hook(const char *call)
{
	char path[128];

	snprintf(path, sizeof(path), EVENTS "/syscalls/sys_exit_%s/id", hook_of_call(call));
	return !access(path, R_OK);
}

/* Programs that may sleep came to these tracepoints after programs that may be preempted. */
bool hooks_may_be_preempted(struct kx *kx)
{
	return kx_feature_has(kx, "tp_btf.s") == 1;
}

/* As perf has them, tracepoints are never preempted, and cost a little more. */
static enum hooks choose_pair(struct kx *kx)
{
	if (!hooks_may_be_preempted(kx))
		return HOOKS_PAIR;
	if (!kx_mount_ensure(kx, KX_MOUNT_TRACEFS) &&
	    !access(EVENTS "/raw_syscalls/sys_exit/id", R_OK))
		return HOOKS_PERF_PAIR;
	complain("without tracefs this kernel may skip the programs for some calls, and for the end of a task");
	return HOOKS_PAIR;
}

static unsigned int count_selected(const struct options *opt)
{
	unsigned int nr, selected = 0;

	for (nr = 0; nr < KXT_I386_ROWS; nr++)
		selected += opt->selected[nr];
	return selected;
}

/* The first selected call without a hook of its own; NULL: all have one. */
static const char *call_without_hook(const struct options *opt)
{
	unsigned int nr;

	for (nr = 0; nr < KXT_I386_ROWS; nr++) {
		if (!opt->selected[nr])
			continue;
		if (!call_table[nr].name)
			return "a number without a name";
		if (!has_hook(call_table[nr].name))
			return call_table[nr].name;
	}
	return NULL;
}

/* Selected for 32-bit programs, and not for others: somebody expects such. */
static bool selects_32_bit(const struct options *opt)
{
	unsigned int row;
	int nr;

	for (row = KXT_I386_ROWS; row < KXT_NR_ROWS - 1; row++) {
		if (!opt->selected[row] || !call_table[row].name)
			continue;
		nr = call_nr_by_name(call_table[row].name);
		if (nr < 0 || nr >= KXT_I386_ROWS || !opt->selected[nr])
			return true;
	}
	return false;
}

/* 32-bit calls pass by the hooks of single calls. */
static bool is_32_bit(const char *path)
{
	unsigned char ident[EI_NIDENT] = {};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return false;
	len = read(fd, ident, sizeof(ident));
	close(fd);
	return len == sizeof(ident) && !memcmp(ident, ELFMAG, SELFMAG) &&
	       ident[EI_CLASS] == ELFCLASS32;
}

static bool traces_32_bit(const struct options *opt)
{
	unsigned int i;
	char path[64];

	for (i = 0; i < opt->nr_pids; i++) {
		snprintf(path, sizeof(path), "/proc/%d/exe", opt->pids[i]);
		if (is_32_bit(path))
			return true;
	}
	return opt->program && is_32_bit(opt->program);
}

int hooks_choose(enum hooks *hooks, struct kx *kx, const struct options *opt)
{
	const char *without;
	int err;

	*hooks = choose_pair(kx);
	/* What is injected is marked where all calls are seen. */
	if (opt->hooks == HOOKS_PAIR || opt->inject.nr_rules)
		return 0;
	if (opt->hooks == HOOKS_AUTO) {
		/* Where programs may wait for a page, the one that does is on all calls. */
		if (count_selected(opt) > FEW_CALLS || traces_32_bit(opt) ||
		    selects_32_bit(opt) || hooks_may_be_preempted(kx))
			return 0;
	}
	err = kx_mount_ensure(kx, KX_MOUNT_TRACEFS);
	without = err ? "without tracefs, every call" : call_without_hook(opt);
	if (!without) {
		*hooks = HOOKS_CALLS;
		return 0;
	}
	if (opt->hooks == HOOKS_AUTO)
		return 0;
	complain("--hooks=calls: this kernel has no tracepoint of its own for %s; --hooks=pair sees all calls",
		 without);
	return -ENOTSUP;
}

void hooks_say(enum hooks hooks, bool entries, const struct options *opt)
{
	unsigned int selected = count_selected(opt);

	if (hooks == HOOKS_CALLS)
		complain("hooks: on the tracepoints of %u selected calls%s; the 32-bit ones are not among them",
			 selected, entries ? "" : ", at their ends");
	else if (entries)
		complain("hooks: one pair on all calls, %u are selected", selected);
	else
		complain("hooks: at the end of all calls, %u are selected", selected);
}
