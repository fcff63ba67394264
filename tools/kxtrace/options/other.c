// SPDX-License-Identifier: GPL-2.0-only
/* Options: the rest. */
#include "family.h"

#include <errno.h>
#include <kx/kx.h>
#include <stdio.h>
#include <string.h>

static int take_fail_on_loss(struct options *opt, const char *argument)
{
	(void)argument;
	opt->fail_on_loss = true;
	return 0;
}

static int take_nothing(struct options *opt, const char *argument)
{
	(void)opt;
	(void)argument;
	return 0;
}

static int take_help(struct options *opt, const char *argument)
{
	(void)opt;
	if (argument && strcmp(argument, "all")) {
		complain("--help=%s: only --help=all, which shows every option", argument);
		return -EINVAL;
	}
	options_help(argument);
	return 1;
}

static int take_version(struct options *opt, const char *argument)
{
	(void)opt;
	(void)argument;
	printf("kxtrace %s\n", kx_version());
	return 1;
}

static const struct option_row rows[] = {
	{ 0, "fail-on-loss", NULL, "exit with status 1 when anything was lost",
	  take_fail_on_loss, .rare = true },
	{ 0, "seccomp-bpf", NULL,
	  "accepted, does nothing: the selection is in the kernel anyway", take_nothing,
	  .rare = true },
	{ 'd', "debug", NULL, NULL, NULL, "use -v", .rare = true },
	{ 'h', "help", "[all]", "show this; --help=all: every option", take_help },
	{ 'V', "version", NULL, "show the version", take_version },
};

const struct option_family other_options = {
	"Other", rows, NR(rows), NULL, 0, NULL,
};
