// SPDX-License-Identifier: GPL-2.0-only
/* Options: how the command is started. */
#include "family.h"

static const struct option_row rows[] = {
	{ 'b', "detach-on", "CALL", NULL, NULL,
	  "nothing is attached that a detach would make faster" },
	{ 'D', "daemonize", NULL, NULL, NULL,
	  "a tracer by eBPF is never the parent of what it traces" },
	{ 'E', "env", "NAME=VALUE", NULL, NULL,
	  "use env(1): kxtrace env NAME=VALUE COMMAND" },
	{ 'I', "interruptible", "HOW", NULL, NULL, "signals are never blocked" },
	{ 'u', "user", "NAME", NULL, NULL, "use setpriv(1) or runuser(1) within the command" },
};

const struct option_family command_options = {
	"How the command is started", rows, NR(rows), NULL, 0, NULL,
};
