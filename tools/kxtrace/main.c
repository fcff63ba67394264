// SPDX-License-Identifier: GPL-2.0-only
/* kxtrace: shows the system calls of a command, of running processes, of a file. */
#include <string.h>

#include "live.h"
#include "options.h"
#include "policy/policy.h"
#include "replay.h"

int main(int argc, char **argv)
{
	static struct options opt;
	int err;

	if (argc > 1 && !strcmp(argv[1], "policy"))
		return policy_main(argc - 1, argv + 1);
	err = options_parse(&opt, argc, argv);
	if (err)
		return err > 0 ? 0 : 2;
	if (opt.replay)
		return replay_trace(&opt);
	return live_trace(&opt);
}
