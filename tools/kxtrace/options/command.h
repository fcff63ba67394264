/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: how the command is started. */
#ifndef KXTRACE_COMMAND_OPTIONS_H
#define KXTRACE_COMMAND_OPTIONS_H

struct command_options {
	char nothing_yet;
};

#endif
