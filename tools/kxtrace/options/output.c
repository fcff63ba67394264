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

static int take_separately(struct options *opt, const char *argument)
{
	(void)argument;
	opt->out.separately = true;
	return 0;
}

static const struct option_row rows[] = {
	{ 'o', "output", "FILE",
	  "write to FILE instead of stderr, or to '|COMMAND'; -ff: to FILE.PID", take_output },
	{ 'A', "output-append-mode", NULL, "append to the file of -o", take_append,
	  .rare = true },
	{ 0, "output-separately", NULL, "a file for each task, as with -ff", take_separately,
	  .rare = true },
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
	if (opt->output && (*opt->output == '|' || *opt->output == '!'))
		opt->out.pipe = opt->output + 1;
	if (opt->follow > 1)
		opt->out.separately = true;
	if (!opt->out.separately)
		return 0;
	/* As strace, which keeps no counts for each task. */
	if (opt->counting.table || opt->counting.hist || opt->counting.top) {
		complain("-ff: what is counted is counted for all tasks together; leave out -c, or take -f");
		return -EINVAL;
	}
	if (opt->out.pipe) {
		complain("-ff -o '%s': a file for each task cannot be a pipe", opt->output);
		return -EINVAL;
	}
	/* Without -o there is but one place: as -f. */
	if (!opt->output)
		opt->out.separately = false;
	return 0;
}

const struct option_family output_options = {
	"Where it goes", rows, NR(rows), NULL, 0, judge,
};
