// SPDX-License-Identifier: GPL-2.0-only
/* Options: where lines go. */
#include "family.h"

#include <errno.h>

static int take_output(struct options *opt, const char *argument)
{
	opt->output = argument;
	return 0;
}

static int take_append(struct options *opt, const char *argument)
{
	(void)argument;
	opt->append = true;
	return 0;
}

static const struct option_row rows[] = {
	{ 'o', "output", "FILE", "write to FILE instead of stderr", take_output },
	{ 'A', "output-append-mode", NULL, "append to the file of -o", take_append },
};

static int judge(struct options *opt)
{
	if (opt->append && !opt->output) {
		complain("-A: needs -o FILE, to which it appends");
		return -EINVAL;
	}
	/* What a file is for needs no messages about processes. */
	if (opt->output && opt->command && !opt->quiet)
		opt->quiet = QUIET_ATTACH;
	if (opt->follow > 1) {
		complain("-ff: a file per process is not written yet");
		return -EINVAL;
	}
	if (opt->output && (*opt->output == '|' || *opt->output == '!')) {
		complain("-o %s: use the shell: kxtrace -o /dev/stdout ... | command",
			 opt->output);
		return -EINVAL;
	}
	return 0;
}

const struct option_family output_options = {
	"Where it goes", rows, NR(rows), NULL, 0, judge,
};
