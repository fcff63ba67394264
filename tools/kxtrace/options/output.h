/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: where lines go. */
#ifndef KXTRACE_OUTPUT_H
#define KXTRACE_OUTPUT_H

struct output_options {
	char nothing_yet;
};

#endif
