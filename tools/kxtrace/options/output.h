/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: where lines go. */
#ifndef KXTRACE_OUTPUT_OPTIONS_H
#define KXTRACE_OUTPUT_OPTIONS_H

#include <stdbool.h>

struct output_options {
	bool separately;	/* -ff, --output-separately: with -o, a file per task */
	const char *pipe;	/* -o '|COMMAND': the command; NULL: a file */
};

#endif
