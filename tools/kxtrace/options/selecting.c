// SPDX-License-Identifier: GPL-2.0-only
/* Options: which tasks and which of their calls are traced. */
#include "family.h"

#include <errno.h>
#include <string.h>

static int take_follow(struct options *opt, const char *argument)
{
	(void)argument;
	opt->follow++;
	return 0;
}

static int take_pids(struct options *opt, const char *list)
{
	const char *next = list;
	char text[16];
	uint64_t pid;
	size_t len;

	do {
		len = strcspn(next, ", \t\n");
		if (!len || len >= sizeof(text)) {
			complain("-p %s: not a list of process numbers", list);
			return -EINVAL;
		}
		memcpy(text, next, len);
		text[len] = '\0';
		if (!parse_number(text, 1u << 30, &pid) || !pid) {
			complain("-p %s: not a process number", text);
			return -EINVAL;
		}
		if (opt->nr_pids == MAX_PIDS) {
			complain("-p %s: at most %d processes at once", text, MAX_PIDS);
			return -EINVAL;
		}
		opt->pids[opt->nr_pids++] = pid;
		next += len;
		next += strspn(next, ", \t\n");
	} while (*next);
	return 0;
}

static int take_all(struct options *opt, const char *argument)
{
	(void)argument;
	opt->all = true;
	return 0;
}

static int take_trace(struct options *opt, const char *set)
{
	return select_calls(opt->selected, "trace", set);
}

static int take_signal(struct options *opt, const char *set)
{
	return select_signals(&opt->signals, set);
}

static int take_hooks(struct options *opt, const char *word)
{
	static const char *const words[] = { "auto", "calls", "pair" };
	unsigned int i;

	for (i = 0; i < NR(words); i++) {
		if (!strcmp(word, words[i])) {
			opt->hooks = i;
			return 0;
		}
	}
	complain("--hooks=%s: one of auto, calls, pair", word);
	return -EINVAL;
}

static const struct option_row rows[] = {
	{ 'f', "follow-forks", NULL,
	  "follow new processes and threads; with -p: all threads; -ff: see -o", take_follow },
	{ 'p', "attach", "PID", "trace a running process (repeat, or PID,PID)", take_pids },
	{ 0, "all", NULL, "trace all processes of the system, but kxtrace itself", take_all },
	{ 0, "hooks", "HOW", "calls: hooks on the selected calls only; pair: on all; auto", take_hooks,
	  .rare = true },
	{ 0, "trace", "SET", NULL, take_trace, .rare = true },
	{ 0, "signal", "SET", NULL, take_signal, .rare = true },
};

static const struct qualifier qualifiers[] = {
	{ "trace\0t\0", take_trace },
	{ "signal\0signals\0s\0", take_signal },
};

static int judge(struct options *opt)
{
	if (!opt->command && !opt->nr_pids && !opt->all && !opt->replay && !opt->start.tips) {
		complain("a COMMAND, -p PID or --all is needed; kxtrace --help shows how");
		return -EINVAL;
	}
	if (opt->all && (opt->command || opt->nr_pids)) {
		complain("--all: traces every process, take away the COMMAND or -p");
		return -EINVAL;
	}
	return 0;
}

const struct option_family selecting_options = {
	"What to trace", rows, NR(rows), qualifiers, NR(qualifiers), judge,
};
